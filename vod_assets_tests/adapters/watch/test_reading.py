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

    assert reading.fingerprint("s3://b/film.mov", 0.01, read) is None
    assert reading.fingerprint("s3://b/film.mov", -1, read) is None
    gate.set()
    assert reading.fingerprint("s3://b/film.mov", 10, read) == FOUND
    assert calls == ["s3://b/film.mov"]


@pytest.mark.parametrize("error", [StoreError("store_unreachable", "it is away"), RuntimeError("it is broken")])
def test_what_goes_wrong_behind_is_told(error: Exception) -> None:
    def read(_: str) -> Fingerprint:
        raise error

    with pytest.raises(StoreError, match="it is"):
        BackgroundReading().fingerprint("s3://b/film.mov", 10, read)
