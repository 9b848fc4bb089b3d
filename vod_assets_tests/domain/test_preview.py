"""What is for previews is refused as a release."""

import pytest

from vod_assets.adapters.profiles import load_profiles
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.preview import require_releasable

KEY = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:,",KEYFORMAT="org.w3.clearkey"'
COMMON = '<ContentProtection schemeIdUri="urn:uuid:1077EFEC-C0B2-4D02-ACE3-3C1E52E2FB4B"/>'


def test_there_is_no_profile_for_previews_unless_it_is_asked_for() -> None:
    assert "preview" not in load_profiles()
    profile = load_profiles(preview=True)["preview"]
    assert {variant.name: variant.systems for variant in profile.variants} == {
        "clear": (),
        "cenc": ("clearkey",),
        "cbcs": ("clearkey",),
    }


def test_a_profile_for_previews_is_never_released() -> None:
    with pytest.raises(ConfigError, match="the profile “preview” is for previews") as refused:
        require_releasable("film", load_profiles(preview=True)["preview"], {})
    assert (refused.value.code, refused.value.title) == ("preview_not_released", "film")


@pytest.mark.parametrize("text", [KEY, COMMON])
def test_manifests_that_name_clear_key_are_not_released_whatever_the_profile_says_now(text: str) -> None:
    with pytest.raises(ConfigError, match="given to whoever asks") as refused:
        require_releasable("film", load_profiles()["default"], {"cbcs/a": "#EXTM3U", "cbcs/b": text})
    assert (refused.value.code, refused.value.file) == ("preview_not_released", "cbcs/b")


def test_anything_else_may_be_released() -> None:
    widevine = KEY.replace("org.w3.clearkey", "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed")
    require_releasable("film", load_profiles()["default"], {"cbcs/a": widevine})
