"""Files that hold secrets: nobody but their owner may read them."""

import os
import secrets
import stat
from pathlib import Path

from vod_assets.domain.errors import ConfigError

OWNER_ONLY = 0o600
MOST_BYTES = 1 << 20


def read_secret(path: Path, what: str) -> bytes:
    """Return the bytes of a file that nobody but its owner may read.

    Args:
        path: The file.
        what: What it holds, for messages: ``the master secret``.

    Raises:
        FileNotFoundError: It is not there.
        ConfigError: ``secret_exposed``, ``secret_unreadable``.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise OSError(0, "it is no file")
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigError(
                    "secret_exposed",
                    f"{what} in {path} can be read by others (mode {stat.S_IMODE(mode):04o})",
                    f"Run `chmod 600 {path}`, and think about who has read it",
                )
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        cause = f"{what} in {path} cannot be read: {error.strerror}"
        raise ConfigError("secret_unreadable", cause, "Check the file and its owner") from error


def create_secret(path: Path, data: bytes, what: str) -> None:
    """Write a file that nobody but its owner may read; one that is there already stays as it is.

    Raises:
        ConfigError: ``secret_unreadable``.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(data)
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # all of it or nothing, and the first one wins
        except FileExistsError:
            return
        finally:
            draft.unlink()
    except OSError as error:
        cause = f"{what} cannot be written to {path}: {error.strerror}"
        raise ConfigError("secret_unreadable", cause, "Check that this user may write there") from error
