"""What arrives whole becomes a title once, and a run of it is asked for once."""

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml

from vod_assets.adapters.blobs import faults, object_faults
from vod_assets.adapters.watch.opening import open_watcher, opened_places
from vod_assets.cli.session import Session
from vod_assets.defs.arrival_ticks import Tick
from vod_assets.defs.arrivals import PATIENCE_SECONDS, ArrivalDesk, arrival_sensor
from vod_assets.defs.registration import Registrar
from vod_assets.defs.resources import ArrivalsResource, StoragesResource
from vod_assets.defs.restoring import restored_titles
from vod_assets.domain.errors import StoreError
from vod_assets.domain.looks import DUPLICATE, REFUSED, TAKEN, VANISHED, Outcome, Stand
from vod_assets.domain.watching import WatchedPlace
from vod_assets.ports.arrivals import Watcher
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
LONG = 1e9


@dataclass
class Drop:
    """A watched folder of a studio, and the sensor's cursor."""

    session: Session
    folder: Path
    place: WatchedPlace
    stand: Stand = field(default_factory=Stand)

    def deliver(self, source: Path, name: str) -> Path:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return target

    def tick(self, *, is_kept: bool = True) -> list[dg.RunRequest]:
        """Look once; the cursor is lost when the tick failed."""
        with open_watcher(opened_places(self.session.settings, self.session.access), self.place) as watcher:
            tick = Tick(watcher, self.session.registrar, LONG)
            stand = tick.go_on(self.stand)
        self.said = tick.said
        if is_kept:
            self.stand = stand
        return tick.requests

    def outcome(self, name: str = "film.mp4") -> Outcome:
        with open_watcher(opened_places(self.session.settings, self.session.access), self.place) as watcher:
            watcher.confirm(self.stand.ticket)
            outcome = watcher.outcome(name)
        assert outcome is not None
        return outcome

    def record_is_vanished(self, title: str = "film") -> bool:
        record = self.session.store.record(title)
        assert record is not None
        return record.vanished


@contextmanager
def opened(studio: Studio, **values: object) -> Iterator[Drop]:
    folder = studio.folder / "drop"
    folder.mkdir()
    settings = {"whole": {"by": "name"}, "priority": 7, "owner": "promo-team", **values}
    place = WatchedPlace.model_validate({"name": "drop", "address": str(folder), **settings})
    with studio.session() as session:
        yield Drop(session, folder, place)


@pytest.mark.parametrize(("switched_on", "status"), [(True, "RUNNING"), (False, "STOPPED")])
def test_a_place_may_be_watched_from_the_start(switched_on: bool, status: str) -> None:
    place = WatchedPlace(name="drop", address="/in", switched_on=switched_on)
    assert arrival_sensor(place).default_status.value == status


@pytest.mark.parametrize("name", ["arrivals", "restored_titles"])
def test_a_tick_lets_go_of_the_local_copies_that_it_asked_for(name: str, studio: Studio) -> None:
    said: list[str] = []

    @contextmanager
    def borrowing() -> Iterator[None]:
        said.append("begun")
        yield
        said.append("ended")

    with opened(studio) as drop:
        place, session = drop.place, drop.session
        places = opened_places(session.settings, session.access)
        desk = ArrivalDesk(lambda place: open_watcher(places, place), lambda _: session.registrar(), borrowing)
        sensor = restored_titles if name == "restored_titles" else arrival_sensor(place)
        sensor(dg.build_sensor_context(session.instance), desk=desk)
    assert said == ["begun", "ended"]


def test_a_tick_waits_for_no_storage_longer_than_it_may_take(studio: Studio) -> None:
    def limits() -> tuple[float, object]:
        return faults.at_most(60.0), object_faults.client_retries()["retry_timeout"]

    resource = ArrivalsResource(storages=StoragesResource())
    with (
        studio.session(),
        dg.build_resources({"storages": StoragesResource(), "desk": resource}) as resources,
        resources.desk.tick(),
    ):
        assert limits() == (PATIENCE_SECONDS, timedelta(seconds=PATIENCE_SECONDS))
        with ThreadPoolExecutor(1) as behind:
            assert behind.submit(limits).result() == (60.0, timedelta(seconds=60))


