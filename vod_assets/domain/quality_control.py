"""Quality control: what a person would complain of, found by measuring, with the times to look at."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.cadence import Cadence
from vod_assets.domain.documents import Document
from vod_assets.domain.intervals import Interval
from vod_assets.domain.report import Measured

ASSET = "quality_control"
SOUND = "audio_levels"  # what it knows of sound
MOST_SPOTS = 50  # of one check; who has that many looks at the whole title
CHECKS = {
    "black": "No black picture lasts longer than the profile allows.",
    "freeze": "No picture stands still for longer than the profile allows.",
    "silence": "No silence lasts longer than the profile allows.",
    "clipping": "Hardly any sound is clipped.",
    "missing_audio": "There is sound in every track and every channel.",
    "loudness": "Every track is as loud as the profile asks for.",
    "length": "The source's sound is as long as its picture.",
    "flashes": "No more flashes a second than people with photosensitive epilepsy stand; indicative.",
    "cadence": "No frames are repeated or left out in a pattern.",
    "declared": "The source is what it says that it is.",
}


class Spot(Document):
    """Something to look at: from when to when, and what there is."""

    interval: Interval
    what: str

    def __str__(self) -> str:
        return f"{clock(self.interval.start_seconds)} to {clock(self.interval.end_seconds)}: {self.what}"


class Verdict(Document):
    """What one check found.

    Attributes:
        check: A key of `CHECKS`.
        spots: What is wrong, at most `MOST_SPOTS`; none: it passed.
        more: How many spots are left out.
        measured: Figures worth a look whether or not it passed.
        skipped: Why nobody looked; a profile that requires the check is told so by its failing.
    """

    check: str
    spots: tuple[Spot, ...] = ()
    more: int = 0
    measured: dict[str, Measured] = {}
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.spots

    @classmethod
    def of(cls, check: str, spots: Sequence[Spot], **measured: Measured) -> "Verdict":
        """Return the verdict of a check that found these spots."""
        return cls(check=check, spots=tuple(spots[:MOST_SPOTS]), more=len(spots[MOST_SPOTS:]), measured=measured)


class Pictures(Document):
    """What was seen in a title's pictures.

    Attributes:
        rendition: Where it was looked.
        frames: How many there were.
        black: Where (nearly) all of the picture is black.
        still: Where it does not change, black or not.
        flashing: Where it flashes more often than allowed.
        most_flashes: In any one second.
        cadences: Patterns of repeated or missing frames.
    """

    rendition: str
    frames: int
    black: tuple[Interval, ...] = ()
    still: tuple[Interval, ...] = ()
    flashing: tuple[Interval, ...] = ()
    most_flashes: int = 0
    cadences: tuple[Cadence, ...] = ()


class Heard(Document):
    """What was heard in one sound of a title.

    Attributes:
        name: Of its track, without the codec.
        is_silent: Whether there is nothing at all to be heard.
        silences: Where nothing is to be heard.
        silent_channels: Numbers of channels with nothing in them, where others have something.
        clipped_samples: How many follow one another at full scale, by the number of the channel.
        lufs: Integrated loudness as it is delivered (EBU R 128); None: too quiet or too short to have any.
        target_lufs: What the profile asks for; None: nothing.
        tolerance_lu: How far from that is still right.
    """

    name: str
    is_silent: bool = False
    silences: tuple[Interval, ...] = ()
    silent_channels: tuple[int, ...] = ()
    clipped_samples: dict[int, int] = {}
    lufs: Fraction | None = None
    target_lufs: Fraction | None = None
    tolerance_lu: Fraction = Fraction(0)


class QualityControl(Document):
    """The document of ``quality_control``: a verdict for each check, in the order of `CHECKS`."""

    seconds: Fraction
    verdicts: tuple[Verdict, ...]

    def verdict(self, check: str) -> Verdict:
        """Return what one check found."""
        return next(one for one in self.verdicts if one.check == check)


def clock(seconds: Fraction) -> str:
    """Return a time as ``0:07.250``, to find it in a player."""
    thousandths = round(seconds * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{whole // 60}:{whole % 60:02}.{rest:03}"
