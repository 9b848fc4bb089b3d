"""Captions: sidecar and embedded text, each as one WebVTT file and one IMSC1 document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from vod_assets.defs.embedded_texts import ChannelText, closed_caption_channels, embedded_texts
from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.programme import timeline_parameters
from vod_assets.defs.step import Step, step
from vod_assets.defs.text_sources import Read, TextSource, sidecar_texts, spoken
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.errors import SourceError, ToolError, printable
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.text.along import along
from vod_assets.domain.text.captions import Captions, read_captions, refusal
from vod_assets.domain.text.fitting import earlier, fitted
from vod_assets.domain.text.imsc import write_imsc
from vod_assets.domain.text.webvtt_file import write_webvtt
from vod_assets.ports import SourceStore, SpeechRecogniser, TextExtractor

CAPTIONS_FILE, TIMED_TEXT_FILE = "captions.vtt", "captions.ttml"
READER = 5  # to be raised when the same caption file is read differently


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
    speech: dg.ResourceParam[SpeechRecogniser],
) -> dg.MaterializeResult[Artifact]:
    """Sidecar captions and embedded text as WebVTT and IMSC1, one pair of files a language and kind.

    Upstream: mezzanine, media_info and the files beside the source. Downstream: text_tracks. A malformed cue costs that
    cue, a malformed file that file; both are listed here.
    """
    with step(context, artifacts, guard, reporter) as at:
        if not at.profile.captions:
            return at.result(at.nothing("captions", not_asked(at.profile, "captions")))
        info = media_info.read(MediaInfo)
        gathered = _Gathered(at, info, findings=list(_bitmaps(info)))
        for source in sidecar_texts(at, info, sources, gathered.findings):
            gathered.take(source)
        for source in embedded_texts(at, mezzanine, info, sources, text):
            gathered.take(source)
        for channel in closed_caption_channels(at, mezzanine, info, sources, text):
            gathered.take_channels(channel)
        if at.profile.machine_captions:
            gathered.take_speech(spoken(at, mezzanine, info, sources, speech))
        made = at.index("captions", gathered.leaves, "no captions beside the source or in it")
        lines = "\n".join(f"- `{finding.code}` {finding.cause}" for finding in gathered.findings)
        return at.result(
            made, {"captions": ", ".join(gathered.leaves) or "none", "findings": dg.MetadataValue.md(lines or "none")}
        )


@dataclass
class _Gathered:
    """The captions of a title that could be read, and what there is to say of all."""

    at: Step
    info: MediaInfo
    leaves: dict[str, Made] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def take(self, source: TextSource) -> Made | None:
        """Convert one source of text; one that cannot be read becomes a finding.

        Of two of one language and kind both are offered, the second under a name and a label with a number.
        """
        number = _free_number(source.track, self.leaves)
        name = source.track if number == 1 else f"{source.track}_{number}"
        try:
            made = _convert(self.at, source.numbered(number), self.info)
        except SourceError as error:
            self.findings.append(refusal(error, source.name))
            return None
        except ToolError as error:
            self.findings.append(_unread(error, source))
            return None
        self.findings += [Finding.model_validate(finding) for finding in made.artifact.document["findings"]]
        if made.artifact.document["cues"]:
            self.leaves[name] = made
            if number > 1:
                cause = f"{printable(source.name)}: there are captions like {source.track} already; offered as {name}"
                self.findings.append(Finding(code="captions_twice", kind="warning", cause=cause))
        return made

    def take_speech(self, speech: TextSource | Finding | None) -> None:
        """Take what a machine heard, where no person wrote captions in the language that is spoken."""
        if isinstance(speech, Finding):
            self.findings.append(speech)
        elif speech and not any(_is_of(leaf.artifact.document, speech.language) for leaf in self.leaves.values()):
            self.take(speech)

    def take_channels(self, captions: ChannelText) -> None:
        """Take every channel and service of the captions inside the pictures; the first says which others there are."""
        made = self.take(captions.source())
        for track in made.artifact.document["tracks"][1:] if made else ():
            self.take(captions.source(track))


def _is_of(document: Mapping[str, Any], language: str) -> bool:
    return document["language"].split("-")[0] == language.split("-")[0] and not document["is_forced"]


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
        }
        | timeline_parameters(info),
        source.build_ids,
    )

    def convert(directory: Path) -> dict[str, Any]:
        with TemporaryDirectory(dir=directory.parent, prefix=".scratch-") as scratch:
            read = source.read(Path(scratch))
        said = source.described() | read.said
        if not any(one.data for one in (read, *read.more)):
            return said | {
                "cues": 0,
                "charset": "",
                "findings": [finding.model_dump() for finding in read.all_findings],
            }
        captions = _joined(read, source, info)
        (directory / CAPTIONS_FILE).write_bytes(write_webvtt(captions))
        (directory / TIMED_TEXT_FILE).write_bytes(write_imsc(captions, source.language))
        findings = [finding.model_dump() for finding in (*captions.findings, *read.all_findings)]
        return said | {"cues": len(captions.cues), "charset": captions.charset, "findings": findings}

    return at.make(recipe, convert)


def _joined(read: Read, source: TextSource, info: MediaInfo) -> Captions:
    """Return captions in the programme's time, with how they go on in other files of it."""
    pieces = [_placed(one, source, info) for one in (read, *read.more) if one.data]
    cues = sorted((cue for piece in pieces for cue in piece.cues), key=lambda cue: cue.start_seconds)
    findings = [finding for piece in pieces for finding in piece.findings]
    return pieces[0].model_copy(update={"cues": tuple(cues), "findings": tuple(findings)})


def _placed(read: Read, source: TextSource, info: MediaInfo) -> Captions:
    """Return captions in the programme's time; those of a part that cannot be read are a finding."""
    if not read.file or info.timeline is None:
        return _fitted(earlier(read_captions(read.data, read.name, source.language), source.starts_at), source, info)
    try:
        given = earlier(read_captions(read.data, read.name, source.language), read.starts_at)
    except SourceError as error:
        return Captions(file=read.name, format="", charset="", cues=(), findings=(refusal(error, read.name),))
    return along(given, info.timeline, read.file)


def _fitted(given: Captions, source: TextSource, info: MediaInfo) -> Captions:
    """Return captions in the programme's time: those that count from the master's first frame move along with it."""
    timeline = None if source.is_in_programme else info.timeline
    if timeline is None:
        return fitted(given, info.duration_seconds, info.video.frame_rate)
    return along(fitted(given, timeline.master_seconds, info.video.frame_rate), timeline)


def _bitmaps(info: MediaInfo) -> Iterator[Finding]:
    streams = [("", stream) for stream in info.text]
    streams += [(f"{printable(part.file)}: ", part.stream) for part in info.part_text]
    for file, stream in ((file, stream) for file, stream in streams if not stream.is_text):
        cause = f"{file}stream {stream.index} ({stream.codec}) holds pictures of text, which cannot become WebVTT"
        yield Finding(code="subtitle_bitmap_unsupported", kind="warning", cause=cause)


def _unread(error: ToolError, source: TextSource) -> Finding:
    return Finding(code="caption_file_refused", kind="warning", cause=f"{source.name}: {error.cause}")


def _free_number(wanted: str, taken: dict[str, Made]) -> int:
    number = 1
    while (wanted if number == 1 else f"{wanted}_{number}") in taken:
        number += 1
    return number
