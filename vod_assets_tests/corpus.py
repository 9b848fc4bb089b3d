"""Real files that VOD_CORPUS names; without it there are none, and no test is made of them."""

import os
from pathlib import Path


def corpus_files(*patterns: str) -> list[Path]:
    folder = os.environ.get("VOD_CORPUS", "")
    return sorted(path for pattern in patterns for path in Path(folder).glob(pattern)) if folder else []
