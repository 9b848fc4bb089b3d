"""The files of a programme: what is known of them, and where each may be read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from vod_assets.domain.codes import CODES
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.media_info import Finding, MediaInfo, SoundInfo

FIND_THEIR_WAY = frozenset({"mov", "mp4", "matroska", "webm", "mxf", "mpegts", "wav", "w64"})  # by an index or a clock
LEAST_RUN_UP_SECONDS = 5  # of decoders and of sound, before an in point


@dataclass(frozen=True)
class Files:
    """What is known of the files of a programme, by their names.

    Attributes:
        master: Name of the one that the title was registered with.
        pictures: Those whose picture is shown, the master among them.
        sounds: Those of sound alone.
    """

    master: str
    pictures: Mapping[str, MediaInfo]
    sounds: Mapping[str, SoundInfo]


def jump_into(container: str, findings: Sequence[Finding], seconds: Fraction) -> int:
    """Return where reading may begin; from the start where a file cannot be trusted to find its way."""
    is_steady = all(finding.code != "timestamp_discontinuity" for finding in findings)
    return max(0, int(seconds)) if container in FIND_THEIR_WAY and is_steady else 0


def refuse(cause: str, file: str, remedy: str = "") -> NoReturn:
    """Raise that a file does not go with the programme.

    Raises:
        ConfigError: ``bad_programme``.
    """
    raise ConfigError("bad_programme", cause, remedy or CODES["bad_programme"].remedy, file=file)
