"""Movies in one file: a preview to look at, and downloads."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import printable
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.movie_presets import PreviewMovie

LONGEST_TITLE = 60  # characters that fit into one line


class BurntIn(Document):
    """What is written into every picture, and how large the picture is.

    Attributes:
        timecode: Label of the first picture, where each one has a label of its own; empty: none is shown.
    """

    title: str
    instead: str
    notice: str
    width: int
    height: int
    frame_rate: Fraction
    crf: int
    timecode: str = ""

    @property
    def font_pixels(self) -> int:
        """How high letters are: so that a title fits, in portrait, too."""
        return max(8, min(self.height // 18, self.width // 32))


def preview_source(ladder: Ladder, keys: Iterable[str], side: int) -> Rung | None:
    """Return the smallest rung that is at least as large as a preview, of those that are quick to decode.

    A preview is in SDR, and so have to be those whose keys are given.
    """
    known = set(keys)
    made = [rung for rung in ladder.made if rung.key in known]
    plain = [rung for rung in made if rung.codec == "h264"] or made
    enough = [rung for rung in plain if min(rung.width, rung.height) >= side]
    by_size = sorted(enough or plain, key=lambda rung: rung.width * rung.height, reverse=not enough)
    return by_size[0] if by_size else None


def burnt_in(rung: Rung, frame_rate: Fraction, movie: PreviewMovie, name: str, title_id: str) -> BurntIn:
    """Return what is written into a rung's pictures, but its time code; its size is the preview's, never enlarged."""
    scale = min(Fraction(1), Fraction(movie.side, min(rung.width, rung.height)))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (rung.width, rung.height))
    title = printable(" ".join(name.split()))
    return BurntIn(
        title=title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…",
        instead=title_id,
        notice=printable(" ".join(movie.notice.split())),
        width=width,
        height=height,
        frame_rate=frame_rate,
        crf=movie.crf,
    )


def default_sound(documents: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the name of the track that is heard unless one chooses; empty: there is none."""
    defaults = [name for name, document in documents.items() if document.get("is_default")]
    return next(iter([*defaults, *documents]), "")


def downloaded(ladder: Ladder, wanted: Sequence[str]) -> list[str]:
    """Return which of the renditions that a profile wants as downloads a title has."""
    made = {rung.key for rung in ladder.made}
    return [key for key in wanted if key in made]
