"""Speech recognition is an extra: without it the way to install it is told; the process that hears is supervised."""

import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.speech import whisper
from vod_assets.adapters.speech.whisper import WhisperRecogniser
from vod_assets.domain.errors import ConfigError, ToolError
from vod_assets.domain.media_info import AudioStream
from vod_assets.domain.text.speech import Word
from vod_assets.ports import ToolResult
from vod_assets_tests.adapters.transcode.clips import described, make, tools

STREAM = AudioStream(index=0, codec="aac", channels=1, sample_rate=44_100, duration_seconds=Fraction(1), language="en")
INFO = described(16, 16, 1, 1)


class Listener:
    """A listener that says what it is told to, or ends badly; it keeps what it was asked."""

    def __init__(self, lines: Sequence[str] = (), code: str = "") -> None:
        self.lines, self.code, self.argv = lines, code, [""]
        self.sound_bytes = 0

    def run(self, argv: Sequence[str], *, on_line: Callable[[str], None] | None = None, **_: Any) -> ToolResult:
        self.argv, self.sound_bytes = list(argv), Path(argv[-2]).stat().st_size
        if self.code:
            raise ToolError("tool_failed", self.code)
        for line in self.lines if on_line else ():
            on_line(line)  # type: ignore[misc]
        return ToolResult(b"", "", 0.0, 0.0)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(whisper, "version", lambda name: f"{name} 1")
    monkeypatch.setattr(whisper, "_model", lambda: tmp_path / "model")


def test_without_the_extra_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper, "LIBRARY", "no-such-recogniser")
    recogniser = WhisperRecogniser(tools(), SupervisedRunner(), SupervisedRunner())
    assert recogniser.build_ids["no-such-recogniser"] == ""
    with pytest.raises(ConfigError, match=r"pip install 'vod-assets\[asr\]'") as caught:
        recogniser.require()
    assert caught.value.code == "speech_not_installed"


@pytest.mark.media
@pytest.mark.usefixtures("installed")
def test_words_come_from_a_process_that_is_given_plain_sound(tmp_path: Path) -> None:
    source = make(tmp_path / "film.m4a", generated_input("sine=d=1"))
    listener = Listener(['{"start": 0.1, "end": 0.5, "word": "Hello"}'])
    recogniser = WhisperRecogniser(tools(), SupervisedRunner(), listener)
    assert recogniser.recognise(source, INFO, STREAM, tmp_path) == [Word(Fraction(1, 10), Fraction(1, 2), "Hello")]
    assert listener.argv[:2] == [sys.executable, "-I"]
    assert abs(listener.sound_bytes - 32_000) < 2_000  # a second of 16 kHz, 16 bits, one channel
    assert (recogniser.hears("en-GB"), recogniser.hears("fr"), recogniser.hears("und")) == (True, False, False)


@pytest.mark.media
@pytest.mark.usefixtures("installed")
def test_process_that_ends_badly_names_the_stream(tmp_path: Path) -> None:
    source = make(tmp_path / "film.m4a", generated_input("sine=d=1"))
    with pytest.raises(ToolError, match="speech of stream 0 could not be recognised: it was killed"):
        WhisperRecogniser(tools(), SupervisedRunner(), Listener(code="it was killed")).recognise(
            source, INFO, STREAM, tmp_path
        )
