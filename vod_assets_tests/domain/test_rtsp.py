"""What players of RTSP cannot follow is encoded anew, and everything else is left as it is."""

from fractions import Fraction

import pytest

from vod_assets.domain.ladder import Rung
from vod_assets.domain.publishing_streams import SLOW_SECONDS, delay_seconds
from vod_assets.domain.rtsp import Packet, demand_of, fullest, longest_gop, objections, picture_options, sound_options
from vod_assets.domain.rtsp_presets import RtspPreset

RATE = Fraction(25)
PRESET = RtspPreset.model_validate({"side": 360, "bits_per_second": "800k", "gop_seconds": 1})
RUNG = Rung(key="h264_360p", codec="h264", name="360p", width=640, height=360)
DEMAND = demand_of(PRESET, RUNG, RATE, 2)


def packets(count: int = 100, gop: int = 25, size: int = 2000, swapped: bool = False) -> list[Packet]:
    shown = [number ^ 1 if swapped else number for number in range(count)]
    return [
        Packet(decoded=number / RATE, shown=shown[number] / RATE, is_key=number % gop == 0, size_bytes=size)
        for number in range(count)
    ]


def test_a_rendition_that_players_can_follow_is_copied() -> None:
    assert objections(packets(), DEMAND) == []
    assert picture_options(DEMAND, is_copied=True)["c:v"] == "copy"
    assert sound_options(DEMAND) == {"c:a": "copy"}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (packets(swapped=True), "it has B-frames"),
        (packets(gop=50), "50 frames lie between key frames, and 25 may"),
        (packets(size=6000), "it has peaks above 800000 bits a second"),
    ],
)
def test_what_they_cannot_follow_is_named(found: list[Packet], why: str) -> None:
    assert objections(found, DEMAND) == [why]


def test_b_frames_are_left_where_the_profile_lets_them() -> None:
    wanted = PRESET.model_copy(update={"b_frames": True})
    demand = demand_of(wanted, RUNG, RATE, 2)
    assert objections(packets(swapped=True), demand) == []
    assert "bf" not in picture_options(demand, is_copied=False)
    assert picture_options(DEMAND, is_copied=False)["bf"] == "0"


def test_another_codec_and_a_larger_picture_are_encoded_without_a_look() -> None:
    hevc = demand_of(PRESET, RUNG.model_copy(update={"codec": "hevc"}), RATE, 2)
    assert objections((), hevc) == ["the picture is hevc, not h264"]
    large = demand_of(PRESET, RUNG.model_copy(update={"width": 854, "height": 480}), RATE, 0)
    assert (large.scaled, sound_options(large)) == ((640, 360), {})
    portrait = demand_of(PRESET, RUNG.model_copy(update={"width": 480, "height": 854}), RATE, 0)
    assert portrait.scaled == (360, 640)


def test_a_peak_counts_when_the_buffer_overflows_and_not_before() -> None:
    """Ten quiet frames make room for a key frame of half a second's bits; two of them at once do not fit."""
    calm = packets(count=50, size=1000)
    assert fullest(calm, 800_000) == 8000
    peak = calm[25].model_copy(update={"size_bytes": 50_000})
    assert fullest([*calm[:25], peak, *calm[26:]], 800_000) <= 800_000
    peaks = [peak, calm[26].model_copy(update={"size_bytes": 60_000})]
    assert fullest([*calm[:25], *peaks, *calm[27:]], 800_000) > 800_000


def test_the_longest_gop_may_be_the_last_or_before_the_first_key_frame() -> None:
    assert longest_gop(packets(count=90, gop=40)) == 40
    assert longest_gop(packets(count=30)[1:]) == 24
    assert longest_gop([]) == 0


def test_sound_in_other_layouts_becomes_stereo() -> None:
    for channels in (1, 6):
        options = sound_options(demand_of(PRESET, RUNG, RATE, channels))
        assert (options["c:a"], options["ac"]) == ("aac", "2")


def test_a_lost_server_is_tried_five_times_ever_later_and_then_at_an_even_pace() -> None:
    delays = [delay_seconds(failures) for failures in range(1, 9)]
    assert delays == [*sorted(delays[:5]), *[SLOW_SECONDS] * 3]
    assert len({*delays}) == 6
