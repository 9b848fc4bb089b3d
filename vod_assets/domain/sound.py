"""Sound: which tracks a title has, what they are called, which one plays, and which dubs fit the picture."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.acceptance import refusal, warning
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.media_info import AudioStream, Finding
from vod_assets.domain.title import Sidecar, slug

SPOKEN = frozenset({"main", "dub"})  # what a viewer hears who asked for nothing; the others are asked for
LARGEST_DIFFERENCE_SECONDS = Fraction(2)
LARGEST_SHARE = Fraction(1, 20)  # of a title shorter than 40 s
UNNOTICED_SECONDS = Fraction(1, 10)
STRETCHES = (  # the sound of one rate under the picture of another
    (Fraction(25, 24), "24", "25"),
    (Fraction(25025, 24000), "24000/1001", "25"),
    (Fraction(1001, 1000), "24000/1001 or 30000/1001", "24 or 30"),
)
STRETCH_TOLERANCE = Fraction(1, 5000)


@dataclass(frozen=True)
class Sound:
    """One audio track of a title, before it is made.

    Attributes:
        role: ``main``, ``dub``, ``dialogue`` (made easier to understand), ``commentary`` or ``description``.
        is_flagged: Whether its container calls it the default.
    """

    language: str
    role: str = "main"
    label: str = ""
    is_flagged: bool = False

    @property
    def is_spoken(self) -> bool:
        """Whether it may be what plays by default."""
        return self.role in SPOKEN

    @property
    def alike(self) -> tuple[str, str, str]:
        """What a viewer tells tracks apart by; a dub and the original of one language are both just that language."""
        return self.language, "spoken" if self.is_spoken else self.role, self.label


def sound_of_stream(stream: AudioStream, labels: Mapping[str, str]) -> Sound:
    """Return the sound of a stream of the source; the title file's label wins over the stream's."""
    label = label_of(stream.language, stream.role, labels) or stream.label
    return Sound(stream.language, stream.role, label, stream.is_default)


def sound_of_sidecar(sidecar: Sidecar, title_language: str) -> Sound:
    """Return the sound of a file beside the source, as its name says it; without a language it is in the title's."""
    language = title_language if sidecar.language == UNKNOWN else sidecar.language
    own = "main" if language == title_language else "dub"
    return Sound(language, sidecar.role or own, sidecar.label)


def label_of(language: str, role: str, labels: Mapping[str, str]) -> str:
    """Return a title file's label: ``en`` is that of speech, ``en.commentary`` that of a commentary."""
    named = labels.get(f"{language}.{role}", "")
    return named or (labels.get(language, "") if role in SPOKEN else "")


def track_name(sound: Sound, taken: Collection[str], codec: str = "aac") -> str:
    """Return the name of the track of a file beside the source: ``aac_fr``, ``aac_en_commentary``, ``aac_fr_paris``."""
    role = "" if sound.is_spoken else f"_{sound.role}"
    label = f"_{slug(sound.label)}" if sound.label else ""
    wanted, number = f"{codec}_{sound.language.lower()}{role}{label}", 1
    while (name := wanted if number == 1 else f"{wanted}_{number}") in taken:
        number += 1
    return name


def preference(sound: Sound, title_language: str) -> tuple[bool, ...]:
    """Return how much a sound asks to be what plays when a viewer has chosen nothing; the greatest does.

    The title's own language comes first, then what its container calls the default, then what is no dub. A commentary
    or a description plays by itself only where there is nothing else.
    """
    is_known, primary = title_language != UNKNOWN, title_language.partition("-")[0]
    is_same = is_known and sound.language == title_language
    is_near = is_known and sound.language.partition("-")[0] == primary
    return sound.is_spoken, is_same, is_near, sound.is_flagged, sound.role == "main"


def refuse_double(sound: Sound, others: Sequence[Sound], file: str) -> None:
    """Return when a viewer can tell a sound from all others.

    Raises:
        SourceError: ``dub_doubled``.
    """
    if any(sound.alike == other.alike for other in others):
        called = f", called “{sound.label}”" if sound.label else ""
        cause = f"there is {'speech' if sound.is_spoken else sound.role} in {sound.language}{called} already"
        raise refusal("dub_doubled", cause, file)


def judge_length(stream: AudioStream, picture_seconds: Fraction, file: str) -> tuple[Finding, ...]:
    """Return what is to be said of a dub that is cut or padded to the picture.

    Raises:
        SourceError: ``dub_length_differs``: by more than 2 s, or a twentieth of a title shorter than 40 s.
    """
    length = stream.start_seconds + stream.duration_seconds
    difference = length - picture_seconds
    lengths = f"it lasts {_s(length)}, the picture {_s(picture_seconds)}"
    if abs(difference) > min(LARGEST_DIFFERENCE_SECONDS, picture_seconds * LARGEST_SHARE):
        raise refusal("dub_length_differs", lengths + _stretch(length, picture_seconds), file)
    if abs(difference) > UNNOTICED_SECONDS:
        mended = "cut" if difference > 0 else "padded with silence"
        return (warning("length_mismatch", f"{lengths}{_stretch(length, picture_seconds)}; it was {mended}"),)
    return ()


def _stretch(length: Fraction, picture: Fraction) -> str:
    """Return what a difference in length is by, when it is the ratio of two frame rates."""
    if not length:
        return ""
    for ratio, slow, fast in STRETCHES:
        for found, sound, shown in ((length / picture, slow, fast), (picture / length, fast, slow)):
            if abs(found / ratio - 1) <= STRETCH_TOLERANCE:
                return f": it was made for {sound} frames a second, the picture has {shown}"
    return ""


def _s(seconds: Fraction) -> str:
    return f"{float(seconds):.2f} s"
