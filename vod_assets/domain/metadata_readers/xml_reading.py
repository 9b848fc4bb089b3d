"""XML from others: no entities, no internal DTD, bounded in size, depth and number of elements.

A document type that only names a DTD elsewhere, as every ADI file does, is passed over: nothing is ever fetched.
"""

from typing import Any
from xml.parsers import expat

from lxml import etree

from vod_assets.domain.errors import printable
from vod_assets.domain.metadata_readers.fields import bad_file

DEEPEST = 64
MOST_ELEMENTS = 200_000


def read_xml(data: bytes, file: str) -> etree._Element:
    """Return the root of an XML document.

    Raises:
        ConfigError: ``bad_metadata_file``, naming the line.
    """
    _check_shape(data, file)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise bad_file(file, f"line {error.lineno or 1}: {printable(error.msg or 'is no XML')}") from error


def place_of(element: etree._Element) -> str:
    """Return where an element stands, for a person."""
    return f"line {element.sourceline}"


def text_of(element: etree._Element | None) -> str:
    """Return all text of an element, without what surrounds it."""
    return "".join(str(part) for part in element.itertext()).strip() if element is not None else ""


def _check_shape(data: bytes, file: str) -> None:
    """Refuse entities, great depth and great number before anything is built."""
    parser = expat.ParserCreate()
    depth = count = 0

    def refuse(cause: str) -> None:
        raise bad_file(file, f"line {parser.CurrentLineNumber}: {cause}")

    def doctype(_name: str, _system: str | None, _public: str | None, has_internal_subset: int) -> None:
        if has_internal_subset:
            refuse("a document type with declarations is not allowed")

    def start(_name: str, _attributes: Any) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            refuse(f"is nested deeper than {DEEPEST} or has more than {MOST_ELEMENTS} elements")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(*_: Any) -> None:
        refuse("an entity is not allowed")

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    parser.SkippedEntityHandler = entity
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise bad_file(file, f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise bad_file(file, f"line 1: {printable(str(error))}") from error
