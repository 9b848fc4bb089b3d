"""Reading sources behind a sensor's back: a mezzanine of 100 GB takes longer than a tick may."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from vod_assets.domain.errors import StoreError, VodError
from vod_assets.domain.title import Fingerprint

AT_ONCE = 2


@dataclass
class _Reading:
    done: threading.Event = field(default_factory=threading.Event)
    result: Fingerprint | None = None
    error: VodError | None = None


class BackgroundReading:
    """Computes fingerprints in threads that end with the process: a source that was read is remembered on disk."""

    def __init__(self) -> None:
        self._readings: dict[tuple[str, str], _Reading] = {}
        self._mutex = threading.Lock()
        self._slots = threading.Semaphore(AT_ONCE)

    def fingerprint(
        self, address: str, version: str, patience_seconds: float, read: Callable[[str], Fingerprint]
    ) -> Fingerprint | None:
        """Return what ``read`` says of an address, or None while it is not done; ask again later.

        Args:
            address: What is read.
            version: As the asker found it there; what was read of another version is no answer.
            patience_seconds: How long to wait for it.
            read: Reads all of it.

        Raises:
            VodError: What reading raised.
        """
        with self._mutex:
            self._forget_others(address, version)
            reading = self._readings.get((address, version))
            if reading is None:
                reading = self._readings[address, version] = _Reading()
                work = (address, read, reading)
                threading.Thread(target=self._work, args=work, name="reading", daemon=True).start()
        if not reading.done.wait(max(0.0, patience_seconds)):
            return None
        with self._mutex:
            self._readings.pop((address, version), None)
        if reading.error is not None:
            raise reading.error
        return reading.result

    def _forget_others(self, address: str, version: str) -> None:
        """Drop what was read of other versions; what is under way goes on, for another place may have asked for it."""
        for key, reading in list(self._readings.items()):
            if key[0] == address and key[1] != version and reading.done.is_set():
                del self._readings[key]

    def _work(self, address: str, read: Callable[[str], Fingerprint], reading: _Reading) -> None:
        try:
            with self._slots:
                reading.result = read(address)
        except VodError as error:
            reading.error = error
        except Exception as error:  # noqa: BLE001 - the edge of a thread: whoever asks is told
            reading.error = StoreError("store_failed", f"{address} cannot be read: {error}", "Read the daemon's log")
        finally:
            reading.done.set()
