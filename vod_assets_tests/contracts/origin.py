"""What every origin must do; each adapter's test class, and the fake's, inherits this."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.ports import Origin

TRACK = "a" * 64
ESCAPES = ("../other/secret", "/etc/passwd", "tracks/../../x", "tracks//x", ".incoming-1/x", "")


def sums(files: Mapping[str, Path]) -> dict[str, str]:
    return {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in files.items()}


class OriginContract:
    """Tracks are there whole or not at all; releases never change."""

    @pytest.fixture
    def origin(self, tmp_path: Path) -> Origin:
        raise NotImplementedError

    @pytest.fixture
    def files(self, tmp_path: Path) -> dict[str, Path]:
        folder = tmp_path / "made"
        (folder / "deep").mkdir(parents=True)
        (folder / "init.mp4").write_bytes(b"init")
        (folder / "deep" / "1.m4s").write_bytes(b"segment")
        return {"init.mp4": folder / "init.mp4", "deep/1.m4s": folder / "deep" / "1.m4s"}

    def test_a_track_is_there_once_it_was_put(self, origin: Origin, files: dict[str, Path]) -> None:
        assert not origin.has_track("film", TRACK)
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.has_track("film", TRACK)
        assert origin.read("film", f"tracks/{TRACK}/deep/1.m4s") == b"segment"
        assert origin.tracks("film") == [TRACK]
        assert origin.titles() == ["film"]

    def test_its_state_changes_with_whatever_a_title_has_here(self, origin: Origin, files: dict[str, Path]) -> None:
        states = [origin.state("film")]
        origin.put_track("film", TRACK, files, sums(files))
        states.append(origin.state("film"))
        origin.put_release("film", 1, files, sums(files))
        states.append(origin.state("film"))
        assert len(set(states)) == 3
        origin.put_track("other", TRACK, files, sums(files))
        assert origin.state("film") == states[-1]

    def test_a_track_put_twice_is_there_once(self, origin: Origin, files: dict[str, Path]) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.tracks("film") == [TRACK]

    def test_a_track_of_other_bytes_than_promised_never_appears(self, origin: Origin, files: dict[str, Path]) -> None:
        promised = sums(files)
        files["init.mp4"].write_bytes(b"tini")
        with pytest.raises(StoreError, match="upload_corrupt"):
            origin.put_track("film", TRACK, files, promised)
        assert not origin.has_track("film", TRACK)
        assert origin.read("film", f"tracks/{TRACK}/deep/1.m4s") is None

    def test_releases_are_listed_by_number(self, origin: Origin, files: dict[str, Path]) -> None:
        assert origin.releases("film") == []
        for number in (2, 10, 1):
            origin.put_release("film", number, files, sums(files))
        assert origin.releases("film") == [1, 2, 10]

    def test_a_release_may_be_put_again_as_it_is(self, origin: Origin, files: dict[str, Path]) -> None:
        origin.put_release("film", 1, files, sums(files))
        origin.put_release("film", 1, files, sums(files))
        assert origin.releases("film") == [1]

    def test_a_release_never_changes(self, origin: Origin, files: dict[str, Path]) -> None:
        origin.put_release("film", 1, files, sums(files))
        files["init.mp4"].write_bytes(b"other")
        with pytest.raises(StoreError, match="release_exists"):
            origin.put_release("film", 1, files, sums(files))
        assert origin.read("film", "releases/1/init.mp4") == b"init"

    def test_size_and_digest_are_those_of_the_bytes_that_lie_there(
        self, origin: Origin, files: dict[str, Path]
    ) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        found = origin.fingerprint("film", f"tracks/{TRACK}/init.mp4")
        assert found is not None
        assert (found.size_bytes, found.sha256) == (4, sums(files)["init.mp4"])
        assert origin.fingerprint("film", "tracks/none") is None

    def test_a_removed_title_is_gone_and_others_stay(self, origin: Origin, files: dict[str, Path]) -> None:
        for title in ("film", "other"):
            origin.put_track(title, TRACK, files, sums(files))
        origin.remove("film")
        origin.remove("film")
        assert origin.titles() == ["other"]
        assert origin.releases("film") == []
        assert not origin.has_track("film", TRACK)

    def test_a_removed_track_is_gone_and_others_stay(self, origin: Origin, files: dict[str, Path]) -> None:
        for digest in (TRACK, "b" * 64):
            origin.put_track("film", digest, files, sums(files))
        origin.remove_track("film", TRACK)
        origin.remove_track("film", TRACK)
        assert origin.tracks("film") == ["b" * 64]
        assert not origin.has_track("film", TRACK)
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.read("film", f"tracks/{TRACK}/deep/1.m4s") == b"segment"

    def test_a_track_that_is_no_longer_trusted_is_sent_again(self, origin: Origin, files: dict[str, Path]) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        origin.distrust_track("film", TRACK)
        assert not origin.has_track("film", TRACK)
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.has_track("film", TRACK)
        origin.distrust_track("film", "b" * 64)

    def test_a_release_that_is_no_longer_trusted_is_taken_again_in_its_own_bytes_alone(
        self, origin: Origin, files: dict[str, Path]
    ) -> None:
        promised = sums(files)
        origin.put_release("film", 1, files, promised)
        origin.distrust_release("film", 1, promised)
        files["init.mp4"].write_bytes(b"tini")
        with pytest.raises(StoreError, match="release_exists"):
            origin.put_release("film", 1, files, sums(files))
        files["init.mp4"].write_bytes(b"init")
        origin.put_release("film", 1, files, promised)
        assert origin.releases("film") == [1]
        assert origin.read("film", "releases/1/init.mp4") == b"init"

    def test_a_blocked_title_has_nothing_to_fetch_until_it_is_unblocked(
        self, origin: Origin, files: dict[str, Path]
    ) -> None:
        for title in ("film", "other"):
            origin.put_track(title, TRACK, files, sums(files))
            origin.put_release(title, 1, files, sums(files))
        states = [origin.state("film")]
        origin.hide("film")
        assert origin.is_blocked("film")
        assert (origin.releases("film"), origin.read("film", "releases/1/init.mp4")) == ([], None)
        for _ in range(2):
            origin.block("film")
            assert origin.is_blocked("film")
            assert origin.releases("film") == origin.tracks("film") == []
            assert not origin.has_track("film", TRACK)
            assert origin.read("film", "releases/1/init.mp4") is None
            assert origin.read("film", f"tracks/{TRACK}/init.mp4") is None
        with pytest.raises(ConfigError, match="title_taken_down"):
            origin.put_track("film", "b" * 64, files, sums(files))
        with pytest.raises(ConfigError, match="title_taken_down"):
            origin.put_release("film", 2, files, sums(files))
        states.append(origin.state("film"))
        assert states[0] != states[1]
        assert origin.titles() == ["film", "other"]
        assert (origin.releases("other"), origin.is_blocked("other")) == ([1], False)
        assert origin.leftovers(older_than_seconds=0) == []
        for _ in range(2):
            origin.unblock("film")
            assert not origin.is_blocked("film")
            assert origin.has_track("film", TRACK)
            assert origin.read("film", "releases/1/init.mp4") == b"init"
        origin.put_release("film", 2, files, sums(files))
        assert origin.releases("film") == [1, 2]

    def test_a_title_is_blocked_before_it_has_anything(self, origin: Origin, files: dict[str, Path]) -> None:
        origin.block("film")
        with pytest.raises(ConfigError, match="title_taken_down"):
            origin.put_track("film", TRACK, files, sums(files))
        origin.unblock("film")
        assert origin.titles() == []
        origin.block("film")
        origin.remove("film")
        assert not origin.is_blocked("film")

    def test_the_number_of_a_removed_release_is_for_its_bytes_alone(
        self, origin: Origin, files: dict[str, Path]
    ) -> None:
        promised = sums(files)
        for number in (1, 2):
            origin.put_release("film", number, files, promised)
        for _ in range(2):
            origin.remove_release("film", 2)
            assert origin.releases("film") == [1]
            assert origin.read("film", "releases/2/init.mp4") is None
        assert origin.leftovers(older_than_seconds=-1) == []
        files["init.mp4"].write_bytes(b"other")
        with pytest.raises(StoreError, match="release_exists"):
            origin.put_release("film", 2, files, sums(files))
        files["init.mp4"].write_bytes(b"init")
        origin.put_release("film", 2, files, promised)
        assert origin.releases("film") == [1, 2]

    def test_a_release_that_somebody_wants_while_it_is_removed_is_back_as_it_was(
        self, origin: Origin, files: dict[str, Path]
    ) -> None:
        origin.put_release("film", 1, files, sums(files))
        found: list[list[int]] = []

        def is_wanted() -> bool:
            found.append(origin.releases("film"))
            return True

        origin.remove_release("film", 1, is_wanted)
        assert all(1 not in numbers for numbers in found[:1]), "nobody finds it when that is asked"
        assert found
        assert origin.releases("film") == [1]
        assert origin.read("film", "releases/1/init.mp4") == files["init.mp4"].read_bytes()
        origin.put_release("film", 1, files, sums(files))
        origin.remove_release("film", 1)
        assert origin.releases("film") == []

    def test_a_release_of_which_nobody_can_tell_whether_it_is_wanted_is_back_as_it_was(
        self, origin: Origin, files: dict[str, Path]
    ) -> None:
        def is_wanted() -> bool:
            raise StoreError("store_unreachable", "the store cannot be reached")

        origin.put_release("film", 1, files, sums(files))
        with pytest.raises(StoreError, match="the store cannot be reached"):
            origin.remove_release("film", 1, is_wanted)
        assert origin.releases("film") == [1]
        assert origin.read("film", "releases/1/init.mp4") == files["init.mp4"].read_bytes()

    @pytest.mark.parametrize("path", ESCAPES)
    def test_no_path_leads_out_of_a_title(self, origin: Origin, path: str) -> None:
        with pytest.raises(StoreError, match="bad_path"):
            origin.read("film", path)
        with pytest.raises(StoreError, match="bad_path"):
            origin.url("film", path)

    def test_no_title_leads_out_of_the_origin(self, origin: Origin, files: dict[str, Path]) -> None:
        with pytest.raises(ConfigError, match="bad_title_id"):
            origin.put_track("../film", TRACK, files, sums(files))

    def test_no_file_of_a_track_leads_out_of_it(self, origin: Origin, files: dict[str, Path]) -> None:
        climbing = {"../../../escaped": files["init.mp4"]}
        with pytest.raises(StoreError, match="bad_path"):
            origin.put_track("film", TRACK, climbing, sums(climbing))

    def test_an_address_ends_with_title_and_path(self, origin: Origin) -> None:
        assert origin.url("film", "releases/1/clear/master.m3u8").endswith("/film/releases/1/clear/master.m3u8")
