"""A sample of the matrix that `make players` plays whole, a key that is wrong, and the boxes of what was played."""

import re
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from vod_assets.domain.content_keys import SYSTEM_IDS
from vod_assets.domain.track import Track
from vod_assets.serve_preview import Previews
from vod_assets_tests.players.boxes import boxes, starts
from vod_assets_tests.players.matrix import SCHEMES, Row, play
from vod_assets_tests.players.screen import COLUMNS
from vod_assets_tests.players.stage import Stage

SAMPLE = (
    Row("hlsjs", "cbcs", "HLS"),
    Row("shaka", "clear", "HLS"),
    Row("shaka", "cenc", "DASH"),
    Row("dashjs", "cbcs", "DASH"),
)
ZEROES = bytes(16)

Tracks = dict[str, list[tuple[Path, Track]]]
COMMON = SYSTEM_IDS["clearkey"].replace("-", "")
PATTERNS = {("cenc", "video"): [0, 0], ("cenc", "audio"): [0, 0], ("cbcs", "video"): [1, 9], ("cbcs", "audio"): [0, 0]}

pytestmark = pytest.mark.media


@pytest.mark.parametrize("row", SAMPLE, ids=str)
def test_a_player_does_all_that_a_viewer_asks_of_it(row: Row, stage: Stage, tmp_path: Path) -> None:
    with stage.screen() as screen:
        verdicts = play(row, stage, screen, tmp_path)
    assert verdicts.reasons == {}
    assert verdicts.words == dict.fromkeys(COLUMNS, "yes")


@pytest.mark.parametrize(("scheme", "text"), [("cbcs", "stpp"), ("cenc", "wvtt")])
def test_cues_on_the_screen_are_of_both_formats(scheme: str, text: str, stage: Stage) -> None:
    """What the sample plays by DASH with `cbcs` has IMSC1 alone, and with `cenc` WebVTT alone."""
    manifest = httpx.get(f"{stage.address}{stage.manifest(scheme, 'DASH')}").text
    assert set(re.findall("stpp|wvtt", manifest)) == {text}


@pytest.mark.parametrize("row", [Row("hlsjs", "cenc", "HLS"), Row("shaka", "cbcs", "DASH")], ids=str)
def test_another_key_than_the_right_one_plays_nothing(row: Row, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def wrong(_: Previews, kids: Sequence[str]) -> dict[str, bytes]:
        asked.extend(kids)
        return dict.fromkeys(kids, ZEROES)

    monkeypatch.setattr(Previews, "keys", wrong)
    with stage.screen() as screen:
        screen.open(row.engine, stage.manifest(row.scheme, row.form))
        screen.page.wait_for("eyes.fault !== ''")
        assert screen.see("time") < 0.5
    assert asked


@pytest.fixture(scope="module")
def tracks(stage: Stage) -> Tracks:
    """Video and audio tracks of every variant, with the folder of their files."""
    found: Tracks = {}
    for kind in ("video_tracks", "audio_tracks"):
        for name, folder, track in stage.tracks(kind):
            found.setdefault(name.partition("/")[0], []).append((folder, track))
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_init_segments_say_how_a_track_is_encrypted(scheme: str, tracks: Tracks) -> None:
    read = boxes(*(folder / track.init for folder, track in tracks[scheme]))
    for found, (_, track) in zip(read, tracks[scheme], strict=True):
        assert found["boxes"] == ["ftyp", "moov"]
        assert "cmfc" in found["brands"]
        plain = "avc1" if track.kind == "video" else "mp4a"
        if scheme == "clear":
            assert (found["entry"], found["scheme"], found["tenc"], found["pssh"]) == (plain, None, None, [])
            continue
        assert (found["entry"], found["format"]) == ("encv" if track.kind == "video" else "enca", plain)
        assert found["scheme"] == track.scheme == scheme
        assert found["tenc"] == {
            "kid": track.kid,
            "isProtected": 1,
            "ivBytes": 8 if scheme == "cenc" else 0,
            "pattern": PATTERNS[scheme, track.kind],
            "iv": track.iv if scheme == "cbcs" else "",
        }
        (pssh,) = found["pssh"]
        assert (pssh["system"], pssh["version"], pssh["kids"]) == (COMMON, 1, [track.kid])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_segments_follow_one_another_without_a_gap(scheme: str, tracks: Tracks) -> None:
    for folder, track in tracks[scheme]:
        init, *read = boxes(folder / track.init, *(folder / segment.path for segment in track.segments))
        assert [found["tfdt"] for found in read] == [[start] for start in starts(track, init["edit"])]
        assert all("cmfs" in found["brands"] for found in read)
        senc = [] if scheme == "clear" else ["senc"]
        assert all([box for box in found["auxiliary"] if box == "senc"] == senc for found in read)


def test_keys_of_a_variant_are_those_of_its_own_scheme(tracks: Tracks) -> None:
    kids = {scheme: {track.kid for _, track in tracks[scheme]} for scheme in SCHEMES}
    assert kids["clear"] == {""}
    assert len(kids["cenc"]) == len(kids["cbcs"]) == 2  # pictures and sound
    assert not kids["cenc"] & kids["cbcs"]


def test_the_index_of_an_on_demand_file_leads_to_every_segment(tracks: Tracks) -> None:
    folder, track = tracks["ondemand"][0]
    (found,) = boxes(folder / track.segments[0].path)
    sidx = found["sidx"]
    assert sidx["sizes"] == [segment.size_bytes for segment in track.segments]
    assert sidx["durations"] == [segment.duration for segment in track.segments]
    assert set(sidx["sap"]) == {1}
    assert [sidx["end"] + sum(sidx["sizes"][:at]) for at in range(len(sidx["sizes"]))] == found["moofs"]
    assert sidx["end"] + sum(sidx["sizes"]) == found["bytes"]
    assert (sidx["start"], sidx["end"] - 1) == track.index_range
    assert found["tfdt"] == starts(track, found["edit"])


def test_a_release_of_a_preview_is_refused(stage: Stage) -> None:
    error = stage.cinema.run("--select", "poster,metadata,markers,release").outcome["error"]
    assert (error["code"], error["asset"]) == ("preview_not_released", "release")
    assert not (stage.cinema.home / "origin/film").exists()
