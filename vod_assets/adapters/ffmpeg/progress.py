"""What FFmpeg reports of its progress with ``-progress``: blocks of ``key=value`` lines that end with ``progress=``."""

from collections.abc import Callable
from fractions import Fraction

from vod_assets.ports import Advance, Progress

STALL_SECONDS = 300  # an encoder with a long lookahead may take minutes to its first frame where the machine is loaded


class ProgressReader:
    """Takes the lines as they come, knows how far the tool is, and tells whoever wants to show it.

    Args:
        total_seconds: Of the whole work, for the display.
        on_progress: Called at the end of each block.
    """

    def __init__(
        self, total_seconds: Fraction = Fraction(0), on_progress: Callable[[Progress], None] | None = None
    ) -> None:
        self.total_seconds, self.on_progress = total_seconds, on_progress
        self._advance = Advance()
        self._block: dict[str, str] = {}

    def advance(self) -> Advance:
        """Return how far the tool was at the end of the last block; the pulse of `vod_assets.ports.ToolRunner`."""
        return self._advance

    def read(self, line: str) -> None:
        """Take one line; report when a block is complete."""
        key, _, value = line.partition("=")
        self._block[key.strip()] = value.strip()
        if key == "progress":
            self._close_block()

    def _close_block(self) -> None:
        said, self._block = self._block, {}
        self._advance = Advance(
            done_seconds=_number(said.get("out_time_us", "")) / 1_000_000,
            frames=int(_number(said.get("frame", ""))),
            written_bytes=int(_number(said.get("total_size", ""))),
        )
        if self.on_progress is not None:
            self.on_progress(
                Progress(
                    done_seconds=self._advance.done_seconds,
                    total_seconds=self.total_seconds,
                    frames_per_second=_number(said.get("fps", "")),
                    speed=_number(said.get("speed", "").removesuffix("x")),
                )
            )


def _number(text: str) -> Fraction:
    """Return a number of a progress line, 0 for ``N/A`` and for what FFmpeg does not know yet."""
    try:
        return max(Fraction(0), Fraction(text))
    except ValueError:
        return Fraction(0)
