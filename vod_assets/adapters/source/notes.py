"""Notes of what unchanged sources hold: they save reading, and nothing else depends on them."""

import json
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)


def write_note(path: Path, note: Mapping[str, object]) -> None:
    """Write a note; where that fails, the source is read again the next time, which is no fault of the source."""
    partial = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(note))
        partial.replace(path)
    except OSError as error:
        _log.warning("%s cannot be written, so the source will be read again: %s", path, error.strerror)
        with suppress(OSError):
            partial.unlink(missing_ok=True)
