"""Command lines: every input has its guards, and no name can be more than a name."""

from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.allowed import ARTIFACT_FORMATS, SOURCE_FORMATS
from vod_assets.adapters.ffmpeg.command import (
    artifact_input,
    caption_input,
    compile_ffmpeg,
    ffprobe_command,
    generated_input,
    package_input,
    picture_data_command,
    source_input,
)
from vod_assets.domain.errors import StoreError

FFMPEG = Path("/tools/ffmpeg")
FOLLOWS_OTHER_FILES = {"hls", "dash", "concat", "concatf", "image2", "imf", "sdp", "rtsp", "lavfi", "tty", "applehttp"}


def value_of(argv: list[str], option: str) -> str:
    return argv[argv.index(option) + 1]


def test_a_command_line_is_quiet_asks_nothing_and_overwrites():
    argv = compile_ffmpeg(FFMPEG, [generated_input("sine").output("-", format="null")])
    expected = "/tools/ffmpeg -hide_banner -nostdin -nostats -y -v level+info -f lavfi -i sine -f null -"
    assert " ".join(argv) == expected


def test_progress_is_reported_twice_a_second_on_standard_output():
    argv = compile_ffmpeg(FFMPEG, [generated_input("sine").output("-", format="null")], progress=True)
    assert "-progress pipe:1 -stats_period 0.5" in " ".join(argv)


def test_outputs_share_one_input():
    source = source_input(Path("/in/a.mov"))
    argv = compile_ffmpeg(FFMPEG, [source["0"].output("/out/v.mp4"), source["1"].output("/out/a.mp4")])
    assert argv.count("-i") == 1
    outputs = " ".join(argv[argv.index("-i") :])
    assert "-map 0:0 /out/v.mp4" in outputs
    assert "-map 0:1 /out/a.mp4" in outputs


@pytest.mark.parametrize("source", [source_input, caption_input, artifact_input])
def test_an_input_from_a_file_is_guarded(source):
    argv = compile_ffmpeg(FFMPEG, [source(Path("/in/a b.mov")).output("-", format="null")])
    guards = argv[: argv.index("-i")]
    assert value_of(guards, "-protocol_whitelist") == "file"
    assert value_of(guards, "-max_pixels") == "35389440"
    assert value_of(guards, "-max_streams") == "64"
    assert "magicyuv" not in value_of(guards, "-codec_whitelist").split(",")
    assert value_of(argv, "-i") == "file:/in/a b.mov"


def test_ffprobe_has_the_same_guards():
    argv = ffprobe_command(Path("/tools/ffprobe"), Path("/in/-i.mp4"), "-show_format", "-of", "json")
    assert argv[-2:] == ["-i", "file:/in/-i.mp4"]
    assert value_of(argv, "-protocol_whitelist") == "file"
    assert value_of(argv, "-format_whitelist").split(",") == list(SOURCE_FORMATS)


def test_no_source_may_be_a_playlist_a_script_or_a_device():
    assert not FOLLOWS_OTHER_FILES & set(SOURCE_FORMATS)
    assert not (FOLLOWS_OTHER_FILES - {"image2"}) & set(ARTIFACT_FORMATS)


def test_a_relative_name_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    argv = compile_ffmpeg(FFMPEG, [source_input(Path("concat:a|b.mp4")).output("-", format="null")])
    assert value_of(argv, "-i") == f"file:{tmp_path}/concat:a|b.mp4"


def test_a_package_may_lead_to_its_own_files_only(tmp_path: Path):
    root, outside = tmp_path / "origin", tmp_path / "secret"
    root.mkdir()
    outside.mkdir()
    playlist = root / "media.m3u8"
    playlist.write_text("#EXTM3U\n")
    (root / "link.m3u8").symlink_to(outside / "media.m3u8")
    argv = compile_ffmpeg(FFMPEG, [package_input(playlist, root).output("-", format="null")])
    assert "hls" in value_of(argv, "-format_whitelist")
    assert "http" not in value_of(argv, "-protocol_whitelist")
    for path in (root / "link.m3u8", outside / "media.m3u8", root / "../secret/media.m3u8"):
        with pytest.raises(StoreError, match="outside_root"):
            package_input(path, root)


def test_a_filter_that_opens_a_file_has_the_same_guards_and_a_name_of_ours():
    argv = picture_data_command(Path("/tools/ffprobe"), 3)
    movie = value_of(argv, "-i")
    assert movie.startswith(
        r"movie=filename=file\\:source:si=3:format_opts='protocol_whitelist=file\:format_whitelist="
    )
    assert ",".join(SOURCE_FORMATS) in movie
    assert r"\:max_streams=64'" in movie
    assert not FOLLOWS_OTHER_FILES & set(movie.partition("format_whitelist=")[2].partition("\\:")[0].split(","))
