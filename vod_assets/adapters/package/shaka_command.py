"""The packager's command line, and the flags that must not stand on it."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from vod_assets.domain.segment_grid import cut_times
from vod_assets.domain.transport_stream import START_SECONDS
from vod_assets.ports import Protection, TrackJob

INIT = "init.mp4"
SINGLE = "track.mp4"
TWIN = "twin"  # folder of a transport stream's fragmented MP4 twin, which describes it and is thrown away
MEDIA_TEMPLATE = "$Number%05d$.m4s"
TEXT_TEMPLATE = "$Number%05d$.vtt"
STREAM_SUFFIXES = {"video": ".ts", "audio": ".aac"}
SOURCE = "source"  # the packager's descriptors have no way to quote a comma in a path, so it sees these names only
TEXT_SOURCE = "source.vtt"
STANDARD_INPUT = "/proc/self/fd/0"
CBCS_PATTERN = (1, 9)  # encrypted and clear blocks of video; FairPlay opens no other


def commands(program: Path, job: TrackJob) -> list[list[str]]:
    """Return the packager's command lines, to be run in the job's directory one after the other."""
    descriptors = _descriptors(job)
    is_mixed = job.kind == "text" and job.layout == "ondemand"  # files and segments: not in one run
    return [_command(program, job, some) for some in ([[one] for one in descriptors] if is_mixed else [descriptors])]


def _command(program: Path, job: TrackJob, descriptors: Sequence[str]) -> list[str]:
    seconds = segment_duration_text(job.segment_seconds)
    return [
        str(program),
        *descriptors,
        "--single_threaded",  # without it and the next one, two runs differ in order and creation times
        "--use_fake_clock_for_muxer",
        f"--segment_duration={seconds}",
        f"--fragment_duration={seconds}",
        # The default shifts WebVTT and transport streams by 100 ms, which is less than some B-frames are delayed.
        f"--transport_stream_timestamp_offset_ms={1000 * START_SECONDS if job.layout == 'ts' else 0}",
        "--temp_dir=.",  # where a single file grows; the system's own may be memory
        *_cues(job),
        *_encryption(common_encryption(job)),
        "--quiet",
    ]


def common_encryption(job: TrackJob) -> Protection | None:
    """Return how the packager encrypts a job's samples; whole segments are encrypted afterwards, and text is never."""
    protection = job.protection
    return protection if protection and protection.scheme != "aes128" and job.kind != "text" else None


def secret_flags(job: TrackJob) -> bytes:
    """Return the flags that hold the content key, for the packager's standard input; nothing for clear jobs.

    On the command line everybody on the machine could read them.
    """
    protection = common_encryption(job)
    if protection is None:
        return b""
    key = protection.key
    named = f"label={protection.track_class}:key_id={key.kid}:key={key.value.hex()}:iv={protection.iv.hex()}"
    return f"--enable_raw_key_encryption\n--keys={named}\n".encode()


def segment_duration_text(seconds: Fraction) -> str:
    """Return a segment duration for the packager: at most a billionth of a second more than the exact one.

    The packager multiplies it by the timescale in floating point and cuts the fraction off. Of 4.004 s at 48 kHz it
    makes 192191 ticks instead of 192192; in 45 minutes that adds up to 14 ms, and to a last segment of 64 ticks.
    """
    return f"{(seconds * 1_000_000_000 // 1 + 1) / 1_000_000_000:.9f}"


def _descriptors(job: TrackJob) -> list[str]:
    # No language: the packager refuses those it does not know, and players read the manifests' anyway.
    if job.kind == "text":
        return _text_descriptors(job.layout)
    source = f"in={SOURCE},stream={job.kind}"
    if (protection := common_encryption(job)) is not None:
        source += f",drm_label={protection.track_class}"  # its own labels have other sizes than SPEKE's
    if job.layout == "ondemand":
        return [f"{source},output={SINGLE}"]
    if job.layout == "ts":
        stream = f"{source},segment_template=$Number%05d${STREAM_SUFFIXES[job.kind]}"
        return [stream, f"{source},init_segment={TWIN}/{INIT},segment_template={TWIN}/{MEDIA_TEMPLATE}"]
    return [f"{source},init_segment={INIT},segment_template={MEDIA_TEMPLATE}"]


def _text_descriptors(layout: str) -> list[str]:
    text = f"in={TEXT_SOURCE},stream=text"
    webvtt = f"{text},segment_template={TEXT_TEMPLATE}"
    if layout == "ts":
        return [f"{text},init_segment={TWIN}/{INIT},segment_template={TWIN}/{MEDIA_TEMPLATE}", webvtt]
    if layout == "ondemand":
        return [f"{text},output={SINGLE}", webvtt]
    return [f"{text},init_segment={INIT},segment_template={MEDIA_TEMPLATE}", webvtt]


def _cues(job: TrackJob) -> list[str]:
    """Cut segments at ad breaks. Times are rounded down, or a cue would miss its own key frame."""
    cuts = cut_times(job.cues, job.segment_seconds)
    times = [f"{time * 1_000_000_000 // 1 / 1_000_000_000:.9f}" for time in cuts]
    return [f"--ad_cues={';'.join(times)}"] if times else []


def _encryption(protection: Protection | None) -> list[str]:
    if protection is None:
        return []
    crypt, skip = CBCS_PATTERN
    # Systems stay empty, or the packager would make boxes of its own beside those of the key server; without any box
    # it would add a common one.
    boxes = f"--pssh={b''.join(protection.pssh).hex()}" if protection.pssh else "--mp4_include_pssh_in_stream=false"
    return [
        f"--flagfile={STANDARD_INPUT}",
        f"--protection_scheme={protection.scheme}",
        f"--clear_lead={float(protection.clear_lead_seconds):.6f}",  # the default is 5 s
        f"--crypt_byte_block={crypt}",
        f"--skip_byte_block={skip}",
        "--protection_systems=",
        boxes,
    ]
