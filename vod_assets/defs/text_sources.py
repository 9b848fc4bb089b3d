"""Where captions come from: files beside the source, streams in it, its pictures, and a machine that listens."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.containers import COUNT_FROM_WHAT_IS_READ
from vod_assets.domain.errors import SourceError
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.media_info import CLOSED_CAPTIONS, Finding, MediaInfo, TextStream
from vod_assets.domain.text.captions import LARGEST_FILE_BYTES, refusal
from vod_assets.domain.text.closed_captions import ClosedCaptions
from vod_assets.domain.text.declared import declared
from vod_assets.domain.text.speech import LABEL, as_webvtt
from vod_assets.domain.title import Sidecar
from vod_assets.ports import SourceStore, SpeechRecogniser, TextExtractor

DECODER = 3  # of closed captions; to be raised when the same pictures are read differently


@dataclass(frozen=True)
class Read:
    """A caption file as it was found or made.

    Attributes:
        data: Its bytes; none where nothing is said.
        said: What its leaf's document says besides.
    """

    data: bytes
    name: str
    findings: tuple[Finding, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TextSource:
    """One caption file or stream, and how to get its bytes.

    Attributes:
        digest: Of what its bytes come from.
        starts_at: The time in it, in seconds, at which the picture begins.
        read: Returns what it holds, given a folder to work in.
        mezzanine: Digest of the mezzanine that it is a stream of; empty for a file of its own.
        is_machine_made: Whether no person wrote it.
        is_labelled_apart: Whether its label tells it from others of its language and kind already.
        is_in_programme: Whether it counts in the programme's time, though that is not the master's.
    """

    digest: str
    name: str
    language: str
    label: str
    is_forced: bool
    is_hearing_impaired: bool
    starts_at: Fraction
    parameters: dict[str, Any]
    build_ids: dict[str, str]
    read: Callable[[Path], Read]
    mezzanine: str = ""
    is_machine_made: bool = False
    is_labelled_apart: bool = False
    is_in_programme: bool = False

    @property
    def track(self) -> str:
        """Name of its track: ``text_en``, ``text_en_forced``, ``text_en_sdh``, ``text_en_asr``."""
        kind = "_forced" if self.is_forced else "_sdh" if self.is_hearing_impaired else ""
        return f"text_{self.language.lower()}{'_asr' if self.is_machine_made else kind}"

    @property
    def role(self) -> str:
        """Its role in DASH: what a machine wrote is offered besides, and stands for nothing else."""
        kind = "forced-subtitle" if self.is_forced else "caption" if self.is_hearing_impaired else "subtitle"
        return "supplementary" if self.is_machine_made else kind

    def numbered(self, number: int) -> "TextSource":
        """Return it with a label that tells it from others of its language and kind."""
        if number == 1 or self.is_labelled_apart:
            return self
        return replace(self, label=f"{self.label or self.language} ({number})")

    def described(self) -> dict[str, Any]:
        """Return what manifests say of the track, and which mezzanine it comes from."""
        return {
            "language": self.language,
            "label": self.label,
            "role": self.role,
            "is_default": False,
            "is_forced": self.is_forced,
            "is_hearing_impaired": self.is_hearing_impaired,
            "mezzanine": self.mezzanine,
        }


def sidecar_texts(at: Step, info: MediaInfo, sources: SourceStore, findings: list[Finding]) -> Iterator[TextSource]:
    """Yield the caption files beside the source; one that cannot be read becomes a finding."""
    is_in_programme = info.timeline is not None and info.timeline.words_count_from == "programme"
    for sidecar in (sidecar for sidecar in at.record.sidecars if sidecar.kind == "captions"):
        name = sources.name(sidecar.address)
        try:
            data = sources.read(sidecar.address, LARGEST_FILE_BYTES)
        except SourceError as error:  # its code is that of a source, which would be refused
            unread = SourceError("caption_file_refused", error.cause, file=name)
            findings.append(refusal(unread, name))
            continue
        yield replace(_sidecar(sidecar, name, data), is_in_programme=is_in_programme)


def _sidecar(sidecar: Sidecar, name: str, data: bytes) -> TextSource:
    """Return a file's text; what its name does not say of language and role, the file itself may."""
    said = declared(data, name)
    language = said.language if sidecar.language == UNKNOWN else sidecar.language
    role = sidecar.role or said.role
    return TextSource(
        digest=hashlib.sha256(data).hexdigest(),
        name=name,
        language=language,
        label=sidecar.label,
        is_forced=role == "forced",
        is_hearing_impaired=role in ("sdh", "cc", "caption"),
        starts_at=Fraction(0),
        parameters={"file": name},
        build_ids={},
        read=lambda _: Read(data, name),
    )


