"""The asset graph itself: its shape, and that everything of it goes through one I/O manager."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg
import pytest
import yaml

from vod_assets.adapters.process import Unguarded
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.definitions import build_definitions
from vod_assets.defs.artifact_io import ARTIFACTS
from vod_assets.defs.budgets import ENCODES
from vod_assets.defs.resources import ArtifactsResource, StoragesResource, resource_definitions
from vod_assets.domain.asking import is_rendition, sound_codec
from vod_assets.domain.groups import group_of
from vod_assets.home import packaged_dagster_yaml
from vod_assets.settings import Settings
from vod_assets_tests.studio import Studio

ASKED_BY_BODIES: Mapping[str, Callable[[str], object]] = {"video_tracks": is_rendition, "audio_tracks": sound_codec}
GOLDEN = Path(__file__).parent.parent / "golden" / "asset_graph.txt"


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The graph of the packaged profiles."""
    return build_definitions(Settings(home=tmp_path_factory.mktemp("home"), profiles=None))


def described(definitions: dg.Definitions) -> Iterator[str]:
    graph = definitions.resolve_asset_graph()
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        yield f"{key.to_user_string()} [{node.group_name}] {' '.join(sorted(node.kinds))} {' '.join(node.owners)}"
        yield f"  from {' '.join(sorted(parent.to_user_string() for parent in node.parent_keys)) or 'nothing'}"
        checks = sorted(check.name for check in graph.get_check_keys_for_assets({key}))
        if checks:
            yield f"  checks {' '.join(checks)}"


def test_the_asset_graph_is_the_golden_one(packaged: dg.Definitions) -> None:
    """To accept a new shape, write what the assertion shows into the golden file."""
    assert "\n".join(described(packaged)) + "\n" == GOLDEN.read_text()


def test_every_asset_is_kept_in_the_store_of_the_group_that_it_is_shown_in(packaged: dg.Definitions) -> None:
    graph = packaged.resolve_asset_graph()
    keys = graph.materializable_asset_keys
    assert {key.to_user_string(): group_of(key.to_user_string()) for key in keys} == {
        key.to_user_string(): graph.get(key).group_name for key in keys
    }


def test_every_asset_goes_out_and_comes_in_through_the_one_io_manager(packaged: dg.Definitions) -> None:
    assets = [asset for asset in packaged.assets or () if isinstance(asset, dg.AssetsDefinition)]
    assert assets
    for asset in assets:
        assert {asset.get_io_manager_key_for_asset_key(key) for key in asset.keys} == {ARTIFACTS}
        assert all(definition.input_manager_key is None for definition in asset.node_def.input_defs)
        untyped = [definition.name for definition in asset.node_def.input_defs if definition.dagster_type.is_nothing]
        asks = ASKED_BY_BODIES.get(asset.node_def.name)  # of many, those that they want; of the same I/O manager
        others = [name for name in untyped if asks is None or not asks(name)]
        assert others == ["title_state"], asset.keys  # which nobody makes, and nobody loads
        assert set(asset.keys_by_input_name.values()) >= {dep for key in asset.keys for dep in asset.asset_deps[key]}


def test_every_encode_takes_a_slot_of_the_pool_and_backfills_leave_runs_to_arrivals(packaged: dg.Definitions) -> None:
    assets = [asset for asset in packaged.assets or () if isinstance(asset, dg.AssetsDefinition)]
    encoding = {asset.node_def.name for asset in assets if "renditions" in asset.group_names_by_key.values()}
    assert {asset.node_def.name for asset in assets if asset.op.pool == "encode"} == {*encoding, "rate_quality"}
    assert all(name.endswith(ENCODES) for name in encoding)
    limits = yaml.safe_load(packaged_dagster_yaml())["concurrency"]
    by_tag = {limit["key"]: limit["limit"] for limit in limits["runs"]["tag_concurrency_limits"]}
    assert by_tag["dagster/backfill"] < limits["runs"]["max_concurrent_runs"]
    assert limits["pools"]["default_limit"] > 0


def test_every_asset_is_a_title_with_an_owner_and_a_word_of_description(packaged: dg.Definitions) -> None:
    graph = packaged.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert isinstance(node.partitions_def, dg.DynamicPartitionsDefinition)
        assert node.partitions_def.name == "titles"
        assert node.owners == ["team:vod"]
        assert "Upstream:" in (node.description or "")


def test_a_rung_that_only_a_profile_of_ones_own_has_is_an_asset(studio: Studio) -> None:
    studio.edit_profile(
        lambda profile: profile["video"][0]["rungs"].append({"name": "1080p_hi", "box": "1920x1080", "crf": 20})
    )
    definitions = build_definitions(Settings(home=studio.home, profiles=studio.folder / "profiles"))
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {"h264_1080p_hi", "h264_180p", "h264_1080p"} <= keys


@pytest.mark.media
def test_replacing_one_resource_moves_everything_to_another_store(finished: Studio) -> None:
    other = finished.folder / "other-store"
    with finished.session() as session:
        record = session.store.record("film")
        assert record is not None
        definitions = build_definitions(session.settings)
        resources = resource_definitions(session.settings)
        profiles = str(finished.folder / "profiles")
        kept = {"profiles": profiles, "storages": StoragesResource(), "guard": resources["guard"]}
        moved = ArtifactsResource(root=str(other), **kept)
        disk_store(other, Unguarded()).register(record)
        result = dg.materialize(
            [asset for asset in definitions.assets or () if isinstance(asset, dg.AssetsDefinition)],
            selection=["mezzanine", "media_info", "markers", "encoding_ladder", "poster"],
            partition_key="film",
            instance=session.instance,
            resources={**resources, ARTIFACTS: moved},
        )
    assert result.success
    made = {path.parent.name for path in (other / "titles" / "film").glob("*/latest.json")}
    assert made == {"mezzanine", "media_info", "markers", "encoding_ladder", "poster"}
