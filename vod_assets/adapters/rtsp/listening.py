"""A stream as its players get it, compared with the file that is sent."""

from pathlib import Path

from vod_assets.adapters.ffmpeg.streams import digests, frames_command, received_command
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.domain.errors import RemoteError, ToolError
from vod_assets.domain.reception import Reception, reception
from vod_assets.ports import Limits

PATIENCE_SECONDS = 20  # for a server that begins a stream on demand


def received(program: Path, file: Path, opened: tuple[str, str], seconds: int) -> Reception:
    """Return how a stream comes through.

    Args:
        program: The ffmpeg binary.
        file: What is sent.
        opened: Where it is played, and ``tcp`` or ``udp``.
        seconds: How long it is watched.

    Raises:
        RemoteError: ``rtsp_unavailable``: nothing is played there.
    """
    runner, limits = SupervisedRunner(), Limits(wall_seconds=seconds + PATIENCE_SECONDS)
    address, transport = opened
    try:
        came = runner.run(received_command(program, address, transport, seconds), limits=limits).stdout
    except ToolError as error:
        cause = f"nothing is played at {address}: {error.cause}"
        raise RemoteError("rtsp_unavailable", cause, "`vod rtsp list` shows the streams") from error
    sent = runner.run(frames_command(program, file)).stdout
    return reception(digests(sent.decode()), digests(came.decode()))
