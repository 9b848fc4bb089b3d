"""Quality control: what a person would complain of, found by measuring, with the times to look at."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from vod_assets.domain.cadence import Cadence
from vod_assets.domain.control_limits import ControlLimits
from vod_assets.domain.documents import Document
from vod_assets.domain.intervals import Interval, without
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.report import Measured

ASSET = "quality_control"
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
FIELD_ORDER = "field_order_measured"
CONTRADICTIONS = ("hdr_metadata_ignored", "bad_sample_aspect", "extension_mismatch")  # and *_contradicted


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


_UNHEARD = tuple(
    Verdict(check=check, skipped="the sound was not measured: give the profile a loudness")
    for check in ("silence", "clipping", "loudness")
)


def control(
    info: MediaInfo, pictures: Pictures, sound: Sequence[Heard] | None, limits: ControlLimits
) -> QualityControl:
    """Return the verdicts on a title.

    Args:
        info: What was measured of its source.
        pictures: What was seen in a rendition.
        sound: What was heard; None: nobody listened.
        limits: What the profile lets pass.
    """
    whole = Interval(start_seconds=Fraction(0), end_seconds=info.duration_seconds)
    verdicts = (
        *_seen(pictures, limits),
        *(_heard(sound, whole, limits) if sound is not None else _UNHEARD),
        _missing(info, sound or (), whole, limits),
        _length(info, whole, limits),
        _declared(info, whole),
    )
    order = list(CHECKS)
    ordered = sorted(verdicts, key=lambda one: order.index(one.check))
    return QualityControl(seconds=info.duration_seconds, verdicts=tuple(ordered))


def clock(seconds: Fraction) -> str:
    """Return a time as ``0:07.250``, to find it in a player."""
    thousandths = round(seconds * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{whole // 60}:{whole % 60:02}.{rest:03}"


def _seen(pictures: Pictures, limits: ControlLimits) -> Iterable[Verdict]:
    frozen = without(pictures.still, pictures.black)
    flashing = [Spot(interval=one, what="flashes too often") for one in pictures.flashing]
    patterns = [one for one in pictures.cadences if one.interval.seconds > limits.cadence.longest_seconds]
    yield _lasting("black", pictures.black, limits.black.longest_seconds)
    yield _lasting("freeze", frozen, limits.freeze.longest_seconds)
    yield Verdict.of("flashes", flashing, most_per_second=pictures.most_flashes, rendition=pictures.rendition)
    spots = [Spot(interval=one.interval, what=one.sentence) for one in patterns]
    yield Verdict.of("cadence", spots, patterns=len(pictures.cadences), frames=pictures.frames)


def _heard(sound: Sequence[Heard], whole: Interval, limits: ControlLimits) -> Iterable[Verdict]:
    gaps = [(one.name, gap) for one in sound if not one.is_silent for gap in one.silences]
    spots = [
        Spot(interval=gap, what=f"{name} is silent for {_figure(gap.seconds)} s")
        for name, gap in gaps
        if gap.seconds > limits.silence.longest_seconds
    ]
    yield Verdict.of("silence", spots, longest_seconds=_longest(gap for _, gap in gaps))
    clipped = {f"{one.name}_channel_{at}": count for one in sound for at, count in one.clipped_samples.items()}
    spots = [
        Spot(interval=whole, what=f"{count} samples of {name.replace('_channel_', ', channel ')} are clipped")
        for name, count in clipped.items()
        if count > limits.clipping.most_samples
    ]
    yield Verdict.of("clipping", spots, **clipped)
    off = [one for one in sound if _is_off(one)]
    spots = [
        Spot(interval=whole, what=f"{one.name} has {_level(one.lufs)} LUFS instead of {_level(one.target_lufs)}")
        for one in off
    ]
    yield Verdict.of("loudness", spots, **{f"{one.name}_lufs": _level(one.lufs) for one in sound})


def _is_off(one: Heard) -> bool:
    """Whether a sound is not as loud as it is asked to be."""
    return one.lufs is not None and one.target_lufs is not None and abs(one.lufs - one.target_lufs) > one.tolerance_lu


def _missing(info: MediaInfo, sound: Sequence[Heard], whole: Interval, limits: ControlLimits) -> Verdict:
    found = [f"{one.name} is silent from beginning to end" for one in sound if one.is_silent]
    found += [
        f"{one.name} has nothing in its channel {', '.join(map(str, one.silent_channels))}"
        for one in sound
        if one.silent_channels and not one.is_silent
    ]
    if not info.audio and not sound:
        found.append("there is no sound")
    spots = [Spot(interval=whole, what=what) for what in found if limits.missing_audio.is_required]
    return Verdict.of("missing_audio", spots, sounds_heard=len(sound), streams_of_the_source=len(info.audio))


def _length(info: MediaInfo, whole: Interval, limits: ControlLimits) -> Verdict:
    video = info.video
    spots = [
        Spot(interval=whole, what=f"stream {stream.index} ends {_figure(abs(by))} s {'after' if by > 0 else 'before'}"
             " the picture")
        for stream in info.audio
        if abs(by := _end(stream) - (video.start_seconds + video.duration_seconds)) > limits.length.most_seconds
    ]  # fmt: skip
    measured = {f"stream_{stream.index}_seconds": _figure(stream.duration_seconds) for stream in info.audio}
    return Verdict.of("length", spots, picture_seconds=_figure(video.duration_seconds), **measured)


def _declared(info: MediaInfo, whole: Interval) -> Verdict:
    found = [one.cause for one in info.findings if _contradicts(one.code, info)]
    return Verdict.of("declared", [Spot(interval=whole, what=what) for what in dict.fromkeys(found)])


def _contradicts(code: str, info: MediaInfo) -> bool:
    """Whether a finding says that the source is not what it declares; what it does not declare contradicts nothing."""
    if code == FIELD_ORDER:
        return bool(info.video.declared_field_order)
    return code in CONTRADICTIONS or code.endswith("_contradicted")


def _lasting(check: str, intervals: Sequence[Interval], longest_seconds: Fraction) -> Verdict:
    spots = [
        Spot(interval=one, what=f"{check} for {_figure(one.seconds)} s")
        for one in intervals
        if one.seconds > longest_seconds
    ]
    return Verdict.of(check, spots, longest_seconds=_longest(intervals), times=len(intervals))


def _longest(intervals: Iterable[Interval]) -> str:
    return _figure(max((one.seconds for one in intervals), default=Fraction(0)))


def _end(stream: AudioStream) -> Fraction:
    return stream.start_seconds + stream.duration_seconds


def _level(value: Fraction | None) -> str:
    return "none" if value is None else f"{float(value):.1f}"


def _figure(value: Fraction) -> str:
    """Return a number with at most three decimals, as text: a document holds no floats."""
    return f"{round(float(value), 3):g}"
