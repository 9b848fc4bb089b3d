"""Sources of every kind come out as the same picture and sound: read by numbers from what the transcoder makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.ladder import Rung, fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.variants import Variant
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import CodecJob, RungJob
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.oracle import (
    FRAMES,
    PATCHES,
    PERIOD,
    RATE,
    SAMPLE_RATE,
    SPEED,
    Played,
    Seen,
    coded,
    oracle,
    picture,
    played,
)
from vod_assets_tests.oracle_sources import (
    AVCHD,
    DEEP,
    DNXHR,
    FIELDS,
    H264,
    MPEG2,
    PRORES,
    XDCAM,
    Build,
    apart,
    broad,
    copied,
    cut,
    deep,
    fields,
    flagged,
    pulled_down,
    squeezed,
    turned,
    two_programmes,
    with_cover,
    written,
)
from vod_assets_tests.programmes import first_sound

pytestmark = pytest.mark.media
FILM = Fraction(24000, 1001)
RUNG = RungPreset(name="360p", box=(1280, 720), crf=4)
PRESET = VideoPreset(preset="ultrafast", threads=1, rungs=(RUNG,))
PROFILE = Profile(name="oracle", video=(PRESET,), variants=(Variant(name="clear"),))
LATE, AAC_PRIMING = Fraction(1, 2), Fraction(1024, 48_000)
STRIPES_AT = 23.5  # of the first frame
COLOUR, COMBS, CIRCLE = 3, 12, 0.02  # levels, levels of a fresh comb's 219, and a share
HALF_FRAME, MILLISECOND = Fraction(1, 2), SAMPLE_RATE // 1000


@dataclass(frozen=True)
class Case:
    """A source, and what is to come of it.

    Attributes:
        build: Makes it of the oracle, in a folder.
        numbers: Of its frames, in order.
        rate: Frames per second.
        size: Width and height in square pixels.
        flash: Seconds from the first frame to the flash.
        beep: Likewise.
        circle: Its width in heights.
        is_interlaced: Whether its frames are made of fields; others are not to be deinterlaced.
    """

    build: Build
    numbers: Sequence[int] = range(52)
    rate: Fraction = Fraction(25)
    size: tuple[int, int] = (320, 192)
    flash: Fraction = Fraction(1)
    beep: Fraction = Fraction(1)
    circle: float = 1.0
    is_interlaced: bool = False


CASES = {
    "interlaced, top field first, MPEG-2": Case(written("a.mpg", fields("tff"), **MPEG2, **FIELDS), is_interlaced=True),
    "interlaced, bottom field first, MPEG-2 TS": Case(
        written("a.ts", fields("bff"), **MPEG2, **FIELDS), is_interlaced=True
    ),
    "interlaced, flagged progressive": Case(written("a.mp4", fields("tff", "prog")), is_interlaced=True),
    "interlaced, flagged wrongly, ProRes": Case(
        written("a.mov", fields("bff", "tff"), **PRORES, **FIELDS), is_interlaced=True
    ),
    "telecined": Case(
        written("a.mpg", pulled_down, **MPEG2, **FIELDS), numbers=range(51), rate=FILM, flash=25 / FILM
    ),
    "film that repeats fields by flags": Case(flagged, rate=FILM, flash=25 / FILM),
    "anamorphic, wide": Case(written("a.mp4", squeezed(240, 192, sar="4/3"), pix_fmt="yuv420p")),
    "anamorphic, narrow": Case(written("a.ts", squeezed(352, 192, sar="10/11"), pix_fmt="yuv420p")),
    "turned by 90": Case(turned(90)),
    "turned by 180": Case(turned(180)),
    "turned by 270": Case(turned(270)),
    "mirrored": Case(turned(0, is_mirrored=True)),
    "turned and mirrored": Case(turned(90, is_mirrored=True)),
    "odd": Case(written("a.mp4", squeezed(319, 191), pix_fmt="yuv444p"), size=(318, 190)),
    "portrait": Case(written("a.mp4", squeezed(192, 320), pix_fmt="yuv420p"), size=(192, 320), circle=0.36),
    "cut by an edit list": Case(cut, numbers=range(13, 52), flash=Fraction(12, 25), beep=Fraction(12, 25)),
    "picture late by an empty edit": Case(apart("a.mov", "v", "0.5"), beep=1 - LATE),
    "sound late by an empty edit": Case(apart("a.mov", "a", "0.5"), beep=1 + LATE),
    "times begin late": Case(copied(written("b.ts", picture), "a.ts", output_ts_offset=36000)),
    "decoding begins below zero": Case(
        copied(written("b.mp4", picture), "a.mp4", use_editlist=0, movflags="negative_cts_offsets"),
        beep=1 + AAC_PRIMING,  # without an edit list it is part of the sound
    ),
    "durations are missing": Case(copied(written("b.mkv", picture), "a.mkv", live=1)),
    "two programmes": Case(two_programmes),
    "cover art": Case(with_cover),
    "4:2:2 of 10 bits": Case(written("a.mp4", deep, **DEEP)),
    "DNxHR in MXF": Case(written("a.mxf", broad, **DNXHR)),
    "XDCAM": Case(written("a.mxf", fields("tff", pixel_format="yuv422p"), **XDCAM), is_interlaced=True),
    "AVCHD, interlaced": Case(written("a.mts", fields("tff"), **{"x264-params": "tff=1"}, **AVCHD), is_interlaced=True),
    "AVCHD, progressive": Case(written("a.mts", picture, **AVCHD)),
}  # fmt: skip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return oracle(tmp_path_factory.mktemp("oracle"))


def inspected(source: Path) -> MediaInfo:
    return FfprobeProber(tools(), SupervisedRunner()).inspect(source)


def encoded(source: Path, info: MediaInfo) -> Rung:
    """Make a rendition as the assets do, in a folder beside its source."""
    folder = source.parent / "made"
    folder.mkdir()
    ladder = fit(PROFILE, info.video)
    job = RungJob(rung=ladder.made[0], preset=RUNG, directory=folder)
    FfmpegTranscoder(tools(), SupervisedRunner()).encode_video(
        source, info, CodecJob(ladder, PRESET, [job]), lambda _: None
    )
    return ladder.made[0]


def transcoded(source: Path, info: MediaInfo) -> Played:
    """Make a rendition and a track as the assets do, and play them."""
    rung, folder = encoded(source, info), source.parent / "made"
    track = folder / "audio.mp4"
    FfmpegTranscoder(tools(), SupervisedRunner()).encode_audio(source, info, first_sound(info), track)
    return played(folder / "video.mp4", track, (rung.width, rung.height))


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_source_comes_out_as_the_same_picture_and_sound(clip: Path, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    source = case.build(clip, tmp_path)
    info = inspected(source)
    shown = transcoded(source, info)
    assert case.is_interlaced == ("deinterlaced" in {finding.code for finding in info.findings})
    assert (shown.size, info.video.frame_rate) == (case.size, case.rate)
    assert shown.numbers == [*case.numbers]
    assert abs(shown.flash_frame / case.rate - case.flash) <= HALF_FRAME / case.rate
    assert len(shown.beeps) == 1
    assert abs(shown.beeps[0] - case.beep * SAMPLE_RATE) <= MILLISECOND
    assert abs(shown.samples - info.duration_seconds * SAMPLE_RATE) < 1
    assert abs(shown.circle - case.circle) <= CIRCLE * case.circle
    assert max(frame.combs for frame in shown.frames) <= COMBS
    assert max(off(frame) for frame in shown.frames) <= SPEED / 4
    assert miscoloured(shown) <= COLOUR


def off(frame: Seen) -> float:
    """Return by how much the stripes are not where the frame's number, or first field, has them."""
    distance = (frame.stripes - STRIPES_AT - 2 * SPEED * frame.number) % PERIOD
    return min(distance, PERIOD - distance)


