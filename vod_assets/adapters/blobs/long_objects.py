"""Long objects on their way: parts side by side, and of none of them more in memory than passes through."""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import obstore
from obstore.store import GCSStore, S3Store

from vod_assets.adapters.blobs import faults, object_faults
from vod_assets.adapters.blobs.disk import CHUNK_BYTES
from vod_assets.adapters.blobs.landing import Landing

SENT_PART_BYTES = 8 << 20
MOST_PARTS = 9000  # S3 takes 10,000
FETCHED_PART_BYTES = 64 << 20  # at most; the longer they are, the less work they are
PARTS_AT_ONCE = 6

# Of the long files of a process one is sent and one is fetched at a time: memory and connections are bounded, and the
# parts of one are enough for any line. Nothing else is waited for while one of these is held.
_sending, _fetching = threading.Lock(), threading.Lock()


def send_parts(
    store: S3Store | GCSStore, name: str, parts: Iterator[bytes], size_bytes: int, attributes: Mapping[str, str]
) -> None:
    """Upload parts; the name appears when all of them are there.

    Args:
        store: Where to.
        name: What the object is called there.
        parts: Its bytes, in pieces of any size.
        size_bytes: How many.
        attributes: Its headers.
    """
    part_bytes = sent_part_bytes(size_bytes)
    with _sending:
        obstore.put(
            store,
            name,
            parts,
            attributes=dict(attributes),
            chunk_size=part_bytes,
            max_concurrency=max(1, PARTS_AT_ONCE * SENT_PART_BYTES // part_bytes),
        )


def sent_part_bytes(size_bytes: int) -> int:
    """Return how long the parts of an object are, so that there are not too many.

    >>> sent_part_bytes(1 << 30) == SENT_PART_BYTES, 200 * 10**9 / sent_part_bytes(200 * 10**9) <= MOST_PARTS
    (True, True)
    """
    return max(SENT_PART_BYTES, -(-size_bytes // MOST_PARTS))


def checked_parts(file: BinaryIO, path: Path, sha256: str, count: Callable[[int], None]) -> Iterator[bytes]:
    """Yield a file's parts, and fail before the last is taken as such when they are not what was hashed.

    Args:
        file: The file, opened.
        path: Where it lies.
        sha256: Its digest.
        count: Is told of each part's size; what it raises ends the upload.

    Raises:
        StoreError: ``store_corrupt``; the upload is then given up, and nothing is seen of it.
    """
    digest = hashlib.sha256()
    while part := file.read(SENT_PART_BYTES):
        count(len(part))
        digest.update(part)
        yield part
    if digest.hexdigest() != sha256:
        raise faults.unlike_hash(path)


def receive_parts(store: S3Store | GCSStore, name: str, meta: Any, landing: Landing) -> None:
    """Write what is missing of an object where it belongs, parts side by side; hash it in its order.

    Args:
        store: Where it is.
        name: Its name there.
        meta: What the server said of it: if it is replaced on the way, that is an error.
        landing: The local file, and how much of it has come.
    """
    part_bytes = fetched_part_bytes(meta["size"])
    starts = range(landing.size_bytes, meta["size"], part_bytes)
    parts = (_Part(store, name, meta, landing, (start, min(start + part_bytes, meta["size"]))) for start in starts)
    with _fetching, ThreadPoolExecutor(PARTS_AT_ONCE, thread_name_prefix="parts") as pool:
        coming = deque(pool.submit(part.receive) for part in islice(parts, PARTS_AT_ONCE))
        try:
            while coming:
                landing.settle(coming.popleft().result())
                coming.extend(pool.submit(part.receive) for part in islice(parts, 1))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def fetched_part_bytes(size_bytes: int) -> int:
    """Return how long the parts of an object are that are fetched side by side.

    >>> fetched_part_bytes(96 << 20) == 16 << 20, fetched_part_bytes(20 * 10**9) == FETCHED_PART_BYTES
    (True, True)
    """
    return min(FETCHED_PART_BYTES, -(-size_bytes // PARTS_AT_ONCE))


class _Part:
    """A range of an object; after a cut it goes on where it stopped."""

    def __init__(
        self, store: S3Store | GCSStore, name: str, meta: Any, landing: Landing, span: tuple[int, int]
    ) -> None:
        self._store, self._name, self._tag, self._landing = store, name, meta["e_tag"], landing
        self._at, self._end = span

    def receive(self) -> int:
        """Write the range, and return where it ends; a line that is only slow is waited for as long as bytes come."""
        while True:
            begun = self._at
            try:
                object_faults.patiently(self._receive)
                return self._end
            except object_faults.ERRORS as error:
                if self._at == begun or not object_faults.is_passing(error):
                    raise

    def _receive(self) -> None:
        options: Any = {"range": (self._at, self._end), "if_match": self._tag}
        for chunk in obstore.get(self._store, self._name, options=options).stream(min_chunk_size=CHUNK_BYTES):
            self._landing.put(memoryview(chunk), self._at)
            self._at += len(chunk)
