"""CableLabs ADI 1.1: the XML that comes with video-on-demand packages (MD-SP-VOD-CONTENT1.1)."""

from collections.abc import Iterator

from lxml import etree

from vod_assets.domain.metadata import Description, window
from vod_assets.domain.metadata_readers.fields import Fields
from vod_assets.domain.metadata_readers.xml_reading import place_of

ROOT = "ADI"
SYNOPSES = ("Summary_Long", "Summary_Medium", "Summary_Short")
CREW = {"Director": "director", "Producers": "producer", "Producer": "producer", "Writer": "writer"}
DIRECT = {"Year": "year", "Genre": "genres", "ISAN": "isan", "EIDR": "eidr"}
KINDS = {"movie": "film", "series": "episode", "episode": "episode", "trailer": "trailer", "event": "event"}
ART = ("poster", "box cover", "still-image")

Datum = tuple[str, str]  # a value, and where it stands


def read_adi(root: etree._Element, file: str, mezzanine: str, *, is_shared: bool) -> Description | None:
    """Return what an ADI document says, or None when it is about another file.

    Args:
        root: The element ``ADI``.
        file: Its name, for errors.
        mezzanine: Name of the title's file.
        is_shared: Whether it lies there for every file of the folder: it speaks only of those that it names.
    """
    contents = [content.get("Value", "") for content in root.iter("Content")]
    if is_shared and mezzanine not in contents:
        return None
    fields, data = Fields(file), _data_of(root, "title")
    language = next(iter(_data_of(root, "movie").get("Languages", [])), None)
    if language:
        fields.put("language", language[0].split(",")[0], language[1])
    _put_names(fields, data)
    for name, field in DIRECT.items():
        for value, place in data.get(name, []):
            fields.put(field, value, place)
    for value, place in data.get("Rating", []):
        fields.put("ratings", {"system": _rating_system(value), "value": value}, place)
    for value, place in data.get("Show_Type", []):
        fields.put("kind", KINDS.get(value.lower(), "other"), place)
    _put_people(fields, data)
    _put_windows(fields, data)
    _put_identity(fields, root)
    return fields.described()


def _put_names(fields: Fields, data: dict[str, list[Datum]]) -> None:
    titles, episodes = data.get("Title", []), data.get("Episode_Name", [])
    for value, place in titles:
        fields.put("series" if episodes else "names", value, place)
    for value, place in episodes:
        fields.put("names", value, place)
        fields.put("kind", "episode", place)
    for value, place in data.get("Episode_ID", []):
        if value.isdecimal():  # many suppliers put an identifier of their own there
            fields.put("episode", value, place)
    for name in SYNOPSES:
        for value, place in data.get(name, []):
            fields.put("synopses", value, place)  # the first that is there stays: the longest


def _put_people(fields: Fields, data: dict[str, list[Datum]]) -> None:
    for value, place in data.get("Actors", []):
        fields.put("cast", _in_order(value), place)
    for name, role in CREW.items():
        for value, place in data.get(name, []):
            fields.put("crew", {"name": _in_order(value), "role": role}, place)
    if "Writer" not in data:
        for value, place in data.get("Writer_Display", []):
            fields.put("crew", {"name": value, "role": "writer"}, place)


def _put_windows(fields: Fields, data: dict[str, list[Datum]]) -> None:
    begins = next(iter(data.get("Licensing_Window_Start", [])), ("", ""))
    ends = next(iter(data.get("Licensing_Window_End", [])), ("", ""))
    if begins[0] or ends[0]:
        place = begins[1] or ends[1]
        try:
            fields.put("policy.windows", [window(begins[0], ends[0])], place)
        except ValueError as error:
            raise fields.bad(place, "Licensing_Window", str(error)) from error


def _put_identity(fields: Fields, root: etree._Element) -> None:
    for asset in root.iter("Asset", ROOT):
        ams = asset.find("Metadata/AMS")
        if ams is None:
            continue
        kind = ams.get("Asset_Class", "").lower()
        if kind == "title":
            parts = [part for part in (ams.get("Provider_ID", ""), ams.get("Asset_ID", "")) if part]
            fields.put("house_id", "/".join(parts), place_of(ams))
        content = asset.find("Content")
        if kind in ART and content is not None and content.get("Value"):
            fields.put("artwork", {"kind": kind, "file": content.get("Value")}, place_of(content))


def _data_of(root: etree._Element, asset_class: str) -> dict[str, list[Datum]]:
    """Return the values of every asset of a class, by their names."""
    found: dict[str, list[Datum]] = {}
    for asset in root.iter("Asset"):
        ams = asset.find("Metadata/AMS")
        if ams is None or ams.get("Asset_Class", "").lower() != asset_class:
            continue
        for name, datum in _app_data(asset):
            found.setdefault(name, []).append(datum)
    return found


def _app_data(asset: etree._Element) -> Iterator[tuple[str, Datum]]:
    for one in asset.iterfind("Metadata/App_Data"):
        value = one.get("Value", "").strip()
        if value:
            yield one.get("Name", ""), (value, place_of(one))


def _in_order(name: str) -> str:
    """Return ``First Last`` for ``Last,First``, as the specification has it."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def _rating_system(value: str) -> str:
    if value.upper().startswith("TV-"):
        return "TV Parental Guidelines"
    return "MPAA" if value.upper() in ("G", "PG", "PG-13", "R", "NC-17") else ""
