"""The file of watched places says where, when and what; a wrong one names its field."""

from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.watching import read_watch

WATCH = b"""
places:
  - name: promos
    address: s3://bucket/in
    profile: default
    owner: promo-team
    policy: {territories: [DE]}
  - name: isilon
    address: smb://isilon/mezz/in
    priority: 1
    whole: {by: marker, marker: "{stem}.ok"}
    rules:
      - when: {path: "trailers/*"}
        profile: trailer
        priority: 9
      - when: {min_height: 1080, codec: prores}
        policy: {quality: premium}
"""


def info(height: int = 1080, codec: str = "prores") -> MediaInfo:
    video = SimpleNamespace(display_size=(1920, height), codec=codec)
    return cast("MediaInfo", SimpleNamespace(video=video, duration_seconds=Fraction(60), findings=()))


def test_every_field_is_read() -> None:
    promos, isilon = read_watch(WATCH, "watch.yaml").places
    assert (promos.whole.by, promos.whole.seconds, promos.owner) == ("quiet", 0, "promo-team")
    assert isilon.whole.marker_of("film.mov") == "film.ok"


def test_rules_refine_what_the_place_wishes() -> None:
    _, place = read_watch(WATCH, "watch.yaml").places
    assert place.wishes("film.mov").profile == ""
    trailer = place.wishes("trailers/a/film.mov", info())
    assert (trailer.profile, trailer.priority, trailer.policy) == ("trailer", 9, {"quality": "premium"})
    assert place.wishes("film.mov", info(height=720)).policy == {}
    assert place.wishes("film.mov", info(codec="h264")).policy == {}
    assert place.wishes("film.mov", info()).priority == 1


def wrong(*lines: str) -> bytes:
    return ("places:\n  - name: a\n    address: /srv\n" + "".join(f"    {line}\n" for line in lines)).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (wrong("colour: red"), "line 4: places.0.colour"),
        (wrong("whole: {by: magic}"), "places.0.whole.by"),
        (wrong("whole: {marker: done}"), r"places.0.whole.marker: write"),
        (wrong("owner: a b"), "places.0.owner: 'a b' cannot be an owner"),
        (wrong("priority: 500"), "places.0.priority"),
        (wrong() + b"  - name: a\n    address: /other\n", "two places have the name a"),
        (wrong() + b"  - name: b\n    address: /srv/\n", "two places have the address /srv"),
        (b"places:\n  - name: [", "line 3"),
        (b"places:\n  - name: A place\n    address: /srv\n", "cannot name a place"),
    ],
)
def test_a_wrong_file_names_its_line_or_field(data: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_watch(data, "watch.yaml")
    assert (caught.value.code, caught.value.file) == ("bad_watch", "watch.yaml")
