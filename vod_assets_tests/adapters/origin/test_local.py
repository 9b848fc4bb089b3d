"""The local origin keeps the contract, and shows viewers everything or nothing, whenever it is killed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.origin import TRACK, OriginContract, sums
from vod_assets_tests.fakes import a_run_has_it, nobody_has_it

URL = "http://127.0.0.1:8080"


class TestLocalOrigin(OriginContract):
    @pytest.fixture
    def origin(self, tmp_path: Path) -> LocalOrigin:
        return LocalOrigin(tmp_path / "origin", URL)

    def test_the_address_is_below_origin_and_quoted(self, origin: LocalOrigin) -> None:
        assert origin.url("film", "tracks/a b.mp4") == f"{URL}/origin/film/tracks/a%20b.mp4"

    def test_the_same_release_gets_back_what_it_has_lost(self, origin: LocalOrigin, files: dict[str, Path]) -> None:
        files["release.json"] = files["init.mp4"].with_name("release.json")
        files["release.json"].write_bytes(b"{}")
        origin.put_release("film", 1, files, sums(files))
        origin.path("film", "releases/1/init.mp4").unlink()
        origin.path("film", "releases/1/deep/1.m4s").write_bytes(b"tnemges")
        origin.put_release("film", 1, files, sums(files))
        assert origin.read("film", "releases/1/init.mp4") == b"init"
        assert origin.read("film", "releases/1/deep/1.m4s") == b"segment"

    def test_files_below_the_store_are_linked_and_others_copied(self, tmp_path: Path, files: dict[str, Path]) -> None:
        linking = LocalOrigin(tmp_path / "one", URL, link_below=[files["init.mp4"].parent])
        copying = LocalOrigin(tmp_path / "two", URL, link_below=[tmp_path / "elsewhere"])
        for origin in (linking, copying):
            origin.put_track("film", TRACK, files, sums(files))
        links = [origin.path("film", f"tracks/{TRACK}/init.mp4").stat().st_ino for origin in (linking, copying)]
        assert links[0] == files["init.mp4"].stat().st_ino != links[1]

    def test_a_link_below_the_store_is_copied_for_it_may_lead_anywhere(
        self, tmp_path: Path, files: dict[str, Path]
    ) -> None:
        link = files["init.mp4"].with_name("link.mp4")
        link.symlink_to(files["init.mp4"])
        origin = LocalOrigin(tmp_path / "origin", URL, link_below=[link.parent])
        origin.put_track("film", TRACK, {"link.mp4": link}, sums({"link.mp4": link}))
        assert not origin.path("film", f"tracks/{TRACK}/link.mp4").is_symlink()

    def test_a_track_that_lost_a_file_is_put_anew(self, origin: LocalOrigin, files: dict[str, Path]) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        origin.path("film", f"tracks/{TRACK}/init.mp4").unlink()
        assert not origin.has_track("film", TRACK)
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.read("film", f"tracks/{TRACK}/init.mp4") == b"init"
        assert origin.leftovers(older_than_seconds=-1) == []

    def test_a_link_out_of_the_origin_is_not_followed(self, origin: LocalOrigin, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("secret")
        (origin.root / "film").mkdir(parents=True)
        (origin.root / "film" / "out").symlink_to(tmp_path / "secret")
        with pytest.raises(StoreError, match="bad_path"):
            origin.read("film", "out")

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path, files: dict[str, Path]) -> None:
        (tmp_path / "origin").write_text("a file where the folder should be")
        with pytest.raises(StoreError, match="origin_unwritable"):
            LocalOrigin(tmp_path / "origin", URL).put_track("film", TRACK, files, sums(files))

    def test_what_is_blocked_is_kept_where_no_other_user_can_enter(
        self, origin: LocalOrigin, files: dict[str, Path]
    ) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        origin.block("film")
        assert (origin.root / ".blocked").stat().st_mode & 0o077 == 0
        assert (origin.root / ".blocked" / "film" / "tracks" / TRACK / "init.mp4").read_bytes() == b"init"
        assert not (origin.root / "film").exists()

    def test_what_appears_after_a_block_is_taken_by_the_next(self, origin: LocalOrigin, files: dict[str, Path]) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        origin.block("film")
        (origin.root / "film" / "tracks" / ("b" * 64)).mkdir(parents=True)
        (origin.root / "film" / "tracks" / TRACK).mkdir()
        (origin.root / "film" / "tracks" / TRACK / "init.mp4").write_bytes(b"again")
        origin.block("film")
        assert not (origin.root / "film").exists()
        origin.unblock("film")
        assert origin.tracks("film") == [TRACK, "b" * 64]

    def test_what_a_killed_writer_brought_is_not_brought_again(
        self, origin: LocalOrigin, files: dict[str, Path]
    ) -> None:
        left = origin.root / "film" / ".incoming-1-ab"
        left.mkdir(parents=True)
        (left / "init.mp4").write_bytes(b"init")
        (left / "deep").mkdir()
        (left / "deep" / "1.m4s").write_bytes(b"segmXnt")
        origin.put_track("film", TRACK, files, sums(files))
        placed = origin.root / "film" / "tracks" / TRACK
        assert (placed / "init.mp4").samefile(left / "init.mp4")
        assert (placed / "deep" / "1.m4s").read_bytes() == b"segment"
        whole = (placed / "init.mp4").stat().st_ino
        (placed / "deep" / "1.m4s").unlink()
        origin.put_track("film", TRACK, files, sums(files))
        assert (placed / "init.mp4").stat().st_ino == whole
        assert origin.has_track("film", TRACK)

    def test_what_others_write_now_is_left_alone(self, origin: LocalOrigin, files: dict[str, Path]) -> None:
        others = origin.root / "film" / ".incoming-1-ab"
        others.mkdir(parents=True)
        origin.put_track("film", TRACK, files, sums(files))
        assert others.is_dir()
        old = time.time() - 2 * 24 * 3600
        os.utime(others, (old, old))
        assert origin.leftovers(older_than_seconds=24 * 3600) == [str(others)]
        assert origin.sweep(24 * 3600, a_run_has_it) == []
        assert others.exists()
        assert origin.sweep(24 * 3600, nobody_has_it) == [str(others)]
        assert not others.exists()
        origin.put_release("film", 1, files, sums(files))
        assert not others.exists()


def test_viewers_see_everything_or_nothing_wherever_a_put_is_killed(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    names = [f"{number}.m4s" for number in range(3)]
    for name in names:
        (tmp_path / "made" / name).write_bytes(name.encode() * 1000)
    argv = [sys.executable, "-m", "vod_assets_tests.adapters.origin.killed_put", str(tmp_path)]
    printed = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout
    seen = json.loads(printed)
    assert len(seen) > 20
    assert all(one["track"] in ([], names) and one["release"] in ([], names) for one in seen)
    assert all(one["has_track"] == bool(one["track"]) for one in seen)
    assert {(bool(one["track"]), bool(one["release"])) for one in seen} >= {(False, False), (True, False), (True, True)}
    assert [one["lives"] for one in seen] == [False] * (len(seen) - 1) + [True]
    assert seen[-1]["leftovers"] == []
