"""A headless Chromium, driven over the DevTools protocol's own pipe; nothing needs to be installed but the browser."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-pipe",
]


class Page:
    """One page of a browser."""

    def __init__(self, to_browser: BinaryIO, from_browser: BinaryIO) -> None:
        self._to, self._from = to_browser, from_browser
        self._number = 0
        self._session: dict[str, str] = {}
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}

    def open(self, url: str) -> None:
        """Go to an address, and start the page's video."""
        self._ask("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' && !!document.querySelector('video')")
        self.evaluate("void document.querySelector('video').play().catch(() => {})")

    def evaluate(self, script: str) -> Any:
        """Return the value of a script's last expression."""
        answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait_for(self, script: str, seconds: float = 20) -> None:
        """Return as soon as a script's value is true."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(script):
            if time.monotonic() > deadline:
                said = self.evaluate("document.body.innerText")
                raise TimeoutError(f"{script} is not true after {seconds} s; the page says: {said}")
            time.sleep(0.1)

    def screenshot(self) -> str:
        """Return a PNG of what the page shows, base64."""
        return str(self._ask("Page.captureScreenshot")["data"])

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        question = {"id": self._number, "method": method, "params": parameters, **self._session}
        self._to.write(json.dumps(question).encode() + b"\0")
        self._to.flush()
        while True:
            answer = json.loads(self._message())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _message(self) -> bytes:
        message = bytearray()
        while (byte := self._from.read(1)) != b"\0":
            if not byte:
                raise EOFError("the browser is gone")
            message += byte
        return bytes(message)


@contextmanager
def open_page(profile: Path) -> Iterator[Page]:
    """Start a browser with a profile of its own; it is gone afterwards."""
    program = _chromium()
    browser_reads, we_write = os.pipe()
    we_read, browser_writes = os.pipe()
    # The protocol's pipe is descriptors 3 and 4, and only bash can put ours there (dash knows one-digit ones).
    script = f'exec "$@" 3<&{browser_reads} 4>&{browser_writes}'
    argv = ["bash", "-c", script, "bash", program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(argv, pass_fds=(browser_reads, browser_writes), stderr=subprocess.DEVNULL)
    os.close(browser_reads)
    os.close(browser_writes)
    try:
        with os.fdopen(we_write, "wb") as to_browser, os.fdopen(we_read, "rb") as from_browser:
            yield Page(to_browser, from_browser)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _chromium() -> str:
    found = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError("no Chromium is installed; on Debian it comes with the package chromium")
    return found
