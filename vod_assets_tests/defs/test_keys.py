"""Keys of a whole title: where they are not, what new ones change, and that nothing goes out unencrypted instead."""

import base64
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.keys.local import LocalKeys
from vod_assets.domain.content_keys import ContentKeys
from vod_assets.domain.release import Release
from vod_assets.domain.signalling import KeyAddresses
from vod_assets_tests.servers.speke import speke_server
from vod_assets_tests.studio import Studio, bytes_below

pytestmark = [pytest.mark.media, pytest.mark.slow]
CANARY = bytes(range(100, 132))
DRM = {"name": "drm", "scheme": "cbcs", "systems": ["widevine", "playready", "fairplay"], "video_keys": "2"}
VARIANTS = [
    {"name": "clear"},
    DRM,
    {"name": "older", "scheme": "cenc", "systems": ["widevine", "playready"]},
    {"name": "stream", "scheme": "aes128", "layout": "ts", "video_keys": "shared", "audio_keys": "shared"},
]


def protect(studio: Studio, *variants: dict[str, Any]) -> None:
    studio.edit_profile(lambda profile: profile.update(variants=list(variants)))


def content_keys(studio: Studio) -> ContentKeys:
    with studio.session() as session:
        artifact = session.store.latest("film", "content_keys")
    assert artifact is not None
    return artifact.read(ContentKeys)


def released(studio: Studio) -> Release:
    with studio.session() as session:
        artifact = session.store.latest("film", "release")
    assert artifact is not None
    return Release.model_validate(artifact.document["release"])


def release_bytes(studio: Studio) -> bytes:
    """Return every byte that players of the latest release can fetch, and what the CMS says of it."""
    release = released(studio)
    origin = studio.home / "origin" / "film"
    entry = (studio.home / "cms" / "titles" / "film.json").read_bytes()
    return entry + b"".join((origin / path).read_bytes() for path in release.files)


def ways_to_write_a_kid(kid: str) -> list[bytes]:
    """Return how boxes and manifests write a key id: bytes, GUIDs in base64 and UTF-16, hyphens, upper case."""
    known = uuid.UUID(hex=kid)
    guid = base64.b64encode(known.bytes_le)
    texts = [kid, kid.upper(), str(known), base64.b64encode(known.bytes).decode()]
    return [known.bytes, guid, guid.decode().encode("utf-16-le"), *(text.encode() for text in texts)]


def ways_to_write_a_key(key: bytes) -> list[bytes]:
    return [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key).rstrip(b"=")]


@contextmanager
def watched_command_lines() -> Iterator[set[str]]:
    """Gather the command lines and environments of all processes that begin meanwhile, as fast as can be."""
    seen: set[str] = set()
    others = {*psutil.pids()}
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.02):
            for pid in {*psutil.pids()} - others:
                for name in ("cmdline", "environ"):
                    try:
                        seen.add(Path(f"/proc/{pid}/{name}").read_bytes().decode("utf-8", "replace"))
                    except OSError:
                        continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def test_keys_are_nowhere_but_in_the_tracks_and_new_ones_replace_them(
    finished: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("VOD_AES128_URL", "https://keys.example/{title}/{kid}")
    monkeypatch.setenv("VOD_LICENCE_URLS", "widevine=https://drm.example/{title}/{kid}")
    master = finished.home / "keys" / "master"
    master.parent.mkdir()
    master.write_bytes(CANARY)
    master.chmod(0o600)
    protect(finished, *VARIANTS)
    with watched_command_lines() as seen:
        first = finished.run()
        assert first.code == 0, first.stderr
        before, tools = content_keys(finished), finished.calls()
        assert not [argv for argv in tools if "libx264" in argv]
        assert tools
        again = finished.vod("rekey", "film", "--json")
        assert again.code == 0, again.stderr
    assert any("packager" in line for line in seen)
    after, more_tools = content_keys(finished), finished.calls()
    assert again.executed == {
        "content_keys", "video_tracks", "audio_tracks", "hls_package", "dash_package", "release", "cms_entry"
    }  # fmt: skip
    assert {Path(argv[0]).name.partition("-")[0] for argv in more_tools} == {"packager"}  # nothing is decoded anew
    provider = LocalKeys(master, KeyAddresses())
    keys = [
        key.value
        for known in (before, after)
        for key in provider.keys(known.request, [one.kid for one in known.keys]).values()
    ]
    assert len(set(keys)) == len(keys) == 2 * 5  # SD and AUDIO, VIDEO and AUDIO, ALL
    said = [*seen, caplog.text, first.stdout, first.stderr, again.stdout, again.stderr, repr(tools), repr(more_tools)]
    written = {name: data for name, data in bytes_below(finished.folder).items() if not name.endswith("keys/master")}
    assert len(written) > 100
    for secret in (CANARY, *keys):
        for way in ways_to_write_a_key(secret):
            assert [name for name, data in written.items() if way in data] == []
            assert not any(way.decode("utf-8", "replace") in text for text in said), "a key was shown"
    check_release(finished, before, after)


def check_release(studio: Studio, before: ContentKeys, after: ContentKeys) -> None:
    """Find the new key ids in what is published, and no old one."""
    public = release_bytes(studio)
    assert {key.kid for key in before.keys}.isdisjoint(key.kid for key in after.keys)
    for key in before.keys:
        assert [way for way in ways_to_write_a_kid(key.kid) if way in public] == []
    for key in after.keys:
        assert any(way in public for way in ways_to_write_a_kid(key.kid))
    variants = released(studio).variants
    assert variants["clear"].keys == ()
    assert {key.track_class for key in variants["drm"].keys} == {"SD", "AUDIO"}
    assert all(key.licences == {"widevine": f"https://drm.example/film/{key.kid}"} for key in variants["drm"].keys)
    (stream,) = variants["stream"].keys
    assert stream.licences == {"aes128": f"https://keys.example/film/{stream.kid}"}


def test_nothing_is_published_when_a_key_server_fails_and_plans_ask_none(
    finished: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    protect(finished, {"name": "clear"}, DRM)
    with speke_server() as server, faults.patience(0.3):
        monkeypatch.setenv("VOD_KEYS", f"speke:{server.url}")
        assert "content_keys" in finished.vod("plan").stdout
        assert server.calls == 0
        server.statuses = [503] * 100
        failed = finished.run()
        assert (failed.code != 0, failed.failed_with) == (True, "drm_unavailable"), failed.stderr
        assert {path.name for path in (finished.home / "origin" / "film" / "releases").iterdir()} == {"1"}
        assert not any("drm/" in str(path) for path in bytes_below(finished.home / "origin"))
        server.statuses.clear()
        server.calls = 0
        assert finished.run().code == 0
        assert server.calls == 1  # by the asset; tracks take what it was told
    assert finished.run().executed == set()  # the server is gone, and nobody asks
    kids = {key.kid for key in content_keys(finished).keys}
    assert {key.kid for key in released(finished).variants["drm"].keys} == kids
