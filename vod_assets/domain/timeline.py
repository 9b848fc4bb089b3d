"""The timeline of a programme that is not simply its master from the first frame to the last.

A programme is spans of files, one after another. Everything that comes after the inspection counts in the programme's
own time, which begins at 0; only what reads the files looks here for where a moment lies in them.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from vod_assets.domain.documents import Document
from vod_assets.domain.filters import Filter


class Feed(Document):
    """Where the sound of a track, or one channel of it, comes from.

    Attributes:
        stream: Of the file.
        zero_seconds: Time in that file at which the picture of the span's file begins.
        jump_seconds: Up to where its reading may begin; 0: it is read from its start.
        channel: Which channel of the stream, the first is 0; None: all as they are.
        heard_as: Channel that it becomes, in FFmpeg's words (``FL``).
    """

    file: str
    stream: int
    zero_seconds: Fraction = Fraction(0)
    jump_seconds: int = 0
    channel: int | None = None
    heard_as: str = ""


class Picture(Document):
    """How the picture of a span is stored in its file; see `vod_assets.domain.media_info.VideoStream`.

    Attributes:
        colour_filters: What tells all filters behind it what is believed of its colours.
    """

    stream: int
    start_seconds: Fraction = Fraction(0)
    width: int
    height: int
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    field_order: str = "progressive"
    telecine: str = ""
    colour_filters: tuple[Filter, ...] = ()
    frame_rate: Fraction
    is_variable_rate: bool = False


class Span(Document):
    """A stretch of one file.

    Attributes:
        file: Its name.
        from_seconds: Since the first frame of the file.
        duration_seconds: A whole number of the programme's frames.
        promised_frames: That its decoder has to put out; None when nothing promises any.
        jump_seconds: Up to where the reading of the file may begin; 0: it is read from its start.
        zero_seconds: What FFmpeg takes for zero when the picture is read so.
        sound: What is heard in each of the programme's tracks; nothing: silence.
    """

    file: str
    from_seconds: Fraction
    duration_seconds: Fraction
    promised_frames: int | None = None
    jump_seconds: int = 0
    zero_seconds: Fraction = Fraction(0)
    picture: Picture
    sound: tuple[tuple[Feed, ...], ...] = ()

    @property
    def to_seconds(self) -> Fraction:
        """Its end, since the first frame of the file."""
        return self.from_seconds + self.duration_seconds


class Timeline(Document):
    """A programme of spans.

    Attributes:
        master: Name of the file that the words beside it (captions, chapters) count from.
        master_seconds: How long that file lasts.
        frame_rate: Of the programme.
        picture: What the pictures of all spans are made like.
        spans: In their order.
        words_count_from: What the chapters of the title file and the files beside the master count from.
        rules: Number of the rules by which streams are joined; to be raised when they come out differently.
    """

    master: str
    master_seconds: Fraction
    frame_rate: Fraction
    picture: Picture
    spans: tuple[Span, ...]
    words_count_from: Literal["master", "programme"] = "master"
    rules: int = 2

    @property
    def duration_seconds(self) -> Fraction:
        """How long the programme lasts."""
        return sum((span.duration_seconds for span in self.spans), Fraction(0))

    @property
    def placed(self) -> list[tuple[Fraction, Span]]:
        """Every span, and when it begins."""
        begins, found = Fraction(0), []
        for span in self.spans:
            found.append((begins, span))
            begins += span.duration_seconds
        return found

    @property
    def for_stills(self) -> "Timeline":
        """The same, where only single frames are looked at: film's are not put together again, which needs them all."""
        spans = [
            span.model_copy(update={"picture": span.picture.model_copy(update={"telecine": ""})}) for span in self.spans
        ]
        return self.model_copy(update={"spans": tuple(spans)})

    def at(self, seconds: Fraction) -> tuple[Span, Fraction]:
        """Return the span of a moment of the programme, and where it lies in that span's file."""
        begins, span = next(
            (placed for placed in reversed(self.placed) if placed[0] <= seconds), (Fraction(0), self.spans[0])
        )
        return span, span.from_seconds + seconds - begins

    def pieces(self, file: str, start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
        """Yield what is left of a stretch of a file: when each piece of it begins and ends in the programme."""
        for begins, span in self.placed:
            first, last = max(start, span.from_seconds), min(end, span.to_seconds)
            if span.file == file and first < last:
                yield begins + first - span.from_seconds, begins + last - span.from_seconds

    def moment(self, file: str, seconds: Fraction) -> Fraction | None:
        """Return when a moment of a file comes in the programme; None when it does not.

        The end of a span is a moment of it only where nothing else of the file begins there.
        """
        found = [(begins, span) for begins, span in self.placed if span.file == file]
        for is_end in (False, True):
            for begins, span in found:
                if span.from_seconds <= seconds < span.to_seconds or (is_end and seconds == span.to_seconds):
                    return begins + seconds - span.from_seconds
        return None
