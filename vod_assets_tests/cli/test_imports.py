"""`vod titles import` registers a list in batches, and says of each line that it refuses why."""

import json
from pathlib import Path

import pytest

from vod_assets.defs import importing
from vod_assets.defs.partitions import TITLES
from vod_assets_tests.servers.postgres import postgres
from vod_assets_tests.studio import Studio

TINY = 7


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio whose sources are no media: nothing inspects them before they are made."""
    monkeypatch.setattr(importing, "BATCH", 3)
    studio = Studio.make(tmp_path / "studio")
    for number in range(TINY):
        (studio.folder / f"film {number}.mov").write_text("not looked at")
    (studio.folder / "film 1.en.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGood morning.\n")
    return studio


def write(studio: Studio, *lines: str) -> Path:
    path = studio.folder / "list.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def partitions(studio: Studio) -> set[str]:
    with studio.session() as session:
        return set(session.instance.get_dynamic_partitions(TITLES))


def test_every_line_becomes_a_title_with_what_lies_beside_its_source(bare: Studio) -> None:
    path = write(bare, "source,name", *(f"film {number}.mov,Film No. {number}" for number in range(TINY)))
    imported = bare.vod("titles", "import", path, "--json")
    assert imported.code == 0, imported.stdout
    assert imported.outcome == {"new": TINY, "known": 0, "refused": []}
    assert partitions(bare) == {f"film-{number}" for number in range(TINY)}
    with bare.session() as session:
        record = session.store.record("film-1")
    assert record is not None
    assert (record.name, record.profile) == ("Film No. 1", "tiny")
    assert [sidecar.language for sidecar in record.sidecars] == ["en"]


def test_the_same_list_again_writes_nothing(bare: Studio) -> None:
    path = write(bare, "source", *(f"film {number}.mov" for number in range(TINY)))
    bare.vod("titles", "import", path)
    written = {name: name.stat().st_mtime_ns for name in (bare.home / "store").rglob("*.json")}
    again = bare.vod("titles", "import", path, "--json")
    assert again.outcome == {"new": 0, "known": TINY, "refused": []}
    assert {name: name.stat().st_mtime_ns for name in (bare.home / "store").rglob("*.json")} == written


def test_a_lost_partition_comes_back(bare: Studio) -> None:
    path = write(bare, "source", "film 1.mov", "film 2.mov")
    bare.vod("titles", "import", path)
    with bare.session() as session:
        session.instance.delete_dynamic_partition(TITLES, "film-1")
    assert bare.vod("titles", "import", path, "--json").outcome["new"] == 1
    assert partitions(bare) == {"film-1", "film-2"}


def test_a_wrong_line_is_named_and_the_others_are_registered(bare: Studio) -> None:
    (bare.folder / "film 3.yaml").write_text("parts: [{}, {file: film 4.mov}, {file: film 5.mov}]\n")
    (bare.folder / "film 5.yaml").write_text("title: A part, and a title too\n")
    lines = (
        "film 1.mov,",
        "nowhere.mov,",
        "film 1.mov,",
        "film 2.mov,huge",
        "film 3.mov,",
        "film 4.mov,",
        "film 5.mov,",
    )
    path = write(bare, "source,profile", *lines)
    imported = bare.vod("titles", "import", path, "--json")
    assert imported.code == 1
    refused = {one["line"]: one["code"] for one in imported.outcome["refused"]}
    assert refused == {3: "source_missing", 4: "duplicate_of", 5: "unknown_profile", 7: "part_of_title"}
    assert partitions(bare) == {"film-1", "film-3", "film-5"}
    shown = bare.vod("titles", "import", path)
    assert f"list.csv, line 3: {bare.folder}/nowhere.mov: there is no such" in shown.stdout


def test_a_dry_run_registers_nothing(bare: Studio) -> None:
    path = write(bare, "source", "film 1.mov")
    assert json.loads(bare.vod("titles", "import", path, "--dry-run", "--json").stdout)["new"] == 1
    assert partitions(bare) == set()
    assert not (bare.home / "store" / "titles").exists()


def test_a_list_is_registered_on_postgresql(bare: Studio) -> None:
    path = write(bare, "source", *(f"film {number}.mov" for number in range(TINY)))
    with postgres() as server:
        home = bare.home / "dagster"
        home.mkdir(parents=True)
        (home / "dagster.yaml").write_text(f"telemetry: {{enabled: false}}\n{server.dagster_storage}\n")
        imported = bare.vod("titles", "import", path, "--json")
        assert imported.code == 0, imported.stderr
        assert partitions(bare) == {f"film-{number}" for number in range(TINY)}
        assert bare.vod("titles", "import", path, "--json").outcome == {"new": 0, "known": TINY, "refused": []}


def test_a_title_that_is_imported_again_keeps_its_keys(bare: Studio) -> None:
    path = write(bare, "source,name", "film 1.mov,Film No. 1")
    bare.vod("titles", "import", path)
    with bare.session() as session:
        record = session.store.record("film-1")
        assert record is not None
        session.store.register(record.model_copy(update={"key_generation": 2}))
    write(bare, "source,name", "film 1.mov,Another name")
    bare.vod("titles", "import", path)
    with bare.session() as session:
        renamed = session.store.record("film-1")
        assert renamed is not None
        assert (renamed.name, renamed.key_generation) == ("Another name", 2)
