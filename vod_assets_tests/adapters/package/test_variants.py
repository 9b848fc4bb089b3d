"""Every kind of package is what its manifests say, and plays."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.package.inspector import FolderInspector
from vod_assets.domain.package_checks import check_decodes
from vod_assets.domain.report import Report
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
