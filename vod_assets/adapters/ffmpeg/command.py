"""The one builder of ffmpeg and ffprobe command lines.

There is a function per class of input, because what may be opened differs: a *source* came from outside and gets the
strictest lists, a *package* or an *artifact* is our own, a *caption* is text, and *generated* input is a lavfi graph
that this code wrote. No other module puts together a command line of these tools; a test looks for any that does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from vod_assets.adapters.ffmpeg import allowed
from vod_assets.domain.errors import StoreError

Options = dict[str, Any]
LOOPED_THREADS = "2"  # of each decoder of what was just encoded: there are many
PICTURES_SOURCE = "source"  # what `picture_data_command` opens, in its working directory


def source_input(path: Path, **options: Any) -> Any:
    """Return an ffmpeg-python input node for a file from outside: strict lists, one protocol, an absolute address."""
    return ffmpeg.input(_address(path), **_guards(allowed.SOURCE_FORMATS), **options)


def caption_input(path: Path, **options: Any) -> Any:
    """Return an input node for a caption file from outside."""
    return ffmpeg.input(_address(path), **_guards(allowed.CAPTION_FORMATS), **options)


def artifact_input(path: Path, **options: Any) -> Any:
    """Return an input node for a file that we encoded ourselves: one file, and nothing that it could refer to."""
    return ffmpeg.input(_address(path), **_guards(allowed.ARTIFACT_FORMATS), **options)


def package_input(path: Path, root: Path, **options: Any) -> Any:
    """Return an input node for a playlist or an MPD of our own, which lead to other files.

    Args:
        path: The playlist or manifest.
        root: The store or origin that it must lie in, links resolved.
        **options: Further input options.

    Raises:
        StoreError: ``outside_root``.
    """
    return ffmpeg.input(_address(_inside(path, root)), **_guards(allowed.PACKAGE_FORMATS, "file,crypto"), **options)


def joined_input(listing: Path, **options: Any) -> Any:
    """Return an input node for files that we encoded ourselves, one after another, as a list of FFmpeg's names them.

    Packets come as they are stored: nothing is put in front of them, as FFmpeg would do with H.264.
    """
    guards = _guards(("concat", *allowed.ARTIFACT_FORMATS))
    return ffmpeg.input(_address(listing), format="concat", safe=0, auto_convert=0, **guards, **options)


def stream_input(address: str, **options: Any) -> Any:
    """Return an input node for a stream that an RTSP server plays to us."""
    guards = {"protocol_whitelist": "rtsp,rtp,rtcp,udp,tcp", "format_whitelist": "rtsp,sdp,rtp"}
    return ffmpeg.input(address, **guards, codec_whitelist=",".join(allowed.CODECS), **options)


def generated_input(spec: str, **options: Any) -> Any:
    """Return an input node for a lavfi graph that this code wrote; never put text from a user into ``spec``."""
    return ffmpeg.input(spec, format="lavfi", **options)


def compile_ffmpeg(
    program: Path,
    outputs: Sequence[Any],
    *,
    progress: bool = False,
    verbosity: str = "level+info",
    device: str = "",
) -> list[str]:
    """Return the command line that makes all outputs in one process.

    Args:
        program: The ffmpeg binary.
        outputs: Output nodes of ffmpeg-python, which also chooses their order; inputs and filters that they share are
            opened and run once.
        progress: Report ``key=value`` lines on standard output twice a second.
        verbosity: For ``-v``; ``level+verbose`` prints the counts that `vod_assets.adapters.ffmpeg.counts` reads.
        device: Kind of device that ``hwupload`` sends pictures to, ``vaapi``; empty: none is opened.
    """
    reporting = ["-progress", "pipe:1", "-stats_period", "0.5"] if progress else []
    arguments = ffmpeg.compile(list(outputs), cmd=str(program))[1:]
    return [
        str(program),
        "-hide_banner",
        "-nostdin",
        "-nostats",
        "-y",
        "-v",
        verbosity,
        *_device(device),
        *reporting,
        *arguments,
    ]


@dataclass(frozen=True)
class LoopedEncode:
    """One encode whose pictures are decoded again in the same process.

    Attributes:
        filters: What happens to the source's pictures before, as text of a filter graph.
        options: The encoder's.
        sizes: Where a line for each coded picture goes, which tells its size; the pictures themselves are not kept.
    """

    filters: str
    options: Mapping[str, str]
    sizes: Path


@dataclass(frozen=True)
class Looped:
    """Encodes of one source, and what looks at them.

    Attributes:
        graph: What compares them; numbers and fixed names only. ``[0:…]`` are the source's pictures, ``[dec:0]`` those
            of the first encode.
        sinks: The graph's outputs, which lead nowhere.
        device: See `compile_ffmpeg`.
    """

    encodes: Sequence[LoopedEncode]
    graph: str
    sinks: Sequence[str]
    device: str = ""


def looped_command(program: Path, source: Sequence[str], looped: Looped) -> list[str]:
    """Return the command line that encodes a source in several ways and looks at what comes of each, in one process.

    The source is decoded once.

    Args:
        program: The ffmpeg binary.
        source: What `source_words` returns, and the stream specifier of the pictures.
        looped: What is done.
    """
    *words, stream = source
    outputs: list[str] = []
    for number, encode in enumerate(looped.encodes):
        options = [word for name, value in encode.options.items() for word in (f"-{name}", value)]
        outputs += ["-map", f"0:{stream}", "-vf", encode.filters, *options, "-f", "framecrc", str(encode.sizes)]
        outputs += ["-threads", LOOPED_THREADS, "-dec", f"{number}:0"]
    drained = [word for sink in looped.sinks for word in ("-map", f"[{sink}]", "-f", "null", "-")]
    reporting = ["-progress", "pipe:1", "-stats_period", "0.5"]
    head = [str(program), "-hide_banner", "-nostdin", "-nostats", "-y", "-v", "level+warning", *reporting]
    return [*head, *_device(looped.device), *words, *outputs, "-filter_complex", looped.graph, *drained]


def source_words(path: Path, **options: Any) -> list[str]:
    """Return the words of a command line that open a file from outside, as `source_input` does.

    An option whose value is None is a word by itself.
    """
    given = {**_guards(allowed.SOURCE_FORMATS), **options}
    said = ((f"-{name}",) if value is None else (f"-{name}", str(value)) for name, value in given.items())
    return [*(word for words in said for word in words), "-i", _address(path)]


def version_command(program: Path, listing: str = "version") -> list[str]:
    """Return the command line that lists a tool's version, ``encoders`` or ``filters``."""
    return [str(program), "-hide_banner", f"-{listing}"]


