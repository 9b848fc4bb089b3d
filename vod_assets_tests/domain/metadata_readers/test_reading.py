"""Files of others become one description; a wrong one is named with file, line and field."""

import json

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.metadata import Description
from vod_assets.domain.metadata_readers import Beside, read_description, read_mapping

ADI = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE ADI SYSTEM "ADI.DTD">
<ADI>
 <Metadata><AMS Asset_Class="package" Provider_ID="house.example" Asset_ID="PKG1"/></Metadata>
 <Asset>
  <Metadata>
   <AMS Asset_Class="title" Provider_ID="house.example" Asset_ID="TITL0001"/>
   <App_Data App="MOD" Name="Title" Value="The Long Way"/>
   <App_Data App="MOD" Name="Episode_Name" Value="Home"/>
   <App_Data App="MOD" Name="Episode_ID" Value="4"/>
   <App_Data App="MOD" Name="Summary_Short" Value="Short."/>
   <App_Data App="MOD" Name="Summary_Long" Value="A long summary."/>
   <App_Data App="MOD" Name="Rating" Value="PG-13"/>
   <App_Data App="MOD" Name="Year" Value="{year}"/>
   <App_Data App="MOD" Name="Actors" Value="Doe,Jane"/>
   <App_Data App="MOD" Name="Actors" Value="Roe,John"/>
   <App_Data App="MOD" Name="Director" Value="Poe,Mary"/>
   <App_Data App="MOD" Name="Genre" Value="Drama"/>
   <App_Data App="MOD" Name="Licensing_Window_Start" Value="2026-01-01"/>
   <App_Data App="MOD" Name="Licensing_Window_End" Value="2026-12-31T23:59:59"/>
  </Metadata>
  <Asset>
   <Metadata><AMS Asset_Class="movie"/><App_Data App="MOD" Name="Languages" Value="en"/></Metadata>
   <Content Value="film.mpg"/>
  </Asset>
  <Asset><Metadata><AMS Asset_Class="poster"/></Metadata><Content Value="film.jpg"/></Asset>
 </Asset>
</ADI>"""
MRSS = """<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dcterms="http://purl.org/dc/terms/">
<channel><language>de-DE</language>
<item><guid>film</guid><title>Der Film</title><description>Ein Film.</description>
 <media:content url="https://media.example/film.mp4"/>
 <media:credit role="director">Mary Poe</media:credit><media:credit role="actor">Jane Doe</media:credit>
 <media:category label="Drama">D</media:category><media:rating scheme="urn:fsk">12</media:rating>
 <media:thumbnail url="https://media.example/film.jpg"/>
 <media:restriction type="country" relationship="allow">de at</media:restriction>
 <dcterms:valid>start=2026-01-01; end={end}; scheme=W3C-DTF</dcterms:valid>
</item>
<item><guid>other</guid><title>Ein anderer</title></item>
</channel></rss>"""
MAM_XML = b"""<asset xmlns="urn:mam"><titles><t lang="eng">Film</t><t lang="ger">Der Film</t></titles>
<type>Spielfilm</type><season>2</season>
<people><p job="cast" as="Anna">Jane Doe</p><p job="cast">John Roe</p></people><tag>Drama</tag><tag>War</tag></asset>"""
XML_MAPPING = b"""
format: xml
root: asset
namespaces: {m: "urn:mam"}
fields:
  names: {each: "//m:titles/m:t", language: "@lang", text: "."}
  kind: //m:type
  season: //m:season
  genres: //m:tag
  cast: {each: "//m:p[@job='cast']", name: ., character: "@as"}
words:
  kind: {Spielfilm: film}
"""
MAM_JSON = {"asset": {"title": {"en": "Film"}, "season": 2, "tags": ["Drama", "War"], "people": [{"n": "Jane Doe"}]}}
JSON_MAPPING = b"""
format: json
root: /asset
fields:
  names.en: /asset/title/en
  season: /asset/season
  genres: /asset/tags
  cast: {each: /asset/people, name: /n}
