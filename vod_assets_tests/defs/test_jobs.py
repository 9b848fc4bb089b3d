"""The launchpad says what may be registered."""

from vod_assets.defs.jobs import RegisterTitleConfig
from vod_assets.places import SOURCE_SCHEMES


def test_registering_names_every_kind_of_address_that_is_read() -> None:
    said = RegisterTitleConfig.model_fields["source"].description
    assert said is not None
    assert [scheme for scheme in SOURCE_SCHEMES if f"{scheme}://" not in said] == []
