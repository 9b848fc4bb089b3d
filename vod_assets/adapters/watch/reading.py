"""Reading sources behind a sensor's back: a mezzanine of 100 GB takes longer than a tick may."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from vod_assets.domain.errors import StoreError, VodError
from vod_assets.domain.title import Fingerprint

AT_ONCE = 2


@dataclass(eq=False)
class _Reading:
    done: threading.Event = field(default_factory=threading.Event)
    result: Fingerprint | None = None
    error: VodError | None = None


class BackgroundReading:
    """Computes fingerprints in threads that end with the process: a source that was read is remembered on disk."""

    def __init__(self) -> None:
        self._readings: dict[str, tuple[str, _Reading]] = {}
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
            known, reading = self._readings.get(address, ("", None))
            if reading is None or known != version:
                reading = _Reading()
                self._readings[address] = version, reading
                work = (address, read, reading)
                threading.Thread(target=self._work, args=work, name="reading", daemon=True).start()
        if not reading.done.wait(max(0.0, patience_seconds)):
            return None
        with self._mutex:
            if self._readings.get(address) == (version, reading):
                del self._readings[address]
        if reading.error is not None:
            raise reading.error
        return reading.result

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