"""
MANY_NAMES = "{" + "".join(f'"{number}": 1, ' for number in range(60_000)) + '"59999": 2}'


def read(text: str | bytes, name: str, mapping: bytes = b"", *, is_shared: bool = False) -> Description | None:
    data = text.encode() if isinstance(text, str) else text
    how = read_mapping(mapping, "mapping.yaml") if mapping else None
    return read_description(data, Beside(name, "film.mpg", is_shared), how)


def said(text: str | bytes, name: str, mapping: bytes = b"") -> Description:
    found = read(text, name, mapping)
    assert found is not None
    return found


def test_an_adi_package_says_everything_of_its_title() -> None:
    film = said(ADI.format(year=1999), "film.xml")
    assert (film.kind, film.names, film.series, film.episode) == ("episode", {"en": "Home"}, {"en": "The Long Way"}, 4)
    assert film.synopses == {"en": "A long summary."}
    assert [person.name for person in film.cast] == ["Jane Doe", "John Roe"]
    assert (film.crew[0].name, film.crew[0].role) == ("Mary Poe", "director")
    assert (film.ratings[0].system, film.ratings[0].value, film.year) == ("MPAA", "PG-13", 1999)
    assert film.policy == {"windows": [{"from": "2026-01-01", "until": "2026-12-31T23:59:59"}]}
    assert (film.house_id, film.artwork[0].file) == ("house.example/TITL0001", "film.jpg")


def test_a_shared_adi_speaks_of_the_files_that_it_names() -> None:
    text = ADI.format(year=1999)
    assert read(text, "ADI.XML", is_shared=True) is not None
    assert read(text.replace("film.mpg", "other.mpg"), "ADI.XML", is_shared=True) is None


def test_an_item_of_a_feed_is_found_by_its_guid_or_its_media() -> None:
    film = said(MRSS.format(end="2026-12-31"), "film.xml")
    assert (film.language, film.names, film.synopses) == ("de-DE", {"de-DE": "Der Film"}, {"de-DE": "Ein Film."})
    assert (film.cast[0].name, film.crew[0].role, film.genres) == ("Jane Doe", "director", ("Drama",))
    assert (film.ratings[0].system, film.house_id) == ("fsk", "film")
    assert film.policy["territories"] == {"allow": ["DE", "AT"]}
    assert film.policy["windows"] == [{"from": "2026-01-01", "until": "2026-12-31"}]
    nobody = MRSS.format(end="").replace("<guid>film<", "<guid>f<").replace("film.mp4", "f.mp4")
    assert read(nobody, "metadata.xml", is_shared=True) is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_is_found_by_its_file(delimiter: str) -> None:
    columns = ["File", "title.en", "synopsis", "season", "genres", "cast", "crew", "ratings", "policy.from"]
    cells = ["film", "Film", '"Line one,\nline two; three\t."', "2", '"Drama; War"', "Jane Doe (Anna)"]
    cells += ["director: Mary Poe", "FSK: 12", "2026-01-01"]
    other = ["other", "Other", "", "", "", "", "", "", ""]
    table = "\n".join(delimiter.join(row) for row in (columns, other, cells))
    film = said("\ufeff" + table, "film.csv")
    assert film.names == {"en": "Film"}
    assert film.synopses["und"].startswith("Line one,\nline two")
    assert (film.season, film.genres, film.cast[0].character) == (2, ("Drama", "War"), "Anna")
    assert (film.crew[0].role, film.ratings[0].system) == ("director", "FSK")
    assert film.policy == {"windows": [{"from": "2026-01-01"}]}
    assert read("file,year\nother,1999\n", "metadata.csv", is_shared=True) is None


def test_a_table_of_one_row_needs_no_column_of_files() -> None:
    assert said("title,year\nFilm,1999\n", "film.csv").year == 1999


def test_a_title_file_says_what_it_always_said_and_more() -> None:
    film = said(
        "language: de\ntitle: Der Film\nseries: Reihe\nseason: 1\ncast: [Jane Doe, {name: X, character: Y}]", "a.yaml"
    )
    assert (film.names, film.series, film.season) == ({"de": "Der Film"}, {"de": "Reihe"}, 1)
    assert [person.character for person in film.cast] == ["", "Y"]


def test_xml_of_a_mam_is_read_by_its_mapping() -> None:
    film = said(MAM_XML, "film.xml", XML_MAPPING)
    assert film.names == {"en": "Film", "de": "Der Film"}
    assert (film.kind, film.season, film.genres) == ("film", 2, ("Drama", "War"))
    assert [(one.name, one.character) for one in film.cast] == [("Jane Doe", "Anna"), ("John Roe", "")]


def test_json_of_a_mam_is_read_by_its_mapping() -> None:
    film = said(json.dumps(MAM_JSON), "film.json", JSON_MAPPING)
    assert (film.names, film.season, film.genres) == ({"en": "Film"}, 2, ("Drama", "War"))
    assert film.cast[0].name == "Jane Doe"


def test_our_own_document_is_read_without_a_mapping() -> None:
    ours = {"schema": "vod-assets/metadata/1", "title": "film", "names": {"en": "Film"}, "release": None}
    assert said(json.dumps(ours), "film.json").names == {"en": "Film"}


def test_a_mapping_reads_only_what_it_is_for() -> None:
    assert said(ADI.format(year=1999), "film.xml", XML_MAPPING).year == 1999


@pytest.mark.parametrize(
    ("text", "name", "cause"),
    [
        (ADI.format(year="soon"), "film.xml", "line 14, year: “soon” is no whole number"),
        (ADI.format(year=1999).replace("2026-01-01", "1.1.26"), "film.xml", "line 19, Licensing_Window: '1.1.26' is"),
        (MRSS.format(end="2025-01-01"), "film.xml", "line 9, dcterms:valid: it ends on 2025-01-01"),
        (MRSS.format(end="").replace(">film<", ">x<").replace("film.mp4", "x"), "film.xml", "0 of its 2 items name"),
        ("<playlist/>", "film.xml", "line 1: <playlist> is neither ADI nor MRSS"),
        ("<ADI>\n<Asset></ADI>", "film.xml", "line 2: mismatched tag"),
        ("", "film.xml", "line 1: no element found"),
        ("<a>\n" * 65, "film.xml", "line 65: is nested deeper than 64"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "film.xml", "line 1: a document type with declarations"),
        ('<!DOCTYPE a SYSTEM "a.dtd">\n<a>&x;</a>', "film.xml", "line 2: an entity is not allowed"),
        ('<?xml version="1.0" encoding="nonsense"?><a/>', "film.xml", "line 1: unknown encoding"),
        ("title,colour\na,red\n", "film.csv", "line 1, colour: there is no such field; use file, kind"),
        ("title,title\na,b\n", "film.csv", "line 1, names: this column is there twice"),
        ("title,year\na,b\n", "film.csv", "line 2, year: “b” is no whole number"),
        ("file,title\nfilm,a\n\nfilm.mpg,b\n", "film.csv", "line 1: 2 of its 2 rows name film.mpg"),
        ("title,year\na,1999,3\n", "film.csv", "line 2: it has 3 cells, and there are 2 columns"),
        (b"title\n\xff\n", "film.csv", "line 2: is not UTF-8"),
        ("", "film.csv", "line 1: there are no columns"),
        ("title,crew\na,Mary Poe\n", "film.csv", "line 2, crew.0: is no mapping"),
        ('{"a": 1,\n"a": 2}', "film.json", "'a' is given twice"),
        ('{"a":\n}', "film.json", "line 2: Expecting value"),
        ('{"a": NaN}', "film.json", "NaN is no value of JSON"),
        (MANY_NAMES, "film.json", "'59999' is given twice"),
        ('{"schema": "vod-assets/metadata/1", "names": {"en": "\\ud800"}}', "film.json", "half of a pair of surrog"),
        (
            '{"schema": "vod-assets/metadata/1", "series": "x", "language": ["en"]}',
            "film.json",
            "/language: what stands here is no text",
        ),
        (MRSS.format(end="").replace("film<", "http://[f<").replace("film.mp4", "x"), "film.xml", "0 of its 2 items"),
        ("[" * 100_000, "film.json", "is nested deeper than 64"),
        ("[" * 70 + "]" * 70, "film.json", "is nested deeper than 64"),
        ("{}", "film.json", "it is no metadata.json"),
        ('{"schema": "vod-assets/metadata/1", "season": "x"}', "film.json", "/season: “x” is no whole number"),
        (b"x" * 10_000_001, "film.xml", "is 10000001 bytes long"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place_and_field(text: str | bytes, name: str, cause: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(text, name)
    assert (refused.value.code, refused.value.file) == ("bad_metadata_file", name)
    assert cause in str(refused.value)


def test_a_field_that_a_mapping_leads_to_is_named_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"film\.xml: line 2, season: .*no whole number.*bad_metadata_file"):
        read(MAM_XML.replace(b">2<", b">two<"), "film.xml", XML_MAPPING)
    with pytest.raises(ConfigError, match=r"film\.json: /asset/season, season: "):
        read(json.dumps({"asset": {"season": "two"}}), "film.json", JSON_MAPPING)


@pytest.mark.parametrize(
    ("mapping", "cause"),
    [
        (b"format: xml", "fields: is missing"),
        (b"format: yaml\nfields: {year: a}", "format: "),
        (b"format: xml\nfields: {colour: a}", "fields: there is no field 'colour'"),
        (b"format: xml\nfields: {cast: {name: a}}", "fields: cast takes a path, or an object of each, name, character"),
        (b"format: xml\nfields: {year: {each: a}}", "fields: year takes a path"),
        (b"format: [", "line 2: "),
    ],
)
def test_a_wrong_mapping_is_named(mapping: bytes, cause: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_mapping(mapping, "mapping.yaml")
    assert (refused.value.code, refused.value.file) == ("bad_mapping", "mapping.yaml")
    assert cause in str(refused.value)


@pytest.mark.parametrize("fields", ["{year: '//['}", '{year: "\\0"}', "{year: //b}\nnamespaces: {'': a}"])
def test_a_path_that_is_no_xpath_is_named(fields: str) -> None:
    with pytest.raises(ConfigError, match=r"is no XPath.*bad_mapping"):
        read(MAM_XML, "film.xml", f"format: xml\nfields: {fields}".encode())


def test_a_field_that_is_a_value_and_a_part_at_once_is_named() -> None:
    with pytest.raises(ConfigError, match=r"policy: is no mapping.*bad_metadata_file"):
        read(MAM_XML, "film.xml", b"format: xml\nfields: {policy: '//*', policy.windows: '//*'}")


def test_a_title_file_of_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"line 2: synopsis: .*longer than 20000 characters.*bad_title_file"):
        read(f"year: 1999\nsynopsis: {'x' * 20_001}\n", "film.yaml")
