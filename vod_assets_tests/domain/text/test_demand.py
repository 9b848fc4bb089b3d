"""Captions that a profile or a policy demands are there, written by a person, or are missed by name."""

import pytest

from vod_assets.domain.text.demand import demanded, missing_captions
from vod_assets.domain.track import Track


def text(language: str, **said: object) -> Track:
    fields = {"name": f"text_{language}", "kind": "text", "source_asset": "captions", "timescale": 1000, "segments": ()}
    return Track.model_validate({**fields, "language": language, **said})


@pytest.mark.parametrize(
    ("profile", "policy", "findings"),
    [
        (False, {}, []),
        (True, {}, []),
        (("en", "pt"), {}, []),
        (("fr",), {}, ["captions in fr are required, and it has them in de, en-GB, pt"]),
        (False, {"require_captions": ["en", "ja"]}, ["captions in ja are required, and it has them in de, en-GB, pt"]),
        (False, {"require_captions": "pt-BR"}, ["captions in pt-BR are required, and it has them in de, en-GB, pt"]),
        (("en",), {"require_captions": {"no": 1}}, ["require_captions names \"{'no': 1}\", which is no language"]),
    ],
)
def test_what_is_missing_is_named(
    profile: bool | tuple[str, ...], policy: dict[str, object], findings: list[str]
) -> None:
    tracks = [text("en-GB"), text("de"), text("pt"), text("fr", is_forced=True), text("ja", role="supplementary")]
    assert missing_captions(demanded(profile, policy), tracks) == findings


def test_title_without_captions_lacks_them_in_any_language() -> None:
    assert missing_captions(demanded(True, {}), [text("en", is_forced=True)]) == [
        "captions are required, and it has none"
    ]


def test_other_demands_have_other_digests() -> None:
    digests = {demanded(one, {}).digest for one in (False, True, ("en",), ("en", "fr"))}
    assert len(digests) == 4
    assert demanded(("fr", "en"), {}) == demanded(("en",), {"require_captions": ["fr"]})
