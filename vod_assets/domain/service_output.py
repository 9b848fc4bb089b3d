"""What is looked at in the files of a transcoding service, and what refuses them: the same for every service."""

from fractions import Fraction
from itertools import pairwise

from vod_assets.domain.colours import BT709, HLG, PQ
from vod_assets.domain.documents import Document
from vod_assets.domain.media_info import Colour
from vod_assets.domain.rendition_spec import RenditionSpec

FRAMES_OFF = 1  # a service may round the last frame of a source away, or up
RATE_SLACK = 2  # how many times the cap a whole file may average, before it is no misunderstanding of buffers
SHORTEST_RATED = 10  # seconds; shorter files are mostly one key frame


class OutputFacts(Document):
    """What a file holds, as ffprobe and a whole decode tell.

    Attributes:
        key_frames: Numbers of the frames that are random access points, in the order they are shown.
        is_closed: Whether no frame refers across a random access point.
        decoded_frames: How many a decoder puts out.
        complaints: What the decoder says of damage.
        level: What a decoder must be able to, ``4.1``; empty: it does not say.
    """

    codec: str
    width: int
    height: int
    sample_aspect: Fraction
    frame_rate: Fraction
    is_constant: bool
    frames: int
    key_frames: tuple[int, ...]
    is_closed: bool
    bit_depth: int
    field_order: str
    colour: Colour
    bits_per_second: int
    decoded_frames: int
    complaints: tuple[str, ...] = ()
    level: str = ""


def faults_of(spec: RenditionSpec, facts: OutputFacts) -> tuple[str, ...]:
    """Return in which ways a file is not what was ordered; none: it may be committed."""
    return (*_picture_faults(spec, facts), *_time_faults(spec, facts), *_stream_faults(spec, facts))


def wanted_colour(spec: RenditionSpec) -> Colour:
    """Return what a rendition says of its colours."""
    if spec.dynamic_range == "sdr":
        return BT709
    transfer = HLG if spec.picture.dynamic_range == "hlg" else PQ
    return Colour(primaries="bt2020", transfer=transfer, matrix="bt2020nc", range="tv")


def _picture_faults(spec: RenditionSpec, facts: OutputFacts) -> list[str]:
    wanted, found = (spec.width, spec.height), (facts.width, facts.height)
    faults = []
    if facts.codec != spec.codec:
        faults.append(f"it is {facts.codec}, not {spec.codec}")
    if wanted != found:
        faults.append(f"it has {found[0]}x{found[1]} pixels, not {wanted[0]}x{wanted[1]}")
    if facts.sample_aspect not in (0, 1):
        faults.append(f"its pixels are not square ({facts.sample_aspect})")
    if facts.bit_depth != spec.bit_depth:
        faults.append(f"it has {facts.bit_depth} bits, not {spec.bit_depth}")
    if spec.level and facts.level and _number(facts.level) > _number(spec.level):
        faults.append(f"it needs a decoder of level {facts.level}, over {spec.level}")
    if facts.field_order not in ("progressive", "unknown", ""):
        faults.append(f"it is interlaced ({facts.field_order})")
    said, meant = _words(facts.colour), _words(wanted_colour(spec))
    if said != meant:
        faults.append(f"its colours are said to be {said}, not {meant}")
    return faults


def _time_faults(spec: RenditionSpec, facts: OutputFacts) -> list[str]:
    faults = []
    if facts.frame_rate != spec.frame_rate or not facts.is_constant:
        steady = "" if facts.is_constant else ", and not steady"
        faults.append(f"it has {facts.frame_rate} frames a second{steady}, not {spec.frame_rate}")
    if abs(facts.frames - spec.frames) > FRAMES_OFF:
        faults.append(f"it has {facts.frames} frames, not {spec.frames}")
    wanted = {*range(0, facts.frames, spec.gop_frames), *spec.pinned_frames} & set(range(facts.frames))
    if lacking := sorted(wanted - set(facts.key_frames)):
        faults.append(f"frame {lacking[0]} is no key frame ({len(lacking)} of {len(wanted)} are not)")
    if odd := sorted(set(facts.key_frames) - wanted):
        faults.append(f"frame {odd[0]} is a key frame, and should not be")
    if not facts.is_closed:
        faults.append("its groups of pictures are not closed")
    return faults


def _stream_faults(spec: RenditionSpec, facts: OutputFacts) -> list[str]:
    faults = []
    seconds = facts.frames / spec.frame_rate
    if spec.maxrate and seconds >= SHORTEST_RATED and facts.bits_per_second > RATE_SLACK * spec.maxrate:
        faults.append(f"it has {facts.bits_per_second} bits a second, over a cap of {spec.maxrate}")
    if facts.decoded_frames != facts.frames:
        faults.append(f"{facts.decoded_frames} of its {facts.frames} frames can be decoded")
    if facts.complaints:
        faults.append(f"it is damaged: {facts.complaints[0]}")
    return faults


def key_frames_of(packets: list[tuple[int, bool]]) -> tuple[tuple[int, ...], bool]:
    """Return which frames are random access points, in the order they are shown, and whether all groups are closed.

    Args:
        packets: Time of each packet and whether a decoder may begin with it, in the order they are stored.
    """
    shown = {time: number for number, time in enumerate(sorted(time for time, _ in packets))}
    keys = tuple(sorted(shown[time] for time, is_key in packets if is_key))
    begins, is_closed = [at for at, (_, is_key) in enumerate(packets) if is_key], True
    for first, after in pairwise([*begins, len(packets)]):
        opened = packets[first][0]
        is_closed &= all(time >= opened for time, _ in packets[first:after])
        if after < len(packets):
            is_closed &= all(time < packets[after][0] for time, _ in packets[first:after])
    return keys, is_closed


def level_name(codec: str, number: int) -> str:
    """Return a level's name, of the number that its codec writes; empty: it writes none."""
    if number <= 0:
        return ""
    parts = {"h264": divmod(number, 10), "hevc": (number // 30, number % 30 // 3), "av1": (2 + number // 4, number % 4)}
    return ".".join(map(str, parts[codec])) if codec in parts else ""


def _number(level: str) -> tuple[int, ...]:
    return tuple(int(part) for part in level.split("."))


def _words(colour: Colour) -> str:
    return "/".join((colour.primaries, colour.transfer, colour.matrix, colour.range))
