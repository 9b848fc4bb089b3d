"""Every kind of package is what its manifests say, and plays."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vod_assets.adapters.package.inspector import FolderInspector
from vod_assets.adapters.package.unlock import clear_segment
from vod_assets.domain.init_segment import read_init
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.package_checks import check_decodes
from vod_assets.domain.report import Report
from vod_assets.domain.transport_stream import START_TICKS, read_stream_segment
from vod_assets.ports import SecretKey, ToolResult
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS, TinyTitle
from vod_assets_tests.adapters.package.tiny_variants import TinyVariant

VARIANTS: dict[str, dict[str, Any]] = {
    "cbcs": {"scheme": "cbcs", "lead": Fraction(1)},
    "cenc": {"scheme": "cenc", "layout": "ondemand"},
    "aes128": {"scheme": "aes128", "layout": "ts", "lead": Fraction(1)},
    "streams": {"layout": "ts"},
}
CHECKS = ("durations", "aligned", "manifest", "decodes", "mpd", "same_media")
pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def variants(film: TinyTitle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, TinyVariant]:
    folder = tmp_path_factory.mktemp("variants")
    return {name: TinyVariant.of(film, folder / name, **said) for name, said in VARIANTS.items()}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_check_passes(variants: dict[str, TinyVariant], name: str) -> None:
    variant = variants[name]
    for check in CHECKS:
        assert variant.check(check).findings == ()
    assert (variant.manifests / "manifest.mpd").exists() == (variant.layout != "ts")


class Counting:
    """Runs tools and counts what FFmpeg opens."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.words: list[str] = []

    def run(self, argv: Sequence[str], **options: Any) -> ToolResult:
        self.opened += [word for before, word in pairwise(argv) if before == "-i"]
        self.words += argv
        return RUNNER.run(argv, **options)


def decodes(some: dict[str, TinyTitle], scratch: Path, runner: Counting) -> Report:
    """Look at several variants of one title as one package."""
    leaves = {one.digests[name]: one.leaf(name) for one in some.values() for name in one.tracks}
    sizes = {address: size for one in some.values() for address, size in one.sizes.items()}
    unlocking = {digest: each for one in some.values() for digest, each in getattr(one, "unlocking", {}).items()}
    manifests = {name: [one.manifests] for name, one in some.items()}
    with FolderInspector(TOOLS, runner, scratch).open(leaves, manifests, sizes, unlocking) as package:
        return check_decodes(package.view, package.decode_all)


def test_what_decrypts_to_a_clear_tracks_samples_is_not_decoded_again(
    film: TinyTitle, variants: dict[str, TinyVariant], tmp_path: Path
) -> None:
    runner = Counting()
    report = decodes({"clear": film, **{name: variants[name] for name in ("cbcs", "cenc")}}, tmp_path, runner)
    assert report.passed
    assert len(report.measured) == 9
    assert len(runner.opened) == 3
    keys = [each.key.value.hex() for one in variants.values() for each in one.unlocking.values()]
    assert not [word for word in runner.words if word in keys]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["cbcs", "cenc", "aes128"])
def test_what_another_key_opens_does_not_pass(variants: dict[str, TinyVariant], tmp_path: Path, name: str) -> None:
    whole = variants[name]
    digest = whole.digests["h264_72p"]
    lock = whole.unlocking[digest]
    wrong = replace(lock, key=SecretKey(lock.key.kid, bytes(16)))
    mistaken = replace(whole, unlocking=whole.unlocking | {digest: wrong})
    assert any("h264_72p" in finding for finding in mistaken.check("decodes").findings)


def test_text_and_pictures_of_streams_begin_at_one_time(variants: dict[str, TinyVariant]) -> None:
    streams = variants["streams"]
    texts = [(streams.leaf("text_eng") / one.path).read_text() for one in streams.tracks["text_eng"].segments]
    assert all(f"X-TIMESTAMP-MAP=MPEGTS:{START_TICKS},LOCAL:00:00:00.000" in text for text in texts)
    for name in ("h264_72p", "h264_36p", "aac_eng"):
        first = read_stream_segment((streams.leaf(name) / streams.tracks[name].segments[0].path).read_bytes())
        assert first.begin == 0


@pytest.mark.parametrize(("name", "track"), [("streams", "h264_72p"), ("streams", "aac_eng"), ("cenc", "h264_72p")])
@given(at=st.floats(min_value=0, max_value=1), damage=st.binary(min_size=1, max_size=40), is_cut=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.differing_executors])
def test_a_damaged_segment_is_malformed_and_nothing_worse(
    variants: dict[str, TinyVariant], name: str, track: str, at: float, damage: bytes, is_cut: bool
) -> None:
    variant = variants[name]
    whole = (variant.leaf(track) / variant.tracks[track].segments[0].path).read_bytes()
    place = int(at * min(len(whole), 4000))
    broken = whole[:place] + damage + (b"" if is_cut else whole[place + len(damage) :])
    with suppress(MalformedError):
        if name == "streams":
            read_stream_segment(broken)
        else:
            init = read_init(broken)
            clear_segment(broken, init, variant.unlocking[variant.digests[track]].key)
