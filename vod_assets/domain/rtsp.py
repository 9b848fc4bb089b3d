"""What players of RTSP want of a file, whether one is so already, and how one is encoded otherwise."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from vod_assets.domain.documents import Document
from vod_assets.domain.filters import DETERMINISTIC_MP4, SCALING, Filter
from vod_assets.domain.ladder import Rung
from vod_assets.domain.rtsp_presets import RtspPreset

BUFFER_SECONDS = 1  # what a receiver is taken to hold back, and what a peak has to fit into
STEREO = 2
IN_STREAM = (
    "h264_mp4toannexb"  # puts SPS and PPS before each IDR picture: who joins late needs no SDP of the first hour
)
X264_WORDS = "repeat-headers=1:open-gop=0"  # likewise, and no picture refers past the key frame before it


class Packet(Document):
    """One coded picture: when it is decoded and shown, in seconds, and how large it is."""

    decoded: Fraction
    shown: Fraction
    is_key: bool
    size_bytes: int


class StreamDemand(Document):
    """What one title's stream has to be, in the numbers of its own picture.

    Attributes:
        scaled: Width and height that the picture has to be brought to; None: it has them.
        channels: Of the sound that there is; 0: none.
    """

    codec: str
    frame_rate: Fraction
    gop_frames: int
    bits_per_second: int
    b_frames: bool
    preset: str
    audio_bits_per_second: int
    scaled: tuple[int, int] | None = None
    channels: int = 0

    @property
    def copies_sound(self) -> bool:
        """Whether the sound goes into the stream as it is."""
        return self.channels == STEREO


def demand_of(preset: RtspPreset, rung: Rung, frame_rate: Fraction, channels: int) -> StreamDemand:
    """Return what a profile demands of a rendition; nothing is enlarged.

    Args:
        preset: What the profile says.
        rung: The rendition that the stream is made of.
        frame_rate: Of the rendition.
        channels: Of its sound; 0: none.
    """
    scale = min(Fraction(1), Fraction(preset.side, min(rung.width, rung.height)))
    width, height = (max(2, round(side * scale / 2) * 2) for side in rung.size)
    return StreamDemand(
        codec=rung.codec,
        frame_rate=frame_rate,
        gop_frames=max(1, round(frame_rate * preset.gop_seconds)),
        bits_per_second=preset.bits_per_second,
        b_frames=preset.b_frames,
        preset=preset.preset,
        audio_bits_per_second=preset.audio_bits_per_second,
        scaled=None if (width, height) == rung.size else (width, height),
        channels=channels,
    )


def objections(packets: Sequence[Packet], demand: StreamDemand) -> list[str]:
    """Return why a rendition has to be encoded anew for RTSP, in words; nothing when its packets will do.

    Args:
        packets: Its pictures in the order of decoding; none are needed where codec or size are wrong already.
        demand: What is asked for.
    """
    if demand.codec != "h264":
        return [f"the picture is {demand.codec}, not h264"]
    if demand.scaled:
        return [f"the picture is larger than {min(demand.scaled)} lines"]
    found = []
    if not demand.b_frames and any(later.shown < earlier.shown for earlier, later in pairwise(packets)):
        found.append("it has B-frames")
    if (gop := longest_gop(packets)) > demand.gop_frames:
        found.append(f"{gop} frames lie between key frames, and {demand.gop_frames} may")
    if fullest(packets, demand.bits_per_second) > demand.bits_per_second * BUFFER_SECONDS:
        found.append(f"it has peaks above {demand.bits_per_second} bits a second")
    return found


def longest_gop(packets: Sequence[Packet]) -> int:
    """Return the most frames from one key frame to the next, or to the end; without a key frame, all."""
    keys = [number for number, packet in enumerate(packets) if packet.is_key]
    borders = [*keys, len(packets)] if keys[:1] == [0] else [0, *keys, len(packets)]
    return max((after - before for before, after in pairwise(borders)), default=0)


def fullest(packets: Iterable[Packet], bits_per_second: int) -> int:
    """Return the most bits that wait at once to be sent, when so many go each second."""
    waiting, most, before = Fraction(0), Fraction(0), None
    for packet in packets:
        if before is not None:
            waiting = max(Fraction(0), waiting - (packet.decoded - before) * bits_per_second)
        waiting, before = waiting + 8 * packet.size_bytes, packet.decoded
        most = max(most, waiting)
    return int(most)


def scaling_of(demand: StreamDemand) -> tuple[Filter, ...]:
    """Return the filters that bring a picture to its size."""
    if demand.scaled is None:
        return ()
    width, height = map(str, demand.scaled)
    return (
        Filter(name="scale", arguments={"w": width, "h": height, "flags": SCALING}),
        Filter(name="setsar", arguments={"sar": "1"}),
    )


def picture_options(demand: StreamDemand, *, is_copied: bool) -> dict[str, str]:
    """Return FFmpeg's output options of the picture; the same give the same bytes on every machine."""
    if is_copied:
        return {"c:v": "copy", "bsf:v": IN_STREAM}
    rate, gop = str(demand.bits_per_second), str(demand.gop_frames)
    return {
        "c:v": "libx264",
        "preset": demand.preset,
        "threads:v": "1",  # with more, how the buffer is kept full depends on which of them was quicker
        "profile:v": "high" if demand.b_frames else "main",
        "pix_fmt": "yuv420p",
        "g": gop,
        "keyint_min": gop,
        "sc_threshold": "0",
        **({} if demand.b_frames else {"bf": "0"}),
        "b:v": rate,
        "maxrate": rate,
        "bufsize": str(demand.bits_per_second * BUFFER_SECONDS),
        "x264-params": X264_WORDS,
        "bsf:v": "filter_units=remove_types=6",  # x264's words about itself
        "fps_mode": "passthrough",
    }


def sound_options(demand: StreamDemand) -> dict[str, str]:
    """Return FFmpeg's output options of the sound; none where there is no sound."""
    if not demand.channels:
        return {}
    if demand.copies_sound:
        return {"c:a": "copy"}
    rate = str(demand.audio_bits_per_second)
    return {"c:a": "aac", "profile:a": "aac_low", "ac": str(STEREO), "b:a": rate}


CONTAINER = {**DETERMINISTIC_MP4, "movflags": "+faststart"}
