"""Dubs beside a source: what each of them makes, and that a bad one costs itself alone."""

from pathlib import Path

import pytest

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.track import Track
from vod_assets_tests.workshop import Workshop

PACKAGES = {"hls_package", "dash_package"}
OF_SOUND = {"audio_aac", "audio_tracks", *PACKAGES, "release", "cms_entry"}


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A finished title of four seconds with English sound."""
    workshop = Workshop(tmp_path)
    workshop.deliver("film")
    workshop.register("film", language="en")
    workshop.run("film")
    return workshop


def deliver(workshop: Workshop, language: str = "en", **files: str) -> set[str]:
    """Put files of sound beside the source, and return what a run then makes, checks left out."""
    for name, words in files.items():
        workshop.source("film").with_suffix(f".{name.replace('_', '.')}.wav").write_text(words)
    workshop.register("film", language=language)
    planned = {one.asset for one in workshop.plan("film").assets if one.executes}
    made = workshop.run("film")
    assert made <= planned
    return {asset for asset in made if "." not in asset}


def sounds(workshop: Workshop, asset: str = "audio_aac") -> dict[str, Artifact]:
    index = workshop.store.latest("film", asset)
    assert index is not None
    return {one.name: workshop.store.load("film", one.asset, one.recipe) for one in index.entries}


def said(workshop: Workshop) -> dict[str, tuple[str, str, bool]]:
    documents = {name: leaf.document for name, leaf in sounds(workshop).items()}
    return {name: (one["language"], one["role"], one["is_default"]) for name, one in documents.items()}


def test_a_late_dub_makes_its_own_track_and_manifests(workshop: Workshop) -> None:
    before, tracks = sounds(workshop), sounds(workshop, "audio_tracks")
    assert deliver(workshop, fr="4") == OF_SOUND
    assert said(workshop) == {"aac_en": ("en", "main", True), "aac_fr": ("fr", "dub", False)}
    assert sounds(workshop)["aac_en"].digest == before["aac_en"].digest
    assert sounds(workshop, "audio_tracks")["clear/aac_en"].digest == tracks["clear/aac_en"].digest
    assert deliver(workshop) == set(), "nothing is left to be made"


def test_every_role_has_a_track_and_speech_in_the_titles_language_plays(workshop: Workshop) -> None:
    assert deliver(workshop, "de", de="4", en_commentary="4", en_description="4.05", fr_dialogue="4") == {
        *OF_SOUND,
        "metadata",
    }
    assert said(workshop) == {
        "aac_en": ("en", "main", False),
        "aac_de": ("de", "main", True),
        "aac_en_commentary": ("en", "commentary", False),
        "aac_en_description": ("en", "description", False),
        "aac_fr_dialogue": ("fr", "dialogue", False),
    }
    tracks = [leaf.read(Track) for leaf in sounds(workshop, "audio_tracks").values()]
    assert [track.name for track in tracks if track.is_default] == ["aac_de"]


@pytest.mark.parametrize("words", ["9", "noise"])
def test_a_dub_that_does_not_fit_costs_itself_and_is_judged_once(workshop: Workshop, words: str) -> None:
    """In the title's language, it would have been the default."""
    assert deliver(workshop, "de", de=words) >= {"metadata"}
    assert said(workshop) == {"aac_en": ("en", "main", True)}
    assert deliver(workshop, "de") == set()
    assert deliver(workshop, "de", de="4") >= {"audio_aac", "audio_tracks"}, "until it is delivered anew"
    assert said(workshop)["aac_de"] == ("de", "main", True)


def test_a_second_dub_of_a_language_is_left_out(workshop: Workshop) -> None:
    """English is there already, in the source."""
    assert deliver(workshop, en="4", fr="4", fr_dub="4") == OF_SOUND
    assert list(said(workshop)) == ["aac_en", "aac_fr"]


def test_loudness_is_measured_once_a_file_and_every_track_gets_its_gain(workshop: Workshop) -> None:
    """What is 3 LU too loud is made quieter; a late dub is measured by itself."""
    assert workshop.store.latest("film", "audio_levels") is None or not sounds(workshop, "audio_levels")
    workshop.save_profile(workshop.profile() | {"loudness": {"standard": "ebu_r128"}})
    assert workshop.run("film") >= {"audio_levels", *OF_SOUND}
    source = sounds(workshop, "audio_levels")["source"]
    assert deliver(workshop, fr="4") == {"audio_levels", "quality_control", *OF_SOUND}
    levels = sounds(workshop, "audio_levels")
    assert list(levels) == ["source", "beside/film.fr.wav"]
    assert levels["source"].digest == source.digest
    gains = {name: leaf.document["loudness"]["gain_db"] for name, leaf in sounds(workshop).items()}
    assert gains == {"aac_en": "-3", "aac_fr": "-3"}
    assert deliver(workshop) == set(), "nothing is left to be made"


def test_surround_is_made_of_surround_alone_and_says_so(workshop: Workshop) -> None:
    """The stand-in's sounds are stereo."""
    workshop.save_profile(workshop.profile() | {"audio": [{"codec": "aac"}, {"codec": "eac3"}, {"codec": "opus"}]})
    assert deliver(workshop, fr="4") >= {"audio_eac3", "audio_opus", "audio_tracks", "dash_package"}
    assert not sounds(workshop, "audio_eac3")
    surround = workshop.store.latest("film", "audio_eac3")
    assert surround is not None
    assert surround.empty.startswith("eac3_en: E-AC-3 is made of more than stereo, and this is stereo; eac3_fr: ")
    assert list(sounds(workshop, "audio_opus")) == ["opus_en", "opus_fr"]
    assert deliver(workshop) == set(), "nothing is left to be made"