@pytest.mark.parametrize("name", ["arrivals", "restored_titles"])
def test_a_storage_that_is_away_is_why_a_tick_is_skipped(name: str) -> None:
    """The cursor stays: what the tick had found is found again."""

    @contextmanager
    def watching(_: WatchedPlace) -> Iterator[Watcher]:
        raise StoreError("store_unreachable", "the share is away")
        yield

    def registrar(_: dg.DagsterInstance) -> Registrar:
        raise StoreError("store_unreachable", "the share is away")

    place = WatchedPlace(name="drop", address="/in")
    sensor = restored_titles if name == "restored_titles" else arrival_sensor(place)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance, cursor=Stand(files=7).as_cursor())
        result = sensor(context, desk=ArrivalDesk(watching, registrar))
    assert isinstance(result, dg.SensorResult)
    assert result.skip_reason == dg.SkipReason("the share is away [store_unreachable].")
    assert (result.run_requests, result.cursor) == ([], context.cursor)


@pytest.fixture
def drop(studio: Studio) -> Iterator[Drop]:
    with opened(studio) as drop:
        yield drop


def test_what_has_come_whole_becomes_a_title_with_its_sidecars_and_one_run(drop: Drop, film_source: Path) -> None:
    drop.deliver(film_source, "film.mp4")
    drop.deliver(film_source.with_name("film.en.srt"), "film.en.srt")
    (drop.folder / "film.yaml").write_text("title: {en: The Film}")
    (request,) = drop.tick()
    assert request.partition_key == "film"
    assert request.run_key is not None
    assert request.run_key.startswith(f"film@{drop.outcome().sha256[:12]}-")
    assert (request.tags["dagster/priority"], request.tags["vod/owner"]) == ("7", "promo-team")
    record = drop.session.store.record("film")
    assert record is not None
    assert record.names == {"en": "The Film"}
    assert len(record.sidecars) == 2
    assert drop.session.instance.has_dynamic_partition("titles", "film")
    assert drop.tick() == []


