"""Captions and dubs that come late to a finished, encrypted title: new manifests, no byte of any other track."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
VARIANTS = [
    {"name": "cbcs", "scheme": "cbcs", "systems": ["widevine", "playready", "fairplay"]},
    {"name": "streams", "layout": "ts"},
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
    shown = json.loads(Path(first.outcome["cms_entry"]).read_text())["release"]["variants"]
    assert [name for name, manifests in shown.items() if not manifests["dash"]] == ["streams"]
    before, playlists = hashes(finished), Path(first.outcome["hls"]).parent
    finished.source.with_name("film.fr.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nBonjour.\n")
    make(finished.source.with_name("film.de.m4a"), generated_input("sine=660:d=4"), **{"c:a": "aac"})
    second = finished.run()
    assert second.code == 0, second.stderr
    assert not second.executed & {"video_tracks", "image_tracks", "content_keys"}
    assert not any(key.startswith("h264") for key in second.executed)
    after, late = hashes(finished), Path(second.outcome["hls"]).parent
    assert {path: after[path] for path in before} == before
    new = {path.partition("/")[0] for path in after.keys() - before.keys()}
    assert len(new) == 7  # WebVTT and sound of each layout; IMSC1 of one
    assert all(f'LANGUAGE="{tag}"' in (late / "master.m3u8").read_text() for tag in ("fr", "de"))
    same = [path.name for path in playlists.glob("*_*.m3u8")]
    assert same
    assert all((playlists / name).read_bytes() == (late / name).read_bytes() for name in same)
    assert finished.vod("conformance", "film").code == 0