def embedded_texts(
    at: Step, mezzanine: Artifact, info: MediaInfo, sources: SourceStore, text: TextExtractor
) -> Iterator[TextSource]:
    """Yield the streams of text in the source; captions inside its pictures are another matter."""
    for stream in (stream for stream in info.text if stream.is_text and stream.codec != CLOSED_CAPTIONS):

        def read(scratch: Path, stream: TextStream = stream) -> Read:
            file = text.extract_text(_master(at, mezzanine, sources), stream, scratch)
            return Read(file.read_bytes(), file.name)

        yield TextSource(
            digest=mezzanine.digest,
            name=f"stream {stream.index}",
            language=stream.language,
            label=stream.label,
            is_forced=stream.is_forced,
            is_hearing_impaired=stream.is_hearing_impaired,
            starts_at=first_picture_in(info, stream),
            parameters={"stream": stream.index, "starts_at": first_picture_in(info, stream)},
            build_ids=dict(text.build_ids),
            read=read,
            mezzanine=mezzanine.digest,
        )


@dataclass
class ChannelText:
    """The captions inside the pictures of one stream, decoded once a run for all its channels."""

    stream: TextStream
    mezzanine: str
    build_ids: dict[str, str]
    look: Callable[[Path], ClosedCaptions]
    found: ClosedCaptions | None = None

    def source(self, track: str = "") -> TextSource:
        """Return the text of a channel (``CC1``) or service (``S1``); of the first that says anything without a name.

        The language is that of the sound for the first, and unknown for the others: they are translations, as a rule.
        """
        is_first = track in ("", "CC1", "S1")
        return TextSource(
            digest=self.mezzanine,
            name=f"stream {self.stream.index}, {track or 'closed captions'}",
            language=self.stream.language if is_first else UNKNOWN,
            label="CC" if is_first else track.replace("S", "CC "),
            is_forced=False,
            is_hearing_impaired=True,
            starts_at=Fraction(0),
            parameters={"stream": self.stream.index, "track": track, "decoder": DECODER},
            build_ids=self.build_ids,
            read=lambda scratch: self._read(track, scratch),
            mezzanine=self.mezzanine,
            is_labelled_apart=not is_first,
        )

    def _read(self, track: str, scratch: Path) -> Read:
        if self.found is None:
            self.found = self.look(scratch)
        offered = self.found.offered()
        chosen = track or next(iter(offered), "CC1")
        name = f"{chosen} of stream {self.stream.index}.{'vtt' if chosen.startswith('S') else 'scc'}"
        findings = () if track else tuple(self._findings(self.found))
        return Read(offered.get(chosen, "").encode(), name, findings, {"tracks": list(offered)})

    def _findings(self, found: ClosedCaptions) -> Iterator[Finding]:
        where = f"stream {self.stream.index}"
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
    for stream in (stream for stream in info.text if stream.codec == CLOSED_CAPTIONS):

        def look(scratch: Path, stream: TextStream = stream) -> ClosedCaptions:
            return text.closed_captions(_master(at, mezzanine, sources), stream, scratch)

        yield ChannelText(stream, mezzanine.digest, dict(text.build_ids), look)


def spoken(
    at: Step, mezzanine: Artifact, info: MediaInfo, sources: SourceStore, speech: SpeechRecogniser
) -> TextSource | Finding | None:
    """Return what a machine hears in the first sound track, a finding where it does not know the language.

    Raises:
        ConfigError: ``speech_not_installed``.
    """
    speech.require()
    if not info.audio:
        return None
    stream = info.audio[0]
    if not speech.hears(stream.language):
        cause = f"stream {stream.index} speaks {stream.language}, of which the recogniser hears nothing"
        return Finding(code="speech_not_recognised", kind="warning", cause=cause)

    def read(scratch: Path) -> Read:
        words = speech.recognise(at.source(mezzanine, sources), info, stream, scratch)
        return Read(as_webvtt(words), "speech.vtt")

    return TextSource(
        digest=mezzanine.digest,
        name=f"speech of stream {stream.index}",
        language=stream.language,
        label=LABEL,
        is_forced=False,
        is_hearing_impaired=False,
        starts_at=info.video.start_seconds - stream.start_seconds,
        is_in_programme=True,
        parameters={"speech": stream.index},
        build_ids=dict(speech.build_ids),
        read=read,
        mezzanine=mezzanine.digest,
        is_machine_made=True,
    )


def _master(at: Step, mezzanine: Artifact, sources: SourceStore) -> Path:
    """Return the master's own file: text of other files of a programme is not read."""
    source = at.source(mezzanine, sources)
    return source / source.name if source.is_dir() else source


def _first_picture(info: MediaInfo) -> Fraction:
    """Return when the picture begins in the master's file."""
    return info.timeline.picture.start_seconds if info.timeline else info.video.start_seconds


def first_picture_in(info: MediaInfo, stream: TextStream) -> Fraction:
    """Return when the picture begins by the clock of a text that was taken out; before it began, that is negative."""
    began = stream.start_seconds if info.container in COUNT_FROM_WHAT_IS_READ else Fraction(0)
    return _first_picture(info) - began