def ffprobe_command(program: Path, path: Path, *entries: str) -> list[str]:
    """Return the command line that inspects a file from outside, under the lists of `source_input`.

    Args:
        program: The ffprobe binary.
        path: The file.
        *entries: What to show and how: ``-show_streams``, ``-show_format``, ``-of json`` and the like.
    """
    guards = [word for name, value in _guards(allowed.SOURCE_FORMATS).items() for word in (f"-{name}", str(value))]
    return [str(program), "-hide_banner", "-v", "level+warning", *guards, *entries, "-i", _address(path)]


def picture_data_command(program: Path, index: int) -> list[str]:
    """Return the command line that dumps the user data of every picture of the file `PICTURES_SOURCE`.

    Only the filter ``movie`` gives it. That opens the file itself, so it gets the lists of `source_input` there; the
    name is fixed and relative to the working directory, because a filter's text must hold nothing of a user's.

    Args:
        program: The ffprobe binary.
        index: The video stream.
    """
    guards = "\\:".join(f"{name}={value}" for name, value in _guards(allowed.SOURCE_FORMATS).items())
    movie = f"movie=filename=file\\\\:{PICTURES_SOURCE}:si={index}:format_opts='{guards}'[out0+subcc]"
    entries = ("-select_streams", "s", "-show_entries", "packet=pts_time,data", "-show_data", "-of", "csv=p=0")
    return [str(program), "-hide_banner", "-v", "level+error", *entries, "-f", "lavfi", "-i", movie]


def _device(kind: str) -> list[str]:
    return ["-init_hw_device", f"{kind}=encoder", "-filter_hw_device", "encoder"] if kind else []


def _guards(formats: Sequence[str], protocols: str = "file") -> Options:
    return {
        "protocol_whitelist": protocols,
        "format_whitelist": ",".join(formats),
        "codec_whitelist": ",".join(allowed.CODECS),
        "max_pixels": allowed.MOST_PIXELS,
        "max_streams": allowed.MOST_STREAMS,
    }


def _address(path: Path) -> str:
    """Return a name that can be nothing but a local file, whatever characters it holds (``concat:a|b.mp4``)."""
    return f"file:{path.absolute()}"


def _inside(path: Path, root: Path) -> Path:
    real = path.resolve()
    if not real.is_relative_to(root.resolve()):
        raise StoreError(
            "outside_root", f"{path} leads out of {root}", "Remove the link; a package holds its own files"
        )
    return real
