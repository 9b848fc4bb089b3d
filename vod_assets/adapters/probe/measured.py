"""What ffprobe measured of one file, and how it becomes `MediaInfo` and facts for the accept gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from vod_assets.adapters.probe import streams as typed
from vod_assets.adapters.probe.boxes import BoxFacts
from vod_assets.adapters.probe.glimpses import COMBING, COMBING_OF_DECLARED, Subject
from vod_assets.adapters.probe.labels import bad_languages
from vod_assets.adapters.probe.raw import Json, fraction, known
from vod_assets.adapters.probe.scan import Scan
from vod_assets.adapters.probe.shape import is_on_its_side
from vod_assets.adapters.probe.timecodes import first_timecode, timecode_base
from vod_assets.domain.acceptance import normalised, refusal, warning
from vod_assets.domain.containers import container_of
from vod_assets.domain.glimpses import NOTHING_SEEN, Glimpses, KeyGlimpse
from vod_assets.domain.interlacing import PROGRESSIVE, first_shown, measured_interlacing, repeats_like_film
from vod_assets.domain.measured_picture import measured
from vod_assets.domain.media_info import AudioStream, Finding, MediaInfo
from vod_assets.domain.packet_times import FrameTimes
from vod_assets.domain.probe_rules import ProbeFacts
from vod_assets.domain.scene_cuts import scene_cuts
from vod_assets.domain.splice_info import CLOCK_RANGE, CLOCK_TICKS

WHOLE = frozenset({"vp8", "vp9", "av1", "gif", "png"})  # codecs without fields
STAMPED, LIT = frozenset({"mpeg1video", "mpeg2video"}), frozenset({"h264", "hevc"})
FASTEST_FIELDS, TALLEST_FIELDS = 31, 1088  # frames per second and lines, beyond which nobody interlaces
BLACK, BLACK_OF_FULL = 0.085, 0.02  # a line is black up to this share of the greatest luma: 21 and 5 in eight bits


@dataclass(frozen=True)
class Source:
    """A source's raw facts, and how they become `MediaInfo`."""

    file: str
    size_bytes: int
    header: Json
    scan: Scan
    boxes: BoxFacts
    first_frame: Json = field(default_factory=dict)
    seen: Glimpses = NOTHING_SEEN

    def info(self) -> MediaInfo:
        """Return the typed document, with the findings about single streams."""
        video, others = self._chosen_video()
        programme = self._programme_of(video)
        origin = fraction(self.header["format"].get("start_time")) or Fraction(0)  # what FFmpeg takes off all times
        times = self._frames(video["index"])
        described = typed.video_stream(video, times, origin, self.first_frame)
        stream, said = measured(described.stream, self.seen, typed.rhythm(video, times).rate)
        audio, dropped = self._audio(programme, origin)
        spans = self.scan.spans
        label = first_timecode(video, programme, self.header["format"], self.first_frame)
        text = tuple(typed.text_stream(raw, spans[raw["index"]], origin) for raw in programme if self._is_text(raw))
        return MediaInfo(
            container=self.container,
            size_bytes=self.size_bytes,
            duration_seconds=stream.duration_seconds,
            video=stream,
            audio=audio,
            text=text,
            other_video=tuple(raw["index"] for raw in others),
            findings=(
                *described.findings,
                *said,
                *typed.picture_findings(stream),
                *dropped,
                *bad_languages([*programme]),
            ),
            chapters=typed.chapters(self.header.get("chapters", ()), self._starts_at),
            timecode=label,
            timecode_base=timecode_base(label, programme),
            scene_cuts=self._scene_cuts(times),
        )

    def subject(self) -> Subject:
        """Return what is to be looked at of the pictures."""
        raw, _ = self._chosen_video()
        times = self._frames(raw["index"])
        rate = typed.rhythm(raw, times).rate
        can_be_fields = rate <= FASTEST_FIELDS and raw["height"] <= TALLEST_FIELDS and raw["codec_name"] not in WHOLE
        # telephones do not interlace, and what they pan looks like fields
        can_be_fields &= not is_on_its_side(raw)
        is_declared = known(raw.get("field_order")) not in ("", PROGRESSIVE)
        return Subject(
            stream=raw["index"],
            packets=times.packets,
            keys=[(place, ticks * times.tick) for place, ticks in times.key_places],
            rate=rate,
            has_fields=can_be_fields or is_declared,
            bit_depth=typed.bit_depth(raw),
            combing=COMBING_OF_DECLARED if is_declared else COMBING,
            black=BLACK_OF_FULL if raw.get("color_range") == "pc" else BLACK,
        )

    def second_look(self, seen: Glimpses) -> Subject | None:
        """Return what to look at again, because the fields look otherwise than they are declared."""
        raw, _ = self._chosen_video()
        subject = self.subject()
        if repeats_like_film(seen.fields, subject.rate):
            return replace(subject, is_doubtful=True, combing=COMBING_OF_DECLARED)
        fields = measured_interlacing(seen.fields, subject.rate)
        declared = first_shown(known(raw.get("field_order"))) or PROGRESSIVE
        return replace(subject, is_doubtful=True) if fields and fields.field_order != declared else None

    def is_first_frame_telling(self) -> bool:
        """Whether the first frame may say what the header does not: time code, or the light of HDR."""
        raw, _ = self._chosen_video()
        return raw["codec_name"] in STAMPED or (raw["codec_name"] in LIT and typed.bit_depth(raw) >= 10)

    def _scene_cuts(self, times: FrameTimes) -> tuple[Fraction, ...]:
        start = times.start_seconds or Fraction(0)
        pictures = [KeyGlimpse(key.seconds - start, key.grey) for key in self.seen.keys]
        keys = [ticks * times.tick - start for _, ticks in times.key_places]
        return scene_cuts(pictures, keys, times.duration_seconds)

    def splice_pids(self) -> tuple[int, int] | None:
        """Return the packet identifiers of SCTE 35 and of the video in a transport stream; None where there is none."""
        video, _ = self._chosen_video()
        found = [raw for raw in self._programme_of(video) if raw.get("codec_name") == "scte_35" and raw.get("id")]
        if self.container != "mpegts" or not found:
            return None
        return int(str(found[0]["id"]), 16), int(str(video["id"]), 16)

    @property
    def clock_zero(self) -> int:
        """Ticks of a transport stream's clock at the video's first frame."""
        return round(self._starts_at * CLOCK_TICKS) % CLOCK_RANGE

    @property
    def _starts_at(self) -> Fraction:
        """When the video's first frame is shown, by the container's own clock."""
        return self._frames(self._chosen_video()[0]["index"]).start_seconds or Fraction(0)

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
            edits=self.boxes.edits,
        )

    @property
    def container(self) -> str:
        """The first of ffprobe's names for the container."""
        return container_of(self.header["format"]["format_name"])

    def _stated_seconds(self, index: int) -> Fraction | None:
        """Return the header's duration; of an AVI, what its count of frames makes (the rest ffprobe guesses)."""
        stated = fraction(self.header["format"].get("duration"))
        raw = next(raw for raw in self.header["streams"] if raw["index"] == index)
        rate = fraction(raw.get("r_frame_rate"))
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
        return tuple(streams), findings

    def _is_text(self, raw: Json) -> bool:
        return raw.get("codec_type") == "subtitle" and bool(raw.get("codec_name"))
