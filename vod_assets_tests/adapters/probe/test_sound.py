"""Files of sound beside a source: measured like sources, under the same lists and limits."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan
from vod_assets.domain.audio_sources import stream_sound
from vod_assets.domain.errors import SourceError
from vod_assets_tests.adapters.probe.conftest import Bench
from vod_assets_tests.corpus import corpus_files

pytestmark = pytest.mark.media
SPOKEN = corpus_files("formats/derived_6audio_lang_3subs_1080p.mkv")


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.wav", {}), ("a.flac", {}), ("a.m4a", {"c:a": "aac"}), ("a.mka", {"c:a": "aac"}), ("a.eac3", {"ac": 6})],
)
def test_sound_is_as_long_as_it_is(bench: Bench, tmp_path: Path, name: str, options: dict[str, object]) -> None:
    """AAC may end up to a frame of 1024 samples later than what it was made of, E-AC-3 up to 1536."""
    file = bench.clip(tmp_path / name, "", "sine=d=2:r=48000", **options)
    stream = bench.prober.inspect_sound(file).stream
    assert 0 <= stream.start_seconds + stream.duration_seconds - 2 <= Fraction(2 * 1536, 48_000)
    assert (stream.channels, stream.sample_rate) == (options.get("ac", 1), 48_000)


def test_of_several_streams_the_default_is_used(bench: Bench, tmp_path: Path) -> None:
    file, tones = tmp_path / "a.mka", [generated_input(f"sine={pitch}:d=1") for pitch in (300, 400)]
    said = {"disposition:a:0": "0", "disposition:a:1": "default", "metadata:s:a:1": "title=Commentary by the crew"}
    bench.write(file, tones, **said)
    heard = bench.prober.inspect_sound(file)
    assert (heard.stream.index, heard.stream.role) == (1, "commentary")
    assert [finding.code for finding in heard.findings] == ["second_audio_ignored"]


def noise(file: Path) -> None:
    file.write_bytes(bytes(range(1, 251)) * 40)


def playlist(file: Path) -> None:
    file.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")


@pytest.mark.parametrize(
    ("write", "code"),
    [(noise, "source_not_media"), (playlist, "format_not_allowed"), (Path.touch, "source_empty")],
)
def test_what_is_no_sound_is_refused_by_name(
    bench: Bench, tmp_path: Path, write: Callable[[Path], None], code: str
) -> None:
    file = tmp_path / "film.fr.wav"
    write(file)
    with pytest.raises(SourceError) as caught:
        bench.prober.inspect_sound(file)
    assert (caught.value.code, caught.value.file) == (code, "film.fr.wav")


def test_a_film_without_sound_is_no_dub(bench: Bench, tmp_path: Path) -> None:
    file = bench.clip(tmp_path / "silent.m4a", "testsrc2=s=64x64:d=1", "", f="mp4")
    with pytest.raises(SourceError, match="holds no sound"):
        bench.prober.inspect_sound(file)


def test_a_dub_is_made_as_long_as_the_picture_whatever_clock_that_has(bench: Bench, tmp_path: Path) -> None:
    """The picture of the stream begins 1.4 s after the clock's zero; the dub has a clock of its own."""
    film = bench.clip(tmp_path / "film.ts", "testsrc2=s=64x64:r=25:d=4")
    dub = bench.clip(tmp_path / "film.fr.wav", "", "sine=d=3.9:r=48000")
    info, heard = bench.inspect(film), bench.prober.inspect_sound(dub)
    target = tmp_path / "audio.mp4"
    transcoder = FfmpegTranscoder(bench.tools, bench.runner)
    transcoder.encode_audio(dub, info.from_zero(), SoundPlan(stream_sound(heard.stream), AudioPreset(), "mono"), target)
    made = bench.prober.inspect_sound(target).stream
    assert abs(made.start_seconds + made.duration_seconds - info.duration_seconds) <= Fraction(1024, 48_000)


if SPOKEN:

    @pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
    def test_every_language_of_a_source_is_found(bench: Bench, path: Path) -> None:
        assert [stream.language for stream in bench.inspect(path).audio] == ["en", "fr", "de", "es", "it", "ar"]
