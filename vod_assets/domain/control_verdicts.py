"""From what was seen and heard of a title, and what its profile lets pass, to a verdict for each check."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from vod_assets.domain.control_limits import ControlLimits
from vod_assets.domain.intervals import Interval, without
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.quality_control import CHECKS, Heard, Pictures, QualityControl, Spot, Verdict

FIELD_ORDER = "field_order_measured"
CONTRADICTIONS = ("hdr_metadata_ignored", "bad_sample_aspect", "extension_mismatch")  # and *_contradicted
UNMEASURED = "the sound was not measured: give the profile a loudness"
_UNHEARD = tuple(Verdict(check=check, skipped=UNMEASURED) for check in ("silence", "clipping", "loudness"))


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
        _missing(info, sound, whole, limits),
        _length(info, whole, limits),
        _declared(info, whole),
    )
    order = list(CHECKS)
    ordered = sorted(verdicts, key=lambda one: order.index(one.check))
    return QualityControl(seconds=info.duration_seconds, verdicts=tuple(ordered))


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


def _missing(info: MediaInfo, sound: Sequence[Heard] | None, whole: Interval, limits: ControlLimits) -> Verdict:
    if sound is None and info.audio and limits.missing_audio.is_required:
        return Verdict(check="missing_audio", skipped=UNMEASURED)
    heard = sound or ()
    found = [f"{one.name} is silent from beginning to end" for one in heard if one.is_silent]
    found += [
        f"{one.name} has nothing in its channel {', '.join(map(str, one.silent_channels))}"
        for one in heard
        if one.silent_channels and not one.is_silent
    ]
    if not info.audio and not heard:
        found.append("there is no sound")
    spots = [Spot(interval=whole, what=what) for what in found if limits.missing_audio.is_required]
    return Verdict.of("missing_audio", spots, sounds_heard=len(heard), streams_of_the_source=len(info.audio))


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
