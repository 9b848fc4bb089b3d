"""Captions that a title must have: what its profile and its policy demand, and what is missing."""

from collections.abc import Iterable, Mapping
from typing import Any

from vod_assets.domain.documents import Document, digest_of
from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.track import Track

CHECK = "hls_package.captions"
DEMAND = "require_captions"  # the field of profiles and policies
MACHINE_ROLE = "supplementary"  # of captions that no person wrote, which meet no demand


class CaptionDemand(Document):
    """Languages that a title must have captions in.

    Attributes:
        languages: BCP 47 tags, sorted; ``en`` is met by ``en-GB``, not the other way round.
        any_language: Whether captions in any language must be there.
        not_understood: What a policy demands that is no demand.
    """

    languages: tuple[str, ...] = ()
    any_language: bool = False
    not_understood: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.languages or self.any_language or self.not_understood)

    @property
    def digest(self) -> str:
        """Names the demand, so that a check of another one does not count."""
        return digest_of(self)


def demanded(profile: bool | tuple[str, ...], policy: Mapping[str, Any]) -> CaptionDemand:
    """Return what a profile and a title's policy demand together."""
    said = (profile, policy.get(DEMAND, False))
    words = [word for one in said for word in _words(one)]
    tags = {word: language_tag(word) for word in words}
    return CaptionDemand(
        languages=tuple(sorted({tag for tag in tags.values() if tag != UNKNOWN})),
        any_language=any(one is True for one in said),
        not_understood=tuple(sorted(word for word, tag in tags.items() if tag == UNKNOWN)),
    )


def missing_captions(demand: CaptionDemand, tracks: Iterable[Track]) -> list[str]:
    """Return a sentence for each demand that a title's tracks do not meet; forced narratives meet none."""
    there = {
        track.language
        for track in tracks
        if track.kind == "text" and not track.is_forced and track.role != MACHINE_ROLE
    }
    offered = f"it has them in {', '.join(sorted(there))}" if there else "it has none"
    lacking = [language for language in demand.languages if not any(_meets(one, language) for one in there)]
    found = [f"captions in {language} are required, and {offered}" for language in lacking]
    if demand.any_language and not there:
        found.append("captions are required, and it has none")
    return found + [f"{DEMAND} names {word!r}, which is no language" for word in demand.not_understood]


def _words(said: object) -> list[str]:
    if isinstance(said, bool) or said is None:
        return []
    if isinstance(said, str):
        return [word for word in said.replace(",", " ").split() if word]
    return [str(word) for word in said] if isinstance(said, (list, tuple)) else [str(said)[:40]]


def _meets(offered: str, wanted: str) -> bool:
    return offered == wanted or offered.startswith(f"{wanted}-")
