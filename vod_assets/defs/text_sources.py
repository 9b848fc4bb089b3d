"""Where captions come from: files beside the source, and a machine that listens; `embedded_texts` is beside this."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import SourceError
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.domain.text.captions import LARGEST_FILE_BYTES, refusal
from vod_assets.domain.text.declared import declared
from vod_assets.domain.text.speech import LABEL, as_webvtt
from vod_assets.domain.title import Sidecar
from vod_assets.ports import SourceStore, SpeechRecogniser


@dataclass(frozen=True)
class Read:
    """A caption file as it was found or made.

    Attributes:
        data: Its bytes; none where nothing is said.
        said: What its leaf's document says besides.
        file: The file of a programme that it counts in, where that is not the master.
        starts_at: The time in it, in seconds, at which the picture of that file begins.
        more: How it goes on in other files of the programme.
    """

    data: bytes
    name: str
    findings: tuple[Finding, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    starts_at: Fraction = Fraction(0)
    more: tuple["Read", ...] = ()

    @property
    def all_findings(self) -> list[Finding]:
        """What there is to say of it in every file."""
        return [*self.findings, *(finding for one in self.more for finding in one.findings)]


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
