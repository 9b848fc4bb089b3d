"""The catalogue: what a CMS shows of a title, and the ``metadata.json`` that a person may write (docs/metadata.md)."""

import json
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from vod_assets.domain.chapter_files import chapter_language
from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.markers import Chapter
from vod_assets.domain.media_info import AudioStream, MediaInfo, TextStream, VideoStream
from vod_assets.domain.metadata import LONGEST_NAME, Metadata
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.policy import read_policy, wrong
from vod_assets.domain.publication import SHOWN, Publication, Status
from vod_assets.domain.release import Release, ReleasedTrack, unique_tracks
from vod_assets.domain.title import Fingerprint, TitleRecord

Address = Annotated[str, Field(pattern=r"^(https?://\S+)?$")]  # no script: and no data: ever reaches a page
SCHEMA_ADDRESS = "urn:vod-assets:metadata:1"


class Technical(Document):
    """What the source holds, as measured."""

    container: str
    duration_seconds: Fraction
    video: VideoStream
    audio: tuple[AudioStream, ...] = ()
    text: tuple[TextStream, ...] = ()


class ShownTrack(Document):
    """A track as a viewer or a shop would name it."""

    name: str
    kind: Literal["video", "audio", "text"]
    codecs: str = ""
    width: int = 0
    height: int = 0
    bits_per_second: int = 0
    language: str = "und"
    label: str = ""
    role: str = "main"
    is_forced: bool = False
    is_hearing_impaired: bool = False


class ShownKey(Document):
    """A key that a variant is encrypted with: an application asks for its licence, by the system that it has.

    Attributes:
        kid: Key id, 32 hex digits.
        scheme: ``cenc``, ``cbcs`` or ``aes128``.
        track_class: The tracks that it is for, in SPEKE's words: ``ALL``, ``AUDIO``, ``HD1``.
        licences: Address of licences by system (``widevine``, ``playready``, ``fairplay``), or of the key (``aes128``).
    """

    kid: str
    scheme: str
    track_class: str
    licences: dict[str, Address] = {}


class ManifestAddresses(Document):
    """Where players open one variant; empty when the variant lacks that format.

    Attributes:
        keys: What it is encrypted with; none for a clear variant.
    """

    hls: Address = ""
    dash: Address = ""
    keys: tuple[ShownKey, ...] = Field((), exclude_if=lambda keys: not keys)


class ShownRelease(Document):
    """The release that an entry points at.

    Attributes:
        digest: Digest of the release; with ``Entry.source`` it is the lineage from what is shown back to the source.
        poster: Address of the poster, or empty.
        thumbnails: Address of the WebVTT index of the thumbnails, or empty.
        chapters: Addresses of the WebVTT files of chapters, by language tag.
    """

    number: int = Field(ge=1)
    digest: str
    profile: str = ""
    external: bool = False
    variants: dict[str, ManifestAddresses]
    poster: Address = ""
    thumbnails: Address = ""
    chapters: dict[str, Address] = {}
    tracks: tuple[ShownTrack, ...] = ()

    @property
    def addresses(self) -> list[str]:
        """Everything that the entry lets a viewer open."""
        manifests = [address for variant in self.variants.values() for address in (variant.hls, variant.dash)]
        return [one for one in (*manifests, self.poster, self.thumbnails, *self.chapters.values()) if one]


class Entry(Metadata):
    """One title in a CMS, and the schema of ``metadata.json``; without ``release`` it says nothing about where to play.

    Attributes:
        names: Titles by BCP 47 language tag; the first is shown when no language is asked for.
        source: The mezzanine's size and SHA-256.
        chapters: In order of time; each lasts until the next one.
        publication: Which publication of the title this is, and whether viewers may see it.
    """

    duration_seconds: Fraction | None = None
    chapters: tuple[Chapter, ...] = ()
    source: Fingerprint | None = None
    technical: Technical | None = None
    release: ShownRelease | None = None
    publication: Publication | None = Field(None, exclude_if=lambda publication: publication is None)

    @property
    def status(self) -> Status:
        """Whether viewers may see it now; an entry that does not say is shown."""
        return self.publication.status if self.publication is not None else SHOWN

    @property
    def is_shown(self) -> bool:
        """Whether viewers may see it now."""
        return self.status == SHOWN

    @property
    def name(self) -> str:
        """The title to show when no language is asked for: in the title's own language, if it has one."""
        return (self.names.get(self.language) or next(iter(self.names.values()), self.title))[:LONGEST_NAME]

    @property
    def synopsis(self) -> str:
        """The synopsis to show when no language is asked for: in the title's own language, if it has one."""
        return self.synopses.get(self.language) or next(iter(self.synopses.values()), "")


