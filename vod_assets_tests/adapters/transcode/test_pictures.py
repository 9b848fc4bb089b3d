"""Posters are worth looking at; thumbnails come one per interval, in the viewer's shape."""

from fractions import Fraction
from pathlib import Path

import ffmpeg
import pytest
from PIL import Image, ImageStat

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.pictures import FfmpegPictureMaker, candidate_times, efforts, fitted
from vod_assets.adapters.transcode.sheets import paint_sheets
from vod_assets.domain.errors import VodError
from vod_assets.domain.media_info import Colour
from vod_assets.domain.thumbnails import ThumbnailPreset
from vod_assets_tests.adapters.transcode.clips import described, make, moving_picture, tools

pytestmark = pytest.mark.media
EVERY_SECOND = ThumbnailPreset(interval_seconds=1, width=64)


@pytest.fixture
def maker() -> FfmpegPictureMaker:
    return FfmpegPictureMaker(tools(), SupervisedRunner())


def light(path: Path) -> float:
    with Image.open(path) as picture:
        return float(ImageStat.Stat(picture.convert("L")).mean[0])


def halves(path: Path) -> list[float]:
    """Return how light the inner parts of the left and the right half are."""
    with Image.open(path) as picture:
        grey, width = picture.convert("L"), picture.width
    boxes = [(width * part // 8, 4, width * (part + 2) // 8, 12) for part in (1, 5)]
    return [ImageStat.Stat(grey.crop(box)).mean[0] for box in boxes]


def corners(path: Path) -> list[tuple[int, ...]]:
    """Return the colours near the left upper, right upper, left lower and right lower corner, to the nearest 128."""
    with Image.open(path) as picture:
        rgb = picture.convert("RGB")
    places = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    pixels = [rgb.getpixel((int(x * rgb.width), int(y * rgb.height))) for x, y in places]
    return [tuple(round(part / 255) for part in pixel) for pixel in pixels if isinstance(pixel, tuple)]


def quarters(target: Path, size: str = "64x64", **options: object) -> Path:
    """Write a clip whose left upper quarter is red, right upper green, left lower blue, right lower white."""
    width, height = (int(side) // 2 for side in size.split("x"))
    colours = [
        generated_input(f"color={name}:s={width}x{height}:r=25:d=2") for name in ("red", "lime", "blue", "white")
    ]
    rows = [ffmpeg.filter(colours[n : n + 2], "hstack") for n in (0, 2)]
    picture = ffmpeg.filter(rows, "vstack").filter("scale", out_color_matrix="bt601").filter("format", "yuv420p")
    for name, arguments in options.items():
        picture = picture.filter(name, arguments)
    return make(target, picture, **{"c:v": "libx264", "g": 10, "threads": 1})


@pytest.mark.parametrize(("gap", "gop"), [(1, 25), (None, 250)])
def test_poster_avoids_a_black_beginning(maker: FfmpegPictureMaker, tmp_path: Path, gap: int | None, gop: int) -> None:
    black = generated_input("color=black:s=320x180:r=25:d=4")
    picture = ffmpeg.concat(black, generated_input("testsrc2=s=320x180:r=25:d=4"))
    clip = make(tmp_path / "c.mp4", picture, **{"c:v": "libx264", "g": gop, "sc_threshold": 0, "pix_fmt": "yuv420p"})
    time = maker.poster(clip, described(320, 180, 8, gap), tmp_path / "poster.jpg")
    assert time >= 4
    assert light(tmp_path / "poster.jpg") > 60
    assert not list(tmp_path.glob(".poster_*"))


def test_poster_of_a_black_film_is_black(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    clip = make(tmp_path / "c.mp4", generated_input("color=black:s=64x36:r=25:d=1"), pix_fmt="yuv420p")
    maker.poster(clip, described(64, 36, 1, None), tmp_path / "poster.jpg")
    assert light(tmp_path / "poster.jpg") < 2


def test_portrait_is_the_right_way_up(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    """A display matrix that turns the picture a quarter to the right turns poster and thumbnails."""
    upright = quarters(tmp_path / "upright.mp4", "64x32")
    turned = artifact_input(upright, **{"display_rotation:v": "270"})
    clip = make(tmp_path / "turned.mp4", turned, c="copy")
    info = described(64, 32, 2, Fraction(2, 5), rotation=90)
    maker.poster(clip, info, tmp_path / "poster.jpg")
    maker.thumbnails(clip, info, EVERY_SECOND, tmp_path)
    for name in ("poster.jpg", "00001.jpg"):
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (32, 64)
        assert corners(tmp_path / name) == [(0, 0, 1), (1, 0, 0), (1, 1, 1), (0, 1, 0)]


def test_anamorphic_picture_gets_its_right_shape(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    clip = quarters(tmp_path / "pal.mp4", "90x72", setsar="64/45")
    info = described(90, 72, 2, Fraction(2, 5), sample_aspect=Fraction(64, 45), field_order="tt")
    maker.poster(clip, info, tmp_path / "poster.jpg")
    with Image.open(tmp_path / "poster.jpg") as picture:
        assert picture.size == (128, 72)
    assert corners(tmp_path / "poster.jpg") == [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)]


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_becomes_a_picture_that_is_neither_dark_nor_grey(
    maker: FfmpegPictureMaker, tmp_path: Path, transfer: str
) -> None:
    picture = generated_input("testsrc2=s=64x36:r=25:d=1").filter("scale", out_color_matrix="bt709", out_range="tv")
    sdr = {"tin": "bt709", "pin": "bt709", "min": "bt709", "rin": "tv"}
    hdr = {"t": transfer, "p": "bt2020", "m": "bt2020nc", "r": "tv", "npl": 200}
    picture = picture.filter("format", "yuv420p").filter("zscale", **sdr, **hdr).filter("format", "yuv420p10le")
    clip = make(tmp_path / "hdr.mkv", picture, **{"c:v": "ffv1"})
    info = described(64, 36, 1, None, colour=Colour(transfer=transfer))
    maker.poster(clip, info, tmp_path / "poster.jpg")
    with Image.open(tmp_path / "poster.jpg") as poster:
        _, saturation, value = ImageStat.Stat(poster.convert("HSV")).mean
    assert saturation > 100
    assert value > 60


@pytest.mark.parametrize(("gop", "gap"), [(25, 1), (100, 4)])
def test_one_thumbnail_per_interval_to_the_very_end(
    maker: FfmpegPictureMaker, tmp_path: Path, gop: int, gap: int
) -> None:
    clip = moving_picture(tmp_path / "c.mp4", seconds=4, gop=gop)
    info = described(320, 180, Fraction(401, 100), gap)
    assert maker.thumbnails(clip, info, EVERY_SECOND, tmp_path) == 5
    made = sorted(path.name for path in tmp_path.glob("*.jpg"))
    assert made == [f"{number:05}.jpg" for number in range(1, 6)]
    with Image.open(tmp_path / "00001.jpg") as picture:
        assert picture.size == (64, 36)


def test_each_thumbnail_shows_its_own_second(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    """Even when every frame is a key frame, so that all but one a second are kept from the decoder."""
    names = ("black", "red", "lime", "white")
    seconds = [generated_input(f"color={name}:s=64x36:r=25:d=1") for name in names]
    clip = make(tmp_path / "c.mkv", ffmpeg.concat(*seconds), **{"c:v": "mjpeg", "pix_fmt": "yuvj420p"})
    maker.thumbnails(clip, described(64, 36, 4, Fraction(1, 25)), EVERY_SECOND, tmp_path)
    shown = [corners(tmp_path / f"{number:05}.jpg")[0] for number in range(1, 5)]
    assert shown == [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 1)]


def test_key_frames_that_an_edit_list_throws_away_are_made_up_for(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    whole = moving_picture(tmp_path / "whole.mp4", seconds=3, gop=50)
    clip = make(tmp_path / "cut.mp4", artifact_input(whole, ss="1.0"), c="copy")
    assert maker.thumbnails(clip, described(320, 180, 2, 2), ThumbnailPreset(interval_seconds=2), tmp_path) == 1


def test_clip_shorter_than_half_an_interval_has_a_thumbnail(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    clip = moving_picture(tmp_path / "c.mp4", seconds=1)
    assert maker.thumbnails(clip, described(320, 180, 1, None), ThumbnailPreset(), tmp_path) == 1


def test_pictures_are_the_same_bytes_every_time(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    clip, info = moving_picture(tmp_path / "c.mp4"), described(320, 180, 4, 1)
    runs = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        maker.poster(clip, info, folder / "poster.jpg")
        maker.thumbnails(clip, info, EVERY_SECOND, folder)
        paint_sheets(sorted(folder.glob("0*.jpg")), EVERY_SECOND, Fraction(4), folder)
        runs.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert runs[0] == runs[1]
    assert b"Lavc" not in runs[0]["poster.jpg"]


def test_source_that_cannot_be_decoded_is_an_error_with_a_code(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    clip = tmp_path / "noise.mp4"
    clip.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(VodError):
        maker.poster(clip, described(64, 36, 4, 1), tmp_path / "poster.jpg")


def test_dense_key_frames_are_jumped_to_and_alone_decoded(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    info = described(1920, 1080, 3600, 2)
    poster = maker.poster_command(tmp_path / "c.mp4", info, tmp_path)
    assert poster.count("nokey") == len(candidate_times(info)) == poster.count("-noaccurate_seek")
    preset = ThumbnailPreset()
    thumbnails = maker.thumbnail_command(tmp_path / "c.mp4", info, preset, tmp_path, efforts(info, preset)[0])
    assert thumbnails[thumbnails.index("-discard:v") + 1] == "nokey"


def test_rare_key_frames_cost_one_decode_of_a_minute(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    poster = maker.poster_command(tmp_path / "c.mp4", described(1920, 1080, 3600, 300), tmp_path)
    assert poster.count("-i") == 1
    assert poster[poster.index("-t") + 1] == "60.000"


@pytest.mark.parametrize(
    ("display", "side", "size"),
    [
        ((1920, 1080), 1280, (1280, 720)),
        ((1080, 1920), 1280, (720, 1280)),
        ((66, 64), 1280, (66, 64)),
        ((161, 121), 160, (160, 120)),
        ((1920, 16), 160, (160, 2)),
    ],
)
def test_size_is_even_and_never_larger_than_the_picture(
    display: tuple[int, int], side: int, size: tuple[int, int]
) -> None:
    assert fitted(display, side) == size


PQ_203_NITS, PQ_SCALE = 0.58069, 876  # ST 2084 of diffuse white (BT.2408), in 10 bits of limited range


def test_white_of_pq_is_white_and_grey_is_grey(maker: FfmpegPictureMaker, tmp_path: Path) -> None:
    """The left half is diffuse white, the right one a fifth of its light, which a display of gamma 2.4 shows by 130."""
    white, grey = (64 + round(level * PQ_SCALE) for level in (PQ_203_NITS, 0.4246))
    picture = generated_input("color=black:s=64x36:r=25:d=1").filter("format", "yuv420p10le")
    picture = picture.filter("geq", lum=f"if(lt(X,32),{white},{grey})", cb="512", cr="512")
    tags = {"range": "tv", "colorspace": "bt2020nc", "color_primaries": "bt2020", "color_trc": "smpte2084"}
    clip = make(tmp_path / "pq.mkv", picture.filter("setparams", **tags), **{"c:v": "ffv1"})
    said = Colour(transfer="smpte2084", primaries="bt2020", matrix="bt2020nc", range="tv")
    info = described(64, 36, 1, None, colour=said, pixel_format="yuv420p10le", dynamic_range="hdr10")
    maker.poster(clip, info, tmp_path / "poster.jpg")
    maker.thumbnails(clip, info, EVERY_SECOND, tmp_path)
    for name in ("poster.jpg", "00001.jpg"):
        assert halves(tmp_path / name) == pytest.approx([228, 131], abs=4)


def test_limited_samples_in_a_format_of_full_range_are_not_washed_out(
    maker: FfmpegPictureMaker, tmp_path: Path
) -> None:
    picture = generated_input("color=black:s=128x72:r=25:d=1").filter("format", "yuv420p")
    picture = picture.filter("geq", lum="if(lt(X,64),16,235)", cb="128", cr="128").filter("setparams", range="pc")
    clip = make(tmp_path / "c.mp4", picture, **{"c:v": "libx264", "qp": 1, "color_range": "pc"})
    doubted = {"colour": Colour(range="tv"), "declared_colour": Colour(range="pc"), "pixel_format": "yuvj420p"}
    info = described(128, 72, 1, None, **doubted)
    maker.poster(clip, info, tmp_path / "poster.jpg")
    maker.thumbnails(clip, info, EVERY_SECOND, tmp_path)
    for name in ("poster.jpg", "00001.jpg"):
        assert halves(tmp_path / name) == pytest.approx([0, 255], abs=2)
