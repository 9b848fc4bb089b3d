"""New keys for a title, and what they change."""

from pathlib import Path

import pytest

from vod_assets.adapters.keys.local import LocalKeys
from vod_assets.adapters.process import Unguarded
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.definitions import build_definitions
from vod_assets.defs.jobs import TITLE_TAG
from vod_assets.defs.making import Maker
from vod_assets.defs.rekeying import renewed
from vod_assets.domain.content_keys import ContentKeys, Contract, KeyRequest
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import ArtifactStore
from vod_assets_tests.studio import Studio

REQUEST = KeyRequest(title="film", contracts={"cbcs": Contract(classes=("VIDEO",), systems=("widevine",))})


class SameKeys(LocalKeys):
    """A provider whose keys do not change with the generation."""

    def describe(self, request: KeyRequest) -> ContentKeys:
        return super().describe(REQUEST)


@pytest.fixture
def keys(tmp_path: Path) -> LocalKeys:
    return LocalKeys(tmp_path / "master", KeyAddresses())


@pytest.fixture
def store(tmp_path: Path, keys: LocalKeys) -> ArtifactStore:
    """A store with one title, whose keys are those of its first generation."""
    store = disk_store(tmp_path / "store", Unguarded())
    store.register(TitleRecord(title_id="film", source="file:///film.mp4"))
    keep(store, keys.describe(REQUEST).model_dump())
    return store


def keep(store: ArtifactStore, document: dict[str, object]) -> None:
    recipe = Recipe("content_keys", parameters={"document": str(document)})
    store.point(Maker(store).make("film", recipe, lambda _: document, is_composed=True).artifact)


def test_a_title_counts_its_keys(store: ArtifactStore, keys: LocalKeys) -> None:
    assert renewed(store, keys, "film").key_generation == 1
    assert renewed(store, keys, "film").key_generation == 2
    record = store.record("film")
    assert record is not None
    assert record.key_generation == 2


def test_nothing_changes_when_a_provider_has_no_new_keys(store: ArtifactStore, tmp_path: Path) -> None:
    before = store.record("film")
    with pytest.raises(ConfigError, match="film@1") as refused:
        renewed(store, SameKeys(tmp_path / "master", KeyAddresses()), "film")
    assert refused.value.code == "keys_not_new"
    assert store.record("film") == before


@pytest.mark.parametrize("document", [{"empty": "no variant is protected"}, None])
def test_what_is_not_protected_has_no_keys_to_renew(
    store: ArtifactStore, keys: LocalKeys, document: dict[str, object] | None
) -> None:
    if document:
        keep(store, document)
    else:
        store.remove("film")
        store.register(TitleRecord(title_id="film", source="file:///film.mp4"))
    with pytest.raises(ConfigError) as refused:
        renewed(store, keys, "film")
    assert refused.value.code == "nothing_protected"


def test_a_title_that_nobody_registered_is_named(store: ArtifactStore, keys: LocalKeys) -> None:
    with pytest.raises(ConfigError) as refused:
        renewed(store, keys, "other")
    assert refused.value.code == "unknown_title"


def test_the_job_of_the_launchpad_renews_keys_and_has_the_title_run(studio: Studio) -> None:
    with studio.session() as session:
        session.store.register(TitleRecord(title_id="film", source="file:///film.mp4"))
        keep(session.store, session.keys.describe(REQUEST).model_dump())
        job = build_definitions(session.settings).resolve_job_def("rekey_title")
        config = {"ops": {"renew_keys": {"config": {"title": "film"}}}}
        result = job.execute_in_process(instance=session.instance, run_config=config)
        run = session.instance.get_run_by_id(result.run_id)
        record = session.store.record("film")
    assert run is not None
    assert record is not None
    assert (run.tags[TITLE_TAG], record.key_generation) == ("film", 1)
