"""Deliveries to a repackager: which variant it gets, under which names, and what is refused."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.publication import SHOWN, Publication, Status
from vod_assets.domain.release import Release, ReleasedTrack

ASSET = "delivery"
KNOWN_CODECS = ("avc1", "avc3", "hvc1", "hev1", "mp4a", "ac-3", "ec-3")  # that Edgeware's ingest takes in MP4
DELIVERED: tuple[Status, ...] = (SHOWN, "scheduled", "paused")
SINGLE_FILE = "track.mp4"  # of a track in the layout ``ondemand``
TO_ADD = "add {name: ondemand, layout: ondemand} to the profile's variants, and run the title again"
_TRACK = re.compile(r"(?:\.\./)+tracks/([0-9a-f]{64})/")
_BESIDE = re.compile(r"(?:\.\./)+")


class Gops(Document):
    """How often a rendition begins anew.

    Attributes:
        seconds: From one key frame to the next.
        is_regular: Whether there are no key frames besides, at cues.
    """

    rendition: str
    seconds: Fraction
    is_regular: bool = True

    def __str__(self) -> str:
        return f"{self.rendition}: {self.seconds} s{'' if self.is_regular else ', and others at cues'}"


def gops_of(title: str, rendition: str, parameters: Mapping[str, Any], frame_rate: Fraction) -> Gops:
    """Return how often a rendition begins anew, by the recipe that it was encoded with.

    Raises:
        ConfigError: ``delivery_refused``: the recipe says nothing of it.
    """
    options = parameters.get("options", {})
    if "g" not in options:
        refuse(title, f"nothing says how long the GOPs of {rendition} are", "Encode it again here")
    seconds = Fraction(int(options["g"])) / frame_rate
    return Gops(rendition=rendition, seconds=seconds, is_regular="force_key_frames" not in options)


def require_one_gop(title: str, gops: Sequence[Gops], *, allow_cues: bool = False) -> None:
    """Return when all renditions have key frames at the same, constant distance.

    Raises:
        ConfigError: ``delivery_refused``, naming each rendition and its length.
    """
    said = "; ".join(map(str, gops))
    if len({one.seconds for one in gops}) > 1:
        remedy = "Encode its renditions with one gop_seconds: run the title again with one profile"
        refuse(title, f"its renditions have GOPs of different lengths ({said})", remedy)
    if not allow_cues and not all(one.is_regular for one in gops):
        remedy = "Put its cues at multiples of that, or set allow_cues for the target if it takes them"
        refuse(title, f"its GOPs are not of one length ({said})", remedy)


def delivered_from(tracks: Sequence[Mapping[str, Any]], path: str) -> tuple[str, bool]:
    """Return the file below a title that a delivered one was made of, and whether it is that very file.

    Args:
        tracks: Those of the release, as ``release.json`` lists them.
        path: Below the delivery: ``h264_720p.mp4``, or ``h264_720p/track.mp4``; of a manifest there is no such file.
    """
    name, slash, file = path.partition("/")
    called = [one for one in tracks if one["name"] == (name if slash else name.rpartition(".")[0])]
    same = [one for one in called if file in [its["path"] for its in one["files"]]]
    for one in same or called:
        return f"tracks/{one['digest']}/{file if same else one['files'][0]['path']}", bool(same)
    return "", False


def withheld(publication: Publication | None) -> str:
    """Return why nothing of an entry is delivered now; empty: it is shown, or will be, and takes time to package."""
    status = publication.status if publication else SHOWN
    return "" if status in DELIVERED else f"it is {status.replace('_', ' ')}"


def refuse(title: str, cause: str, remedy: str) -> NoReturn:
    """Raise the refusal of a delivery."""
    raise ConfigError("delivery_refused", cause, remedy, title)


def ondemand_variant(release: Release, played: Mapping[str, Sequence[ReleasedTrack]], wanted: str = "") -> str:
    """Return the variant whose tracks are single files: the one that is wanted, or the first that needs no key.

    Args:
        release: The release.
        played: Tracks that each variant's manifests play.
        wanted: A variant's name; empty: whichever is fit.

    Raises:
        ConfigError: ``delivery_refused``, saying what to add to the profile.
    """
    single = [name for name, tracks in played.items() if _is_single(tracks)]
    fit = [name for name in single if name == wanted or (not wanted and not release.variants[name].keys)]
    if fit:
        return fit[0]
    what = f"variant {wanted} is none with" if wanted else "there is no variant without protection that has"
    refuse(
        release.title, f"release {release.number}: {what} one file a track", f"In profile {release.profile}, {TO_ADD}"
    )


def _is_single(tracks: Sequence[ReleasedTrack]) -> bool:
    media = [track for track in tracks if track.kind in ("video", "audio")]
    return bool(media) and all([file.path for file in track.files] == [SINGLE_FILE] for track in media)


def played_tracks(release: Release, texts: Mapping[str, str]) -> dict[str, list[ReleasedTrack]]:
    """Return the tracks that each variant's manifests name, in the release's order.

    Args:
        release: The release.
        texts: Every manifest by its path below the release: ``<variant>/<file>``.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for path, text in texts.items():
        named[path.partition("/")[0]] |= set(_TRACK.findall(text))
    return {name: [one for one in release.tracks if one.digest in named[name]] for name in release.variants}


def moved_manifest(text: str, names: Mapping[str, str]) -> str:
    """Return a manifest that lies beside its tracks' folders and the release's own files.

    Args:
        text: The manifest as it was released.
        names: Each track's folder by its digest.
    """
    return _BESIDE.sub("", _TRACK.sub(lambda found: f"{names[found[1]]}/", text))


def is_taken(codecs: str) -> bool:
    """Whether a repackager takes sound or picture of a codec in MP4."""
    return codecs.partition(".")[0] in KNOWN_CODECS
