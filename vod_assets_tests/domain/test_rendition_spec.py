"""What every transcoder is told of a rendition."""

from fractions import Fraction

import pytest

from vod_assets.domain.ladder import fit
from vod_assets.domain.media_info import Colour, LightLevels, MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.rendition_spec import rendition_spec
from vod_assets.domain.variants import Variant
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets_tests.domain.test_ladder import video

RUNGS = (
    RungPreset(name="1080p", box=(1920, 1080), crf=21, maxrate=5_000_000, bufsize=10_000_000),
    RungPreset(name="360p", box=(640, 360), bitrate=700_000),
)
H264 = VideoPreset(codec="h264", level="4.1", rungs=RUNGS)
PQ = Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")


def info_of(**fields: object) -> MediaInfo:
    picture = video(1920, 1080, "24000/1001", **{"duration_seconds": Fraction(10), **fields})
    return MediaInfo(container="mov", size_bytes=1, duration_seconds=Fraction(10), video=picture)


def test_a_rung_is_told_in_the_words_of_the_field() -> None:
    info, profile = info_of(field_order="tt"), Profile(name="p", video=(H264,))
    ladder = fit(profile, info.video)
    large, small = (rendition_spec(info, H264, ladder, key) for key in ("h264_1080p", "h264_360p"))
    assert (large.width, large.height, large.frame_rate) == (1920, 1080, Fraction(24000, 1001))
    assert (large.crf, large.bitrate, large.maxrate, large.bufsize) == (21, None, 5_000_000, 10_000_000)
    assert (small.crf, small.bitrate, small.maxrate, small.bufsize) == (None, 700_000, None, None)
    assert (large.gop_frames, large.frames, large.level) == (ladder.gop_frames, 240, "4.1")
    assert (large.picture.field_order, large.picture.dynamic_range, large.light) == ("tt", "sdr", None)


def test_an_hdr_rung_keeps_its_depth_and_what_is_said_of_its_display() -> None:
    info = info_of(colour=PQ, bit_depth=10, dynamic_range="hdr10", light=LightLevels(max_cll=900))
    hevc = VideoPreset(codec="hevc", rungs=(RungPreset(name="1080p", box=(1920, 1080), dynamic_range="hdr", crf=22),))
    profile = Profile(name="p", video=(hevc,), variants=(Variant(name="clear", codecs=("hevc",)),))
    spec = rendition_spec(info, hevc, fit(profile, info.video), "hevc_1080p")
    assert (spec.bit_depth, spec.dynamic_range, spec.picture.dynamic_range) == (10, "hdr", "hdr10")
    assert spec.light is not None


def test_a_rung_that_the_title_does_not_have_is_none() -> None:
    info = info_of()
    ladder = fit(Profile(name="p", video=(H264,)), info.video)
    with pytest.raises(KeyError):
        rendition_spec(info, H264, ladder, "h264_2160p")
