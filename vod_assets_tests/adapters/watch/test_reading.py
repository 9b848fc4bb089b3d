"""Long reads go on behind, and are asked for again."""

import threading

import pytest

from vod_assets.adapters.watch.reading import BackgroundReading
from vod_assets.domain.errors import StoreError
from vod_assets.domain.title import Fingerprint

FOUND = Fingerprint(size_bytes=5, sha256="a" * 64)


def test_a_read_that_takes_longer_than_there_is_time_goes_on() -> None:
    reading, gate, calls = BackgroundReading(), threading.Event(), []

    def read(address: str) -> Fingerprint:
        calls.append(address)
        gate.wait(10)
        return FOUND

    assert reading.fingerprint("s3://b/film.mov", "v1", 0.01, read) is None
    assert reading.fingerprint("s3://b/film.mov", "v1", -1, read) is None
    gate.set()
    assert reading.fingerprint("s3://b/film.mov", "v1", 10, read) == FOUND
    assert calls == ["s3://b/film.mov"]


def test_what_was_read_before_the_file_changed_is_no_answer() -> None:
    reading, gates = BackgroundReading(), [threading.Event(), threading.Event()]
    answers = [FOUND, Fingerprint(size_bytes=6, sha256="b" * 64)]
    calls: list[str] = []

    def read(address: str) -> Fingerprint:
        turn = len(calls)
        calls.append(address)
        gates[turn].wait(10)
        return answers[turn]

    assert reading.fingerprint("s3://b/film.mov", "v1", 0.05, read) is None
    assert reading.fingerprint("s3://b/film.mov", "v2", 0.05, read) is None
    gates[0].set()
    assert reading.fingerprint("s3://b/film.mov", "v2", 0.05, read) is None
    gates[1].set()
    assert reading.fingerprint("s3://b/film.mov", "v2", 10, read) == answers[1]
    assert len(calls) == 2


def test_two_places_that_call_one_version_otherwise_wait_for_two_readings_only() -> None:
    reading, gate, calls = BackgroundReading(), threading.Event(), []

    def read(address: str) -> Fingerprint:
        calls.append(address)
        gate.wait(10)
        return FOUND

    for _ in range(3):
        for version in ("by smb", "by ftp"):
            assert reading.fingerprint("smb://h/s/film.mov", version, 0.02, read) is None
    gate.set()
    assert reading.fingerprint("smb://h/s/film.mov", "by ftp", 10, read) == FOUND
    assert len(calls) == 2


@pytest.mark.parametrize("error", [StoreError("store_unreachable", "it is away"), RuntimeError("it is broken")])
def test_what_goes_wrong_behind_is_told(error: Exception) -> None:
    def read(_: str) -> Fingerprint:
        raise error

    with pytest.raises(StoreError, match="it is"):
        BackgroundReading().fingerprint("s3://b/film.mov", "v1", 10, read)
