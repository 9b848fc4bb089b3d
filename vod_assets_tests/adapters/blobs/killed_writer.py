"""Commits artifacts to a storage until it is killed, again and again: what `test_kills` runs in a process of its own.

Called as ``killed_writer.py ROUNDS`` with the address and the access of a storage as a pickle on standard input. Each
round forks a writer that commits artifact after artifact, and kills it at a random moment of that.
"""

import itertools
import os
import pickle
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from vod_assets.adapters.blobs import ftp_claims
from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.domain.recipe import Recipe
from vod_assets_tests.fakes import Switch

FILES, LONGEST_LIFE_SECONDS = 3, 0.5
CLAIM_SECONDS = 0.5  # on FTP, who comes after waits so long for a killed writer


def recipe(number: int) -> Recipe:
    return Recipe("poster", {"mezzanine": "a" * 64}, {"number": number})


def content(number: int, file: int) -> bytes:
    return f"artifact {number}, file {file}\n".encode() * 20_000


def store_at(address: str, access: Access, scratch: Path) -> BlobArtifactStore:
    return BlobArtifactStore(open_blobs(address, access), Switch(), Scratch(scratch, 1 << 30))


def commit(store: BlobArtifactStore, number: int) -> None:
    with store.attempt("film", recipe(number)) as attempt:
        for file in range(FILES):
            (attempt.directory / f"{file}.bin").write_bytes(content(number, file))
        store.point(store.commit(attempt, {"number": number}))


def write_until_killed(address: str, access: Access, scratch: Path, ready: int) -> None:
    store = store_at(address, access, scratch)
    for number in itertools.count():
        commit(store, number)
        os.write(ready, b".")  # so that the kill comes after a commit, in one of the next


def main() -> None:
    ftp_claims.CLAIM_SECONDS = CLAIM_SECONDS
    address, access = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the test that starts this
    chance = random.Random(7)  # noqa: S311 - moments, no secrets
    for _ in range(int(sys.argv[1])):
        with tempfile.TemporaryDirectory() as scratch:
            receiver, ready = os.pipe()
            if (writer := os.fork()) == 0:
                try:
                    write_until_killed(address, access, Path(scratch), ready)
                finally:
                    os._exit(1)
            os.read(receiver, 1)
            time.sleep(chance.uniform(0.0, LONGEST_LIFE_SECONDS))
            os.kill(writer, signal.SIGKILL)
            _, status = os.waitpid(writer, 0)
            os.close(receiver)
            os.close(ready)
            if os.WIFEXITED(status):
                raise SystemExit("a writer ended before it was killed")


if __name__ == "__main__":
    main()
