"""The XML of IMF packages: read without entities, and without anything that it might have fetched."""

from typing import Any, NoReturn

from lxml import etree

from vod_assets.domain.errors import ConfigError, printable

REMEDY = "Export one MXF or MOV of this composition, or name its track files as parts and sound; see docs/masters.md"


def parsed(data: bytes, name: str, root: str) -> Any:
    """Return the root of XML without entities, a document type or anything fetched.

    Raises:
        ConfigError: ``bad_programme``: it is no XML, or another document.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ConfigError("bad_programme", f"it is no XML: {printable(str(error))[:200]}", REMEDY, file=name) from error
    if b"<!DOCTYPE" in data or tag_of(tree) != root:
        refuse(f"it is no {root} of IMF", name)
    return tree


def tag_of(node: Any) -> str:
    """Return an element's name without its namespace; empty for a comment."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def children(node: Any, tag: str) -> list[Any]:
    """Return the elements of a name right below another."""
    return [child for child in node if tag_of(child) == tag]


def only(node: Any, tag: str, name: str) -> Any:
    """Return the one element of a name; a document with none or several is refused."""
    found = children(node, tag)
    if len(found) != 1:
        refuse(f"{tag_of(node)} has {len(found)} of {tag}", name)
    return found[0]


def text_of(node: Any, tag: str, name: str) -> str:
    """Return the text of the one element of a name."""
    return str(only(node, tag, name).text or "").strip()


def number_of(node: Any, tag: str, name: str, otherwise: int | None = None) -> int:
    """Return the whole number in the one element of a name; ``otherwise`` where there is none."""
    if otherwise is not None and not children(node, tag):
        return otherwise
    text = text_of(node, tag, name)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        refuse(f"{tag} is {printable(text)[:40]!r}, and no number", name)
    return int(text)


def refuse(cause: str, name: str) -> NoReturn:
    """Raise that a document is not read.

    Raises:
        ConfigError: ``bad_programme``.
    """
    raise ConfigError("bad_programme", cause, REMEDY, file=name)
