"""What a viewer does with the player page, and what can be seen of it: each column of the matrix of players."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from vod_assets_tests.browser import Page
from vod_assets_tests.players.film import LANGUAGES, RED_SECONDS, SECONDS

EYES = (Path(__file__).parent / "eyes.js").read_text(encoding="utf-8")
PATIENCE_SECONDS = 15.0
BORDERS = 3  # segments of one second
HIGHEST, LOWEST = 360, 180


@dataclass(frozen=True)
class Screen:
    """A page that plays one manifest with one player; every method returns once what it says is so.

    Raises:
        TimeoutError: It is not so after a while.
    """

    page: Page
    address: str

    def open(self, engine: str, src: str, **query: str) -> None:
        """Open the page."""
        self.page.open(f"{self.address}/player.html?{urlencode({'engine': engine, 'src': src, **query})}")
        self.page.evaluate(EYES)

    def see(self, expression: str) -> Any:
        """Return what an expression over ``eyes`` finds."""
        return self.page.evaluate(f"eyes.{expression}")

    def until(self, claim: str) -> None:
        """Wait until a claim over ``eyes`` holds; a fault that the page tells ends the waiting."""
        self.page.wait_for(f"(({claim}) || eyes.fault !== '')", PATIENCE_SECONDS)
        fault = self.see("fault")
        if fault:
            raise AssertionError(f"the page says: {fault}")

    def start(self) -> None:
        """It plays: time passes and frames are decoded."""
        self.until("eyes.time > 0.3 && eyes.frames > 5 && !eyes.video.paused")

    def cross_borders(self) -> None:
        """Three segments are played one after the other, and no second of them is empty of frames."""
        self.page.evaluate("eyes.go(0.1)")
        self.until("eyes.isPlaying(0, 1)")
        frames, began = self.see("frames"), self.see("time")
        self.until(f"eyes.time > {began + BORDERS}")
        shown = self.see("frames") - frames
        assert shown > 25 * BORDERS * 0.6, f"{shown} frames in {BORDERS} s of 25 frames a second"

    def switch(self) -> None:
        """The lowest quality is chosen and comes, then the highest."""
        for height in (LOWEST, HIGHEST):
            self._rewind()
            self.page.evaluate(f"eyes.chooseQuality({height})")
            self.until(f"eyes.pictureHeight === {height} && eyes.engineHeight === {height}")
        self._plays_on()

    def change_audio(self) -> None:
        """French is chosen and heard, then English."""
        for language in ("fr", "en"):
            self._rewind()
            self.page.evaluate(f"eyes.chooseAudio('{language}')")
            heard = self.see("audioBytes")
            self.until(f"eyes.audioLanguage === '{language}' && eyes.audioBytes > {heard}")
        self._plays_on()

    def change_subtitle(self) -> None:
        """English cues show, at their time, then French ones, then none."""
        for language, (name, _, _) in LANGUAGES.items():
            self._rewind()
            self.page.evaluate(f"eyes.chooseText('{language}')")
            self.until(f"eyes.showsCueOfNow({json.dumps(name)})")
        self.page.evaluate("eyes.chooseText('off')")
        self.until("eyes.shown.length === 0")

    def seek(self) -> None:
        """The seek bar leads to nine seconds, then back to two, and it plays there."""
        for place in (9, 2):
            self.page.evaluate(f"eyes.drag({place})")
            self.until(f"eyes.isPlaying({place}, {place + 2})")
            self._plays_on()

    def thumbnails(self) -> None:
        """The picture above the seek bar is the one of its time."""
        for second, is_red in ((RED_SECONDS - 4, True), (RED_SECONDS + 3, False)):
            self.page.evaluate(f"eyes.hover({second})")
            self.until("eyes.thumbnail && eyes.thumbnail.time === eyes.asked && eyes.thumbnail.isLoaded")
            found = self.see("thumbnail")
            assert (found["width"], found["height"]) == (80, 44), found
            assert found["isRed"] == is_red, found

    def end(self) -> None:
        """Dragged to shortly before the end, it plays on to the film's end and stops there by itself.

        dash.js pauses there, and at times comes before the element's own ``ended``; a viewer sees no difference.
        """
        self.page.evaluate(f"eyes.drag({SECONDS - 1.5})")
        self.until(f"eyes.video.paused && eyes.time > {SECONDS - 0.3} && eyes.time < {SECONDS + 0.3}")

    def photograph(self, file: Path) -> None:
        """Write what can be seen now."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(self.page.screenshot()))

    def _rewind(self) -> None:
        if self.see("time") > SECONDS / 2:
            self.page.evaluate("eyes.go(1)")
            self.until("eyes.isPlaying(1, 5)")

    def _plays_on(self) -> None:
        time, frames = self.see("time"), self.see("frames")
        self.until(f"eyes.time > {time + 0.5} && eyes.frames > {frames + 5}")


COLUMNS: dict[str, Callable[[Screen], None]] = {
    "start": Screen.start,
    "3 borders": Screen.cross_borders,
    "switch": Screen.switch,
    "audio": Screen.change_audio,
    "subtitles": Screen.change_subtitle,
    "seek": Screen.seek,
    "thumbnails": Screen.thumbnails,
    "end": Screen.end,
}
