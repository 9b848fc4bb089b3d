"""What is there is used again, and what changed is made again: that, and nothing else."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.definitions import build_definitions
from vod_assets.domain.text.demand import DEMAND
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.conftest import Finished
from vod_assets_tests.studio import Studio, bytes_below, film

pytestmark = pytest.mark.media
FOLLOWERS = {"video_tracks", "hls_package", "dash_package", "release", "cms_entry"}


def encoded_rungs(calls: list[list[str]]) -> list[str]:
    """Return the assets whose folders a video encode wrote into."""
    outputs = [part for call in calls if "libx264" in call for part in call if part.endswith("video.mp4")]
    return sorted(Path(output).parts[-4] for output in outputs)


def pointers(studio: Studio) -> dict[str, str]:
    """Return the recipe that each asset of the title points at."""
    return {path.parent.name: json.loads(path.read_text())["recipe"] for path in studio.title.glob("*/latest.json")}


def test_the_first_run_makes_everything_in_one_encode(finished_once: Finished) -> None:
    outcome = finished_once.first_run.outcome
    assert outcome["reused"] == []
    assert {"h264_360p", "h264_180p", "captions", "cms_entry", *FOLLOWERS} <= finished_once.first_run.executed
    assert all(Path(outcome[address]).is_file() for address in ("hls", "dash", "cms_entry"))


def test_the_same_title_again_starts_no_tool(finished: Studio, finished_once: Finished) -> None:
    again = finished.run()
    assert again.code == 0
    assert again.outcome["executed"] == []
    assert set(again.outcome["reused"]) == finished_once.first_run.executed
    assert finished.calls() == []
    assert again.outcome["hls"] == finished_once.first_run.outcome["hls"]


def test_a_release_is_put_together_where_leftovers_are_looked_for(
    finished: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    shutil.rmtree(finished.home / "origin")
    assert finished.run("--select", "release").code == 0


@pytest.mark.parametrize("loss", ["the whole recipe", "the commit", "a file"])
def test_only_a_lost_rendition_is_made_again(finished: Studio, loss: str) -> None:
    committed = next((finished.title / "h264_180p").glob("*/artifact.json"))
    if loss == "the whole recipe":
        shutil.rmtree(committed.parent)
    elif loss == "the commit":
        committed.unlink()
    else:
        next(committed.parent.glob("*/video.mp4")).unlink()
    again = finished.run("--select", "group:renditions")
    assert again.executed == {"h264_180p"}, again.stdout + again.stderr
    assert encoded_rungs(finished.calls()) == ["h264_180p"]
    assert finished.run().executed == set()
    assert finished.calls() == []


def test_a_late_caption_rewrites_no_other_track_and_decodes_nothing_again(finished: Studio) -> None:
    before = bytes_below(finished.home / "origin" / "film" / "tracks")
    (finished.folder / "film.de.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGuten Morgen.\n")
    late = finished.run()
    assert late.code == 0, late.stderr
    assert late.executed == {"captions", "text_tracks", "hls_package", "dash_package", "release", "cms_entry"}
    calls = finished.calls()
    assert calls
    assert all("packager" in call[0] for call in calls)  # and no decoder
    after = bytes_below(finished.home / "origin" / "film" / "tracks")
    assert before.items() <= after.items()


def test_a_late_dub_rewrites_no_other_track_and_decodes_no_picture(finished: Studio) -> None:
    before = bytes_below(finished.home / "origin" / "film" / "tracks")
    make(finished.folder / "film.de.wav", generated_input("sine=880:d=3.9"))
    late = finished.run()
    assert late.code == 0, late.stderr
    assert late.executed == {"audio_aac", "audio_tracks", "hls_package", "dash_package", "release", "cms_entry"}
    assert not any("libx264" in call for call in finished.calls())
    after = bytes_below(finished.home / "origin" / "film" / "tracks")
    assert before.items() <= after.items()
    playlist = Path(late.outcome["hls"]).read_text()
    assert 'LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES' in playlist
    (finished.folder / "film.de.wav").rename(finished.folder / "film.de.dub.wav")
    assert finished.run().executed == set(), "its name says the same"


def test_a_check_that_is_forced_reads_segments_again(finished: Studio) -> None:
    segment = next((finished.title / "video_tracks").glob("*/*/00002.m4s"))
    segment.write_bytes(segment.read_bytes().replace(b"moof", b"free"))
    assert finished.run().code == 0  # nothing is looked at twice
    forced = finished.run("--force", "hls_package.aligned")
    assert (forced.code, forced.outcome["error"]["asset"]) == (1, "hls_package")
    assert "the check hls_package.aligned failed" in forced.outcome["error"]["message"]


def test_an_edited_rung_is_made_again_with_its_followers_alone(finished: Studio) -> None:
    def edit(profile: dict[str, Any]) -> None:
        profile["video"][0]["rungs"][1]["crf"] = 35

    finished.edit_profile(edit)
    again = finished.run()
    assert again.executed == {"h264_180p", "quality_control", *FOLLOWERS}
    calls = finished.calls()
    assert encoded_rungs(calls) == ["h264_180p"]
    assert sum("packager" in call[0] for call in calls) == 1
    assert "/releases/2/" in again.outcome["hls"]


def test_a_second_variant_starts_no_encoder_and_required_checks_make_nothing(finished: Studio) -> None:
    finished.edit_profile(lambda profile: profile.update(required_checks=["hls_package.manifest"]))
    assert finished.run().executed == set()
    finished.edit_profile(lambda profile: profile["variants"].append({**profile["variants"][0], "name": "clear2"}))
    again = finished.run()
    assert again.code == 0
    assert not any(key.startswith(("h264", "audio_aac")) for key in again.executed)
    calls = finished.calls()
    assert encoded_rungs(calls) == []
    assert not any("packager" in call[0] for call in calls)  # the tracks are shared too
    assert (finished.home / "origin/film/releases/2/clear2/master.m3u8").is_file()


def test_a_rung_that_the_profile_no_longer_has_is_not_packaged_until_it_is_back(finished: Studio) -> None:
    smaller = yaml.safe_load((finished.folder / "profiles" / "tiny.yaml").read_text())
    smaller |= {"name": "smaller", "video": [{**smaller["video"][0], "rungs": smaller["video"][0]["rungs"][:1]}]}
    (finished.folder / "profiles" / "smaller.yaml").write_text(yaml.safe_dump(smaller))
    before = pointers(finished)
    without = finished.run("--profile", "smaller")
    packaged = FOLLOWERS - {"video_tracks"}  # whose leaves are all there
    assert without.executed == {"encoding_ladder", "h264_180p", "quality_control", *packaged}, without.stderr
    assert "320x180" not in Path(without.outcome["hls"]).read_text()
    back = finished.run("--profile", "tiny")
    assert "320x180" in Path(back.outcome["hls"]).read_text()
    assert not any("libx264" in call or "packager" in call[0] for call in finished.calls())
    assert {asset for asset, _ in before.items() ^ pointers(finished).items()} <= {"release", "cms_entry"}


def test_a_run_of_all_of_the_graph_makes_the_same_packages(finished: Studio) -> None:
    before, released = pointers(finished), bytes_below(finished.home / "origin")
    with finished.session() as session:
        definitions = build_definitions(session.settings)
        job = definitions.resolve_implicit_global_asset_job_def()
        assert job.execute_in_process(instance=session.instance, partition_key="film").success
    after = pointers(finished)
    assert {"av1_360p", "audio_levels", "content_keys"} <= after.keys() - before.keys()
    assert before.items() <= after.items()
    assert bytes_below(finished.home / "origin") == released


def test_two_rungs_of_one_size_are_two_renditions(finished: Studio) -> None:
    finished.edit_profile(
        lambda profile: profile["video"][0]["rungs"].append({"name": "360p_hi", "box": "640x360", "crf": 24})
    )
    again = finished.run()
    assert again.code == 0, again.stderr
    assert again.executed == {"encoding_ladder", "h264_360p_hi", *FOLLOWERS}
    assert encoded_rungs(finished.calls()) == ["h264_360p_hi"]
    playlist = Path(again.outcome["hls"]).read_text()
    assert playlist.count("RESOLUTION=640x360") >= 2


def test_other_bytes_at_the_same_path_give_release_2_and_leave_release_1(finished: Studio) -> None:
    origin = finished.home / "origin" / "film"
    before = bytes_below(origin)
    other = finished.folder / "other"
    other.mkdir()
    with film(other).open("ab") as source:
        source.write(b"\0\0\0\x10free\0\0\0\0\0\0\0\0")
    shutil.copyfile(other / "film.mp4", finished.source)
    again = finished.run()
    assert again.code == 0, again.stderr
    assert {"mezzanine", "media_info", "h264_360p", "audio_aac", "release"} <= again.executed
    assert "/releases/2/" in again.outcome["hls"]
    assert json.loads(Path(again.outcome["cms_entry"]).read_text())
    after = bytes_below(origin)
    assert {path: after.get(path) for path in before} == before


def test_every_leaf_says_which_version_of_its_maker_made_it(finished: Studio) -> None:
    """A release of this program that makes or describes something differently thus makes it again."""
    versions = {"maker", "version", "reader", "composer", "measures"}
    documents = [json.loads(path.read_text()) for path in finished.title.glob("*/*/artifact.json")]
    recipes = [document["recipe"] for document in documents if not document["artifact"]["entries"]]
    unversioned = {recipe["asset"] for recipe in recipes if not (versions | {"empty"}) & recipe["parameters"].keys()}
    assert unversioned == {"mezzanine", "encoding_ladder", "release", "cms_entry"}  # all that they are is in theirs
    poster = next(recipe for recipe in recipes if recipe["asset"] == "poster")
    assert {"ffmpeg", "pillow"} <= poster["tools"].keys()
    assert "duration_seconds" in poster["parameters"]


def test_audio_is_packaged_from_what_its_own_file_says(finished: Studio) -> None:
    finished.forget("media_info", "audio_tracks")
    assert finished.run("--select", "audio_tracks").executed == {"audio_tracks"}
    assert finished.run().executed == {"media_info"}  # and the tracks are the same as before


def test_only_the_check_of_durations_is_made_again_when_the_source_is_described_differently(finished: Studio) -> None:
    """The others look at nothing but the packages."""
    paths = finished.title.glob("*_package.*/*/artifact.json")
    found = [(path.parts[-3], json.loads(path.read_text())["recipe"]) for path in paths]
    inputs = {name: recipe for name, recipe in found if "kind" not in recipe["parameters"]}  # a part of one
    assert {name: set(recipe["inputs"]) for name, recipe in inputs.items()} == {
        **{
            f"hls_package.{name}": {"hls_package"}
            for name in ("aligned", "captions", "decodes", "durations", "manifest")
        },
        "dash_package.manifest": {"dash_package"},
        "dash_package.same_media": {"dash_package", "hls_package"},
    }
    compared = {name for name, recipe in inputs.items() if set(recipe["parameters"]) - {"measures", "rules", DEMAND}}
    assert compared == {"hls_package.durations"}
    assert inputs["hls_package.durations"]["parameters"]["duration_seconds"] == "4"
