"""Captions in the source, and in the other files of its programme: streams of text, and what their pictures carry."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.defs.step import Step
from vod_assets.defs.text_sources import Read, TextSource
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import SourceError, ToolError, printable
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.media_info import Finding, MediaInfo, PartText
from vod_assets.domain.text.captions import refusal
from vod_assets.domain.text.closed_captions import ClosedCaptions
from vod_assets.domain.text.continued import (
    MASTER,
    by_channel,
    channels_of_all,
    places_of_closed_captions,
    tracks_of_text,
)
from vod_assets.ports import SourceStore, TextExtractor

DECODER = 3  # of closed captions; to be raised when the same pictures are read differently


def embedded_texts(
    at: Step, mezzanine: Artifact, info: MediaInfo, sources: SourceStore, text: TextExtractor
) -> Iterator[TextSource]:
    """Yield the streams of text, a source a track; captions inside pictures are another matter."""
    for places in tracks_of_text(info):

        def read(scratch: Path, places: list[PartText] = places) -> Read:
            opened = _Opened(at, mezzanine, sources)
            first, *others = [_read_stream(place, opened, text, scratch) for place in places]
            return replace(first, more=tuple(others))

        stream, starts_at = places[0].stream, places[0].starts_at
        yield TextSource(
            digest=mezzanine.digest,
            name=_named(places[0]),
            language=stream.language,
            label=stream.label,
            is_forced=stream.is_forced,
            is_hearing_impaired=stream.is_hearing_impaired,
            starts_at=starts_at,
            parameters={"stream": stream.index, "starts_at": starts_at} | _parts(places),
            build_ids=dict(text.build_ids),
            read=read,
            mezzanine=mezzanine.digest,
        )


def _read_stream(place: PartText, opened: "_Opened", text: TextExtractor, scratch: Path) -> Read:
    folder = scratch / str(len(list(scratch.iterdir())))
    folder.mkdir()
    try:
        file = text.extract_text(opened.path(place.file), place.stream, folder)
    except (SourceError, ToolError) as error:
        return _unread(place, error)
    name = f"{place.file}, {file.name}" if place.file else file.name
    return Read(file.read_bytes(), name, file=place.file, starts_at=place.starts_at)


@dataclass
class ChannelText:
    """The captions inside the pictures, decoded once a run for all their channels.

    Attributes:
        places: The streams of pictures; several where they go on in other files of a programme.
        look: Returns what the pictures of one carry.
    """

    places: Sequence[PartText]
    mezzanine: str
    build_ids: dict[str, str]
    look: Callable[[PartText, Path], ClosedCaptions]
    found: list[ClosedCaptions] = field(default_factory=list)
    unread: dict[str, Finding] = field(default_factory=dict)

    def source(self, track: str = "") -> TextSource:
        """Return the text of a channel (``CC1``) or service (``S1``); of the first that says anything without a name.

        The language is that of the sound for the first, and unknown for the others: they are translations, as a rule.
        """
        is_first, stream = track in ("", "CC1", "S1"), self.places[0].stream
        return TextSource(
            digest=self.mezzanine,
            name=f"{_named(self.places[0])}, {track or 'closed captions'}",
            language=stream.language if is_first else UNKNOWN,
            label="CC" if is_first else track.replace("S", "CC "),
            is_forced=False,
            is_hearing_impaired=True,
            starts_at=Fraction(0),
            parameters={"stream": stream.index, "track": track, "decoder": DECODER} | _parts(self.places),
            build_ids=self.build_ids,
            read=lambda scratch: self._read(track, scratch),
            mezzanine=self.mezzanine,
            is_labelled_apart=not is_first,
        )

    def _read(self, track: str, scratch: Path) -> Read:
        if not self.found:
            self.found = [self._looked(place, scratch) for place in self.places]
        channels = channels_of_all(self.found)
        chosen = track or next(iter(channels), "CC1")
        channel = channels.get(chosen, chosen)
        pairs = list(zip(self.places, self.found, strict=True))
        first, *others = (self._channel(channel, *pair) for pair in pairs)
        findings = () if track else tuple(finding for pair in pairs for finding in self._findings(*pair))
        return replace(first, more=tuple(others), said={"tracks": list(channels)}, findings=findings)

    def _looked(self, place: PartText, scratch: Path) -> ClosedCaptions:
        try:
            return self.look(place, scratch)
        except (SourceError, ToolError) as error:
            if place.file == MASTER:
                raise
            self.unread[place.file] = _refused(place, error)
            return ClosedCaptions()

    @staticmethod
    def _channel(channel: str, place: PartText, found: ClosedCaptions) -> Read:
        name = by_channel(found).get(channel, channel)
        file = f"{name} of {_named(place)}.{'vtt' if name.startswith('S') else 'scc'}"
        return Read(found.offered().get(name, "").encode(), file, file=place.file)

    def _findings(self, place: PartText, found: ClosedCaptions) -> Iterator[Finding]:
        where = _named(place)
        if place.file in self.unread:
            yield self.unread[place.file]
        for channel, service in found.twins.items():
            cause = f"{where}: service {service} of CEA-708 says the same as CC{channel}, and is offered in its place"
            yield Finding(code="closed_captions_twin", kind="normalised", cause=cause)
        if found.damaged:
            cause = f"{where}: {found.damaged} packets of CEA-708 are damaged, and only what is left of them is read"
            yield Finding(code="caption_cue_dropped", kind="warning", cause=cause)


def closed_caption_channels(
    at: Step, mezzanine: Artifact, info: MediaInfo, sources: SourceStore, text: TextExtractor
) -> Iterator[ChannelText]:
    """Yield the captions inside the pictures."""

    def look(place: PartText, scratch: Path) -> ClosedCaptions:
        return text.closed_captions(_Opened(at, mezzanine, sources).path(place.file), place.stream, scratch)

    for places in places_of_closed_captions(info):
        yield ChannelText(places, mezzanine.digest, dict(text.build_ids), look)


class _Opened:
    """The files of a source, looked for when one is read: they must still have the bytes that are known of them."""

    def __init__(self, at: Step, mezzanine: Artifact, sources: SourceStore) -> None:
        self._open: Callable[[], Path] = lambda: at.source(mezzanine, sources)
        self._source: Path | None = None

    def path(self, file: str) -> Path:
        """Return the path of a file by its name; the master has none here."""
        if self._source is None:
            self._source = self._open()
        return self._source / (file or self._source.name) if self._source.is_dir() else self._source


def _named(place: PartText) -> str:
    stream = f"stream {place.stream.index}"
    return f"{stream} of {printable(place.file)}" if place.file else stream


def _unread(place: PartText, error: SourceError | ToolError) -> Read:
    if place.file == MASTER:
        raise error
    return Read(b"", _named(place), (_refused(place, error),), file=place.file)


def _refused(place: PartText, error: SourceError | ToolError) -> Finding:
    if isinstance(error, SourceError):
        return refusal(error, _named(place))
    return Finding(code="caption_file_refused", kind="warning", cause=f"{_named(place)}: {error.cause}")


def _parts(places: Sequence[PartText]) -> dict[str, Any]:
    """Return what a recipe says of text in files that are not the master."""
    if all(place.file == MASTER for place in places):
        return {}
    return {"places": [f"{place.stream.index} {place.starts_at} {place.file}" for place in places]}
