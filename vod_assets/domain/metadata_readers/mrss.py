"""MRSS: items of an RSS feed with the elements of Media RSS 1.5.1."""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from lxml import etree

from vod_assets.domain.metadata import Description, window
from vod_assets.domain.metadata_readers.fields import Fields, bad_file
from vod_assets.domain.metadata_readers.xml_reading import place_of, text_of

ROOT = "rss"
MEDIA = "{http://search.yahoo.com/mrss/}"
TERMS = "{http://purl.org/dc/terms/}"


def read_mrss(root: etree._Element, file: str, mezzanine: str, *, is_shared: bool) -> Description | None:
    """Return what a feed's item says; None when none of a shared feed's items is about the title's file.

    An item is about a file when its ``guid``, an address of its media or its enclosure names it, with or without its
    ending. The only item of a title's own feed is about it in any case.

    Raises:
        ConfigError: ``bad_metadata_file``.
    """
    items = list(root.iter("item"))
    named = [item for item in items if _names(item, mezzanine)]
    if len(named) != 1 and not is_shared and len(items) == 1:
        named = items
    if not named and is_shared:
        return None
    if len(named) != 1:
        raise bad_file(file, f"line 1: {len(named)} of its {len(items)} items name {mezzanine}")
    return _described(named[0], Fields(file))


def _described(item: etree._Element, fields: Fields) -> Description:
    for element in (*item.iterfind(f".//{MEDIA}content"), *item.iterfind("../language")):
        fields.put("language", element.get("lang", "") or (element.text or ""), place_of(element))
    for tag, field in (
        (f".//{MEDIA}title", "names"),
        ("title", "names"),
        (f".//{MEDIA}description", "synopses"),
        ("description", "synopses"),
        ("guid", "house_id"),
    ):
        for element in item.iterfind(tag):
            fields.put(field, text_of(element), place_of(element))
    for element in item.iterfind(f".//{MEDIA}category"):
        fields.put("genres", element.get("label", "") or text_of(element), place_of(element))
    for element in item.iterfind(f".//{MEDIA}rating"):
        system = element.get("scheme", "").removeprefix("urn:")
        fields.put("ratings", {"system": system, "value": text_of(element)}, place_of(element))
    for element in item.iterfind(f".//{MEDIA}thumbnail"):
        fields.put("artwork", {"kind": "poster", "file": element.get("url", "")}, place_of(element))
    for element in item.iterfind(f".//{MEDIA}credit"):
        _put_credit(fields, element)
    for element in item.iterfind(f".//{MEDIA}restriction"):
        _put_restriction(fields, element)
    for element in item.iterfind(f"{TERMS}valid"):
        _put_window(fields, element)
    return fields.described()


def _put_credit(fields: Fields, element: etree._Element) -> None:
    role, name = element.get("role", "").lower(), text_of(element)
    if role in ("", "actor", "actress", "cast"):
        fields.put("cast", {"name": name}, place_of(element))
    else:
        fields.put("crew", {"name": name, "role": role}, place_of(element))


def _put_restriction(fields: Fields, element: etree._Element) -> None:
    if element.get("type") == "country":
        relationship = element.get("relationship", "")
        if relationship not in ("allow", "deny"):
            raise fields.bad(place_of(element), "media:restriction", "its relationship is neither allow nor deny")
        fields.put("policy.territories", {relationship: text_of(element).upper().split()}, place_of(element))


def _put_window(fields: Fields, element: etree._Element) -> None:
    """Read a period of DCMI: ``start=2026-01-01; end=2026-12-31; scheme=W3C-DTF``."""
    parts = dict(part.strip().partition("=")[::2] for part in text_of(element).split(";") if part.strip())
    try:
        fields.put("policy.windows", [window(parts.get("start", ""), parts.get("end", ""))], place_of(element))
    except ValueError as error:
        raise fields.bad(place_of(element), "dcterms:valid", str(error)) from error


def _names(item: etree._Element, mezzanine: str) -> bool:
    said = [text_of(item.find("guid"))]
    said += [element.get("url", "") for element in (*item.iter(f"{MEDIA}content"), *item.iterfind("enclosure"))]
    names = {_file_name(address) for address in said}
    return bool(names & {mezzanine, mezzanine.rpartition(".")[0]} - {""})


def _file_name(address: str) -> str:
    """Return the name at the end of an address; empty when it is none (``http://[``)."""
    try:
        return PurePosixPath(unquote(urlsplit(address).path)).name
    except ValueError:
        return ""
