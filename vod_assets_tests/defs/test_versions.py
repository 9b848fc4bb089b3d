"""Dagster calls stale whatever follows from a changed profile or tool."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from vod_assets.definitions import build_definitions
from vod_assets.settings import Settings

TINY = yaml.safe_load((Path(__file__).parent.parent / "profiles" / "tiny.yaml").read_text())
PACKAGED = {"hls_package", "dash_package", "release", "cms_entry"}
MOVIES = {"preview", "mp4", "rtsp_stream"}


def versions(folder: Path, profile: Mapping[str, Any], **settings: Any) -> dict[str, str | None]:
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "profiles" / "tiny.yaml").write_text(yaml.safe_dump(dict(profile)))
    definitions = build_definitions(Settings(profiles=folder / "profiles", home=folder / "home", **settings))
    graph = definitions.resolve_asset_graph()
    return {key.to_user_string(): graph.get(key).code_version for key in graph.materializable_asset_keys}


def changed(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> set[str]:
    return {key for key in before if before[key] != after[key]}


def test_an_edited_rung_is_stale_with_all_that_follows_from_it(tmp_path: Path) -> None:
    before = versions(tmp_path, TINY)
    assert None not in before.values()
    assert changed(before, versions(tmp_path, TINY)) == set()
    rungs = [{**TINY["video"][0]["rungs"][0], "crf": 33}, TINY["video"][0]["rungs"][1]]
    edited = TINY | {"video": [TINY["video"][0] | {"rungs": rungs}]}
    assert changed(before, versions(tmp_path, edited)) == {
        *("h264_360p", "video_tracks", "quality_control", "quality_report"),
        *MOVIES,
        *PACKAGED,
    }


def test_other_sound_is_stale_with_all_that_follows_from_it(tmp_path: Path) -> None:
    before = versions(tmp_path, TINY)
    edited = TINY | {"audio": {"codec": "aac", "bits_per_second": "96k"}}
    assert changed(before, versions(tmp_path, edited)) == {"audio_aac", "audio_tracks", *MOVIES, *PACKAGED}


def test_another_packager_makes_tracks_stale_and_no_rendition(tmp_path: Path) -> None:
    before = versions(tmp_path, TINY)
    other = tmp_path / "packager"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    tracks = {"video_tracks", "audio_tracks", "text_tracks"}
    measured = {"quality_control", "quality_report"}  # by way of video_tracks, which says which renditions there are
    assert changed(before, versions(tmp_path, TINY, packager=other)) == {*tracks, *measured, *MOVIES, *PACKAGED}
