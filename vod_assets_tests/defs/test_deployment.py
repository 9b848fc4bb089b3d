"""After a change that all titles share, only what may follow from it is looked into, and the plan is the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vod_assets.defs import artifact_io
from vod_assets.defs.deployment import deployment_of
from vod_assets.defs.plan_work import Work
from vod_assets.defs.planning import Planner
from vod_assets.defs.versions import FIELDS, OF_ALL_RENDITIONS
from vod_assets.domain.asking import is_rendition, not_asked, sound_codec
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.profile import Profile
from vod_assets.settings import Settings
from vod_assets_tests.workshop import Workshop

TITLE = "alpha"
SOUND = {"audio", "downmix", "loudness"}
OF_ASSET = {
    "encoding_ladder": {"video", "gop_seconds", "segment_seconds", "hdr_without_metadata", "per_title"},
    "rate_quality": {"per_title", "gop_seconds", "video"},
    "audio_levels": SOUND,
}
Change = Callable[[Workshop], None]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    workshop = Workshop(tmp_path)
    workshop.deliver(TITLE)
    workshop.register(TITLE)
    workshop.run(TITLE)
    return workshop


class Watched(Profile):
    """A profile that knows what was read of it."""

    def __getattribute__(self, name: str) -> Any:
        if name in Profile.model_fields:
            READ.add(name)
        return super().__getattribute__(name)


READ: set[str] = set()


def profile(**said: Any) -> Change:
    """Return the change of some of a profile's fields."""
    return lambda workshop: workshop.save_profile(workshop.profile() | said)


def preset(workshop: Workshop) -> None:
    """Change how the bits of one rung are spent."""
    said = workshop.profile()
    said["video"][0]["rungs"][0]["crf"] = 35
    workshop.save_profile(said)


def tool(name: str) -> Change:
    """Return the change of a tool's build."""

    def change(workshop: Workshop) -> None:
        workshop.tools[name].build = "2"

    return change


@pytest.mark.parametrize(
    "change",
    [
        preset,
        profile(segment_seconds=4),
        profile(captions=False),
        profile(thumbnails=None),
        profile(variants=[{"name": "second"}]),
        profile(description="Another word."),
        tool("prober"),
        tool("transcoder"),
        tool("packager"),
        tool("inspector"),
    ],
)
def test_a_plan_that_asks_only_what_may_have_changed_is_the_whole_plan(workshop: Workshop, change: Change) -> None:
    assert not workshop.plan(TITLE).needs_run
    change(workshop)
    assert workshop.plan(TITLE) == workshop.planner().plan(TITLE)


def test_nothing_is_asked_when_only_what_nobody_reads_has_changed(workshop: Workshop) -> None:
    assert not workshop.plan(TITLE).needs_run
    profile(description="Another word.")(workshop)
    with workshop.sealed_planner() as planner:
        for body in planner.planner.bodies:
            object.__setattr__(body, "function", None)  # whoever calls it fails
        assert not planner.plan(TITLE).needs_run


def test_bodies_read_nothing_of_a_profile_that_their_versions_do_not_name(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Work, "settled", lambda *_: None)  # which asks what all of the title leaves out
    monkeypatch.setattr(Work, "is_asked", lambda *_: True)
    plain = workshop.profiles["tiny"]  # what is read of an absent input are the fields of that
    monkeypatch.setattr(artifact_io, "not_asked", lambda _, asset: not_asked(plain, asset))
    known = workshop.planner()
    watched = Watched.model_validate(workshop.profiles["tiny"].model_dump())
    planner = Planner(workshop.assets, workshop.store, {"tiny": watched}, known.resources)
    for name in planner.names():
        READ.clear()
        planner.plan(TITLE, frozenset({name}))
        not_asked(watched, name)  # whether a plan of all names it at all
        assert {"name"} | of(name) >= READ, name


def of(asset: str) -> set[str]:
    """Return the fields of a profile that an asset's version names."""
    if is_rendition(asset) or asset in OF_ALL_RENDITIONS:
        return {"video", "pieces", *FIELDS.get(asset, ())}
    return SOUND if sound_codec(asset) else OF_ASSET.get(asset, {*FIELDS.get(asset, ())})


def test_a_tool_that_is_not_installed_hinders_no_plan_that_has_no_need_of_it(tmp_path: Path) -> None:
    class Missing:
        @property
        def build_ids(self) -> dict[str, str]:
            raise ConfigError("tool_missing", "it is not installed")

    planner = Workshop(tmp_path).planner()
    planner.resources["speech"] = Missing()
    assert deployment_of(planner, Settings(home=tmp_path)).word
