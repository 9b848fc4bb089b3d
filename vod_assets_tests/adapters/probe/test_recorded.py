"""What ffprobe said of many kinds of source, and what it means."""

from fractions import Fraction
from typing import Any

import pytest

from vod_assets.adapters.probe.light import dolby_vision, dynamic_range
from vod_assets_tests.adapters.probe.recording import RECORDED, replay

NTSC, FILM = Fraction(30000, 1001), Fraction(24000, 1001)
EXPECTED: dict[str, dict[str, Any]] = {
    "anamorphic": {"sample_aspect": Fraction(2, 3), "codes": {"anamorphic"}},
    "avchd": {"container": "mpegts", "frame_rate": 2 * NTSC, "codes": {"variable_frame_rate"}},
    "chapters": {"chapters": 3},
    "cover_art": {"codec": "h264", "other_video": ()},
    "dnxhd_mxf": {"container": "mxf", "codec": "dnxhd", "timecode": "01:00:00:00"},
    "dolby_vision_8_1": {"dynamic_range": "hdr10", "dolby_vision_profile": 8, "nits": 1000, "frame_rate": FILM},
    "dolby_vision_8_4": {"dynamic_range": "hlg", "dolby_vision_profile": 8, "rotation": 90},
    "dv_pal": {"declared_field_order": "bt", "field_order": "bb", "timecode": "00:59:00:00"},
    "edit_list": {"frame_rate": Fraction(30), "is_variable_rate": False},
    "eight_mono": {"audio": ("mono",) * 8, "bit_depth": 10, "timecode": "10:00:00:00"},
    "fields_flagged_progressive": {"declared_field_order": "progressive", "field_order": "progressive"},
    "gop_timecode": {"timecode": "01:02:03:04", "codec": "mpeg2video"},
    "hdr10_av1": {"dynamic_range": "hdr10", "nits": 1000, "codes": {"hdr_source"}},
    "hdr10_hevc": {"dynamic_range": "hdr10", "nits": 1000, "bit_depth": 10, "codes": {"hdr_source"}},
    "hdr10plus": {"dynamic_range": "hdr10plus", "nits": None, "bit_depth": 10},
    "hlg_hevc": {"dynamic_range": "hlg", "nits": None, "codes": {"hdr_source"}},
    "prores_interlaced": {"declared_field_order": "tb", "field_order": "tt", "timecode": "10:00:00:00"},
    "rotated_and_mirrored": {"rotation": 270, "mirrored": True},
    "telecine_mpeg2": {"container": "mpeg", "frame_rate": NTSC, "timecode": ""},
    "timecode_drop": {"timecode": "01:00:00;00", "frame_rate": NTSC},
    "two_videos": {"other_video": (0,), "text": ("mov_text", "mov_text"), "audio": ("stereo", "stereo")},
    "variable_rate": {"is_variable_rate": True, "frame_rate": Fraction(5)},
    "xdcam_mxf": {"declared_field_order": "tt", "field_order": "tt", "timecode": "09:58:30:00"},
}


def typed(kind: str) -> dict[str, Any]:
    """Return a recorded source as one flat table."""
    info = replay(RECORDED / f"{kind}.json").info()
    light = info.video.light
    return {
        **dict(info),
        **dict(info.video),
        "container": info.container,
        "chapters": len(info.chapters),
        "text": tuple(stream.codec for stream in info.text),
        "audio": tuple(stream.layout for stream in info.audio),
        "nits": light.most_nits if light else None,
        "codes": {finding.code for finding in info.findings},
    }


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_a_recorded_source_is_typed(kind: str):
    found = typed(kind)
    assert {name: found[name] for name in EXPECTED[kind]} == EXPECTED[kind]


def test_every_recording_is_expected():
    assert {path.stem for path in RECORDED.glob("*.json")} == set(EXPECTED)


def test_dolby_vision_without_a_base_layer_is_nothing_else():
    record = {"side_data_type": "DOVI configuration record", "dv_profile": 5, "dv_bl_signal_compatibility_id": 0}
    profile, has_base = dolby_vision({"side_data_list": [record]})
    assert (profile, dynamic_range("", {}, has_base=has_base)) == (5, "dolby_vision")
