"""The prober: a look at the boxes, one ffprobe for the streams, one for the packets, and glimpses of the pictures."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.allowed import MOST_STREAMS
from vod_assets.adapters.ffmpeg.command import ffprobe_command
from vod_assets.adapters.probe.boxes import BoxFacts, look_at_boxes
from vod_assets.adapters.probe.failures import TOO_MANY_STREAMS, explain
from vod_assets.adapters.probe.glimpses import glimpse
from vod_assets.adapters.probe.measured import Source
from vod_assets.adapters.probe.raw import NOTHING, Json
from vod_assets.adapters.probe.scan import Scan, span_of
from vod_assets.adapters.probe.sound import described_sound
from vod_assets.adapters.probe.splices import read_splices
from vod_assets.adapters.probe.transport import is_scrambled
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.closed_captions import carries_closed_captions
from vod_assets.domain.acceptance import judge_name_and_head, refusal, warning
from vod_assets.domain.containers import MENDS_JUMPS, container_of
from vod_assets.domain.errors import ToolError
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.media_info import MediaInfo, SoundInfo, TextStream, closed_caption_stream
from vod_assets.domain.packet_times import FrameTimes
from vod_assets.domain.probe_rules import MOST_EDITS, judge_probe
from vod_assets.domain.sniffing import HEAD_BYTES
from vod_assets.ports import Limits, ToolRunner

HEADER_LIMITS = Limits(address_space_bytes=2 << 30, cpu_seconds=20, wall_seconds=120, stall_seconds=60)
PACKET_LIMITS = Limits(address_space_bytes=2 << 30, cpu_seconds=3600, wall_seconds=6 * 3600, stall_seconds=120)
HEADER_ENTRIES = ("-show_format", "-show_streams", "-show_programs", "-show_chapters", "-of", "json")
FIRST_PACKETS = 8  # some decoders hold a frame back
LIGHT = ",".join(f"{colour}_{axis}" for colour in ("red", "green", "blue", "white_point") for axis in "xy")
SIDE_DATA = f"side_data_type,timecode,{LIGHT},min_luminance,max_luminance,max_content,max_average"
FRAME_ENTRIES = ("-show_entries", f"frame=pts:frame_tags=timecode:frame_side_data={SIDE_DATA}", "-of", "json")
PACKET_ENTRIES = ("-show_entries", "packet=stream_index,pts,dts,duration,size,flags", "-of", "csv=p=0")


class FfprobeProber:
    """Inspects source files with ffprobe, under limits, and applies the cheap rules of the accept gate."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids: Mapping[str, str] = {name: tools.build_id(name) for name in ("ffprobe", "ffmpeg")}

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
        source = Source(file, path.stat().st_size, header, scan, boxes)
        judged = judge_probe(source.info(), source.facts(claimed))
        info = self._seen(path, file, source).info()
        text = (*info.text, *self._closed_captions(path, info))
        update = self._spliced(path, source)
        findings = (*info.findings, *judged, *update.pop("findings", ()))
        return info.model_copy(update={"text": text, "findings": findings, **update})

    def _seen(self, path: Path, file: str, source: Source) -> Source:
        """Return the source with what its pictures show, now that nothing cheaper refuses it."""
        subject = source.subject()
        try:
            first_frame = self._first_frame(path, source) if source.is_first_frame_telling() else NOTHING
            seen = glimpse(self.runner, self.tools, path, subject)
            again = source.second_look(seen)
            seen = glimpse(self.runner, self.tools, path, again) if again else seen
        except ToolError as error:
            raise explain(error, source.boxes, file) from error
        return replace(source, first_frame=first_frame, seen=seen)

    def _first_frame(self, path: Path, source: Source) -> Json:
        """Return what ffprobe says of the first frame, or nothing where it cannot decode one."""
        select = ("-select_streams", str(source.subject().stream), "-read_intervals", f"%+#{FIRST_PACKETS}")
        argv = ffprobe_command(self.tools.ffprobe, path, *select, *FRAME_ENTRIES)
        frames = json.loads(self.runner.run(argv, limits=HEADER_LIMITS).stdout or "{}").get("frames", ())
        return next(iter(frames), NOTHING)

    def _closed_captions(self, path: Path, info: MediaInfo) -> tuple[TextStream, ...]:
        """Return the captions inside the pictures as a stream; how many channels they are, only decoding all tells."""
        if not carries_closed_captions(path, info.video.codec):
            return ()
        language = info.audio[0].language if info.audio else UNKNOWN  # captions are the words that are spoken
        return (closed_caption_stream(info.video.index, language),)

    def inspect_sound(self, path: Path, file: str = "") -> SoundInfo:
        """Return what a file of sound holds; see `vod_assets.ports.Prober`."""
        file = file or path.name
        boxes = self._first_look(path, file)
        try:
            header = self._header(path, file)
            return described_sound(file, header, self._scan(path, header))
        except ToolError as error:
            raise explain(error, boxes, file) from error

    def _spliced(self, path: Path, source: Source) -> dict[str, Any]:
        """Return what `MediaInfo` says of SCTE 35: nothing where the video's programme has none."""
        pids = source.splice_pids()
        if pids is None:
            return {}
        splices, are_all = read_splices(path, *pids, source.clock_zero)
        cause = f"there is more of SCTE 35 than the first {len(splices)} sections; the rest is not read"
        findings = () if are_all else (warning("splice_refused", cause),)
        return {"splices": splices, "clock_zero": source.clock_zero, "findings": findings} if splices else {}

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

    def _scan(self, path: Path, header: Json, *options: str) -> Scan:
        mends = container_of(header["format"]["format_name"]) in MENDS_JUMPS
        scan = Scan({raw["index"]: span_of(raw, mends_jumps=mends) for raw in header["streams"]})
        argv = ffprobe_command(self.tools.ffprobe, path, *PACKET_ENTRIES, *options)
        self.runner.run(argv, limits=PACKET_LIMITS, on_line=scan.read, on_error_line=scan.counter.read)
        return scan.finish()

    def _claimed_frames(self, path: Path, header: Json, scan: Scan, boxes: BoxFacts) -> dict[int, tuple[int, int]]:
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
