"""Clips with closed captions in their pictures: user data of ATSC A/53 put before every slice of an H.264 stream."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets_tests.adapters.transcode.clips import make, tools

RATE = "30000/1001"
_START_CODE = re.compile(rb"\x00\x00(?:\x00)?\x01")
_SLICES = (1, 5)
Pairs = Sequence[tuple[int, int]]


def pop_on(text: str, second_field: bool = False) -> list[tuple[int, int]]:
    """Return the byte pairs, without parity, of a caption that is loaded into row 15; the last one shows it."""
    control = 0x15 if second_field else 0x14
    letters = text.encode("ascii").ljust((len(text) + 1) // 2 * 2)
    pairs = [(letters[at], letters[at + 1]) for at in range(0, len(letters), 2)]
    return [(control, 0x20), (control, 0x2E), (0x14, 0x70), *pairs, (control, 0x2F)]


def erased(second_field: bool = False) -> list[tuple[int, int]]:
    return [(0x15 if second_field else 0x14, 0x2C)]


def window(text: str, row: int = 60, number: int = 0) -> bytes:
    """Return the codes of CEA-708 that define a window at a row of 75 anew, write a text in it, and show it."""
    define = bytes((0x8C, 1 << number, 0x98 + number, 0x00, row, 0x00, 0x02, 0x1F, 0x11))
    return define + text.encode("latin-1") + bytes((0x89, 1 << number))


def hidden(number: int = 0) -> bytes:
    return bytes((0x8A, 1 << number))


def packet(*blocks: tuple[int, bytes]) -> bytes:
    """Return a packet of digital captions with service blocks, filled up to an even length."""
    data = b"".join(
        (bytes((service << 5 | len(codes),)) if service < 7 else bytes((0xE0 | len(codes), service))) + codes
        for service, codes in blocks
    )
    size = (len(data) + 2) // 2
    return bytes((size & 0x3F,)) + data.ljust(2 * size - 1, b"\0")


def triplets(packet: bytes) -> bytes:
    """Return the triplets that carry one packet."""
    return b"".join(bytes((0xFE | (at == 0), *packet[at : at + 2])) for at in range(0, len(packet), 2))


def clip(
    target: Path,
    *fields: dict[int, Pairs],
    frames: int = 90,
    sound: bool = False,
    digital: Mapping[int, bytes] = MappingProxyType({}),
) -> Path:
    """Write a clip whose pictures carry byte pairs of up to two fields: a pair a picture from the given ones on.

    Those that are named carry a packet of digital captions, too; before the first that says anything, none has any.
    """
    bare = target.with_suffix(".h264")
    picture = generated_input(f"testsrc2=s=64x64:r={RATE}")
    encoding = {"c:v": "libx264", "preset": "ultrafast", "bf": 0, "g": 30, "pix_fmt": "yuv420p", "threads": 1}
    make(bare, picture, f="h264", **{"frames:v": frames}, **encoding)
    carried = bare.with_suffix(".cc.h264")
    carried.write_bytes(b"".join(_with_user_data(bare.read_bytes(), fields, digital)))
    import ffmpeg

    pictures = ffmpeg.input(str(carried), framerate=RATE, format="h264")
    streams = [pictures["v"], generated_input(f"sine=d={frames / 30:.2f}")["a"]] if sound else [pictures["v"]]
    said = {"metadata:s:a:0": "language=fra"} if sound else {}
    output = ffmpeg.output(*streams, str(target), **{"c:v": "copy"}, **said)
    SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, [output]))
    bare.unlink()
    carried.unlink()
    return target


def _with_user_data(stream: bytes, fields: Sequence[dict[int, Pairs]], digital: Mapping[int, bytes]) -> Iterator[bytes]:
    first = min((*(at for field in fields for at in field), *digital), default=0)
    waiting: list[list[tuple[int, int]]] = [[] for _ in fields]
    picture = 0
    starts = [found.start() for found in _START_CODE.finditer(stream)] + [len(stream)]
    for start, end in pairwise(starts):
        unit = stream[start:end]
        head = unit.index(b"\x01") + 1
        if unit[head] & 0x1F in _SLICES:
            data = b""
            for number, field in enumerate(fields):
                waiting[number] += field.get(picture, [])
                pair = waiting[number].pop(0) if waiting[number] else (0, 0)
                data += bytes((0xFC | number, *map(_odd, pair)))
            data += triplets(digital.get(picture, b""))
            if picture >= first:
                yield _message(data)
            picture += 1
        yield unit


def _message(data: bytes) -> bytes:
    """Return a NAL unit with a registered user data message (ATSC A/53 Part 4, 6.2.3)."""
    body = b"\xb5\x00\x31GA94\x03" + bytes((0x40 | len(data) // 3, 0xFF)) + data + b"\xff"
    plain = b"\x06\x04" + bytes((len(body),)) + body + b"\x80"
    return b"\x00\x00\x00\x01" + re.sub(rb"\x00\x00(?=[\x00-\x03])", lambda _: b"\x00\x00\x03", plain)


def _odd(byte: int) -> int:
    return byte | (0 if byte.bit_count() % 2 else 0x80)
