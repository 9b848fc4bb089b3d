"""What an MP4 reader that is not ours, mp4box.js, finds in files."""

import json
import subprocess
from pathlib import Path
from typing import Any

from vod_assets.domain.track import Track
from vod_assets_tests.players.matrix import PLAYERS_FOLDER

SCRIPT = Path(__file__).parent / "boxes.mjs"


def boxes(*files: Path) -> list[dict[str, Any]]:
    """Return what mp4box.js reads of each file."""
    argv = ["node", str(SCRIPT), str(PLAYERS_FOLDER), *map(str, files)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def starts(track: Track, edit: int) -> list[int]:
    """Return where each segment begins on the media's clock, in ticks.

    Args:
        track: The track; its durations are those that are played.
        edit: How much of the first segment the edit list cuts off: an encoder's priming.
    """
    durations = [segment.duration for segment in track.segments]
    return [0, *(edit + sum(durations[:at]) for at in range(1, len(durations)))]
