"""The accept gate: what is refused, and what is said of the rest.

Exit codes of decoders prove nothing: half a film decodes without an error. So the gate counts. `judge_name_and_head`
and `vod_assets.domain.probe_rules` hold the cheap rules, before a title is registered; `judge_decode` compares what the
encode's own decoder put out with what the index promised. A refusal is a `SourceError` that names cause, numbers and
remedy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.domain.codes import CODES
from vod_assets.domain.containers import is_media_name
from vod_assets.domain.errors import SourceError, ToolError, VodError
from vod_assets.domain.media_info import AudioStream, Finding, MediaInfo
from vod_assets.domain.sniffing import guess

DAMAGE_PER_FRAMES = 1000  # one damaged frame in so many is still accepted
DECODER_GAVE_UP = ("Decode error rate", "Cannot determine format of input", "Could not open encoder before EOF")


@dataclass(frozen=True)
class DecodeCounts:
    """What a decode said of itself, by stream index of the source.

    Attributes:
        packets: Packets read.
        frames: Frames (or audio frames) that the decoder put out.
        errors: Packets that it could not decode.
        corrupt: Frames that it put out with damage.
        signs: How often each sign of damage was seen: ``cut``, ``packet``, ``input``, ``concealed``.
        complaints: The first warnings and errors, for the message.
    """

    packets: Mapping[int, int] = field(default_factory=dict)
    frames: Mapping[int, int] = field(default_factory=dict)
    errors: Mapping[int, int] = field(default_factory=dict)
    corrupt: Mapping[int, int] = field(default_factory=dict)
    signs: Mapping[str, int] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def refusal(code: str, cause: str, file: str = "") -> SourceError:
    """Return the error that refuses a source, with the remedy of the table."""
    return SourceError(code, cause, CODES[code].remedy, file=file)


def warning(code: str, cause: str) -> Finding:
    """Return a finding that a person may want to look at."""
    return Finding(code=code, kind="warning", cause=cause)


def normalised(code: str, cause: str) -> Finding:
    """Return a finding about something that is put right by itself."""
    return Finding(code=code, kind="normalised", cause=cause)


def judge_name_and_head(file: str, size_bytes: int, head: bytes) -> None:
    """Return when a file may be opened as media.

    Raises:
        SourceError: Its name is no media file's, it is empty, or its first bytes are another kind of file's.
    """
    if not is_media_name(file):
        raise refusal("not_a_media_extension", "the name does not end like a media file's, so it was not opened", file)
    if not size_bytes:
        raise refusal("source_empty", "the file has 0 bytes", file)
    looks = guess(head)
    if looks:
        raise refusal(looks.code, f"the file looks like {looks.looks_like}", file)


def judge_decode(info: MediaInfo, counts: DecodeCounts, file: str = "") -> tuple[Finding, ...]:
    """Return what is to be said of the decoded video.

    Args:
        info: What was promised.
        counts: What the decoder of this very pass put out.
        file: The source's name, for the message.

    Raises:
        SourceError: ``source_truncated``, ``source_corrupt`` or ``source_damaged``.
        ValueError: The counts say nothing of the video: ffmpeg did not run at ``level+verbose``.
    """
    video = info.video
    if video.index not in counts.frames:
        raise ValueError(f"no decode counts of stream {video.index}: was ffmpeg run at level+verbose?")
    decoded, promised = counts.frames[video.index], video.promised_frames
    if decoded == 0:
        raise refusal("source_corrupt", f"no frame of the video can be decoded{_complaint(counts)}", file)
    if promised is not None and decoded < promised - 1:
        raise _missing_frames(decoded, promised, info, counts, file)
    errors = max(0, counts.errors.get(video.index, 0) - video.leading_frames)
    damaged = errors + counts.corrupt.get(video.index, 0)
    total = max(decoded, promised or 0)
    if damaged * DAMAGE_PER_FRAMES > total:
        raise refusal("source_damaged", f"{damaged} of {total} frames are damaged{_complaint(counts)}", file)
    return (warning("damaged_frames", f"{damaged} of {total} frames are damaged"),) if damaged else ()


def judge_failed_decode(error: ToolError, stream_index: int, counts: DecodeCounts, file: str = "") -> VodError:
    """Return what a decode that ended badly means: a refusal when the file is to blame, otherwise the error itself.

    ffmpeg gives up (status 69) when two packets in three cannot be decoded, and cannot set up an output for a stream
    that yields nothing.
    """
    decoded = counts.frames.get(stream_index, 0)
    if error.code == "tool_failed" and not decoded and any(phrase in error.stderr for phrase in DECODER_GAVE_UP):
        return refusal("source_corrupt", f"no frame of stream {stream_index} can be decoded{_complaint(counts)}", file)
    errors = counts.errors.get(stream_index, 0)
    if error.code == "tool_failed" and errors > decoded:
        cause = f"{errors} of {errors + decoded} packets of stream {stream_index} cannot be decoded{_complaint(counts)}"
        return refusal("source_corrupt", cause, file)
    return error.about(file=file)


def judge_audio_decode(stream: AudioStream, counts: DecodeCounts, file: str = "") -> tuple[Finding, ...]:
    """Return what is to be said of a decoded audio stream.

    Raises:
        SourceError: ``source_corrupt`` when nothing of it can be decoded, ``source_damaged`` above 1 % of its packets.
    """
    frames, errors = counts.frames.get(stream.index, 0), counts.errors.get(stream.index, 0)
    packets = counts.packets.get(stream.index, frames + errors)
    if packets and not frames:
        raise refusal("source_corrupt", f"nothing of audio stream {stream.index} can be decoded", file)
    if errors > max(2, packets // 100):
        cause = f"{errors} of {packets} packets of audio stream {stream.index} cannot be decoded{_complaint(counts)}"
        raise refusal("source_damaged", cause, file)
    return (warning("audio_damaged", f"{errors} of {packets} packets cannot be decoded"),) if errors else ()


def _missing_frames(decoded: int, promised: int, info: MediaInfo, counts: DecodeCounts, file: str) -> SourceError:
    lost = Fraction(promised - decoded, promised)
    seconds = f"{float(info.duration_seconds):.2f} s"
    cause = f"only {decoded} of {promised} promised frames can be decoded ({float(lost):.1%} of {seconds} lost)"
    code = "source_truncated" if counts.signs.get("cut") else "source_corrupt"
    return refusal(code, cause + _complaint(counts), file)


def _complaint(counts: DecodeCounts) -> str:
    return f"; the decoder says: {counts.complaints[0]}" if counts.complaints else ""