def describe(
    said: TitleRecord | Metadata,
    info: MediaInfo | None = None,
    source: Fingerprint | None = None,
    chapters: Sequence[Chapter] = (),
) -> Entry:
    """Return what is known of a title before it is released: the content of ``metadata.json``."""
    metadata = Metadata.of(said) if isinstance(said, TitleRecord) else said
    technical = Technical(**{name: getattr(info, name) for name in Technical.model_fields}) if info else None
    return Entry(
        title=metadata.title,
        **metadata.editorial,
        duration_seconds=info.duration_seconds if info else None,
        chapters=tuple(chapters),
        source=source,
        technical=technical,
    )


def entry_for(
    said: TitleRecord | Metadata,
    release: Release,
    url: Callable[[str, str], str],
    info: MediaInfo | None = None,
    chapters: Sequence[Chapter] = (),
) -> Entry:
    """Return the CMS entry of a title that points at a release.

    Args:
        said: Names, synopses, policy and whatever else is known.
        release: What to point at; it knows poster, thumbnails and tracks.
        url: `Origin.url`.
        info: The source as measured, for the technical part.
        chapters: The title's.
    """
    return pointed_at(describe(said, info, release.source, chapters), release, url)


def pointed_at(entry: Entry, release: Release, url: Callable[[str, str], str]) -> Entry:
    """Return an entry that points at a release and is otherwise the same."""
    duration = max((track.duration_seconds or Fraction(0) for track in release.tracks), default=Fraction(0))
    return entry.model_copy(
        update={
            "release": _shown(release, url),
            "source": entry.source or release.source,
            "duration_seconds": entry.duration_seconds or duration or None,
        }
    )


def read_entry(text: bytes, file: str = "") -> Entry:
    """Return the entry of a ``metadata.json``.

    Raises:
        ConfigError: ``bad_metadata``, naming the field.
    """
    try:
        entry = Entry.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        cause = f"{field}: {said_of(first)}" if field else said_of(first)
        raise ConfigError("bad_metadata", cause, "docs/metadata.md lists every field", file=file) from error
    try:
        read_policy(entry.policy)
    except ValidationError as error:
        raise ConfigError(
            "bad_metadata", f"policy: {wrong(error)}", "docs/policy.md lists every field", "", file
        ) from error
    return entry


def json_schema() -> str:
    """Return ``docs/metadata.schema.json``: what a ``metadata.json`` may hold, a release's or one that is published."""
    schema = Entry.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ADDRESS}
    return json.dumps(head | schema, indent=1, ensure_ascii=False) + "\n"


def _shown(release: Release, url: Callable[[str, str], str]) -> ShownRelease:
    def address(path: str) -> str:
        return url(release.title, path) if path else ""

    variants = {
        name: ManifestAddresses(
            hls=address(release.below_title(variant.hls) if variant.hls else ""),
            dash=address(release.below_title(variant.dash) if variant.dash else ""),
            keys=tuple(ShownKey.model_validate(key.model_dump()) for key in variant.keys),
        )
        for name, variant in release.variants.items()
    }
    shown = {"video", "audio", "text"}
    return ShownRelease(
        number=release.number,
        digest=release.digest,
        profile=release.profile,
        external=release.external,
        variants=variants,
        poster=address(_picture(release, "poster", (".jpg", ".jpeg", ".png", ".webp"))),
        thumbnails=address(_picture(release, "image", (".vtt",))),
        chapters=_chapters(release, address),
        tracks=tuple(_shown_track(track) for track in unique_tracks(release.tracks) if track.kind in shown),
    )


def _chapters(release: Release, address: Callable[[str], str]) -> dict[str, str]:
    named = {chapter_language(file.path): file.path for file in release.manifests}
    return {tag: address(release.below_title(path)) for tag, path in named.items() if tag}


def _picture(release: Release, kind: str, endings: tuple[str, ...]) -> str:
    track = release.track_of_kind(kind)
    paths = [file.path for file in track.files if file.path.endswith(endings)] if track else []
    return track.path(min(paths)) if track and paths else ""


def _shown_track(track: ReleasedTrack) -> ShownTrack:
    return ShownTrack.model_validate({name: getattr(track, name) for name in ShownTrack.model_fields})


if __name__ == "__main__":
    sys.stdout.write(json_schema())