def test_a_source_that_cannot_be_read_waits_and_says_why(
    drop: Drop, film_source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.deliver(film_source, "film.mp4")
    with monkeypatch.context() as patch:
        patch.setattr(drop.session.sources, "canonical", unreachable)
        assert drop.tick() == []
        assert drop.said == ["film.mp4 waits: the share is away [store_unreachable]."]
        assert (drop.outcome().state, drop.outcome().reason) == ("waiting", "the share is away [store_unreachable].")
    assert [request.partition_key for request in drop.tick()] == ["film"]


def unreachable(_: str) -> str:
    raise StoreError("store_unreachable", "the share is away")


def test_sidecars_that_come_again_with_the_same_bytes_are_nothing_new(drop: Drop, film_source: Path) -> None:
    for name in ("film.mp4", "film.en.srt"):
        os.utime(drop.deliver(film_source.with_name(name), name), (1, 1))
    assert len(drop.tick()) == 1
    drop.deliver(film_source.with_name("film.en.srt"), "film.en.srt")
    assert drop.tick() == []
    assert drop.outcome().state == TAKEN


def test_a_tick_that_failed_is_repeated_under_the_same_key(drop: Drop, film_source: Path) -> None:
    drop.deliver(film_source, "film.mp4")
    (lost,) = drop.tick(is_kept=False)
    (request,) = drop.tick()
    assert request.run_key == lost.run_key
    assert drop.tick() == []


def test_the_same_bytes_again_do_nothing(drop: Drop, film_source: Path) -> None:
    path = drop.deliver(film_source, "film.mp4")
    drop.tick()
    os.utime(path, (1, 1))
    assert drop.tick() == []
    assert drop.outcome().state == TAKEN


def test_a_replaced_file_is_a_new_version_and_so_is_the_first_one_put_back(drop: Drop, film_source: Path) -> None:
    keys = []
    for ending in (b"", b"\0\0\0\x08free", b""):
        path = drop.deliver(film_source, "film.mp4")
        path.write_bytes(film_source.read_bytes() + ending)
        (request,) = drop.tick()
        assert request.partition_key == "film"
        keys.append(request.run_key)
    assert len(set(keys)) == 3


def test_a_sidecar_that_comes_later_asks_for_a_run_of_the_same_title(drop: Drop, film_source: Path) -> None:
    drop.deliver(film_source, "film.mp4")
    (first,) = drop.tick()
    drop.deliver(film_source.with_name("film.en.srt"), "film.en.srt")
    (second,) = drop.tick()
    assert (first.partition_key, second.partition_key) == ("film", "film")
    assert first.run_key != second.run_key


def test_two_names_for_the_same_bytes_are_one_title(drop: Drop, film_source: Path) -> None:
    drop.deliver(film_source, "film.mp4")
    drop.deliver(film_source, "other/copy.mp4")
    (request,) = drop.tick()
    assert request.partition_key == "film"
    found = drop.outcome("other/copy.mp4")
    assert (found.state, found.title) == (DUPLICATE, "film")
    assert drop.session.store.titles() == ["film"]


def test_where_it_is_allowed_the_same_bytes_are_two_titles(studio: Studio, film_source: Path) -> None:
    with opened(studio, duplicates="allow") as drop:
        drop.deliver(film_source, "film.mp4")
        drop.deliver(film_source, "other.mp4")
        assert [request.partition_key for request in drop.tick()] == ["film", "other"]


def test_a_wrong_title_file_is_named_and_its_title_waits_until_it_is_right(drop: Drop, film_source: Path) -> None:
    drop.deliver(film_source, "film.mp4")
    (drop.folder / "film.yaml").write_text("language: en\ntitel: x\n")
    assert drop.tick() == []
    found = drop.outcome()
    assert found.state == REFUSED
    assert "film.yaml" in found.reason
    assert "titel" in found.reason
    assert drop.tick() == []
    (drop.folder / "film.yaml").write_text("title: x\n")
    (request,) = drop.tick()
    assert request.partition_key == "film"


def test_what_a_title_file_names_is_waited_for_and_is_no_title_of_its_own(drop: Drop, film_source: Path) -> None:
    """In whatever order they come; a part that changes makes a new version, and one that was a title before is told."""
    drop.deliver(film_source, "early.mp4")
    assert [request.partition_key for request in drop.tick()] == ["early"]
    title_file = drop.folder / "film.yaml"
    title_file.write_text("parts: [{}, {file: a reel.mp4}]\nsound: {file: mix.wav, language: en}\n")
    (drop.folder / "a reel.mp4").write_bytes(film_source.read_bytes() + b"more")
    assert drop.tick() == []
    (drop.folder / "film.mp4").write_bytes(film_source.read_bytes() + b"else")
    assert drop.tick() == []
    (drop.folder / "mix.wav").write_bytes(b"sound")
    assert [request.partition_key for request in drop.tick()] == ["film"]
    assert drop.tick() == []
    (drop.folder / "mix.wav").write_bytes(b"other sound")
    assert [request.partition_key for request in drop.tick()] == ["film"]
    assert drop.outcome("film.mp4").title == "film"
    title_file.write_text("idents: {head: {file: early.mp4}}\n")
    assert {request.partition_key for request in drop.tick()} == {"a-reel", "film"}
    assert any("became the title early before" in line for line in drop.said)


def test_a_refused_source_is_told_once_and_its_replacement_is_taken(drop: Drop, film_source: Path) -> None:
    (drop.folder / "film.mp4").write_bytes(b"<html>no media</html>")
    assert drop.tick() == []
    assert "source_not_media" in drop.outcome().reason
    drop.tick()
    assert drop.said == []
    drop.deliver(film_source, "film.mp4")
    assert [request.partition_key for request in drop.tick()] == ["film"]


def test_a_source_that_vanishes_marks_its_title_and_unmarks_it_when_it_is_back(drop: Drop, film_source: Path) -> None:
    drop.deliver(film_source, "film.mp4")
    (drop.folder / "readme.txt").write_text("so the folder is not empty")
    drop.tick()
    (drop.folder / "film.mp4").unlink()
    assert drop.tick() == []
    assert drop.said == [f"film: its source file://{drop.folder}/film.mp4 is gone; nothing was unpublished"]
    assert (drop.outcome().state, drop.record_is_vanished()) == (VANISHED, True)
    drop.deliver(film_source, "film.mp4")
    assert drop.tick() == []
    assert (drop.outcome().state, drop.record_is_vanished()) == (TAKEN, False)


def test_a_folder_that_is_not_mounted_makes_nothing_vanish(drop: Drop, film_source: Path) -> None:
    drop.deliver(film_source, "film.mp4")
    drop.tick()
    drop.folder.rename(drop.folder.with_name("away"))
    assert drop.tick() == []
    assert "is it mounted?" in drop.said[0]
    drop.folder.with_name("away").rename(drop.folder)
    drop.tick()
    assert (drop.said, drop.record_is_vanished()) == ([], False)


def test_rules_by_path_and_by_media_choose_profile_and_priority(studio: Studio, film_source: Path) -> None:
    rules = [{"when": {"path": "trailers/*", "max_height": 400}, "priority": 9, "policy": {"in": ["DE"]}}]
    with opened(studio, rules=rules, profile="tiny") as drop:
        drop.deliver(film_source, "trailers/film.mp4")
        (request,) = drop.tick()
        record = drop.session.store.record("film")
    assert request.tags["dagster/priority"] == "9"
    assert record is not None
    assert (record.profile, record.policy) == ("tiny", {"in": ["DE"]})


def test_inspect_arrivals_tells_every_file_and_why(studio: Studio, film_source: Path) -> None:
    with opened(studio) as drop:
        for name in ("film.mp4", "film.en.srt", "copy.mp4", "late.mp4.part"):
            drop.deliver(film_source if name.endswith(("mp4", "part")) else film_source.with_name(name), name)
        (drop.folder / "readme.txt").write_text("words")
        (drop.folder / "empty.mp4").touch()
        drop.tick()
        drop.tick()
        drop.deliver(film_source, "new.mp4")
    places = {"places": [drop.place.model_dump(mode="json")]}
    (studio.folder / "watch.yaml").write_text(yaml.safe_dump(places))
    (studio.folder / ".env").write_text("VOD_WATCH=watch.yaml\n")
    shown = studio.vod("inspect-arrivals").stdout
    states = {line.split()[1]: line.split()[2] for line in shown.splitlines()}
    assert states == {
        "copy.mp4": TAKEN,
        "empty.mp4": "waiting",
        "film.en.srt": "part",
        "film.mp4": DUPLICATE,
        "late.mp4.part": "waiting",
        "new.mp4": "new",
        "readme.txt": "ignored",
    }
    assert "no media file's" in shown


def test_pushed_files_are_where_they_belong_and_registered(studio: Studio) -> None:
    inbox = studio.folder / "inbox"
    ended = studio.vod("ingest", "push", studio.source, studio.captions, "--to", inbox)
    assert (ended.code, ended.stderr) == (0, "")
    assert sorted(path.name for path in inbox.iterdir()) == ["film.en.srt", "film.mp4"]
    with studio.session() as session:
        record = session.store.record("film")
    assert record is not None
    assert record.source == f"file://{inbox.resolve()}/film.mp4"
    assert len(record.sidecars) == 1


@pytest.mark.parametrize("name", ["nothing.mp4", "empty.mp4", "film.exe"])
def test_what_cannot_be_a_source_is_not_pushed(studio: Studio, name: str) -> None:
    (studio.folder / "empty.mp4").touch()
    (studio.folder / "film.exe").write_bytes(b"MZ")
    ended = studio.vod("ingest", "push", studio.source, studio.folder / name, "--to", studio.folder / "inbox")
    assert ended.code != 0
    assert not (studio.folder / "inbox").exists()


def test_a_title_shows_that_its_source_is_gone_and_where_else_its_bytes_are(studio: Studio, film_source: Path) -> None:
    with opened(studio) as drop:
        for name in ("film.mp4", "other.mp4"):
            drop.deliver(film_source, name)
            drop.tick()
        places = {"places": [drop.place.model_dump(mode="json")]}
        (studio.folder / "watch.yaml").write_text(yaml.safe_dump(places))
        (studio.folder / ".env").write_text("VOD_WATCH=watch.yaml\n")
        shown = json.loads(studio.vod("titles", "show", "film", "--json").stdout)
        assert (shown["vanished"], shown["duplicates"]) == ("", [f"file://{drop.folder}/other.mp4"])
        assert "gone" not in studio.vod("status").stderr
        (drop.folder / "film.mp4").unlink()
        drop.tick()
    assert "its source is gone" in studio.vod("titles", "show", "film").stdout
    told = studio.vod("status", "--json")
    assert json.loads(told.stdout)[0]["vanished"] is True
    assert "film: its source is gone" in studio.vod("status").stderr


def test_a_changed_row_makes_the_metadata_of_its_title_anew_and_of_no_other(studio: Studio, film_source: Path) -> None:
    with opened(studio) as drop:
        for name in ("film.mp4", "other.mp4"):
            drop.deliver(film_source, name)
            (drop.folder / name).write_bytes(film_source.read_bytes() + name.encode())
        table = drop.folder / "metadata.csv"
        table.write_text("file,title.en\nfilm.mp4,Film\nother.mp4,Other\n")
        assert {request.partition_key for request in drop.tick()} == {"film", "other"}
        for name in ("film.mp4", "other.mp4"):
            made = studio.vod("run-workflow", drop.folder / name, "--select", "+key:metadata", "--json")
            assert made.code == 0, made.stderr
        assert asked_for_in_two_ticks(drop) == {}
        table.write_text("file,title.en\nfilm.mp4,Another film\nother.mp4,Other\n")
        requests = asked_for_in_two_ticks(drop)
        (request,) = requests.values()
        assert (request.partition_key, request.tags["vod/place"]) == ("film", "drop")
        wanted = {key.to_user_string() for key in request.asset_selection or ()}
        assert wanted == {"metadata", "release", "cms_entry"}
        assert asked_for_in_two_ticks(drop).keys() == requests.keys()  # until it is made
        studio.vod("run-workflow", drop.folder / "film.mp4", "--select", "metadata", "--json")
        assert asked_for_in_two_ticks(drop) == {}
        table.write_text("file,title.en\nfilm.mp4,Film\nother.mp4,Other\n")
        (back,) = asked_for_in_two_ticks(drop).values()
        assert (back.partition_key, back.run_key in requests) == ("film", False)
        table.write_text("file,wrong\n")
        assert asked_for_in_two_ticks(drop) == {}
        assert any("metadata.csv: line 1, wrong" in said for said in drop.said)
        table.unlink()
        assert {request.partition_key for request in asked_for_in_two_ticks(drop).values()} == {"film", "other"}


def asked_for_in_two_ticks(drop: Drop) -> dict[str | None, dg.RunRequest]:
    """Return what is asked for: titles whose names come before that of the table have their turn at the second."""
    return {request.run_key: request for _ in range(2) for request in drop.tick()}
