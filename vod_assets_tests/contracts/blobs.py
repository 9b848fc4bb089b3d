"""What every kind of storage must do; each adapter's test class inherits this."""

import hashlib
import threading
from pathlib import Path

import pytest

from vod_assets.adapters.transfers import Load, alone
from vod_assets.domain.errors import Cancelled, StoreError
from vod_assets.ports import Transfer
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.transfers import watched

NAMES = ("a-b/1.json", "a/1.json", "a/b/2.json", "a0.json", "film é/x y.json", "z.json")
WRITERS = 8


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class BlobsContract:
    """A storage shows whole files or none."""

    @pytest.fixture
    def blobs(self, tmp_path: Path) -> Blobs:
        raise NotImplementedError

    @pytest.fixture
    def filled(self, blobs: Blobs) -> Blobs:
        for name in NAMES:
            blobs.replace(name, name.encode())
        return blobs

    def test_a_survey_finds_what_a_walk_finds(self, filled: Blobs) -> None:
        told: dict[str, str] = {}
        assert list(filled.survey("", told.__setitem__)) == list(filled.walk())
        assert list(filled.survey("a/b/2.json", told.__setitem__)) == list(filled.walk(start_after="a/b/2.json"))
        assert told == {}

    def test_what_is_not_there_is_none(self, blobs: Blobs) -> None:
        assert blobs.read("no/such.json") is None
        assert blobs.stat("no/such.json") is None
        assert list(blobs.walk("no/")) == []
        assert blobs.folders("no/") == []

    def test_a_name_is_created_once(self, blobs: Blobs) -> None:
        assert blobs.create("a/b.json", b"first")
        assert not blobs.create("a/b.json", b"second")
        assert blobs.read("a/b.json") == b"first"

    def test_a_name_is_created_once_also_with_the_same_bytes(self, blobs: Blobs) -> None:
        assert blobs.create("a.json", b"same")
        assert not blobs.create("a.json", b"same")

    def test_a_listing_says_what_is_said_of_the_file_itself(self, blobs: Blobs) -> None:
        blobs.replace("a/b c.json", b"bytes")
        assert list(blobs.walk()) == [blobs.stat("a/b c.json")]

    def test_of_many_writers_one_creates(self, blobs: Blobs) -> None:
        won: list[int] = []
        barrier = threading.Barrier(WRITERS)

        def write(number: int) -> None:
            barrier.wait()
            if blobs.create("race.json", f"writer {number}".encode()):
                won.append(number)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert blobs.read("race.json") == f"writer {won[0]}".encode()
        assert [blob.name for blob in blobs.walk(with_drafts=True)] == ["race.json"]

    def test_a_file_is_replaced(self, blobs: Blobs) -> None:
        blobs.replace("a/latest.json", b"one")
        before = blobs.stat("a/latest.json")
        blobs.replace("a/latest.json", b"other")
        after = blobs.stat("a/latest.json")
        assert blobs.read("a/latest.json") == b"other"
        assert before is not None
        assert after is not None
        assert after.size_bytes == len(b"other")
        assert before.version != after.version

    def test_a_walk_finds_every_file(self, filled: Blobs) -> None:
        assert sorted(blob.name for blob in filled.walk()) == sorted(NAMES)

    @pytest.mark.parametrize("number", range(len(NAMES)))
    def test_a_walk_goes_on_after_a_name(self, filled: Blobs, number: int) -> None:
        whole = [blob.name for blob in filled.walk()]
        assert [blob.name for blob in filled.walk(start_after=whole[number])] == whole[number + 1 :]

    def test_a_walk_below_a_prefix_goes_on_after_a_name(self, filled: Blobs) -> None:
        assert [blob.name for blob in filled.walk("a/", start_after="a/1.json")] == ["a/b/2.json"]

    def test_a_walk_stays_below_its_prefix(self, filled: Blobs) -> None:
        assert [blob.name for blob in filled.walk("a/")] == ["a/1.json", "a/b/2.json"]
        assert [blob.size_bytes for blob in filled.walk("a/")] == [8, 10]

    def test_files_are_listed_without_those_in_folders(self, filled: Blobs) -> None:
        assert [blob.name for blob in filled.files("a/")] == ["a/1.json"]
        assert sorted(blob.name for blob in filled.files()) == ["a0.json", "z.json"]

    def test_folders_are_listed(self, filled: Blobs) -> None:
        assert filled.folders() == ["a", "a-b", "film é"]
        assert filled.folders("a/") == ["b"]

    def test_bytes_come_back_as_they_were_sent(self, blobs: Blobs, tmp_path: Path) -> None:
        source, target = tmp_path / "source.bin", tmp_path / "target.bin"
        data = bytes(range(256)) * 40_000  # 10 MB: several parts where there are parts
        source.write_bytes(data)
        blobs.send(source, "t/v 1.m4s", sha256(data))
        found = blobs.stat("t/v 1.m4s")
        assert found is not None
        assert found.size_bytes == len(data)
        assert blobs.fetch("t/v 1.m4s", target, sha256(data)) == sha256(data)
        assert target.read_bytes() == data
        assert [blob.name for blob in blobs.walk("t/", with_drafts=True)] == ["t/v 1.m4s"]

    def test_an_empty_file_is_a_file(self, blobs: Blobs, tmp_path: Path) -> None:
        (tmp_path / "empty").write_bytes(b"")
        blobs.send(tmp_path / "empty", "t/empty", sha256(b""))
        assert blobs.read("t/empty") == b""
        assert blobs.fetch("t/empty", tmp_path / "back", sha256(b"")) == sha256(b"")

    def test_a_file_that_is_not_what_was_hashed_is_not_kept(self, blobs: Blobs, tmp_path: Path) -> None:
        (tmp_path / "source.bin").write_bytes(b"changed meanwhile")
        with pytest.raises(StoreError, match="store_corrupt"):
            blobs.send(tmp_path / "source.bin", "t/a.bin", sha256(b"what was hashed"))
        assert blobs.stat("t/a.bin") is None

    def test_a_file_that_is_given_up_on_its_way_is_not_kept(
        self, blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("vod_assets.adapters.transfers.QUIET_SECONDS", 0.01)
        with (tmp_path / "long.bin").open("wb") as file:
            file.truncate(1 << 36)  # it would take for ever, and takes no disk

        def listen(_: Transfer) -> None:
            raise Cancelled

        with watched(listen), pytest.raises(Cancelled):
            alone(lambda: blobs.send(tmp_path / "long.bin", "t/long.bin", sha256(b"")), Load("sending", 1 << 36))
        assert list(blobs.walk(with_drafts=True)) == []

    def test_other_bytes_than_were_stored_are_named(self, blobs: Blobs, tmp_path: Path) -> None:
        blobs.replace("t/a.bin", b"rotten")
        with pytest.raises(StoreError, match=r"a\.bin.*store_corrupt"):
            blobs.fetch("t/a.bin", tmp_path / "a.bin", sha256(b"sound"))
        assert not (tmp_path / "a.bin").exists()

    def test_a_file_that_is_gone_cannot_be_fetched(self, blobs: Blobs, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="artifact_missing"):
            blobs.fetch("t/a.bin", tmp_path / "a.bin")
        assert not (tmp_path / "a.bin").exists()

    def test_a_copy_has_the_same_bytes(self, blobs: Blobs) -> None:
        blobs.replace("a/1.bin", b"bytes")
        blobs.copy("a/1.bin", "other/2.bin")
        assert blobs.read("a/1.bin") == blobs.read("other/2.bin") == b"bytes"

    def test_a_move_leaves_one(self, blobs: Blobs) -> None:
        blobs.replace("a/1.bin", b"bytes")
        blobs.move("a/1.bin", "other/2.bin")
        assert [blob.name for blob in blobs.walk()] == ["other/2.bin"]

    def test_what_is_deleted_is_gone_and_twice_is_as_once(self, filled: Blobs) -> None:
        filled.delete(["a/1.json", "a/b/2.json", "no/such.json"])
        filled.delete(["a/1.json"])
        assert [blob.name for blob in filled.walk("a/")] == []

    @pytest.mark.parametrize("name", ["../x", "a/../../x", "a//b", "/x", "a/./b", "a\x00b"])
    def test_a_name_cannot_leave_the_store(self, blobs: Blobs, name: str) -> None:
        with pytest.raises(StoreError, match="bad_name"):
            blobs.read(name)

    def test_a_part_of_a_file_is_read_without_the_rest(self, blobs: Blobs) -> None:
        blobs.replace("a/film.mp4", b"0123456789")
        assert blobs.read_range("a/film.mp4", 2, 5) == b"234"
        assert blobs.read_range("a/film.mp4", 0, 10) == b"0123456789"
        assert blobs.read_range("a/film.mp4", 8, 100) == b"89"
        assert blobs.read_range("a/film.mp4", 10, 20) == b""
        assert blobs.read_range("a/none.mp4", 0, 1) is None
        assert blobs.read("a/film.mp4") == b"0123456789", "the next reader has a good connection"

    def test_a_long_file_is_not_read_into_memory(self, blobs: Blobs) -> None:
        blobs.replace("a.json", b"12345")
        with pytest.raises(StoreError, match="store_damaged"):
            blobs.read("a.json", most_bytes=4)