def miscoloured(shown: Played) -> float:
    pairs = zip(shown.colours, PATCHES, strict=True)
    return max(abs(one - other) for colours in pairs for one, other in zip(*colours, strict=True))


def test_frames_of_an_uneven_rate_are_shown_within_half_a_frame_of_their_times(clip: Path, tmp_path: Path) -> None:
    chosen = [at for at in range(FRAMES) if not at % (4 if at < 30 else 2 if at < 70 else 6)]
    uneven = picture(clip, rate=RATE).filter("select", "+".join(f"eq(n,{at})" for at in chosen))
    options = {**H264, "fps_mode": "passthrough", "video_track_timescale": 90_000}
    source = make(tmp_path / "a.mp4", uneven, artifact_input(clip)["a"], **options)
    info = inspected(source)
    shown = transcoded(source, info)
    assert (info.video.is_variable_rate, info.video.frame_rate) == (True, Fraction(25))
    times = {at // 2: (Fraction(at, RATE), Fraction(later, RATE)) for at, later in pairwise([*chosen, FRAMES])}
    half = HALF_FRAME / info.video.frame_rate
    for place, number in enumerate(shown.numbers):
        first, end = times[number]
        assert first - half <= place / info.video.frame_rate <= end + half
    assert {*shown.numbers} == {*times}
    assert abs(shown.beeps[0] - SAMPLE_RATE) <= MILLISECOND


@pytest.mark.parametrize("size", [(16, 16), (17, 19)])
def test_the_tiniest_pictures_keep_their_colour(tmp_path: Path, size: tuple[int, int]) -> None:
    red = generated_input(f"color=0xbf0000:s={size[0]}x{size[1]}:r=25:d=0.4").filter("format", "gbrp")
    source = make(tmp_path / "a.mkv", coded(red, "yuv444p"), **{"c:v": "ffv1"})
    info = inspected(source)
    rung = encoded(source, info)
    assert (rung.width, rung.height) == (16, size[1] // 2 * 2)
    raw = make(tmp_path / "a.yuv", artifact_input(tmp_path / "made" / "video.mp4"), f="rawvideo").read_bytes()
    luma, blue, red_ = raw[0], raw[rung.width * rung.height], raw[rung.width * rung.height * 5 // 4]
    assert [luma, blue, red_] == [pytest.approx(level, abs=COLOUR) for level in (51, 109, 212)]
