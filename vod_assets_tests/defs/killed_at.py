"""Runs `vod` and kills it, as a power cut would, when it is about to rename or link a certain file.

``python -m vod_assets_tests.defs.killed_at PART NTH ARGUMENT…``: at the NTH rename or link whose target holds PART.
"""

import os
import signal
import sys
from typing import Any

from vod_assets.cli.main import main


def kill_at(part: str, nth: int) -> None:
    left = nth

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("os.rename", "os.link") and part in str(arguments[1]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


if __name__ == "__main__":
    kill_at(sys.argv[1], int(sys.argv[2]))
    sys.argv[1:] = sys.argv[3:]
    main()
