"""SMIL: the list of files that a repackager takes in, one element for each."""

from collections.abc import Iterable
from typing import Any, Literal

from lxml import etree

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import printable
from vod_assets.domain.languages import UNKNOWN

Dialect = Literal["edgeware", "smil3"]
NAMESPACE = "http://www.w3.org/ns/SMIL"  # SMIL 3.0, 3.4.3


class SmilStream(Document):
    """One file of a presentation.

    Attributes:
        kind: ``video``, ``audio`` or ``text``.
        path: Relative to the SMIL file.
        role: Of text: ``subtitle``, ``caption`` or ``forced-subtitle``, as DASH calls them.
    """

    kind: Literal["video", "audio", "text"]
    path: str
    bits_per_second: int = 0
    width: int = 0
    height: int = 0
    language: str = UNKNOWN
    label: str = ""
    role: str = ""


def compose_smil(streams: Iterable[SmilStream], dialect: Dialect = "edgeware") -> bytes:
    """Return a SMIL file that offers streams in one ``switch``: video by bit rate, the highest first, sound, text.

    The dialect ``edgeware`` is Wowza's as Edgeware's ingest reads it: no namespace, sound in ``video`` elements, SubRip
    in ``srt`` elements, and words that SMIL has no attribute for in ``param``. ``smil3`` is SMIL 3.0, with ``audio``.
    """
    namespaces: Any = {None: NAMESPACE} if dialect == "smil3" else None
    root = etree.Element(_tag("smil", dialect), nsmap=namespaces)
    if dialect == "smil3":
        root.attrib.update({"version": "3.0", "baseProfile": "Language"})
    switch = etree.SubElement(etree.SubElement(root, _tag("body", dialect)), _tag("switch", dialect))
    for stream in _ordered(streams):
        element = etree.SubElement(switch, _tag(_element(stream, dialect), dialect), _attributes(stream))
        for name, value in _parameters(stream).items():
            said = {"name": name, "value": value, "valuetype": "data"}
            etree.SubElement(element, _tag("param", dialect), said)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _ordered(streams: Iterable[SmilStream]) -> list[SmilStream]:
    kinds = ("video", "audio", "text")
    return sorted(streams, key=lambda one: (kinds.index(one.kind), -one.bits_per_second if one.width else 0))


def _tag(name: str, dialect: Dialect) -> str:
    return f"{{{NAMESPACE}}}{name}" if dialect == "smil3" else name


def _element(stream: SmilStream, dialect: Dialect) -> str:
    if stream.kind == "text":
        return "srt" if dialect == "edgeware" and stream.path.endswith(".srt") else "textstream"
    return "audio" if stream.kind == "audio" and dialect == "smil3" else "video"


def _attributes(stream: SmilStream) -> dict[str, str]:
    """Return what SMIL says of a stream; names with hyphens are SMIL 1.0's, which many readers still ask for."""
    said = {"src": stream.path}
    if stream.bits_per_second and stream.kind != "text":
        said |= dict.fromkeys(("system-bitrate", "systemBitrate"), str(stream.bits_per_second))
    if stream.width and stream.height:
        said |= {"width": str(stream.width), "height": str(stream.height)}
    if stream.language != UNKNOWN:
        said |= dict.fromkeys(("system-language", "systemLanguage"), stream.language)
    return said


def _parameters(stream: SmilStream) -> dict[str, str]:
    said = {"displayName": printable(stream.label), "role": stream.role}  # XML has no control characters
    return {name: value for name, value in said.items() if value}
