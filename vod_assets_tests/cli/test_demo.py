"""`vod demo`: what it prepares and what it prints."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from vod_assets.cli import demo
from vod_assets.cli.outcome import Failure, Outcome
from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings

MULTIVARIANT = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2800000,AVERAGE-BANDWIDTH=2100000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="audio"
720p.m3u8
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def outcome(settings: Settings) -> Outcome:
    playlist = settings.origin_path / "big-buck-bunny" / "releases" / "1" / "clear" / "master.m3u8"
    playlist.parent.mkdir(parents=True)
    playlist.write_text(MULTIVARIANT)
    return Outcome(
        title="big-buck-bunny",
        status="success",
        elapsed_seconds=12.34,
        hls=str(playlist),
        dash=str(playlist.with_name("manifest.mpd")),
        cms_entry="/cms/titles/big-buck-bunny.json",
        executed=["mezzanine", "h264_720p"],
        reused=["poster"],
    )


def shown(outcome: Outcome, settings: Settings) -> str:
    output = io.StringIO()
    demo.show(outcome, settings, Console(file=output, width=200))
    return output.getvalue()


def test_it_shows_what_was_made_what_players_may_choose_and_where_to_look(outcome: Outcome, settings: Settings) -> None:
    text = shown(outcome, settings)
    player = "http://127.0.0.1:8080/player.html?src=/origin/big-buck-bunny/releases/1/clear/master.m3u8"
    for words in (
        "mezzanine, h264_720p",
        "poster",
        "12.3 s",
        "1280x720",
        "2800",
        "2100",
        "English",
        player,
        "manifest.mpd",
    ):
        assert words in text


def test_it_shows_why_a_run_failed(outcome: Outcome, settings: Settings) -> None:
    outcome.error = Failure("tool_failed", "ToolError", "big-buck-bunny: FFmpeg ended with status 1 [tool_failed].")
    assert "FFmpeg ended with status 1" in shown(outcome, settings)


def test_it_prepares_the_clip_with_a_title_file_and_captions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = tmp_path / "wheel.mp4"
    packaged.write_bytes(b"a clip")
    monkeypatch.setattr(demo, "packaged_clip", lambda: packaged)
    clip = demo.prepare(tmp_path / "demo")
    assert clip.read_bytes() == b"a clip"
    assert sorted(path.suffix for path in clip.parent.iterdir()) == [".mp4", ".srt", ".yaml"]


def test_preparing_twice_leaves_the_clip_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its modification time is part of what the source store remembers."""
    packaged = tmp_path / "wheel.mp4"
    packaged.write_bytes(b"a clip")
    monkeypatch.setattr(demo, "packaged_clip", lambda: packaged)
    first = demo.prepare(tmp_path / "demo").stat().st_mtime_ns
    assert demo.prepare(tmp_path / "demo").stat().st_mtime_ns == first


def test_without_the_wheel_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "CLIP_DISTRIBUTION", "no-such-wheel")
    with pytest.raises(ConfigError, match="make demo") as caught:
        demo.packaged_clip()
    assert caught.value.code == "demo_clip_missing"
