"""Every kind of package is what its manifests say."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets_tests.adapters.package.tiny_title import TinyTitle
from vod_assets_tests.adapters.package.tiny_variants import TinyVariant

VARIANTS = {
    "cbcs": {"scheme": "cbcs", "lead": Fraction(1)},
    "cenc": {"scheme": "cenc", "layout": "ondemand"},
    "aes128": {"scheme": "aes128", "layout": "ts", "lead": Fraction(1)},
}
pytestmark = pytest.mark.media


@pytest.mark.parametrize("name", VARIANTS)
def test_manifests_say_what_is_in_the_files(film: TinyTitle, tmp_path: Path, name: str) -> None:
    variant = TinyVariant.of(film, tmp_path, **VARIANTS[name])
    for check in ("manifest", "mpd", "same_media"):
        assert variant.check(check).findings == ()
    assert (variant.manifests / "manifest.mpd").exists() == (name != "aes128")
