"""Captions: sidecar and embedded text, each as one WebVTT file and one IMSC1 document."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.media_info import Finding, MediaInfo, TextStream
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.text.captions import LARGEST_FILE_BYTES, read_captions, refusal
from vod_assets.domain.text.fitting import earlier, fitted
from vod_assets.domain.text.imsc import write_imsc
from vod_assets.domain.text.webvtt_file import write_webvtt
from vod_assets.domain.title import Sidecar
from vod_assets.ports import SourceStore, TextExtractor

CAPTIONS_FILE, TIMED_TEXT_FILE = "captions.vtt", "captions.ttml"
READER = 2  # to be raised when the same caption file is read differently


@dataclass(frozen=True)
class TextSource:
    """One caption file or stream, and how to get its bytes.

    Attributes:
        digest: Of what its bytes come from.
        starts_at: The time in it, in seconds, at which the picture begins.
        read: Returns its bytes and its name, given a folder to work in.
        mezzanine: Digest of the mezzanine that it is a stream of; empty for a file of its own.
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
    read: Callable[[Path], tuple[bytes, str]]
    mezzanine: str = ""

    @property
    def track(self) -> str:
        """Name of its track: ``text_en``, ``text_en_forced``, ``text_en_sdh``."""
        kind = "_forced" if self.is_forced else "_sdh" if self.is_hearing_impaired else ""
        return f"text_{self.language.lower()}{kind}"

    def described(self) -> dict[str, Any]:
        """Return what manifests say of the track, and which mezzanine it comes from."""
        return {
            "language": self.language,
            "label": self.label,
            "role": "forced-subtitle" if self.is_forced else "caption" if self.is_hearing_impaired else "subtitle",
            "is_default": False,
            "is_forced": self.is_forced,
            "is_hearing_impaired": self.is_hearing_impaired,
            "mezzanine": self.mezzanine,
        }


@dg.asset(group_name="text", kinds={"webvtt"}, op_tags=BEFORE_ENCODES, **HOUSE)
def captions(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    text: dg.ResourceParam[TextExtractor],
) -> dg.MaterializeResult[Artifact]:
    """Sidecar captions and embedded text as WebVTT and IMSC1, one pair of files a language and kind.

    Upstream: mezzanine, media_info and the files beside the source. Downstream: text_tracks. A malformed cue costs that
    cue, a malformed file that file; both are listed here.
    """
    with step(context, artifacts, guard, reporter) as at:
        if not at.profile.captions:
            return at.result(at.nothing("captions", f"profile {at.profile.name} asks for no captions"))
        info = media_info.read(MediaInfo)
        leaves: dict[str, Made] = {}
        findings = [_bitmap(stream) for stream in info.text if not stream.is_text]
        for source in (*_sidecars(at, sources, findings), *_embedded(at, mezzanine, info, sources, text)):
            try:
                made = _convert(at, source, info)
            except (SourceError, ToolError) as error:
                findings.append(
                    refusal(error, source.name) if isinstance(error, SourceError) else _unread(error, source)
                )
                continue
            leaves[_free_name(source.track, leaves)] = made
            findings += [Finding.model_validate(finding) for finding in made.artifact.document["findings"]]
        made = at.index("captions", leaves, "no captions beside the source or in it")
        lines = "\n".join(f"- `{finding.code}` {finding.cause}" for finding in findings)
        return at.result(
            made, {"captions": ", ".join(leaves) or "none", "findings": dg.MetadataValue.md(lines or "none")}
        )


def _convert(at: Step, source: TextSource, info: MediaInfo) -> Made:
    recipe = Recipe(
        "captions",
        {"text": source.digest},
        {
            **source.parameters,
            **source.described(),
            "duration_seconds": info.duration_seconds,
            "frame_rate": info.video.frame_rate,
            "reader": READER,
        },
        source.build_ids,
    )

    def convert(directory: Path) -> dict[str, Any]:
        with TemporaryDirectory(dir=directory.parent, prefix=".scratch-") as scratch:
            data, name = source.read(Path(scratch))
        read = earlier(read_captions(data, name, source.language), source.starts_at)
        captions = fitted(read, info.duration_seconds, info.video.frame_rate)
        (directory / CAPTIONS_FILE).write_bytes(write_webvtt(captions))
        (directory / TIMED_TEXT_FILE).write_bytes(write_imsc(captions, source.language))
        findings = [finding.model_dump() for finding in captions.findings]
        return source.described() | {"cues": len(captions.cues), "charset": captions.charset, "findings": findings}

    return at.make(recipe, convert)


def _sidecars(at: Step, sources: SourceStore, findings: list[Finding]) -> Iterator[TextSource]:
    """Yield the caption files beside the source; one that cannot be read becomes a finding."""
    for sidecar in (sidecar for sidecar in at.record.sidecars if sidecar.kind == "captions"):
        name = sources.name(sidecar.address)
        try:
            data = sources.read(sidecar.address, LARGEST_FILE_BYTES)
        except SourceError as error:  # its code is that of a source, which would be refused
            unread = SourceError("caption_file_refused", error.cause, file=name)
            findings.append(refusal(unread, name))
            continue
        yield _sidecar(sidecar, name, data)


def _sidecar(sidecar: Sidecar, name: str, data: bytes) -> TextSource:
    return TextSource(
        digest=hashlib.sha256(data).hexdigest(),
        name=name,
        language=sidecar.language,
        label=sidecar.label,
        is_forced=sidecar.role == "forced",
        is_hearing_impaired=sidecar.role in ("sdh", "cc", "caption"),
        starts_at=Fraction(0),
        parameters={"file": name},
        build_ids={},
        read=lambda _: (data, name),
    )


def _embedded(
    at: Step, mezzanine: Artifact, info: MediaInfo, sources: SourceStore, text: TextExtractor
) -> Iterator[TextSource]:
    for stream in (stream for stream in info.text if stream.is_text):

        def read(scratch: Path, stream: TextStream = stream) -> tuple[bytes, str]:
            file = text.extract_text(at.source(mezzanine, sources), stream, scratch)
            return file.read_bytes(), file.name

        yield TextSource(
            digest=mezzanine.digest,
            name=f"stream {stream.index}",
            language=stream.language,
            label=stream.label,
            is_forced=stream.is_forced,
            is_hearing_impaired=stream.is_hearing_impaired,
            starts_at=info.video.start_seconds,
            parameters={"stream": stream.index, "starts_at": info.video.start_seconds},
            build_ids=dict(text.build_ids),
            read=read,
            mezzanine=mezzanine.digest,
        )


def _bitmap(stream: TextStream) -> Finding:
    cause = f"stream {stream.index} ({stream.codec}) holds pictures of text, which cannot become WebVTT"
    return Finding(code="subtitle_bitmap_unsupported", kind="warning", cause=cause)


def _unread(error: ToolError, source: TextSource) -> Finding:
    return Finding(code="caption_file_refused", kind="warning", cause=f"{source.name}: {error.cause}")


def _free_name(wanted: str, taken: dict[str, Made]) -> str:
    number = 1
    while (name := wanted if number == 1 else f"{wanted}_{number}") in taken:
        number += 1
    return name
