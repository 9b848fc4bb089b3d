"""A release names the source that it was made from, and no other."""

import json
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import caption_input, generated_input
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.studio import ENCODE_OPTIONS, Studio, bytes_below

pytestmark = pytest.mark.media


def replace_source(studio: Studio) -> None:
    """Deliver another file under the same name: the same picture and sound, and 16 bytes more."""
    with studio.source.open("ab") as source:
        source.write(b"\0\0\0\x10free\0\0\0\0\0\0\0\0")


def test_packages_of_an_older_source_are_not_released_as_the_new_one(finished: Studio) -> None:
    before = bytes_below(finished.home / "origin")
    replace_source(finished)
    assert finished.run("--select", "mezzanine").executed == {"mezzanine"}
    error = finished.run("--select", "release").outcome["error"]
    assert (error["code"], error["asset"]) == ("artifacts_mixed", "release")
    assert "Materialise audio_aac, h264_180p, h264_360p, poster, thumbnails again" in error["message"]
    assert bytes_below(finished.home / "origin") == before


def test_one_track_of_an_older_source_is_not_mixed_in(finished: Studio) -> None:
    replace_source(finished)
    new = "mezzanine,media_info,encoding_ladder,group:renditions,video_tracks,poster,thumbnails,image_tracks"
    assert finished.run("--select", f"{new},hls_package,dash_package").code == 0
    error = finished.run("--select", "release").outcome["error"]
    assert "Materialise audio_aac again" in error["message"]
    assert finished.run().code == 0


def test_an_entry_does_not_describe_another_source_than_its_release(finished: Studio) -> None:
    replace_source(finished)
    assert finished.run("--select", "mezzanine,media_info").code == 0
    error = finished.run("--select", "cms_entry").outcome["error"]
    assert (error["code"], error["asset"]) == ("artifacts_mixed", "cms_entry")
    whole = finished.run()
    assert whole.code == 0
    entry = json.loads((finished.home / "cms/titles/film.json").read_text())
    assert entry["source"]["size_bytes"] == finished.source.stat().st_size
    assert entry["release"]["number"] == 2


def test_embedded_captions_name_their_source_and_files_beside_it_do_not(studio: Studio) -> None:
    subtitled = studio.folder / "subtitled.mp4"
    picture, words = generated_input("testsrc2=s=320x180:r=25:d=2"), caption_input(studio.captions)
    make(subtitled, picture, words, **{**ENCODE_OPTIONS, "c:s": "mov_text"})
    subtitled.replace(studio.source)
    assert studio.run("--select", "+key:captions").code == 0
    digest = document(studio, "mezzanine")[0]["digest"]
    leaves = [one["artifact"]["document"] for one in document(studio, "captions") if one["artifact"]["files"]]
    assert sorted(leaf["mezzanine"] for leaf in leaves) == ["", digest]


def document(studio: Studio, asset: str) -> list[dict[str, Any]]:
    """Return what the store keeps of every artifact of an asset."""
    return [json.loads(path.read_text()) for path in (studio.title / asset).glob("*/artifact.json")]
