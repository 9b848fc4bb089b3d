"""Captions that come late to a finished, encrypted title: new manifests, and no byte of any other track."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
VARIANTS = [
    {"name": "cbcs", "scheme": "cbcs", "systems": ["widevine", "playready", "fairplay"]},
    {"name": "ondemand", "layout": "ondemand", "scheme": "cenc", "systems": ["widevine"], "dash_text": ["imsc1"]},
]


def protect(profile: dict[str, Any]) -> None:
    profile["variants"] = VARIANTS


def hashes(studio: Studio) -> dict[str, str]:
    tracks = studio.home / "origin/film/tracks"
    files = [path for path in tracks.rglob("*") if path.is_file()]
    return {str(path.relative_to(tracks)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_only_text_and_manifests_are_made_and_no_other_byte_changes(finished: Studio) -> None:
    finished.edit_profile(protect)
    first = finished.run()
    assert first.code == 0, first.stderr
    before, playlists = hashes(finished), Path(first.outcome["hls"]).parent
    finished.calls()
    finished.source.with_name("film.fr.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nBonjour.\n")
    second = finished.run()
    assert second.code == 0, second.stderr
    assert not second.executed & {"video_tracks", "audio_tracks", "image_tracks", "content_keys", "audio_aac"}
    assert not any(key.startswith("h264") for key in second.executed)
    after, late = hashes(finished), Path(second.outcome["hls"]).parent
    assert {path: after[path] for path in before} == before
    new = {path.partition("/")[0] for path in after.keys() - before.keys()}
    assert len(new) == 3  # WebVTT of one layout, WebVTT and IMSC1 of the other
    assert 'LANGUAGE="fr"' in (late / "master.m3u8").read_text()
    same = [path.name for path in playlists.glob("*_*.m3u8") if not path.name.startswith("text")]
    assert same
    assert all((playlists / name).read_bytes() == (late / name).read_bytes() for name in same)
    assert finished.vod("conformance", "film").code == 0
