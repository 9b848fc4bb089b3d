"""The accept gate's arithmetic, without any file."""

from fractions import Fraction

import pytest

from vod_assets.domain.acceptance import DecodeCounts, judge_audio_decode, judge_decode, judge_failed_decode
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.media_info import AudioStream, MediaInfo, VideoStream
from vod_assets.domain.probe_rules import ProbeFacts, judge_probe

SOUND = AudioStream(index=1, codec="aac", channels=2, sample_rate=48000, duration_seconds=Fraction(100))
FACTS = ProbeFacts(
    file="film.mp4", container="mov", found_frames=2500, stated_seconds=Fraction(100), measured_seconds=Fraction(100)
)


def video(**changes: object) -> VideoStream:
    sound = {"index": 0, "codec": "h264", "width": 1920, "height": 1080, "frame_rate": Fraction(25)}
    return VideoStream.model_validate({**sound, "duration_seconds": Fraction(100), "promised_frames": 2500, **changes})


def info(**changes: object) -> MediaInfo:
    picture = video(**changes)
    return MediaInfo(
        container="mov", size_bytes=1, duration_seconds=picture.duration_seconds, video=picture, audio=(SOUND,)
    )


def facts(**changes: object) -> ProbeFacts:
    return ProbeFacts(**{**vars(FACTS), **changes})


def counts(frames: int, errors: int = 0, corrupt: int = 0, **more: object) -> DecodeCounts:
    return DecodeCounts(frames={0: frames}, errors={0: errors}, corrupt={0: corrupt}, **more)


def refused(made: MediaInfo, found: ProbeFacts = FACTS) -> str:
    with pytest.raises(SourceError) as caught:
        judge_probe(made, found)
    return caught.value.code


def decode_refused(given: DecodeCounts, **changes: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        judge_decode(info(**changes), given, "film.mp4")
    return caught.value


def test_a_sound_file_has_no_findings():
    assert judge_probe(info(), FACTS) == ()
    assert judge_decode(info(), counts(2500)) == ()


@pytest.mark.parametrize(
    ("size", "code"),
    [
        ((15, 100), "picture_too_small"),
        ((8192, 4321), "picture_too_large"),
        ((8194, 2000), "picture_too_large"),
        ((1700, 160), "aspect_out_of_range"),
    ],
)
def test_impossible_sizes_are_refused(size: tuple[int, int], code: str):
    assert refused(info(width=size[0], height=size[1])) == code


@pytest.mark.parametrize("size", [(16, 16), (8192, 4320), (1600, 160)])
def test_the_limits_themselves_are_accepted(size: tuple[int, int]):
    judge_probe(info(width=size[0], height=size[1]), FACTS)


@pytest.mark.parametrize(
    ("changes", "found", "code"),
    [
        ({"promised_frames": 1, "duration_seconds": Fraction(1, 25)}, {"found_frames": 1}, "too_short"),
        ({"promised_frames": 2, "duration_seconds": Fraction(1, 30)}, {"found_frames": 2}, "too_short"),
        ({"duration_seconds": Fraction(24 * 3600 + 1)}, {}, "too_long"),
        ({"promised_frames": 0}, {}, "source_corrupt"),
        ({}, {"gap_seconds": Fraction(1001, 100)}, "timestamp_gap"),
        ({}, {"claimed_frames": 2502}, "source_corrupt"),
        ({}, {"claimed_frames": 2502, "is_cut": True}, "source_truncated"),
        ({}, {"is_cut": True}, "source_truncated"),
        ({}, {"container": "matroska", "stated_seconds": Fraction(101)}, "source_truncated"),
    ],
)
def test_missing_media_are_refused(changes: dict[str, object], found: dict[str, object], code: str):
    assert refused(info(**changes), facts(**found)) == code


@pytest.mark.parametrize(
    "found",
    [
        {"claimed_frames": 2501},
        {"claimed_frames": 2500, "is_cut": True},
        {"stated_seconds": Fraction(90000)},
        {"container": "matroska", "stated_seconds": Fraction(1004, 10)},
        {"gap_seconds": Fraction(10)},
    ],
)
def test_small_differences_and_lying_movie_headers_are_accepted(found: dict[str, object]):
    judge_probe(info(), facts(**found))


def test_one_frame_less_than_promised_is_accepted_and_two_are_not():
    assert judge_decode(info(), counts(2499)) == ()
    error = decode_refused(counts(2498))
    assert error.code == "source_corrupt"
    assert "only 2498 of 2500 promised frames" in str(error)


def test_a_cut_stream_is_called_truncated():
    error = decode_refused(counts(1250, signs={"cut": 1}, complaints=("partial file",)))
    assert error.code == "source_truncated"
    assert "50.0% of 100.00 s lost); the decoder says: partial file" in str(error)


def test_damage_is_a_warning_up_to_one_frame_in_a_thousand():
    (finding,) = judge_decode(info(), counts(2500, corrupt=2))
    assert (finding.code, finding.kind, finding.cause) == ("damaged_frames", "warning", "2 of 2500 frames are damaged")
    assert decode_refused(counts(2500, errors=1, corrupt=2)).code == "source_damaged"


def test_packets_before_the_first_key_frame_are_no_damage():
    assert judge_decode(info(leading_frames=63), counts(2500, errors=63)) == ()


def test_nothing_decoded_is_corrupt_even_without_a_promise():
    assert decode_refused(counts(0), promised_frames=None).code == "source_corrupt"
    assert judge_decode(info(promised_frames=None), counts(7)) == ()


def test_missing_counts_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="verbose"):
        judge_decode(info(), DecodeCounts())


@pytest.mark.parametrize(("frames", "errors", "code"), [(100, 3, "source_damaged"), (0, 9, "source_corrupt")])
def test_broken_sound_is_refused(frames: int, errors: int, code: str):
    with pytest.raises(SourceError) as caught:
        judge_audio_decode(SOUND, DecodeCounts(packets={1: frames + errors}, frames={1: frames}, errors={1: errors}))
    assert caught.value.code == code


def test_two_bad_packets_of_sound_are_a_warning():
    (finding,) = judge_audio_decode(SOUND, DecodeCounts(packets={1: 90}, frames={1: 88}, errors={1: 2}))
    assert finding.code == "audio_damaged"


def test_a_decoder_that_gave_up_blames_the_file_and_a_full_disk_does_not():
    gave_up = ToolError(
        "tool_failed", "ffmpeg ended with status 69", stderr="Decode error rate 1 exceeds maximum 0.666667"
    )
    assert judge_failed_decode(gave_up, 0, counts(0, errors=50)).code == "source_corrupt"
    full = ToolError("disk_full", "ffmpeg found no space left")
    assert judge_failed_decode(full, 0, counts(0)).code == "disk_full"
