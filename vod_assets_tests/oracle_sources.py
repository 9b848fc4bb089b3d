"""Sources of every kind, made of the oracle as real tools write them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input, source_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.oracle import picture

H264: dict[str, Any] = {"c:v": "libx264", "preset": "veryfast", "qp": 4, "threads": 1, "g": 25, "c:a": "aac"}
MPEG2: dict[str, Any] = {"c:v": "mpeg2video", "qscale:v": 1, "qmax": 2, "g": 12, "bf": 2, "c:a": "mp2", "b:a": "192k"}
FIELDS: dict[str, Any] = {"flags": "+ildct+ilme"}
PCM: dict[str, Any] = {"c:a": "pcm_s24le"}
PRORES: dict[str, Any] = {"c:v": "prores_ks", "profile:v": "hq", "pix_fmt": "yuv422p10le", **PCM}
TURNS = {90: "cclock", 270: "clock"}  # what a camera does before a player turns it back
NOTHING: dict[str, Any] = {}
# ISO/IEC 13818-2, 6.2.2.3 and 6.2.3.1: identifiers of extensions, and bits of one byte of each
SEQUENCE_EXTENSION, PICTURE_CODING_EXTENSION, PROGRESSIVE_SEQUENCE, TOP_FIRST, REPEAT = 1, 8, 0x08, 0x80, 0x02
Build = Callable[[Path, Path], Path]
AVCHD: dict[str, Any] = {"c:a": "ac3", "f": "mpegts", "mpegts_m2ts_mode": 1}
XDCAM: dict[str, Any] = {**MPEG2, "pix_fmt": "yuv422p", "c:a": "pcm_s16le", **FIELDS}
DNXHR: dict[str, Any] = {"c:v": "dnxhd", "profile:v": "dnxhr_hq", **PCM}
DEEP: dict[str, Any] = {"pix_fmt": "yuv422p10le"}


def written(name: str, node: Callable[[Path], Any], **options: Any) -> Build:
    """Return what writes the oracle's picture, as some node gives it, and its sound."""

    def build(clip: Path, folder: Path) -> Path:
        return make(folder / name, node(clip), artifact_input(clip)["a"], **{**H264, **options})

    return build


def fields(scan: str, flagged: str = "", **options: Any) -> Callable[[Path], Any]:
    """Return the picture as fields, two of the oracle's frames in each of its."""

    def node(clip: Path) -> Any:
        woven = picture(clip, **{"rate": 50, **options}).filter("interlace", scan=scan, lowpass="off")
        return woven.filter("setfield", flagged) if flagged else woven

    return node


def pulled_down(clip: Path) -> Any:
    return picture(clip, rate="24000/1001").filter("telecine", pattern="23")


def flagged(clip: Path, folder: Path) -> Path:
    """Write film whose pictures say of themselves that they are shown for three fields and for two in turn."""
    source = make(folder / "film.mkv", picture(clip, rate="30000/1001"), **{**MPEG2, "bf": 0})
    stream, number, at = bytearray(source.read_bytes()), 0, 0
    while (at := stream.find(b"\0\0\1\xb5", at) + 4) >= 4:
        if stream[at] >> 4 == SEQUENCE_EXTENSION:
            stream[at + 1] &= ~PROGRESSIVE_SEQUENCE
        elif stream[at] >> 4 == PICTURE_CODING_EXTENSION:
            stream[at + 3] = (
                stream[at + 3] & ~(TOP_FIRST | REPEAT) | (TOP_FIRST | REPEAT, 0, REPEAT, TOP_FIRST)[number % 4]
            )
            number += 1
    source.write_bytes(stream)
    milliseconds = {"bsf:v": "setts=ts=floor((2*N+floor((N+1)/2))*1001/60)", "c:v": "copy", "c:a": "mp2"}
    return make(folder / "a.ts", source_input(source), artifact_input(clip)["a"], **milliseconds)


def squeezed(width: int, height: int, **aspect: Any) -> Callable[[Path], Any]:
    def node(clip: Path) -> Any:
        return picture(clip, "yuv444p").filter("scale", width, height).filter("setsar", **(aspect or {"sar": 1}))

    return node


def copied(build: Build, name: str, read: dict[str, Any] = NOTHING, **options: Any) -> Build:
    """Return what copies a source's streams, opened with some options."""

    def copy(clip: Path, folder: Path) -> Path:
        return make(folder / name, source_input(build(clip, folder), **read), c="copy", **options)

    return copy


def turned(degrees: int, *, is_mirrored: bool = False) -> Build:
    """Return what lays a picture down as a camera does, and says in the display matrix how to set it up."""

    def node(clip: Path) -> Any:
        laid = picture(clip)
        if is_mirrored:
            laid = laid.filter("hflip")
        if degrees == 180:
            return laid.filter("hflip").filter("vflip")
        return laid.filter("transpose", TURNS[degrees]) if degrees else laid

    read: dict[str, Any] = {"display_rotation": -degrees, **({"display_hflip": None} if is_mirrored else {})}
    return copied(written("flat.mp4", node), "turned.mp4", read)


def cut(clip: Path, folder: Path) -> Path:
    """Copy from frame 13 on: an edit list leaves out what its key frame needs."""
    source = make(folder / "whole.mp4", picture(clip), artifact_input(clip)["a"], **H264)
    return make(folder / "a.mp4", artifact_input(source, ss=0.52), c="copy")


def apart(name: str, late: str, seconds: str, **options: Any) -> Build:
    """Return what lets picture or sound begin late."""

    def build(clip: Path, folder: Path) -> Path:
        whole = make(folder / "whole.mp4", picture(clip), artifact_input(clip)["a"], **{**H264, **options})
        streams = {
            kind: artifact_input(whole, **({"itsoffset": seconds} if kind == late else {}))[kind] for kind in "va"
        }
        return make(folder / name, streams["v"], streams["a"], c="copy")

    return build


def two_programmes(clip: Path, folder: Path) -> Path:
    """Write a broadcast of two programmes: a small one, whose beep is late, and the oracle."""
    small = generated_input("testsrc2=s=128x96:r=25:d=2.08").filter("format", "yuv420p")
    late = artifact_input(clip)["a"].filter("adelay", "500")
    tied = {"program": "title=small:st=0:st=1", "program#1": "title=oracle:st=2:st=3"}
    node = small.output(late, picture(clip), artifact_input(clip)["a"], str(folder / "a.ts"), **MPEG2)
    argv = compile_ffmpeg(tools().ffmpeg, [node])
    words = [word for text in tied.values() for word in ("-program", text)]
    SupervisedRunner().run([*argv[:-1], *words, argv[-1]])
    return folder / "a.ts"


def with_cover(clip: Path, folder: Path) -> Path:
    """Write a small picture, the oracle and a cover that is larger than both."""
    cover = make(folder / "c.png", generated_input("testsrc2=s=640x640:r=1:d=1"), **{"c:v": "png", "pix_fmt": "rgb24"})
    small = generated_input("testsrc2=s=128x96:r=25:d=2.08").filter("format", "yuv420p")
    node = artifact_input(cover)["v"].output(
        small, picture(clip), artifact_input(clip)["a"], str(folder / "a.mp4"), **H264,
        **{"c:v:0": "png", "disposition:v:0": "attached_pic"},
    )  # fmt: skip
    SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, [node]))
    return folder / "a.mp4"


def deep(clip: Path) -> Any:
    return picture(clip, "yuv422p10le")


def broad(clip: Path) -> Any:
    return picture(clip, "yuv422p")
