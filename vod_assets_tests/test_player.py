"""The player page in a real browser: what it plays, how, and what it says when it cannot."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
import uvicorn

from vod_assets.adapters.cms.static import StaticCms
from vod_assets.serve import build_app, listening
from vod_assets.settings import Settings
from vod_assets_tests.adapters.package.tiny_title import Clip, TinyTitle
from vod_assets_tests.browser import Page, open_page
from vod_assets_tests.contracts.cms import ORIGIN, entry

MASTER = "/origin/film/releases/1/clear/master.m3u8"
VIDEO = "document.querySelector('video')"
PLAYS = f"{VIDEO}.currentTime > 1.5 && {VIDEO}.getVideoPlaybackQuality().totalVideoFrames > 20"
SECONDS = 12


@dataclass(frozen=True)
class Place:
    """A server with a title of twelve seconds, and a browser."""

    address: str
    origin: Path
    page: Page

    def play(self, path: str) -> None:
        self.page.open(f"{self.address}/{path}")

    @property
    def error(self) -> str:
        self.page.wait_for("document.querySelector('.error').textContent !== ''")
        return str(self.page.evaluate("document.querySelector('.error').textContent"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("player")
    settings = Settings(home=folder / "home", public_url=ORIGIN, players=folder / "none", _env_file=None)
    title = TinyTitle.make(folder / "title", Clip(Fraction(24), segments=Fraction(SECONDS)))
    for name, digest in title.digests.items():
        shutil.copytree(title.leaf(name), settings.origin_path / "film/tracks" / digest)
    shutil.copytree(title.manifests, settings.origin_path / "film/releases/1/clear")
    StaticCms(settings.cms_path, ORIGIN).publish(entry().as_document())
    server = uvicorn.Server(uvicorn.Config(build_app(settings), log_level="error", ws="none", lifespan="off"))
    with listening("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with open_page(folder / "profile") as page:
                yield Place(address, settings.origin_path, page)
        finally:
            server.should_exit = True
            thread.join()


@pytest.mark.media
class TestPlayerPage:
    def test_the_browsers_own_player_plays_the_multivariant_playlist(self, place: Place) -> None:
        place.play(f"player.html?src={MASTER}")
        place.page.wait_for(PLAYS)
        assert place.page.evaluate("document.querySelector('.state').textContent") == "played by the browser itself"

    def test_our_player_plays_it_through_media_source_extensions(self, place: Place) -> None:
        place.play(f"player.html?mse=1&src={MASTER}&title=Film")
        place.page.wait_for(PLAYS)
        assert place.page.evaluate("document.title") == "Film"
        assert place.page.evaluate(f"{VIDEO}.src.startsWith('blob:')")
        assert place.page.evaluate(f"{VIDEO}.duration") == pytest.approx(SECONDS, abs=0.1)

    def test_a_title_page_plays_its_release(self, place: Place) -> None:
        place.play("catalogue/titles/film.html?mse=1")
        place.page.wait_for(PLAYS)

    def test_a_viewer_can_choose_the_rendition(self, place: Place) -> None:
        place.play(f"player.html?mse=1&src={MASTER}")
        place.page.wait_for("document.querySelectorAll('.quality option').length === 3")
        for choice, width in ((1, 128), (0, 64)):
            place.page.evaluate(f"document.querySelector('.vod-player').player.chooseQuality({choice})")
            place.page.wait_for(f"{VIDEO}.videoWidth === {width}")
        place.page.wait_for("document.querySelector('.state').textContent.includes('64x36')")

    def test_playback_begins_where_it_is_asked_to(self, place: Place) -> None:
        place.play(f"player.html?mse=1&src={MASTER}&t=9")
        place.page.wait_for(f"{VIDEO}.currentTime > 9.3")
        place.page.wait_for(f"{VIDEO}.ended")

    def test_a_seek_back_plays_on_from_there(self, place: Place) -> None:
        place.play(f"player.html?mse=1&src={MASTER}&t=9")
        place.page.wait_for(f"{VIDEO}.currentTime > 9.3")
        place.page.evaluate(f"void ({VIDEO}.currentTime = 2)")
        place.page.wait_for(f"{VIDEO}.currentTime > 2.5 && {VIDEO}.currentTime < 6")

    def test_captions_show_when_they_are_asked_for(self, place: Place) -> None:
        place.play(f"player.html?mse=1&src={MASTER}")
        place.page.wait_for(f"{VIDEO}.textTracks.length === 1")
        place.page.evaluate(f"void ({VIDEO}.textTracks[0].mode = 'showing')")
        place.page.wait_for(f"({VIDEO}.textTracks[0].cues || []).length === 2")
        cue = place.page.evaluate(f"(([c]) => [c.startTime, c.endTime, c.text])({VIDEO}.textTracks[0].cues)")
        assert cue == [pytest.approx(0.2), pytest.approx(1.8), "One & <i>two</i>"]

    @pytest.mark.parametrize("how", ["", "mse=1&"])
    def test_a_missing_playlist_is_told_in_words(self, place: Place, how: str) -> None:
        place.play(f"player.html?{how}src=/origin/film/none.m3u8")
        place.page.wait_for("document.querySelector('.error').textContent.includes('The server answers 404')")

    def test_without_a_library_the_page_says_so_and_plays_by_itself(self, place: Place) -> None:
        place.play(f"player.html?engine=hlsjs&src={MASTER}")
        assert place.error == "hls.js is not installed here; `make players` installs it"
        place.page.wait_for(PLAYS)

    def test_the_seek_bar_shows_the_picture_of_its_time(self, place: Place) -> None:
        place.play(f"player.html?mse=1&src={MASTER}")
        place.page.wait_for(f"{VIDEO}.duration > 11")
        place.page.evaluate(
            "void document.querySelector('.vod-player').player.thumbnail(3).then((it) => window.it = it)"
        )
        place.page.wait_for("window.it")
        found = place.page.evaluate("window.it")
        assert found["url"].endswith("/sheet_002.jpg")
        assert (found["x"], found["y"], found["width"], found["height"]) == (32, 0, 32, 18)

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("", "Nothing to play"),
            ("src=javascript:alert(1)", "Only http and https"),
            ("mse=1&src=/style.css", "no HLS playlist"),
            ("engine=vlc&src=/a.m3u8", "There is no engine “vlc”"),
            ("engine=dashjs&src=/a.m3u8", "dash.js does not play HLS"),
            ("src=/a.mpd", "Shaka Player is not installed here"),
        ],
    )
    def test_what_cannot_be_played_is_told_in_words(self, place: Place, query: str, words: str) -> None:
        place.play(f"player.html?{query}")
        assert words in place.error

    def test_a_missing_segment_is_told_in_words(self, place: Place) -> None:
        for track in (place.origin / "film/tracks").iterdir():
            if (track / "init.mp4").is_file():
                shutil.copytree(track, place.origin / "broken/tracks" / track.name)
        shutil.copytree(place.origin / "film/releases", place.origin / "broken/releases")
        for segment in (place.origin / "broken/tracks").glob("*/*.m4s"):
            segment.unlink()
        place.play("player.html?mse=1&src=/origin/broken/releases/1/clear/master.m3u8")
        assert "The server answers 404" in place.error
