"""The scratch cache is bounded, shared, and never shows half a folder."""

import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from vod_assets.adapters.store.scratch import Fill, Scratch
from vod_assets.domain.errors import StoreError

KIB = 1024


def filled(name: str = "a.bin", size_bytes: int = KIB) -> Fill:
    def fill(folder: Path) -> None:
        (folder / name).write_bytes(bytes(size_bytes))

    return fill


def fail(folder: Path) -> None:
    (folder / "half.bin").write_bytes(b"half")
    raise OSError("the share went away")


def age(scratch: Scratch, key: str, seconds: float) -> None:
    os.utime(scratch.root / "locks" / key, (1_000_000 + seconds, 1_000_000 + seconds))


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "scratch", 3 * KIB)


def keys(scratch: Scratch) -> list[str]:
    return sorted(path.name for path in (scratch.root / "ready").iterdir())


def test_a_folder_is_filled_once(scratch: Scratch) -> None:
    first = scratch.folder("key", KIB, filled())
    assert scratch.folder("key", KIB, fail) == first
    assert [path.name for path in first.iterdir()] == ["a.bin"]


def test_a_folder_that_could_not_be_filled_is_not_there(scratch: Scratch) -> None:
    with pytest.raises(OSError, match="went away"):
        scratch.folder("key", KIB, fail)
    assert not list(scratch.root.rglob("half.bin"))
    assert scratch.folder("key", KIB, filled()).is_dir()


def test_what_was_not_used_for_longest_goes_first(scratch: Scratch) -> None:
    for number, key in enumerate(("one", "two", "three")):
        scratch.folder(key, KIB, filled())
        age(scratch, key, number)
    scratch.release()
    scratch.folder("one", KIB, fail)  # used again
    scratch.release()
    scratch.folder("four", KIB, filled())
    assert keys(scratch) == ["four", "one", "three"]


def test_what_a_process_uses_stays_beyond_the_limit(scratch: Scratch) -> None:
    folders = [scratch.folder(key, KIB, filled()) for key in ("one", "two", "three", "four", "five")]
    assert all((folder / "a.bin").is_file() for folder in folders)
    scratch.release()
    scratch.evict()
    assert len(keys(scratch)) == 3


def test_a_folder_that_an_attempt_filled_is_kept(scratch: Scratch) -> None:
    directory = scratch.attempt("20260101T000000Z-0a1b2c3d")
    directory.mkdir(parents=True)
    (directory / "deep").mkdir()
    (directory / "deep" / "a.txt").write_text("hello")
    scratch.adopt("key", directory, 5)
    assert (scratch.folder("key", 5, fail) / "deep" / "a.txt").read_text() == "hello"
    assert not directory.exists()


def test_what_was_adopted_is_used_by_nobody_yet(scratch: Scratch) -> None:
    for key in ("one", "two", "three", "four"):
        directory = scratch.attempt(key)
        directory.mkdir(parents=True)
        filled()(directory)
        scratch.adopt(key, directory, KIB)
    assert len(keys(scratch)) == 3


def test_what_was_adopted_already_is_not_kept_twice(scratch: Scratch) -> None:
    scratch.folder("key", KIB, filled())
    directory = scratch.attempt("again")
    directory.mkdir(parents=True)
    scratch.adopt("key", directory, KIB)
    assert not directory.exists()


def test_what_was_borrowed_may_go_afterwards(scratch: Scratch) -> None:
    with scratch.borrowing():
        for key in ("one", "two", "three", "four"):
            scratch.folder(key, KIB, filled())
        assert len(keys(scratch)) == 4
    scratch.evict()
    assert len(keys(scratch)) == 3


def test_what_was_borrowed_stays_while_another_uses_it(scratch: Scratch) -> None:
    with scratch.borrowing():
        scratch.folder("one", 3 * KIB, filled(size_bytes=3 * KIB))
        thread = threading.Thread(target=scratch.folder, args=("one", KIB, fail))
        thread.start()
        thread.join()
    scratch.folder("two", KIB, filled())
    assert keys(scratch) == ["one", "two"]


@pytest.mark.parametrize("taken", ["", "attempts", "locks", "ready"])
def test_a_cache_that_cannot_be_written_is_named(scratch: Scratch, taken: str) -> None:
    scratch.root.parent.mkdir(exist_ok=True)
    if taken:
        scratch.root.mkdir()
    (scratch.root / taken).write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=str(scratch.root)):
        scratch.folder("key", KIB, filled())


def test_leftovers_of_killed_processes_are_found_once_they_are_old(scratch: Scratch) -> None:
    directory = scratch.attempt("20260101T000000Z-0a1b2c3d")
    directory.mkdir(parents=True)
    assert scratch.leftovers(older_than_seconds=60) == []
    assert scratch.leftovers(older_than_seconds=-1) == [directory]


def _fill_and_count(root: Path, barrier: "multiprocessing.synchronize.Barrier") -> None:
    scratch = Scratch(root, 3 * KIB)

    def fill(folder: Path) -> None:
        (folder / "a.bin").write_bytes(bytes(KIB))
        with (root / "filled").open("a") as count:
            count.write("x")

    barrier.wait()
    assert (scratch.folder("key", KIB, fill) / "a.bin").stat().st_size == KIB


def test_of_many_processes_one_fills(scratch: Scratch) -> None:
    scratch.root.mkdir()
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(4)
    processes = [fork.Process(target=_fill_and_count, args=(scratch.root, barrier)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert (scratch.root / "filled").read_text() == "x"
