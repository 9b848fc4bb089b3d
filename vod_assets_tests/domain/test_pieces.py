"""Pieces are cut at the borders of segments, and only where a source can be cut to the very same pictures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vod_assets.domain.filters import Filter
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import Finding, MediaInfo, VideoStream
from vod_assets.domain.packet_marks import PacketMarks
from vod_assets.domain.piece_presets import PiecePreset
from vod_assets.domain.pieces import (
    Clock,
    Piece,
    PieceMade,
    cut,
    inexact,
    obstacle,
    on_the_whole_time_line,
    seek_seconds,
    torn,
)
from vod_assets.domain.profile import Profile

LADDER = Ladder(frame_rate=Fraction(25), gop_frames=50, segment_frames=100, rungs=(), pinned_frames=(30, 420, 1510))
MINUTE = PiecePreset()
VIDEO = VideoStream(
    index=0,
    codec="h264",
    width=64,
    height=36,
    frame_rate=Fraction(25),
    duration_seconds=Fraction(200),
    promised_frames=5000,
    keyframe_gap_seconds=Fraction(2),
)
INFO = MediaInfo(container="mov", size_bytes=1, duration_seconds=Fraction(200), video=VIDEO)


@given(
    rate=st.sampled_from([Fraction(25), Fraction(24000, 1001), Fraction(60000, 1001)]),
    duration=st.fractions(min_value=Fraction(1, 60), max_value=8000),
    seconds=st.integers(4, 90),
)
def test_pieces_are_all_frames_once_and_begin_where_segments_do(
    rate: Fraction, duration: Fraction, seconds: int
) -> None:
    ladder = LADDER.model_copy(update={"frame_rate": rate, "gop_frames": 48, "segment_frames": 96})
    pieces = cut(ladder, duration, PiecePreset(seconds=Fraction(seconds)))
    frames = [frame for piece in pieces for frame in (piece.first, piece.end)]
    assert frames == sorted(frames)
    assert (frames[0], frames[-1]) == (0, max(1, round(duration * rate)))
    assert frames[1:-1:2] == frames[2::2]
    assert all(piece.first % 96 == 0 for piece in pieces)
    assert [piece.is_last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(piece.frames >= seconds * rate for piece in pieces[:-1])
    assert len(pieces) == 1 or pieces[-1].frames >= 4 * rate


def test_pinned_frames_stay_where_they_are() -> None:
    first, second, *_ = cut(LADDER, Fraction(200), MINUTE)
    assert (first.first, first.end, second.first) == (0, 1500, 1500)
    assert first.ladder(LADDER).pinned_frames == (30, 420)
    assert second.ladder(LADDER).pinned_frames == (10,)


@pytest.mark.parametrize(
    ("video", "other", "says"),
    [
        ({}, {}, ""),
        ({"is_variable_rate": True, "field_order": "tt"}, {}, ""),
        ({"telecine": "3:2"}, {}, "telecined"),
        ({"promised_frames": None}, {}, "time"),
        ({"leading_frames": 3}, {}, "cannot be decoded"),
        ({"keyframe_gap_seconds": None}, {}, "key frames"),
        ({"keyframe_gap_seconds": Fraction(180)}, {}, "too far apart"),
        ({}, {"container": "avi"}, "avi"),
        ({}, {"findings": (Finding(code="timestamp_discontinuity", kind="warning", cause="x"),)}, "jumps"),
    ],
)
def test_a_source_that_cannot_be_sought_exactly_says_why(
    video: dict[str, object], other: dict[str, object], says: str
) -> None:
    info = INFO.model_copy(update={"video": VIDEO.model_copy(update=video), **other})
    reason = obstacle(info, MINUTE)
    assert says in reason
    assert bool(reason) == bool(says)


def test_a_container_that_finds_packets_only_roughly_is_read_from_a_key_frame_earlier() -> None:
    piece = Piece(first=1500, end=3000)
    assert seek_seconds(piece, LADDER, INFO) == 59
    assert seek_seconds(piece, LADDER, INFO.model_copy(update={"container": "mpegts"})) == 57
    assert seek_seconds(Piece(first=0, end=1500), LADDER, INFO) is None


def test_filters_count_from_the_first_frame_of_the_source_wherever_reading_begins() -> None:
    filters = (
        Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"}),
        Filter(name="fps", arguments={"fps": "25", "start_time": "0"}),
    )
    clock = Clock(zero_ticks=-7, tick=Fraction(1, 1000))
    begins, goes_on = on_the_whole_time_line(filters, clock, is_from_start=False)
    assert begins.arguments["expr"] == "PTS-(-7)"
    assert goes_on.arguments == {"fps": "25"}
    assert on_the_whole_time_line(filters, clock, is_from_start=True)[1] == filters[1]


def test_every_tick_of_the_source_is_in_exactly_one_piece() -> None:
    clock, rate = Clock(zero_ticks=5, tick=Fraction(1, 90000)), Fraction(24000, 1001)
    pieces = [Piece(first=0, end=97), Piece(first=97, end=193), Piece(first=193, end=300, is_last=True)]
    spans = [clock.span(piece, rate) for piece in pieces]
    assert [end for _, end in spans[:-1]] == [begin for begin, _ in spans[1:]]
    assert spans[-1][1] is None


def test_a_piece_of_other_frames_or_with_another_picture_at_its_border_is_noticed() -> None:
    piece, last = Piece(first=0, end=100), Piece(first=100, end=150, is_last=True)
    good = PieceMade(frames=100, shown_frames=100, opens_with="a", goes_on_with="b")
    following = PieceMade(frames=51, shown_frames=50, opens_with="b")
    assert not inexact(piece, good)
    assert not inexact(last, following)
    assert "99 came" in inexact(piece, good.model_copy(update={"frames": 99}))
    assert "first picture" in inexact(piece, good.model_copy(update={"opens_with": ""}))
    assert "40 came" in inexact(last, following.model_copy(update={"frames": 40}))
    assert not torn([piece, last], [good, following])
    assert "frame 100" in torn([piece, last], [good, following.model_copy(update={"opens_with": "c"})])


def test_a_piece_is_named_by_the_packets_it_is_decoded_from_and_no_others() -> None:
    """Key frames every 10 packets, one packet a frame, and two reordered ones at each."""
    pieces = [Piece(first=0, end=100), Piece(first=100, end=200), Piece(first=200, end=300, is_last=True)]
    clock = Clock(zero_ticks=0, tick=Fraction(1, 25))

    def digests(changed: int, late: int = 0) -> list[str]:
        times = [number + late for number in range(300)]
        times[0::10], times[1::10] = times[1::10], times[0::10]
        marks = [f"1 _ {number}{'!' if number == changed else ''}" for number in range(300)]
        moved = clock.model_copy(update={"zero_ticks": late})
        known = PacketMarks("avcC", times, marks, keys=list(range(0, 300, 10)))
        return [known.digest(piece, moved, Fraction(25)) for piece in pieces]

    before = digests(-1)
    assert digests(-1, late=1000) == before
    assert [old != new for old, new in zip(before, digests(50), strict=True)] == [True, False, False]
    assert [old != new for old, new in zip(before, digests(95), strict=True)] == [True, True, False]
    assert [old != new for old, new in zip(before, digests(201), strict=True)] == [False, True, True]
    assert [old != new for old, new in zip(before, digests(299), strict=True)] == [False, False, True]


def test_a_rung_with_a_bitrate_is_not_made_in_pieces() -> None:
    video = [{"rungs": [{"name": "360p", "box": "640x360", "bitrate": "500k"}]}]
    with pytest.raises(ValidationError, match="h264_360p has a bitrate"):
        Profile.model_validate({"name": "cut", "video": video, "pieces": {}})


@pytest.mark.parametrize(("said", "seconds"), [({}, 60), ({"fingerprint": "shots"}, 8), ({"seconds": 30}, 30)])
def test_pieces_are_as_long_as_is_usual_unless_it_is_said(said: dict[str, object], seconds: int) -> None:
    assert PiecePreset.model_validate(said).length_seconds == seconds
