"""Every track of a protected variant gets its class's key and an IV of its own; the key goes nowhere else."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.keys.local import LocalKeys
from vod_assets.defs.protecting import Keys
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.content_keys import ContentKeys, KeyRequest
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.domain.track import Track
from vod_assets.ports import SecretKey, TrackJob
from vod_assets_tests.workshop import StandInPackager, Workshop

SYSTEMS = ["widevine", "playready"]
SIDE_BY_SIDE: list[dict[str, Any]] = [
    {"name": "clear"},
    {"name": "cbcs", "scheme": "cbcs", "systems": [*SYSTEMS, "fairplay"], "video_keys": "2", "clear_lead_seconds": 2},
    {"name": "cenc", "scheme": "cenc", "systems": SYSTEMS, "audio_keys": "unencrypted"},
    {"name": "ts", "scheme": "aes128", "layout": "ts", "video_keys": "shared", "audio_keys": "shared"},
    {"name": "ondemand", "scheme": "cbcs", "layout": "ondemand", "systems": ["widevine"], "video_keys": "2"},
]


class Packaged(StandInPackager):
    """Remembers its jobs."""

    def __init__(self) -> None:
        super().__init__("packager")
        self.jobs: list[TrackJob] = []

    def package(self, job: TrackJob) -> Track:
        self.jobs.append(job)
        return super().package(job)


class Asked(LocalKeys):
    """Counts how often keys are asked for, and gives others when told to."""

    asked = 0
    is_mistaken = False

    def keys(self, request: KeyRequest, kids: Sequence[str]) -> Mapping[str, SecretKey]:
        self.asked += 1
        given = super().keys(request, kids)
        return {kid: replace(key, value=bytes(16)) for kid, key in given.items()} if self.is_mistaken else given


class Shop(Workshop):
    """A workshop whose one title is in every kind of variant, side by side."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.packager = Packaged()
        self.tools["packager"] = self.packager
        self.keys = Asked(self.folder / "keys" / "master", KeyAddresses(aes128_url="https://keys.example/{kid}"))
        self.save_profile(self.profile() | {"variants": SIDE_BY_SIDE})
        self.deliver("film", audio=("en", "fr"))
        self.register("film")

    def _resources(self) -> dict[str, Any]:
        return super()._resources() | {"keys": self.keys}

    def leaves(self, asset: str) -> dict[str, str]:
        """Return the digests of an index's leaves."""
        index = self.store.latest("film", asset)
        assert index is not None
        return {entry.name: entry.digest for entry in index.entries}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_no_iv_is_used_twice_under_one_key(shop: Shop) -> None:
    """Over all variants and tracks, a re-encode, and new keys: under AES-CTR two tracks would share a key stream."""
    shop.run("film")
    shop.deliver("film", audio=("en", "fr"), cut=1)
    shop.run("film")
    shop.register("film", key_generation=1)
    shop.run("film")
    locked = [job.protection for job in shop.packager.jobs if job.protection]
    used = [(lock.key.kid, lock.iv) for lock in locked]
    assert len(used) == len(set(used)) == 3 * (4 + 2 + 4 + 4)
    assert len({lock.key.kid for lock in locked}) == 2 * 4  # cbcs video and audio, cenc video, aes128; twice
    assert {lock.track_class for lock in locked} == {"SD", "AUDIO", "VIDEO", "ALL"}
    assert {len(lock.iv) for lock in locked if lock.scheme == "cenc"} == {8}


def test_what_is_not_encrypted_is_shared_with_the_clear_variant(shop: Shop) -> None:
    shop.run("film")
    video, audio = shop.leaves("video_tracks"), shop.leaves("audio_tracks")
    assert audio["cenc/aac_en"] == audio["clear/aac_en"] != audio["cbcs/aac_en"]
    assert len(set(video.values())) == len(video) == 10


def test_keys_are_asked_for_once_an_asset_and_only_when_something_must_be_made(shop: Shop) -> None:
    plan = shop.plan("film")
    assert {"video_tracks", "audio_tracks"} <= set(plan.executed)
    assert shop.keys.asked == 0
    shop.run("film")
    first = shop.keys.asked
    assert first == 2  # assets of tracks; the stand-in of what looks into packages opens nothing
    assert not shop.run("film")
    assert not shop.plan("film").executed
    assert shop.keys.asked == first


def test_the_store_holds_no_key(shop: Shop) -> None:
    shop.run("film")
    keys = {lock.key.value for job in shop.packager.jobs if (lock := job.protection)}
    spelt = [word for key in keys for word in (key, key.hex().encode(), base64.b64encode(key))]
    files = [path for path in shop.folder.rglob("*") if path.is_file()]
    assert len(keys) == 4
    assert not [path for path in files for word in spelt if word in path.read_bytes()]


def test_a_key_that_is_not_the_one_viewers_hold_is_refused(shop: Shop) -> None:
    shop.keys.is_mistaken = True
    made = shop.run("film")
    assert "content_keys" in made
    assert not made & {"video_tracks", "audio_tracks", "hls_package"}
    assert [job for job in shop.packager.jobs if job.kind in ("video", "audio")]  # the clear ones
    assert all(job.protection is None for job in shop.packager.jobs)


def test_other_licence_addresses_make_no_track_anew(shop: Shop) -> None:
    shop.run("film")
    shop.keys = Asked(shop.folder / "keys" / "master", KeyAddresses({"widevine": "https://wv"}, aes128_url="https://k"))
    assert shop.run("film") & {"content_keys", "video_tracks", "audio_tracks", "hls_package"} == {
        "content_keys",
        "hls_package",
    }
    known = shop.store.latest("film", "content_keys")
    assert known is not None
    assert known.read(ContentKeys).keys[0].systems[0].licence_url == "https://wv"


def test_a_variant_that_is_protected_before_its_keys_were_asked_for_says_so(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    profile = shop.profile()
    shop.save_profile(profile | {"variants": [{"name": "clear"}]})
    shop.run("film")
    shop.save_profile(profile)
    made = shop.run("film", frozenset({"encoding_ladder", "video_tracks"}))
    assert "video_tracks" not in made
    assert shop.store.latest("film", "content_keys") is None
    known = Artifact.nothing("film", "content_keys", "no variant is protected")
    with pytest.raises(ConfigError, match=r"film: there are no content keys: .*\[content_key_missing\]"):
        _ = Keys("film", known, shop.keys).known
