"""What takes text out of sources, and hears speech in them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from vod_assets.domain.media_info import AudioStream, MediaInfo, TextStream
from vod_assets.domain.text.closed_captions import ClosedCaptions
from vod_assets.domain.text.speech import Word


class TextExtractor(Protocol):
    """Takes embedded text out of a source."""

    build_ids: Mapping[str, str]

    def extract_text(self, source: Path, stream: TextStream, directory: Path) -> Path:
        """Write one embedded text stream as a caption file of its own kind below a directory; return its path."""
        ...

    def closed_captions(self, source: Path, stream: TextStream, directory: Path) -> ClosedCaptions:
        """Return what the pictures of a video stream say, by the time since the first one."""
        ...


class SpeechRecogniser(Protocol):
    """Hears speech, offline."""

    @property
    def build_ids(self) -> Mapping[str, str]:
        """Builds of all that shapes what is heard."""
        ...

    def require(self) -> None:
        """Return when everything is installed that it takes.

        Raises:
            ConfigError: ``speech_not_installed``, with what to do.
        """
        ...

    def hears(self, language: str) -> bool:
        """Whether speech of a language is understood."""
        ...

    def recognise(self, source: Path, info: MediaInfo, stream: AudioStream, directory: Path) -> list[Word]:
        """Return the words of an audio track; work below a directory.

        Their time is that since the stream's own beginning, or since that of a programme with a timeline.
        """
        ...
