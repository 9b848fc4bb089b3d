"""Whether sound and picture still belong together: content compared with the source, not time stamps."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.clips import FFMPEG, RATE, run

WIDTH, HEIGHT = 32, 18
SAMPLE_RATE = 8000
FRAMES_AROUND = 6
SEARCHED_SECONDS = 0.15


@dataclass(frozen=True)
class Offset:
    """How far picture and sound lie from where the source has them, at one place of a title."""

    at_seconds: float
    picture_frames: int
    sound_seconds: float

    @property
    def frames_apart(self) -> float:
        """Frames by which the sound is late against the picture; one at most is wanted."""
        return self.sound_seconds * RATE - self.picture_frames


def offset(source: Path, picture: Path, sound: Path, at_seconds: float) -> Offset:
    """Return where the source's picture and sound at a time are found in the encoded ones."""
    at_seconds = round(at_seconds * RATE) / RATE
    return Offset(at_seconds, _picture_shift(source, picture, at_seconds), _sound_shift(source, sound, at_seconds))


def _picture_shift(source: Path, encoded: Path, at_seconds: float) -> int:
    """Compare a few frames in sequence, so that a still scene with little motion is still told apart."""
    length = 8
    wanted = _frames(source, at_seconds, length)
    first = at_seconds - FRAMES_AROUND / RATE
    found = _frames(encoded, first, length + 2 * FRAMES_AROUND)
    scores = [
        sum(_distance(frame, found[shift + number]) for number, frame in enumerate(wanted))
        for shift in range(len(found) - length + 1)
    ]
    return scores.index(min(scores)) - FRAMES_AROUND


def _sound_shift(source: Path, encoded: Path, at_seconds: float) -> float:
    wanted = _samples(source, at_seconds, 0.5)
    margin = round(SEARCHED_SECONDS * SAMPLE_RATE)
    found = _samples(encoded, at_seconds - SEARCHED_SECONDS, 0.5 + 2 * SEARCHED_SECONDS)
    kept = [(index, value) for index, value in enumerate(wanted)][::4]
    scores = [sum(value * found[index + lag] for index, value in kept) for lag in range(len(found) - len(wanted) + 1)]
    return (scores.index(max(scores)) - margin) / SAMPLE_RATE


def _frames(path: Path, at_seconds: float, count: int) -> list[bytes]:
    size = WIDTH * HEIGHT
    graph = f"scale={WIDTH}:{HEIGHT}:flags=area,format=gray"
    # Half a frame early: seeking lands on the first frame at or after the time.
    seek = ["-ss", f"{max(0.0, at_seconds - 0.5 / RATE):.6f}"]
    raw = run([FFMPEG, *seek, "-i", path, "-map", "v:0", "-vf", graph, "-frames:v", str(count), "-f", "rawvideo", "-"])
    return [raw[start : start + size] for start in range(0, len(raw) - size + 1, size)]


def _samples(path: Path, at_seconds: float, seconds: float) -> list[int]:
    seek = ["-ss", f"{at_seconds:.6f}", "-t", f"{seconds:.6f}"]
    raw = run([FFMPEG, *seek, "-i", path, "-map", "a:0", "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s8", "-"])
    return [value - 256 if value > 127 else value for value in raw]


def _distance(one: bytes, other: bytes) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))
