"""All variants of one title come of the same renditions, and others decrypt each to the frames of the clear one."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.keys.local import LocalKeys
from vod_assets.adapters.package.files import init_of, segment_of
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.defs.guard import Wanted
from vod_assets.domain.content_keys import ContentKeys
from vod_assets.domain.package_checks import PRIMING_FRAMES
from vod_assets.domain.references import playlist_references
from vod_assets.domain.sample_encryption import encrypted_samples
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.domain.track import Track
from vod_assets_tests.adapters.transcode.clips import tools
from vod_assets_tests.studio import Studio

VARIANTS: list[dict[str, Any]] = [
    {"name": "clear"},
    {"name": "cbcs", "scheme": "cbcs", "systems": ["widevine", "playready", "fairplay"], "clear_lead_seconds": 2},
    {"name": "cenc", "scheme": "cenc", "systems": ["widevine", "playready"]},
    {"name": "ts", "scheme": "aes128", "layout": "ts"},
    {"name": "ondemand", "layout": "ondemand"},
]
TRACKS = {"video_tracks": ("h264_360p", "h264_180p"), "audio_tracks": ("aac_und",)}
pytestmark = [pytest.mark.media, pytest.mark.slow]


class Shelf:
    """A finished title's tracks, and the keys that only the test asks for."""

    def __init__(self, studio: Studio) -> None:
        self.store = disk_store(studio.home / "store", Wanted())
        found = self.store.latest("film", "content_keys")
        assert found is not None
        known = found.read(ContentKeys)
        given = LocalKeys(studio.home / "keys" / "master", KeyAddresses()).keys(
            known.request, [key.kid for key in known.keys]
        )
        self.keys = {kid: key.value for kid, key in given.items()}

    def tracks(self, asset: str) -> Iterator[tuple[str, Track, Path]]:
        index = self.store.latest("film", asset)
        assert index is not None
        for entry in index.entries:
            leaf = self.store.load("film", entry.asset, entry.recipe)
            yield entry.name, leaf.read(Track), self.store.local_path(leaf)

    def frames(self, track: Track, folder: Path, scratch: Path) -> list[str]:
        """Return FFmpeg's digests of a whole track's frames, decrypted by FFmpeg."""
        files = dict.fromkeys([track.init, *(segment.path for segment in track.segments)])
        whole = scratch / "whole"
        parts = [(folder / name).read_bytes() for name in files if name]
        key = self.keys[track.kid].hex() if track.kid else ""
        if track.scheme == "aes128":
            parts = [opened(part, key, track.iv) for part in parts]
        whole.write_bytes(b"".join(parts))
        options = ["-decryption_key", key] if key and track.init else []
        argv = [str(tools().ffmpeg), "-v", "error", *options, "-i", str(whole), "-f", "framemd5", "-"]
        lines = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()
        return [line.rpartition(",")[2] for line in lines if not line.startswith("#")]


def ivs(track: Track, folder: Path) -> list[tuple[str, str]]:
    """Return the key id with each IV that a track's files say: one, or one a sample."""
    if track.iv or not track.kid:
        return [(track.kid, track.iv)] if track.kid else []
    init = init_of(folder / track.init)
    (encryption,) = init.encryption
    assert encryption is not None
    parts = [segment_of(folder / segment.path, init.defaults) for segment in track.segments]
    fragments = [fragment for part in parts for fragment in part.fragments]
    return [(track.kid, one.iv.hex()) for fragment in fragments for one in encrypted_samples(fragment, encryption)]


def opened(data: bytes, key: str, iv: str) -> bytes:
    """Decrypt a whole segment with OpenSSL's program, which knows nothing of video."""
    argv = ["openssl", "enc", "-d", "-aes-128-cbc", "-K", key, "-iv", iv]
    return subprocess.run(argv, input=data, check=True, capture_output=True).stdout


def test_each_variant_plays_the_frames_of_the_clear_one_and_no_key_is_left_anywhere(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOD_AES128_URL", "https://keys.example/{kid}")
    studio.edit_profile(lambda profile: profile.update(variants=VARIANTS))
    ended = studio.run()
    assert ended.code == 0, ended.stderr

    shelf = Shelf(studio)
    used: list[tuple[str, str]] = []
    for asset, names in TRACKS.items():
        used += [pair for _, track, folder in shelf.tracks(asset) for pair in ivs(track, folder)]
        made = {name: (track, shelf.frames(track, folder, tmp_path)) for name, track, folder in shelf.tracks(asset)}
        for variant in VARIANTS:
            for name in names:
                track, frames = made[f"{variant['name']}/{name}"]
                clear = made[f"clear/{name}"][1]
                assert clear
                assert frames[-len(clear) :] == clear  # streams have no edit list that hides what primes a decoder
                assert len(frames) <= len(clear) + PRIMING_FRAMES * (track.kind == "audio")
                assert track.scheme == variant.get("scheme", "none")
    assert len(shelf.keys) == 6
    assert len(used) == len(set(used)) > 300  # samples under cenc, tracks under the others

    spelt = [word for key in shelf.keys.values() for word in (key, key.hex().encode())]
    left = [path for path in studio.folder.rglob("*") if path.is_file() and path.parent.name != "keys"]
    assert studio.folder / "calls.jsonl" in left  # every tool's command line
    contents = [ended.stdout.encode(), ended.stderr.encode(), *(path.read_bytes() for path in left)]
    assert not [content for content in contents for word in spelt if word in content]
    assert not studio.run().executed
    verified = studio.vod("verify", "--all", "--decode", "--json")
    assert verified.outcome["problems"] == []
    assert_delivered_alone(studio, monkeypatch)


def assert_delivered_alone(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repackager gets the clear single files, and manifests that lead to nothing but what was delivered."""
    listed, folder = studio.folder / "targets.yaml", studio.folder / "ew"
    listed.write_text(f"targets:\n  ew: {{address: {folder}, format: ondemand}}\n")
    monkeypatch.setenv("VOD_TARGETS", str(listed))
    ended = studio.vod("deliver", "film", "--to", "ew", "--json")
    assert ended.code == 0, ended.stderr
    playlists = list((folder / "film/1").glob("*.m3u8"))
    named = {uri for playlist in playlists for uri in playlist_references(playlist.read_text())}
    named |= set(re.findall("<BaseURL>(.*?)<", (folder / "film/1/manifest.mpd").read_text()))
    assert {"h264_360p/track.mp4", "h264_180p/track.mp4", "aac_und/track.mp4"} < named
    assert [uri for uri in named if not (folder / "film/1" / uri).is_file()] == []
