"""Shaka Packager makes tracks that are described by their own bytes, and the same ones every time."""

import struct
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input, package_input
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.adapters.package.shaka_command import commands, segment_duration_text
from vod_assets.domain.errors import ToolError
from vod_assets_tests.adapters.package.tiny_title import MP4, RUNNER, TOOLS, Clip, TinyTitle, job

CLIP = Clip(Fraction(24000, 1001))
pytestmark = pytest.mark.media


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize(("name", "kind"), [("h264_72p", "video"), ("aac_eng", "audio"), ("text_eng", "text")])
def test_two_runs_give_the_same_bytes(film: TinyTitle, tmp_path: Path, name: str, kind: str) -> None:
    source = film.folder / "encoded" / ("captions.vtt" if kind == "text" else f"{name}.mp4")
    track = ShakaPackager(TOOLS, RUNNER).package(job(film.clip, name, kind, source, tmp_path))
    assert files(tmp_path) == files(film.leaf(name))
    assert track == film.tracks[name]


def test_only_media_and_init_stay(film: TinyTitle) -> None:
    assert list(files(film.leaf("aac_eng"))) == ["00001.m4s", "00002.m4s", "00003.m4s", "00004.m4s", "init.mp4"]


def test_the_packager_says_of_its_track_what_we_read_from_its_bytes(film: TinyTitle, tmp_path: Path) -> None:
    """Its own playlists and MPD are an independent description; nothing else of them is used."""
    work = job(film.clip, "h264_72p", "video", film.folder / "encoded" / "h264_72p.mp4", tmp_path)
    (tmp_path / "source").symlink_to(work.source)
    (argv,) = commands(TOOLS.packager, work)
    argv[1] += ",playlist_name=v.m3u8,iframe_playlist_name=i.m3u8"
    RUNNER.run([*argv, "--hls_master_playlist_output=m.m3u8", "--mpd_output=m.mpd"], cwd=tmp_path)
    track = film.tracks["h264_72p"]

    iframes = m3u8.loads((tmp_path / "i.m3u8").read_text()).segments
    assert [f"{one.length_bytes}@{one.offset_bytes}" for one in track.iframes] == [one.byterange for one in iframes]
    segments = m3u8.loads((tmp_path / "v.m3u8").read_text()).segments
    durations = [round(float(Fraction(one.duration, track.timescale)), 3) for one in track.segments]
    assert durations == [round(one.duration, 3) for one in segments]
    mpd = etree.fromstring((tmp_path / "m.mpd").read_bytes())
    (representation,) = mpd.iter("{*}Representation")
    assert representation.get("codecs") == track.codecs
    assert int(representation.get("bandwidth", "0")) >= track.peak_bits_per_second
    (adaptation,) = mpd.iter("{*}AdaptationSet")
    assert adaptation.get("frameRate") == str(track.frame_rate)


def test_text_covers_the_whole_title_and_is_mapped_to_its_clock(film: TinyTitle) -> None:
    track, folder = film.tracks["text_eng"], film.leaf("text_eng")
    assert abs(track.duration_seconds - film.clip.seconds) < Fraction(1, 1000)
    assert (track.codecs, track.dash_codecs, track.timescale) == ("", "wvtt", 1000)
    texts = [(folder / segment.path).read_text() for segment in track.segments]
    assert len(texts) == len(track.dash_segments) == 4
    assert all(text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n") for text in texts)
    assert ["One & <i>two</i>" in text for text in texts] == [True, True, False, False]
    assert ["Three" in text for text in texts] == [False, True, True, False]
    assert "00:00:00.200 --> 00:00:01.800" in texts[1]


def test_a_track_without_cues_has_segments_all_the_same(tmp_path: Path) -> None:
    source = tmp_path / "empty.vtt"
    source.write_text("WEBVTT\n")
    (tmp_path / "made").mkdir()
    track = ShakaPackager(TOOLS, RUNNER).package(job(CLIP, "text_und", "text", source, tmp_path / "made"))
    assert abs(track.duration_seconds - CLIP.seconds) < Fraction(1, 1000)
    assert all("-->" not in (tmp_path / "made" / one.path).read_text() for one in track.segments)


def test_names_that_mean_something_to_the_packager_are_only_names(film: TinyTitle, tmp_path: Path) -> None:
    folder = tmp_path / "a,stream=text $Number$ ‮ 'b'"
    folder.mkdir()
    source = folder / "in=x,output=y.mp4"
    source.write_bytes((film.folder / "encoded" / "aac_eng.mp4").read_bytes())
    (folder / "made").mkdir()
    track = ShakaPackager(TOOLS, RUNNER).package(job(film.clip, "aac_eng", "audio", source, folder / "made"))
    assert track.segments == film.tracks["aac_eng"].segments


@pytest.mark.parametrize(("kind", "content"), [("video", b"no media"), ("audio", b""), ("text", b"\x00\x01")])
def test_what_cannot_be_packaged_is_refused_and_leaves_no_source(tmp_path: Path, kind: str, content: bytes) -> None:
    source = tmp_path / "rendition.mp4"
    source.write_bytes(content)
    (tmp_path / "made").mkdir()
    with pytest.raises(ToolError) as caught:
        ShakaPackager(TOOLS, RUNNER).package(job(CLIP, "h264_72p", kind, source, tmp_path / "made"))
    assert caught.value.code == "packaging_failed"
    assert caught.value.file == "rendition.mp4"
    assert not [path for path in (tmp_path / "made").iterdir() if path.name.startswith("source")]


@given(
    rate=st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)]),
    gops=st.integers(min_value=1, max_value=60),
    frames=st.integers(min_value=1, max_value=250),
)
def test_the_packager_cuts_the_exact_number_of_ticks(rate: Fraction, gops: int, frames: int) -> None:
    """It computes in floating point and cuts the fraction off; video has exact ticks in its own timescale."""
    seconds = gops * frames / rate
    for timescale in (rate.numerator, 48000, 90000):
        assert int(float(segment_duration_text(seconds)) * timescale) == seconds * timescale // 1


