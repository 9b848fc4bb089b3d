"""What a caption file itself says of its language and role, read before anything is made of it."""

from dataclasses import dataclass

from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.text.charset import decode
from vod_assets.domain.text.ebu_stl import is_stl, stl_header
from vod_assets.domain.text.ttml import NoTimedText, timed_text_declared

_HEAD_BYTES = 2000
_KINDS = {"captions": "sdh", "forced": "forced"}


@dataclass(frozen=True)
class Declared:
    """Language, ``und`` when the file does not say; ``forced``, ``sdh`` or nothing."""

    language: str = UNKNOWN
    role: str = ""


def declared(data: bytes, name: str) -> Declared:
    """Return what TTML, EBU-STL and WebVTT files say in their heads; a file that cannot be read says nothing."""
    if is_stl(data):
        return Declared(language_tag(stl_header(data).language))
    if name.lower().endswith((".ttml", ".dfxp", ".itt")):
        try:
            language, role = timed_text_declared(_plain(data))
        except NoTimedText:
            return Declared()
        return Declared(language_tag(language), role)
    head = data[:_HEAD_BYTES].decode("utf-8-sig", "replace")
    if not head.startswith("WEBVTT"):
        return Declared()
    lines = (line.partition(":") for line in head.replace("\r\n", "\n").split("\n\n")[0].splitlines()[1:])
    said = {key.strip().lower(): value.strip() for key, _, value in lines}
    return Declared(language_tag(said.get("language", "")), _KINDS.get(said.get("kind", "").lower(), ""))


def _plain(data: bytes) -> bytes:
    """Return XML as UTF-8 without its declaration, whatever that says."""
    decoded = decode(data)
    text = decoded[0].removeprefix("\ufeff").lstrip() if decoded else ""
    return (text.partition("?>")[2] if text.startswith("<?xml") else text).lstrip().encode()
