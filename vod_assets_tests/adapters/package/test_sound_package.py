"""Sound in every codec, encoded, packaged and played by HLS and by DASH: what is heard when, and what manifests say."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from vod_assets.adapters.ffmpeg.command import generated_input, package_input
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.audio_presets import AudioCodec, AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan, layout_of
from vod_assets.domain.audio_sources import stream_sound
from vod_assets.domain.media_info import AudioStream
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS, Clip, TinyTitle, encode
from vod_assets_tests.adapters.transcode.clips import described, make
from vod_assets_tests.beeps import BEEP, PITCH, RATE, late_by

pytestmark = pytest.mark.media
CODECS: tuple[AudioCodec, ...] = ("aac", "ac3", "eac3", "opus")
CLIP = Clip(Fraction(24))


@pytest.fixture(scope="module")
def title(tmp_path_factory: pytest.TempPathFactory) -> TinyTitle:
    """A beep in all of 5.1, in every codec; and in AAC in stereo, in another language."""
    folder = tmp_path_factory.mktemp("sound")
    beep = f"if(gte(t,{float(BEEP[0])})*lt(t,{float(BEEP[1])}),0.4*sin(2*PI*{PITCH}*(t-{float(BEEP[0])})),0)"
    spec = f"aevalsrc='{'|'.join([beep] * 6)}':s={RATE}:c=5.1:d={float(CLIP.seconds)}"
    source = make(folder / "beep.wav", generated_input(spec), **{"c:a": "pcm_s24le"})
    title = TinyTitle(folder / "title", CLIP)
    (title.folder / "encoded").mkdir(parents=True)
    title.package("h264_36p", "video", encode(CLIP, title.folder / "encoded", ((64, 36),))["h264_36p"])
    for codec in CODECS:
        title.package(f"{codec}_en", "audio", encoded(source, AudioPreset(codec=codec, channels="source"), folder))
    title.package("aac_fr", "audio", encoded(source, AudioPreset(), folder))
    title.keep("aac_fr", title.tracks["aac_fr"].model_copy(update={"language": "fr", "label": "Français"}))
    title.compose()
    return title


def encoded(source: Path, preset: AudioPreset, folder: Path) -> Path:
    stream = AudioStream(
        index=0, codec="pcm", channels=6, layout="5.1", sample_rate=RATE, duration_seconds=CLIP.seconds
    )
    sound, target = stream_sound(stream), folder / f"{preset.codec}_{preset.channels}.mp4"
    plan = SoundPlan(sound, preset, layout_of(sound, preset))
    FfmpegTranscoder(TOOLS, RUNNER).encode_audio(source, described(64, 36, CLIP.seconds, 1), plan, target)
    return target


@pytest.fixture(scope="module")
def played(title: TinyTitle) -> Iterator[dict[str, float]]:
    """By how much the beep is late in each track that HLS or DASH plays."""
    with title.opened() as package:
        root = package.view.root  # type: ignore[attr-defined]
        folder = root / "releases/0/clear"
        found = {f"hls {one.stem}": late_by(package_input(one, root)["a"]) for one in sorted(folder.glob("*_en.m3u8"))}
        names = [name for name in title.tracks if not name.startswith("h264")]
        found |= {
            f"dash {name}": late_by(package_input(folder / "manifest.mpd", root)[f"a:{number}"])
            for number, name in enumerate(names)
        }
        yield found


def test_a_beep_is_heard_at_its_very_sample_by_hls_and_by_dash(played: dict[str, float]) -> None:
    """Priming is taken away by edit lists; Opus resamples within, and may be off by a part of a sample."""
    assert {one.partition(" ")[0] for one in played} == {"hls", "dash"}
    assert len(played) == 3 + 5
    assert {name: late for name, late in played.items() if abs(late) > 0.5} == {}


def test_the_package_passes_every_check(title: TinyTitle) -> None:
    for name in ("durations", "manifest", "decodes", "mpd", "same_media"):
        assert title.check(name).findings == ()


def test_every_group_of_hls_offers_every_language_and_none_is_of_opus(title: TinyTitle) -> None:
    lines = (title.manifests / "master.m3u8").read_text().splitlines()
    media = [line for line in lines if line.startswith("#EXT-X-MEDIA")]
    offered = [(line.split('GROUP-ID="')[1].split('"')[0], line.split('URI="')[1].split(".")[0]) for line in media]
    assert offered == [
        ("audio_mp4a", "aac_en"),
        ("audio_mp4a", "aac_fr"),
        ("audio_ac-3", "ac3_en"),
        ("audio_ac-3", "aac_fr"),
        ("audio_ec-3", "eac3_en"),
        ("audio_ec-3", "aac_fr"),
    ]
    assert [line.count('CHANNELS="6"') for line in media] == [1, 0, 1, 0, 1, 0]
    streams = [line for line in lines if line.startswith("#EXT-X-STREAM-INF")]
    codecs = [line.split('CODECS="avc1.64000a,')[1].split('"')[0] for line in streams]
    assert codecs == ["mp4a.40.2", "ac-3,mp4a.40.2", "ec-3,mp4a.40.2"]


def test_dash_says_channels_in_the_scheme_of_each_codec(title: TinyTitle) -> None:
    mpd = etree.parse(title.manifests / "manifest.mpd")
    said = {
        one.getparent().get("id"): (one.get("schemeIdUri").split(":")[0], one.get("value"))
        for one in mpd.iter("{*}AudioChannelConfiguration")
    }
    assert said == {
        "aac_en": ("urn", "6"),
        "ac3_en": ("tag", "F801"),
        "eac3_en": ("tag", "F801"),
        "opus_en": ("urn", "6"),
        "aac_fr": ("urn", "2"),
    }
    assert mpd.find(".//{*}Representation[@id='opus_en']").get("codecs") == "opus"