def onsets(pcm: bytes, times: range, rate: int = 48000) -> list[int]:
    """Return by how many samples the first loud sample of each second is late."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm[: len(pcm) // 2 * 2])
    windows = [(second * rate, samples[second * rate - 2048 : second * rate + 2048]) for second in times]
    return [next(i for i, value in enumerate(window) if abs(value) > 4000) - 2048 for _, window in windows]


def test_sound_is_where_it_was_before_packaging(tmp_path: Path) -> None:
    """A click at each full second comes out of the playlist within one AAC frame (1024 samples) of its time."""
    clicks = generated_input("aevalsrc='if(lt(mod(t,1),0.005),0.9*sin(2*PI*1000*t),0)':s=48000", t="3.5")
    source = tmp_path / "clicks.mp4"
    RUNNER.run(compile_ffmpeg(TOOLS.ffmpeg, [clicks["a"].output(str(source), **{"c:a": "aac", "b:a": "96k"}, **MP4)]))
    title = TinyTitle(tmp_path / "title", CLIP)
    title.folder.mkdir()
    title.package("aac_eng", "audio", source)
    title.compose()
    with title.opened() as package:
        root = package.view.root  # type: ignore[attr-defined]
        heard = package_input(root / "releases/0/clear/aac_eng.m3u8", root)["a"]
        argv = compile_ffmpeg(TOOLS.ffmpeg, [heard.output("pipe:", f="s16le", ac=1)])
        late = onsets(RUNNER.run(argv).stdout, range(1, 4))
    assert max(abs(samples) for samples in late) <= 1024


def test_an_ad_break_begins_a_segment_of_every_track_and_moves_no_other(film: TinyTitle, tmp_path: Path) -> None:
    clip, cue, frame = film.clip, 30 / film.clip.rate, 1 / film.clip.rate
    regular, source = film.tracks["h264_72p"].segments, tmp_path / "pinned.mp4"
    pinned = {"c:v": "libx264", "g": "12", "sc_threshold": "0", "force_key_frames": "expr:not(mod(n,12))+eq(n,30)"}
    picture = generated_input(f"testsrc2=s=64x36:r={clip.rate}")["v"].output(
        str(source), **pinned, pix_fmt="yuv420p", threads="1", **{"frames:v": clip.frames}, **MP4
    )
    RUNNER.run(compile_ffmpeg(TOOLS.ffmpeg, [picture]))
    encoded = film.folder / "encoded"
    sources = {"video": source, "audio": encoded / "aac_eng.mp4", "text": encoded / "captions.vtt"}
    for kind, layout in [("video", "cmaf"), ("video", "ts"), ("audio", "ondemand"), ("text", "cmaf"), ("text", "ts")]:
        directory = tmp_path / f"{kind}-{layout}"
        directory.mkdir()
        work = replace(job(clip, "track", kind, sources[kind], directory), layout=layout, cues=(cue,))
        track = ShakaPackager(TOOLS, RUNNER).package(work)
        begins = [Fraction(one, track.timescale) for one in accumulate(one.duration for one in track.segments)]
        times = [
            Fraction(one, film.tracks["h264_72p"].timescale) for one in accumulate(one.duration for one in regular)
        ]
        assert len(begins) == len(times) + 1
        assert all(abs(mine - one) < frame for mine, one in zip(begins, sorted([*times, cue]), strict=True))
