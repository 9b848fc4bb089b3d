"""`vod gc` removes what nothing uses any more, and nothing that a release or a run uses."""

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.cli.gc import collect
from vod_assets.cli.session import Session
from vod_assets.defs import collecting, leases
from vod_assets.defs.leases import Pulse
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets_tests.places import place, settings_of
from vod_assets_tests.releases import made
from vod_assets_tests.studio import Studio

DAY = 24 * 3600
WEEK = 7 * DAY


class Keeper:
    """A store with one title, and hands to put things into it."""

    def __init__(self, studio: Studio, session: Session) -> None:
        self.studio, self.session, self.store = studio, session, session.store
        self.store.register(TitleRecord(title_id="film", source="file:///film.mov"))

    def commit(self, number: int, text: str = "picture", *, point: bool = False) -> Artifact:
        recipe = Recipe("poster", parameters={"number": number})
        with self.store.attempt("film", recipe) as attempt:
            (attempt.directory / "file").write_text(text)
            artifact = self.store.commit(attempt, {"number": number})
        if point:
            self.store.point(artifact)
        return artifact

    def age(self, path: Path, days: float) -> None:
        old = time.time() - days * DAY
        for one in (path, *path.rglob("*")):
            os.utime(one, (old, old))

    def age_artifact(self, artifact: Artifact, days: float) -> None:
        folder = self.store.local_path(artifact).parent
        self.age(folder, days)
        if self.store.pointed("film", "poster") == artifact.recipe:
            self.age(folder.parent / "latest.json", days)

    def numbers(self) -> list[int]:
        return sorted(artifact.document["number"] for artifact in self.store.artifacts("film"))

    def abandoned(self, days: float) -> Path:
        abandoned = self.store.attempt("film", Recipe("poster", parameters={"number": 99}))
        directory = abandoned.__enter__().directory  # as a killed process leaves it: never exited
        self.held = abandoned
        (directory / "file").write_text("half")
        self.age(directory, days)
        return directory


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    studio = Studio.make(tmp_path / "studio")
    with studio.session() as session:
        yield Keeper(studio, session)


def test_a_superseded_artifact_goes_after_its_grace_time(keeper: Keeper) -> None:
    keeper.age_artifact(keeper.commit(1), 90)
    keeper.age_artifact(keeper.commit(2), 3)
    newest = keeper.commit(3, point=True)
    keeper.age_artifact(newest, 6)
    assert collect(keeper.session, WEEK).artifacts == []
    keeper.age_artifact(newest, 8)
    assert len(collect(keeper.session, WEEK, dry_run=True).artifacts) == 1
    assert keeper.numbers() == [1, 2, 3]
    collected = collect(keeper.session, WEEK)
    assert (len(collected.artifacts), collected.artifact_bytes) == (1, len("picture"))
    assert keeper.numbers() == [2, 3]
    assert keeper.store.latest("film", "poster") == newest
    assert len(list((keeper.studio.title / "poster").iterdir())) == 3  # two recipes and the pointer


def test_what_an_older_one_has_taken_the_place_of_keeps_its_grace_time(keeper: Keeper) -> None:
    older, newer = keeper.commit(1, point=True), keeper.commit(2, point=True)
    keeper.age_artifact(newer, 30)
    keeper.age_artifact(older, 90)
    keeper.store.point(older)
    assert collect(keeper.session, WEEK).artifacts == []
    keeper.age_artifact(older, 90)
    assert len(collect(keeper.session, WEEK).artifacts) == 1
    assert keeper.numbers() == [1]


def test_what_was_collected_can_be_made_again(keeper: Keeper) -> None:
    keeper.age_artifact(keeper.commit(1), 90)
    keeper.age_artifact(keeper.commit(2, point=True), 90)
    collect(keeper.session, WEEK)
    assert keeper.commit(1).digest
    assert keeper.numbers() == [1, 2]


def test_what_a_release_carries_stays(keeper: Keeper, tmp_path: Path) -> None:
    released = made(tmp_path / "made")
    track = released.release.tracks[0]
    recipe = Recipe("video", parameters={"number": 1})
    with keeper.store.attempt("film", recipe) as attempt:
        for name, path in released.tracks[track.digest].items():
            (attempt.directory / name).write_bytes(path.read_bytes())
        carried = keeper.store.commit(attempt, {})
    keeper.age_artifact(carried, 90)
    placed = track.model_copy(update={"digest": carried.digest, "files": carried.files})
    release = released.release.model_copy(update={"tracks": (placed,)})
    tracks = {carried.digest: released.tracks[track.digest]}
    replace(released, release=release, tracks=tracks).place(keeper.session.origin, tmp_path)
    assert collect(keeper.session, WEEK).artifacts == []
    keeper.session.origin.remove("film")
    assert len(collect(keeper.session, WEEK).artifacts) == 1


