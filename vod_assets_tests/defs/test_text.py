"""A caption file that cannot be read costs that file, and says so."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import dagster as dg
import ffmpeg
import pytest

from vod_assets.adapters.ffmpeg.command import generated_input, source_input
from vod_assets.definitions import build_definitions
from vod_assets.defs.registration import register
from vod_assets.defs.resources import resource_definitions
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.text.speech import Word
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.closed_captions import clip, erased, hidden, packet, pop_on, window
from vod_assets_tests.domain.text.files import stl, ttml
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def findings(studio: Studio) -> str:
    with studio.session() as session:
        event = session.instance.get_latest_materialization_event(dg.AssetKey("captions"))
    assert event is not None
    assert event.asset_materialization is not None
    return str(event.asset_materialization.metadata["findings"].value)


def vanish(studio: Studio) -> None:
    studio.captions.unlink()


def grow(studio: Studio) -> None:
    with studio.captions.open("wb") as file:
        file.truncate(10_000_001)


def become_a_folder(studio: Studio) -> None:
    studio.captions.unlink()
    studio.captions.mkdir()


@pytest.mark.parametrize("change", [vanish, grow, become_a_folder])
def test_a_caption_file_that_cannot_be_read_is_a_finding(finished: Studio, change: object) -> None:
    assert callable(change)
    change(finished)
    result = finished.vod("task", "transcode", "film", "--json")
    assert result.code == 0, result.stdout
    assert "`caption_file_refused` film.en.srt: " in findings(finished)
    assert "; the title goes on without it" in findings(finished)


def test_captions_of_every_origin_are_kept_apart(tmp_path: Path) -> None:
    """Pictures in French with a channel that a service repeats and one of its own, two files of English, and others.

    The title goes on in a reel, whose pictures carry the channel alone, and which has a stream of Italian.
    """
    (tmp_path / "in").mkdir()
    source = clip(
        tmp_path / "in" / "film.mp4",
        {10: pop_on("BONJOUR"), 60: erased()},
        {20: pop_on("HOLA", second_field=True), 70: erased(second_field=True)},
        sound=True,
        digital={16: packet((1, window("Bonjour"))), 60: packet((1, hidden()))},
    )
    subrip = "1\n00:00:00,500 --> 00:00:01,000\n{}\n"
    source.with_suffix(".en.srt").write_text(subrip.format("one"))
    source.with_suffix(".en.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<i>two</i>\n")
    forced = '<p begin="1s" end="2s" ttm:role="x-forced">trois</p>'
    head = b'<tt xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
    source.with_suffix(".ttml").write_bytes(ttml(forced, language="fr").replace(b"<tt ", head))
    source.with_suffix(".de.stl").write_bytes(stl([("10000003", "10000100", b"vier")], start=b"10000000"))
    studio = Studio.make(tmp_path / "studio", source)
    (studio.folder / "film.yaml").write_text("parts: [{}, {file: reel.mkv, in: 1}]\n")
    reel = clip(tmp_path / "reel.mp4", {60: pop_on("ENCORE")}, sound=True)
    (tmp_path / "reel.srt").write_text("1\n00:00:01,500 --> 00:00:02,000\nancora\n")
    spoken = ffmpeg.input(str(tmp_path / "reel.srt"))["s"]
    copied = {"c": "copy", "metadata:s:s:0": "language=ita"}
    make(studio.folder / "reel.mkv", source_input(reel)["v"], source_input(reel)["a"], spoken, **copied)
    result = studio.run("--select", "mezzanine,media_info,captions")
    assert result.code == 0, result.stdout
    with studio.session() as session:
        index = session.store.latest("film", "captions")
        assert index is not None
        leaves = {entry.name: session.store.load("film", entry.asset, entry.recipe) for entry in index.entries}
    assert {name: (leaf.document["role"], leaf.document["label"]) for name, leaf in leaves.items()} == {
        "text_de": ("subtitle", ""),
        "text_en": ("subtitle", ""),
        "text_en_2": ("subtitle", "en (2)"),
        "text_fr_forced": ("forced-subtitle", ""),
        "text_fr_sdh": ("caption", "CC"),
        "text_it": ("subtitle", ""),
        "text_und_sdh": ("caption", "CC3"),
    }
    assert all({file.path for file in leaf.files} == {"captions.vtt", "captions.ttml"} for leaf in leaves.values())
    with studio.session() as session:
        text = {name: (session.store.local_path(leaves[name]) / "captions.vtt").read_text() for name in leaves}
    assert text["text_fr_sdh"].index("Bonjour") < text["text_fr_sdh"].index("ENCORE")
    assert "00:00:03.502 --> 00:00:04.002\nancora" in text["text_it"]  # 1.5 s, less 30 frames, behind 90
    said = findings(studio)
    assert "`closed_captions_twin` stream 0: service 1 of CEA-708 says the same as CC1, and is offered" in said
    assert "`captions_twice` film.en.vtt: there are captions like text_en already; offered as text_en_2" in said
    assert "`caption_times_moved` film.de.stl: its time code begins at 10:00:00.000, as it says" in said
    assert studio.run("--select", "mezzanine,media_info,captions").executed == set()


class Hearer:
    """A recogniser that hears one sentence in English."""

    build_ids: Mapping[str, str] = {"hearer": "1"}

    def require(self) -> None:
        """Return: nothing has to be installed."""

    def hears(self, language: str) -> bool:
        return language == "en"

    def recognise(self, source: Path, info: MediaInfo, stream: AudioStream, directory: Path) -> list[Word]:
        return [Word(Fraction(1, 2), Fraction(1), "Hello"), Word(Fraction(1), Fraction(3, 2), "there.")]


@pytest.mark.parametrize(("beside", "made"), [(".en.srt", "text_en"), (".de.srt", "text_de, text_en_asr")])
def test_machine_writes_captions_where_no_person_did(tmp_path: Path, beside: str, made: str) -> None:
    picture, tone = generated_input("testsrc2=s=64x36:r=25:d=2"), generated_input("sine=d=2")
    source = make(tmp_path / "film.mp4", picture, tone, **{"pix_fmt": "yuv420p", "metadata:s:a:0": "language=eng"})
    source.with_suffix(beside).write_text("1\n00:00:00,500 --> 00:00:01,000\nx\n")
    studio = Studio.make(tmp_path / "studio", source)
    profile = studio.folder / "profiles" / "tiny.yaml"
    profile.write_text(profile.read_text().replace("captions: true", "captions: true\nmachine_captions: true"))
    with studio.session() as session:
        register(session.registrar(), str(studio.source))
        definitions = build_definitions(session.settings)
        result = dg.materialize(
            list(definitions.assets or ()),  # type: ignore[arg-type]
            selection=["mezzanine", "media_info", "captions"],
            partition_key="film",
            instance=session.instance,
            resources={**resource_definitions(session.settings), "speech": Hearer()},
        )
        shown = result.asset_materializations_for_node("captions")[0].metadata
        assert shown["captions"].value == made
        index = session.store.latest("film", "captions")
        leaves = (
            {entry.name: session.store.load("film", entry.asset, entry.recipe) for entry in index.entries}
            if index
            else {}
        )
    if "text_en_asr" in leaves:
        said = leaves["text_en_asr"].document
        assert (said["label"], said["role"], said["cues"]) == ("Automatic", "supplementary", 1)
