"""Writers that are killed in the middle of a commit: an artifact is there whole, or not at all."""

import pickle
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.opening import Access
from vod_assets_tests.adapters.blobs import killed_writer
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.smb import SmbServer

ROUNDS = 6


def storage(request: pytest.FixtureRequest, kind: str) -> tuple[str, Access]:
    place = f"killed-{secrets.token_hex(4)}"
    if kind == "s3":
        s3: S3Server = request.getfixturevalue("s3")
        return f"s3://{s3.bucket}/{place}", Access(s3=s3.access)
    smb: SmbServer = request.getfixturevalue("smb")
    return f"smb://{smb.host}/{smb.share}/{place}", Access(smb=smb.access)


@pytest.mark.parametrize("kind", ["s3", "smb"])
def test_no_half_artifact_is_seen_after_kills(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> None:
    address, access = storage(request, kind)
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
