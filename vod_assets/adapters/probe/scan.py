"""What the packets of a file say, counted as ffprobe lists them."""

from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.probe.raw import Json, fraction
from vod_assets.domain.packet_times import FrameTimes, Packet, Span

HIDES_FRAMES = frozenset({"vp8", "vp9"})


@dataclass
class Scan:
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

    def finish(self) -> "Scan":
        """Let every stream count what it held back."""
        for span in self.spans.values():
            span.finish()
        return self


def span_of(raw: Json, *, mends_jumps: bool) -> Span:
    """Return the empty count that a stream's packets go into."""
    tick = fraction(raw.get("time_base")) or Fraction(1, 1000)
    if raw.get("codec_type") != "video":
        return Span(tick, mends_jumps=mends_jumps)
    codec = raw.get("codec_name")
    return FrameTimes(
        tick, mends_jumps=mends_jumps, has_hidden_frames=codec in HIDES_FRAMES, shows_leading=codec == "h264"
    )
