"""What a profile does not ask for is left out with a reason, and nothing that its packages are made of ever is."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.adapters.profiles import load_profiles
from vod_assets.definitions import build_definitions
from vod_assets.domain.asking import CONDITIONAL, not_asked
from vod_assets.domain.profile import Profile
from vod_assets.settings import Settings

RUNG = {"name": "360p", "box": "640x360", "crf": 23}
DRM = {"name": "drm", "scheme": "cbcs", "systems": ["widevine"]}
FIELDS: dict[str, list[Any]] = {
    "video": [[{"codec": codec, "rungs": [RUNG]} for codec in codecs] for codecs in (["h264"], ["h264", "av1"])],
    "audio": [[{"codec": codec} for codec in codecs] for codecs in (["aac"], ["aac", "opus"])],
    "variants": [[{"name": "clear"}], [{"name": "clear"}, DRM]],
    "loudness": [None, {}],
    "captions": [True, False],
    "thumbnails": [None, {}],
    "downloads": [[], ["h264_360p"]],
    "preview_movie": [None, {}],
    "rtsp": [None, {}],
    "quality_control": [None, {}],
    "quality": [None, {"floor_vmaf": 80}],
    "per_title": [None, {}],
    "required_checks": [[], ["quality_control.black"]],
}
ALWAYS = ("mezzanine", "media_info", "metadata", "markers", "encoding_ladder", "poster", "release", "cms_entry")
TRACKS = ("video_tracks", "audio_tracks", "text_tracks", "image_tracks", "hls_package", "dash_package")
PROFILES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELDS.items()}).map(
    lambda said: Profile.model_validate({"name": "any", **said})
)


@given(profile=PROFILES)
def test_what_a_package_is_made_of_is_always_asked_for(profile: Profile) -> None:
    sounds = [f"audio_{preset.codec}" for preset in profile.audio]
    assert not [key for key in (*ALWAYS, *TRACKS, *profile.rendition_keys(), *sounds) if not_asked(profile, key)]
    left_out = {key for key in CONDITIONAL if not_asked(profile, key)}
    assert ("content_keys" in left_out) == all(not variant.is_protected for variant in profile.variants)
    judges = {check.partition(".")[0] for check in profile.required_checks}
    assert left_out.isdisjoint(judges)


@given(profile=PROFILES)
def test_what_a_profile_does_not_name_is_left_out_with_a_reason(profile: Profile) -> None:
    assert "h264_2160p" in not_asked(profile, "h264_2160p")
    assert not_asked(profile, "audio_ac3") == "profile any makes no AC-3"
    assert bool(not_asked(profile, "av1_360p")) == (len(profile.video) == 1)


@pytest.mark.parametrize("profile", load_profiles(preview=True).values(), ids=lambda one: one.name)
def test_every_packaged_profile_asks_for_most_of_the_graph(profile: Profile, tmp_path: Path) -> None:
    graph = build_definitions(Settings(home=tmp_path, profiles=None)).resolve_asset_graph()
    keys = [key.to_user_string() for key in graph.materializable_asset_keys]
    assert {*profile.rendition_keys(), *ALWAYS, *TRACKS} <= {key for key in keys if not not_asked(profile, key)}
