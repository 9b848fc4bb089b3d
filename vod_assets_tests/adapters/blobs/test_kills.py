"""Writers that are killed in the middle of a commit: an artifact is there whole, or not at all."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from vod_assets.adapters.blobs import ftp_claims
from vod_assets_tests.adapters.blobs import killed_writer
from vod_assets_tests.places import SERVED, place

ROUNDS = 4


@pytest.mark.parametrize("kind", SERVED)
def test_no_half_artifact_is_seen_after_kills(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftp_claims, "CLAIM_SECONDS", killed_writer.CLAIM_SECONDS)
    address, access = place(request, kind)
    argv = [sys.executable, "-m", killed_writer.__name__, str(ROUNDS)]
    subprocess.run(argv, input=pickle.dumps((address, access)), check=True, timeout=120)
    store = killed_writer.store_at(address, access, tmp_path / "scratch")
    committed = list(store.artifacts("film"))
    assert committed
    for artifact in committed:
        number = artifact.document["number"]
        assert store.find("film", killed_writer.recipe(number)) == artifact
        for file in range(killed_writer.FILES):
            assert store.local_path(artifact, f"{file}.bin").read_bytes() == killed_writer.content(number, file)
    latest = store.latest("film", "poster")
    assert latest is None or latest in committed
    for number in range(len(committed) + 1):  # and who comes after finishes what was begun
        killed_writer.commit(store, number)
        assert store.find("film", killed_writer.recipe(number)) is not None
    assert all("damaged" not in blob.name for blob in store.blobs.walk())