def test_a_track_that_no_release_names_goes_after_its_grace_time(keeper: Keeper, tmp_path: Path) -> None:
    origin = keeper.session.origin
    released = made(tmp_path / "made").place(origin, tmp_path)
    (tmp_path / "lone.mp4").write_bytes(b"track")
    sums = {"lone.mp4": hashlib.sha256(b"track").hexdigest()}
    origin.put_track("film", "b" * 64, {"lone.mp4": tmp_path / "lone.mp4"}, sums)
    assert collect(keeper.session, WEEK).tracks == []
    for folder in (keeper.studio.home / "origin" / "film" / "tracks").iterdir():
        keeper.age(folder, 8)
    assert collect(keeper.session, WEEK, dry_run=True).tracks == [f"{origin.address}/film/tracks/{'b' * 64}"]
    assert len(collect(keeper.session, WEEK).tracks) == 1
    assert set(origin.tracks("film")) == {track.digest for track in released.tracks}


def test_what_killed_writers_left_goes_when_it_is_old(keeper: Keeper) -> None:
    old = keeper.abandoned(8)
    assert collect(keeper.session, WEEK, dry_run=True).leftovers == [str(old)]
    assert old.exists()
    assert collect(keeper.session, WEEK).leftovers == [str(old)]
    assert not old.exists()
    younger = keeper.abandoned(0.5)
    assert collect(keeper.session, 0).leftovers == []  # whatever is asked for, a day passes first
    assert younger.exists()


def test_old_drafts_go(keeper: Keeper) -> None:
    draft = keeper.studio.title / ".title.json.draft-0a1b2c3d"
    draft.write_text("{")
    keeper.age(draft, 8)
    assert collect(keeper.session, WEEK).leftovers == [str(draft)]
    assert not draft.exists()


def test_a_title_that_a_run_holds_is_left_alone(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BUSY_AFTER_SECONDS", 0.1)
    keeper.age_artifact(keeper.commit(1), 90)
    keeper.age_artifact(keeper.commit(2, point=True), 90)
    attempt = keeper.abandoned(8)
    pulse = Pulse(keeper.session.leases, "a-run", "film", lambda _: False, beat_seconds=0.05)
    pulse.start()
    try:
        pulse.require(lambda: None)
        collected = collect(keeper.session, WEEK)
        assert (collected.artifacts, collected.leftovers, collected.busy) == ([], [], ["film"])
    finally:
        pulse.let_go()
    assert keeper.numbers() == [1, 2]
    assert attempt.exists()
    assert len(collect(keeper.session, WEEK).artifacts) == 1


def test_claims_of_runs_that_are_over_go_and_those_of_a_run_that_works_stay(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BUSY_AFTER_SECONDS", 0.1)
    assert keeper.session.claims.of("film", "a-run").take("piece", "a-worker", "here", None) is not None
    pulse = Pulse(keeper.session.leases, "a-run", "film", lambda _: False, beat_seconds=0.05)
    pulse.start()
    try:
        pulse.require(lambda: None)
        assert collect(keeper.session, WEEK).leftovers == []
    finally:
        pulse.let_go()
    named, removed = (collect(keeper.session, WEEK, dry_run=is_dry).leftovers for is_dry in (True, False))
    assert named == removed
    assert [address.partition("/claims/")[2] for address in removed] == ["film/a-run/leases/piece/00000001.json"]
    assert keeper.session.claims.leftovers() == {}


def test_a_grace_time_is_written_with_its_unit(keeper: Keeper) -> None:
    ended = keeper.studio.vod("gc", "--older-than", "soon", "--json")
    assert (ended.code, ended.failed_with) == (2, "bad_usage")
    assert keeper.studio.vod("gc", "--older-than", "12h", "--json").outcome["artifacts"] == []


@pytest.mark.parametrize("kind", ["s3", "smb"])
def test_buckets_and_shares_are_collected_too(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, access = place(request, kind)
    for name, value in settings_of(address, access).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(collecting, "LEAST_STRAY_SECONDS", -1)
    with Studio.make(tmp_path / "studio").session() as session:
        store, origin = session.store, session.origin
        assert isinstance(store, BlobArtifactStore)
        assert isinstance(origin, BlobOrigin)
        keeper = Keeper(Studio(tmp_path), session)
        keeper.commit(1)
        newest = keeper.commit(2, point=True)
        made(tmp_path / "made").place(origin, tmp_path)
        store.blobs.replace("titles/film/poster/ab/20260101T000000Z-0a1b2c3d/half.jpg", b"half")
        origin.blobs.replace(f"film/tracks/{'c' * 64}/half.m4s", b"half")
        (tmp_path / "lone.mp4").write_bytes(b"track")
        sums = {"lone.mp4": hashlib.sha256(b"track").hexdigest()}
        origin.put_track("film", "b" * 64, {"lone.mp4": tmp_path / "lone.mp4"}, sums)
        time.sleep(1.1)  # the servers count in seconds
        collected = collect(session, 0)
        assert [len(found) for found in (collected.artifacts, collected.tracks, collected.leftovers)] == [1, 1, 2]
        assert (keeper.numbers(), store.latest("film", "poster")) == ([2], newest)
        assert (store.unreferenced(-1), origin.leftovers(-1), origin.releases("film")) == ([], [], [1])
        again = collect(session, 0)
        assert (again.artifacts, again.tracks, again.leftovers) == ([], [], [])
