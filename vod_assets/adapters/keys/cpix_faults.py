"""What is said of a key server's answer that cannot be used; nothing of it ever quotes a value."""

import base64
import binascii

from vod_assets.domain.errors import RemoteError


def bad_answer(cause: str) -> RemoteError:
    """Return the error of an answer that cannot be used."""
    return RemoteError(
        "drm_answer_bad", f"the key server's answer cannot be used: {cause}", "Ask who runs the key server; docs/drm.md"
    )


def decoded(text: str, what: str) -> bytes:
    """Return the bytes of base64.

    Raises:
        RemoteError: ``drm_answer_bad``; the text itself is not shown.
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise bad_answer(f"{what} is no base64") from None
