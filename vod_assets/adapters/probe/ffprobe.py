"""The prober: one look at the boxes, one ffprobe for the streams, one for the packets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.allowed import MOST_STREAMS
from vod_assets.adapters.ffmpeg.command import ffprobe_command
from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.probe import streams as typed
from vod_assets.adapters.probe.boxes import BoxFacts, look_at_boxes
from vod_assets.adapters.probe.failures import TOO_MANY_STREAMS, explain
from vod_assets.adapters.probe.transport import is_scrambled
from vod_assets.adapters.tools import Tools
from vod_assets.domain.acceptance import (
    MOST_EDITS,
    ProbeFacts,
    judge_name_and_head,
    judge_probe,
    normalised,
    refusal,
    warning,
)
from vod_assets.domain.containers import MENDS_JUMPS, container_of
from vod_assets.domain.errors import ToolError
from vod_assets.domain.media_info import AudioStream, Finding, MediaInfo
from vod_assets.domain.packet_times import FrameTimes, Packet, Span
from vod_assets.domain.sniffing import HEAD_BYTES
from vod_assets.ports import Limits, ToolRunner

HEADER_LIMITS = Limits(address_space_bytes=2 << 30, cpu_seconds=20, wall_seconds=120, stall_seconds=60)
PACKET_LIMITS = Limits(address_space_bytes=2 << 30, cpu_seconds=3600, wall_seconds=6 * 3600, stall_seconds=120)
HEADER_ENTRIES = ("-show_format", "-show_streams", "-show_programs", "-of", "json")
PACKET_ENTRIES = ("-show_entries", "packet=stream_index,pts,dts,duration,size,flags", "-of", "csv=p=0")
HIDES_FRAMES = frozenset({"vp8", "vp9"})
Json = Mapping[str, Any]


@dataclass
class _Scan:
    """What the packets said."""

    spans: dict[int, Span]
    counter: DecodeCounter = field(default_factory=DecodeCounter)

    def read(self, line: str) -> None:
        """Take one line of ffprobe's CSV; a line that is none is passed over."""
        fields = line.split(",")
        if len(fields) < 6 or not fields[0].isdigit():
            return
        span = self.spans.get(int(fields[0]))
        if span is not None:
            pts, dts, duration, size = (int(text) if text.lstrip("-").isdigit() else None for text in fields[1:5])
            span.add(Packet(pts, dts, duration or 0, size or 0, "K" in fields[5], "D" in fields[5]))

    def finish(self) -> "_Scan":
        """Let every stream count what it held back."""
        for span in self.spans.values():
            span.finish()
        return self


