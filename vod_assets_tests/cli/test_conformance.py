"""`vod conformance`, as a person types it."""

import json
from pathlib import Path

import pytest

from vod_assets_tests.golden.packages import composed
from vod_assets_tests.studio import Studio

SCHEMA = """<!DOCTYPE schema [<!ENTITY element "MPD">]>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xlink="http://www.w3.org/1999/xlink"
 targetNamespace="urn:mpeg:dash:schema:mpd:2011" elementFormDefault="qualified">
<xs:import namespace="http://www.w3.org/1999/xlink" schemaLocation="http://www.example.org/xlink.xsd"/>
<xs:element name="&element;"><xs:complexType><xs:attribute ref="xlink:href"/></xs:complexType></xs:element>
</xs:schema>"""
XLINK = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xlink">
<xs:attribute name="href" type="xs:anyURI"/></xs:schema>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An MPD, and playlists that name no file."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "manifest.mpd").write_text(composed()["cbcs/manifest.mpd"])
    return tmp_path / "package"


@pytest.fixture
def empty(tmp_path: Path) -> Studio:
    return Studio.make(tmp_path / "studio")


def test_a_folder_is_judged_and_counts_are_shown(empty: Studio, folder: Path) -> None:
    judged = empty.vod("conformance", folder)
    assert judged.code == 0, judged.stdout
    assert "package: manifest.mpd: 14 met" in judged.stdout


def test_what_is_broken_is_named_and_ends_with_one(empty: Studio, folder: Path) -> None:
    mpd = folder / "manifest.mpd"
    mpd.write_text(mpd.read_text().replace('type="static"', 'type="dynamic"'))
    judged = empty.vod("conformance", folder, "--json")
    assert (judged.code, json.loads(judged.stdout)["faults"]) == (1, ["dash-static"])
    assert "dash-static (must): it is not static" in empty.vod("conformance", folder).stdout


def test_a_schema_is_asked_with_what_it_imports_beside_it(empty: Studio, folder: Path) -> None:
    """Entities of its own it may have: the sixth edition's draft makes its patterns of them."""
    (folder.parent / "DASH-MPD.xsd").write_text(SCHEMA)
    (folder.parent / "xlink.xsd").write_text(XLINK)
    judged = empty.vod("conformance", folder, "--schema", folder.parent / "DASH-MPD.xsd", "--json")
    assert (judged.code, json.loads(judged.stdout)["faults"]) == (1, ["dash-schema"])
    refused = empty.vod("conformance", folder, "--schema", folder / "manifest.mpd")
    assert (refused.code, "is no schema that can be read" in refused.stderr) == (2, True)


def test_what_is_neither_a_title_nor_a_folder_is_refused(empty: Studio, folder: Path) -> None:
    (folder / "manifest.mpd").unlink()
    for subject in ("film", folder):
        refused = empty.vod("conformance", subject)
        assert (refused.code, "Name a title that has a release" in refused.stderr) == (2, True)


def test_the_newest_release_of_a_title_is_judged(finished: Studio) -> None:
    judged = finished.vod("conformance", "film", "--json")
    assert (judged.code, json.loads(judged.stdout)["faults"]) == (0, [])
    subjects = [one["subject"] for one in json.loads(judged.stdout)["judged"]]
    assert subjects == ["releases/1/clear/master.m3u8", "releases/1/clear/manifest.mpd", "tracks"]
