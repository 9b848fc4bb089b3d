"""Command lines of ffmpeg that send a file of ours to an RTSP server, and play what comes from one."""

import shlex
from pathlib import Path

import ffmpeg

from vod_assets.adapters.ffmpeg.command import Options, artifact_input, compile_ffmpeg, stream_input

RECEIVE_MICROSECONDS = 10_000_000  # without a packet, over TCP


def publish_command(program: Path, path: Path, address: str, transport: str, *, once: bool = False) -> list[str]:
    """Return the command line that sends a file to an RTSP server, as fast as it is shown.

    Args:
        program: The ffmpeg binary.
        path: The file; its packets go as they are.
        address: Where it is announced; it holds no password, for whoever is on this machine can read it here.
        transport: ``tcp`` or ``udp``.
        once: Once to its end, not over and over.
    """
    pace: Options = {"re": None} if once else {"re": None, "stream_loop": -1}
    sent = artifact_input(path, **pace)
    node = ffmpeg.output(sent["v:0"], sent["a:0?"], address, f="rtsp", rtsp_transport=transport, c="copy")
    return compile_ffmpeg(program, [node], progress=True, verbosity="level+error")


def on_demand_command(program: str, path: Path, address: str) -> str:
    """Return the command that an RTSP server runs by itself when somebody asks for a file, as one text.

    Args:
        program: How FFmpeg is called on that server's machine.
        path: The file as that server finds it.
        address: Where it is announced, with the server's own variables.
    """
    words = [program, "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", f"file:{path}", "-c", "copy"]
    return shlex.join([*words, "-f", "rtsp", "-rtsp_transport", "tcp", address])


def received_command(program: Path, address: str, transport: str, seconds: int) -> list[str]:
    """Return the command line that plays a stream and prints a digest of each frame of its picture.

    Args:
        program: The ffmpeg binary.
        address: What is opened.
        transport: ``tcp`` or ``udp``.
        seconds: How long.
    """
    options = {"rtsp_transport": transport, "timeout": RECEIVE_MICROSECONDS}
    opened = stream_input(address, use_wallclock_as_timestamps=1, **options)  # those of RTP jump at the first report
    node = ffmpeg.output(opened["v:0"], "pipe:", f="framemd5", t=seconds, fps_mode="passthrough")
    return compile_ffmpeg(program, [node], verbosity="level+fatal")


def frames_command(program: Path, path: Path) -> list[str]:
    """Return the command line that prints a digest of each frame of our own file's picture."""
    node = ffmpeg.output(artifact_input(path)["v:0"], "pipe:", f="framemd5", fps_mode="passthrough")
    return compile_ffmpeg(program, [node], verbosity="level+fatal")


def digests(framemd5: str) -> list[str]:
    """Return the digest of each frame, in order, of what these two print."""
    rows = (line for line in framemd5.splitlines() if line and not line.startswith("#"))
    return [row.rpartition(",")[2].strip() for row in rows]
