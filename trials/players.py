"""The whole matrix of players, in a real browser: a table with a verdict for each cell."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from vod_assets_tests.players.matrix import PLAYERS_FOLDER, ROWS, play, table
from vod_assets_tests.players.stage import show

PHOTOGRAPHS = Path(sys.prefix) / "players" / "failed"  # below .venv/


def main() -> int:
    """Play every row that is wanted, print the table, and return 1 if a cell failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="play only rows of these: shaka cbcs DASH, say")
    wanted = set(parser.parse_args().words)
    if not PLAYERS_FOLDER.is_dir():
        print("The players are not installed: `make players` installs them and plays", file=sys.stderr)
        return 2
    played = []
    with TemporaryDirectory(prefix="vod-players-", ignore_cleanup_errors=True) as folder, show(Path(folder)) as stage:
        for row in (row for row in ROWS if wanted <= {row.engine, row.scheme, row.form}):
            with stage.screen() as screen:
                played.append(play(row, stage, screen, PHOTOGRAPHS))
            print(f"{row}: {' '.join(played[-1].words.values())}", file=sys.stderr, flush=True)
    print("\n".join(table(played)))
    return int(any(verdicts.reasons for verdicts in played))


if __name__ == "__main__":
    sys.exit(main())
