"""Whether a run makes what its plan says, whatever has changed.

Called as ``python -m trials.changes [--changes 2000] [--seed 1]``. Three titles, whose tools are quick stand-ins, are
changed as chance will have it: sources, files beside them, profiles, keys, tools, and losses in the store and at the
origin. After each change a plan is made and then run. Ends with an error where a run makes what its plan does not name,
or leaves out what it names as certain.
"""

import argparse
import os
import random
import tempfile
from pathlib import Path

from vod_assets_tests.defs.test_plan_and_run import changed, with_titles

MOST_INEXACT_SHARE = 0.2


def main() -> None:
    """Change, plan and run, and say how often all that was planned was made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    os.fsync = lambda _: None  # what is written here need survive no power cut
    with tempfile.TemporaryDirectory() as folder:
        chance = random.Random(arguments.seed)  # noqa: S311 - any changes do
        made, exact = changed(with_titles(Path(folder)), chance, arguments.changes)
    print(f"{arguments.changes} changes made {made} artifacts; {exact} runs made all that was planned")
    if exact < (1 - MOST_INEXACT_SHARE) * arguments.changes:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
