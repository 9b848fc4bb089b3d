"""What operators have ordered of a title that is published: taken down, or held at an older release."""

from vod_assets.domain.documents import Document


class TakenDown(Document):
    """A title that nobody may fetch until it is lifted, whatever its windows say.

    Attributes:
        at: When that was ordered (UTC, ISO 8601).
        by: Who ordered it.
        because: Why.
    """

    at: str
    by: str
    because: str = ""

    def __str__(self) -> str:
        why = f": {self.because}" if self.because else ""
        return f"taken down by {self.by} at {self.at}{why}"


class HeldBack(Document):
    """A title that was rolled back: an older release is shown until there is one that nobody has seen yet.

    Attributes:
        shown: Number of the release that is shown.
        newest: The highest number when that was ordered; a release above it is shown again.
        at: When that was ordered (UTC, ISO 8601).
        by: Who ordered it.
        because: Why.
    """

    shown: int
    newest: int
    at: str
    by: str
    because: str = ""

    def __str__(self) -> str:
        why = f": {self.because}" if self.because else ""
        return f"held at release {self.shown} by {self.by} since {self.at}{why}"


def number_to_show(released: int, held: HeldBack | None) -> int:
    """Return the number of the release that viewers are to see, where one of them was made last.

    >>> held = HeldBack(shown=3, newest=4, at="", by="")
    >>> number_to_show(4, held), number_to_show(5, held)
    (3, 5)
    """
    return held.shown if held is not None and released <= held.newest else released
