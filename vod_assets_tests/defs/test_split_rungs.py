"""Rungs may be steps of their own: the same graph of assets, the same recipes and bytes, other steps."""

from pathlib import Path

import pytest

from vod_assets.definitions import build_definitions
from vod_assets.defs.budgets import ENCODES
from vod_assets.settings import Settings
from vod_assets_tests.workshop import StandInTranscoder, Workshop

RUNGS = ["h264_360p", "h264_180p"]
TITLE = "film"


@pytest.fixture
def shared(tmp_path: Path) -> Workshop:
    return delivered(Workshop(tmp_path / "shared"))


@pytest.fixture
def split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("VOD_SPLIT_RUNGS", "true")
    return delivered(Workshop(tmp_path / "split"))


def delivered(workshop: Workshop) -> Workshop:
    workshop.deliver(TITLE)
    workshop.register(TITLE)
    return workshop


def steps(workshop: Workshop) -> list[str]:
    return [one.op.name for one in workshop.assets if {key.to_user_string() for key in one.keys} & {*RUNGS}]


def test_each_rung_is_a_step_and_what_is_made_is_the_same(shared: Workshop, split: Workshop) -> None:
    assert steps(shared) == ["h264_renditions"]
    assert sorted(steps(split)) == ["h264_180p_rendition", "h264_360p_rendition"]
    planned = [one.asset for one in split.plan(TITLE).assets if one.reason]
    assert sorted(planned) == sorted(one.asset for one in shared.plan(TITLE).assets if one.reason)
    assert split.run(TITLE) == shared.run(TITLE)
    for key in RUNGS:
        one, other = split.store.latest(TITLE, key), shared.store.latest(TITLE, key)
        assert one is not None
        assert other is not None
        assert (one.recipe, one.digest) == (other.recipe, other.digest)


def test_what_was_made_together_is_not_made_again_when_rungs_are_split(
    shared: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.run(TITLE)
    monkeypatch.setenv("VOD_SPLIT_RUNGS", "true")
    shared.save_profile(shared.profile())
    assert sorted(steps(shared)) == ["h264_180p_rendition", "h264_360p_rendition"]
    assert not any(one.reason for one in shared.plan(TITLE).assets)
    assert not shared.run(TITLE)
    tool = shared.tools["transcoder"]
    assert isinstance(tool, StandInTranscoder)
    assert sorted(tool.encoded) == sorted(RUNGS)


def test_assets_keep_their_keys_and_versions_and_their_steps_count_for_budgets(tmp_path: Path) -> None:
    def known(*, split: bool) -> tuple[set[tuple[str, str | None]], set[str]]:
        made = build_definitions(Settings(home=tmp_path, split_rungs=split, _env_file=None))
        graph, encoding = made.resolve_asset_graph(), made.resolve_job_def("title_graph").nodes
        versions = {(key.to_user_string(), graph.get(key).code_version) for key in graph.get_all_asset_keys()}
        return versions, {one.name for one in encoding if one.definition.pool == "encode"}

    (shared, together), (split, apart) = known(split=False), known(split=True)
    assert shared == split
    assert len(apart) > len(together)
    assert all(name.endswith(ENCODES) for name in together | apart)