class FfprobeProber:
    """Inspects source files with ffprobe, under limits, and applies the cheap rules of the accept gate."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids: Mapping[str, str] = {"ffprobe": tools.build_id("ffprobe")}

    def inspect(self, path: Path, file: str = "") -> MediaInfo:
        """Return what a source holds; see `vod_assets.ports.Prober`."""
        file = file or path.name
        boxes = self._first_look(path, file)
        try:
            header = self._header(path, file)
            scan = self._scan(path, header)
            claimed = self._claimed_frames(path, header, scan, boxes)
        except ToolError as error:
            raise explain(error, boxes, file) from error
        source = _Source(file, path.stat().st_size, header, scan, boxes)
        info, facts = source.info(), source.facts(claimed)
        return info.model_copy(update={"findings": (*info.findings, *judge_probe(info, facts))})

    def _first_look(self, path: Path, file: str) -> BoxFacts:
        size = path.stat().st_size
        with path.open("rb") as source:
            head = source.read(HEAD_BYTES)
        judge_name_and_head(file, size, head)
        boxes = look_at_boxes(path)
        if boxes.is_encrypted or is_scrambled(path):
            raise refusal("source_encrypted", "the media are encrypted", file)
        if boxes.claimed_samples > size:
            cause = f"the index claims {boxes.claimed_samples} samples in a file of {size} bytes"
            raise refusal("source_corrupt", cause, file)
        if boxes.edits > MOST_EDITS:
            raise refusal("edit_list_too_long", f"an edit list has {boxes.edits} entries, over {MOST_EDITS}", file)
        return boxes

    def _header(self, path: Path, file: str) -> Json:
        result = self.runner.run(ffprobe_command(self.tools.ffprobe, path, *HEADER_ENTRIES), limits=HEADER_LIMITS)
        if TOO_MANY_STREAMS in result.stderr:  # some demuxers go on after that, with streams that are none
            raise refusal("too_many_streams", f"the file has more than {MOST_STREAMS} streams", file)
        header: Json = json.loads(result.stdout)
        return header

    def _scan(self, path: Path, header: Json, *options: str) -> _Scan:
        mends = container_of(header["format"]["format_name"]) in MENDS_JUMPS
        scan = _Scan({raw["index"]: _span(raw, mends_jumps=mends) for raw in header["streams"]})
        argv = ffprobe_command(self.tools.ffprobe, path, *PACKET_ENTRIES, *options)
        self.runner.run(argv, limits=PACKET_LIMITS, on_line=scan.read, on_error_line=scan.counter.read)
        return scan.finish()

    def _claimed_frames(self, path: Path, header: Json, scan: _Scan, boxes: BoxFacts) -> dict[int, tuple[int, int]]:
        """Return claimed and found samples of each MP4 video stream.

        An edit list may leave samples out, so only when some are missing are they counted again without it.
        """
        if not boxes.is_mp4:
            return {}
        claims = {raw["index"]: int(raw.get("nb_frames", 0)) for raw in header["streams"]}
        claims = {
            index: claim for index, claim in claims.items() if isinstance(scan.spans[index], FrameTimes) and claim
        }
        found = {index: scan.spans[index].packets for index in claims}
        if any(found[index] < claim - 1 for index, claim in claims.items()):
            plain = self._scan(path, header, "-ignore_editlist", "1")
            found = {index: max(found[index], plain.spans[index].packets) for index in claims}
        return {index: (claim, found[index]) for index, claim in claims.items()}


@dataclass(frozen=True)
class _Source:
    """A source's raw facts, and how they become `MediaInfo`."""

    file: str
    size_bytes: int
    header: Json
    scan: _Scan
    boxes: BoxFacts

    def info(self) -> MediaInfo:
        """Return the typed document, with the findings about single streams."""
        video, others = self._chosen_video()
        programme = self._programme_of(video)
        origin = self._origin(programme)
        described = typed.video_stream(video, self._frames(video["index"]), origin)
        audio, dropped = self._audio(programme, origin)
        text = tuple(typed.text_stream(raw) for raw in programme if self._is_text(raw))
        return MediaInfo(
            container=self.container,
            size_bytes=self.size_bytes,
            duration_seconds=described.stream.duration_seconds,
            video=described.stream,
            audio=audio,
            text=text,
            other_video=tuple(raw["index"] for raw in others),
            findings=(*described.findings, *dropped, *typed.bad_languages([*programme])),
        )

    def facts(self, claimed: Mapping[int, tuple[int, int]]) -> ProbeFacts:
        """Return what the gate wants to know besides."""
        index = self._chosen_video()[0]["index"]
        times = self._frames(index)
        claim, found = claimed.get(index, (None, times.packets))
        counts = self.scan.counter.counts
        reaches_past_end = bool(self.boxes.cut_box)
        is_whole = claim is not None and found >= claim - 1
        return ProbeFacts(
            file=self.file,
            container=self.container,
            found_frames=found,
            claimed_frames=claim,
            stated_seconds=self._stated_seconds(index),
            measured_seconds=max(span.end * span.tick for span in self.scan.spans.values() if span.packets),
            gap_seconds=times.gap_seconds,
            gap_at_seconds=times.gap_at_seconds,
            is_cut=bool(counts.signs.get("cut")) or reaches_past_end,
            is_box_size_wrong=reaches_past_end and is_whole,
            trailing_bytes=self.boxes.trailing_bytes,
            discarded_frames=times.discarded,
            jumps=tuple(times.jumps),
        )

    @property
    def container(self) -> str:
        return container_of(self.header["format"]["format_name"])

    def _stated_seconds(self, index: int) -> Fraction | None:
        """Return the header's duration; of an AVI, what its count of frames makes (the rest ffprobe guesses)."""
        stated = typed.fraction(self.header["format"].get("duration"))
        raw = next(raw for raw in self.header["streams"] if raw["index"] == index)
        rate = typed.fraction(raw.get("r_frame_rate"))
        return int(raw.get("nb_frames", 0)) / rate if self.container == "avi" and rate else stated

    def _frames(self, index: int) -> FrameTimes:
        span = self.scan.spans[index]
        if not isinstance(span, FrameTimes):
            raise TypeError(f"stream {index} is no video")
        return span

    def _chosen_video(self) -> tuple[Json, list[Json]]:
        """Return the largest picture's stream and the other moving ones."""
        moving = [raw for raw in self.header["streams"] if self._moves(raw)]
        if not moving:
            raise self._no_video()
        chosen = max(moving, key=lambda raw: (raw["width"] * raw["height"], -raw["index"]))
        return chosen, [raw for raw in moving if raw is not chosen]

    def _moves(self, raw: Json) -> bool:
        span = self.scan.spans.get(raw["index"])
        return typed.is_moving_picture(raw, span if isinstance(span, FrameTimes) else None)

    def _no_video(self) -> Exception:
        present = [raw for raw in self.header["streams"] if self.scan.spans[raw["index"]].packets]
        pictures = [raw for raw in present if raw.get("codec_type") == "video"]
        if not present and self.boxes.cut_box:
            cause = f"the {self.boxes.cut_box} box reaches past the end of the file, and nothing can be read"
            return refusal("source_truncated", cause, self.file)
        if not present:
            return refusal("no_streams", "the container holds no stream with data", self.file)
        if any(raw.get("disposition", {}).get("attached_pic") for raw in pictures) or not pictures:
            kinds = ", ".join(sorted({str(raw.get("codec_type", "data")) for raw in present}))
            return refusal("no_video", f"there is no video stream, only {kinds} (cover art does not count)", self.file)
        names = ", ".join(str(raw.get("codec_name", raw.get("codec_tag_string"))) for raw in pictures)
        return refusal("source_corrupt", f"no picture can be made of the video ({names})", self.file)

    def _programme_of(self, video: Json) -> list[Json]:
        """Return the streams that belong to the video: its programme's, or all where there are no programmes."""
        for programme in self.header.get("programs", ()):
            indexes = {raw["index"] for raw in programme.get("streams", ())}
            if video["index"] in indexes:
                return [raw for raw in self.header["streams"] if raw["index"] in indexes]
        return list(self.header["streams"])

    def _origin(self, programme: list[Json]) -> Fraction:
        spans = (self.scan.spans[raw["index"]] for raw in programme if raw.get("codec_type") in {"video", "audio"})
        return min((span.start_seconds for span in spans if span.start_seconds is not None), default=Fraction(0))

    def _audio(self, programme: list[Json], origin: Fraction) -> tuple[tuple[AudioStream, ...], list[Finding]]:
        streams, findings = [], []
        for raw in (raw for raw in programme if raw.get("codec_type") == "audio"):
            span = self.scan.spans[raw["index"]]
            if not raw.get("codec_name") or not raw.get("channels") or not span.packets:
                findings.append(warning("audio_dropped", f"audio stream {raw['index']} has no data that can be read"))
                continue
            stream = typed.audio_stream(raw, span, origin)
            streams.append(stream)
            if stream.channels > 6:
                findings.append(
                    normalised("audio_mixed_down", f"audio stream {stream.index} has {stream.channels} channels")
                )
            if stream.sample_rate not in {44100, 48000}:
                findings.append(
                    normalised("audio_resampled", f"audio stream {stream.index} has {stream.sample_rate} Hz")
                )
        return tuple(streams), findings

    def _is_text(self, raw: Json) -> bool:
        return raw.get("codec_type") == "subtitle" and bool(raw.get("codec_name"))


def _span(raw: Json, *, mends_jumps: bool) -> Span:
    tick = typed.fraction(raw.get("time_base")) or Fraction(1, 1000)
    if raw.get("codec_type") != "video":
        return Span(tick, mends_jumps=mends_jumps)
    codec = raw.get("codec_name")
    return FrameTimes(
        tick, mends_jumps=mends_jumps, has_hidden_frames=codec in HIDES_FRAMES, shows_leading=codec == "h264"
    )
