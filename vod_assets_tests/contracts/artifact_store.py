"""What every artifact store must do; each adapter's test class inherits this."""

import contextlib
import threading
from pathlib import Path

import pytest

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import Cancelled, StoreError
from vod_assets.domain.flipped_byte import flipped_byte
from vod_assets.domain.orders import TakenDown
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import ArtifactStore
from vod_assets.ports.artifacts import Past, Provenance
from vod_assets_tests.fakes import Switch

RECIPE = Recipe("poster", {"mezzanine": "a" * 64}, {"width": 96})


class ArtifactStoreContract:
    """A store commits or it does not."""

    guard: Switch

    @pytest.fixture
    def store(self, tmp_path: Path) -> ArtifactStore:
        raise NotImplementedError

    def lose(self, store: ArtifactStore, artifact: Artifact, path: str) -> None:
        """Take a file away from the store."""
        store.local_path(artifact, path).unlink()

    def commit(
        self,
        store: ArtifactStore,
        text: str = "hello",
        recipe: Recipe = RECIPE,
        *,
        replacing: Artifact | None = None,
    ) -> Artifact:
        with store.attempt("film", recipe) as attempt:
            (attempt.directory / "deep").mkdir()
            (attempt.directory / "deep" / "a.txt").write_text(text)
            return store.commit(attempt, {"width": 96}, replacing=replacing)

    def test_a_committed_artifact_is_found_by_its_recipe(self, store: ArtifactStore) -> None:
        made = self.commit(store)
        found = store.find("film", RECIPE)
        assert found == made
        assert found is not None
        assert [(file.path, file.size_bytes) for file in found.files] == [("deep/a.txt", 5)]
        assert store.local_path(found, "deep/a.txt").read_text() == "hello"
        assert store.made_of("film", "poster", RECIPE.id) == RECIPE.inputs
        assert store.made_of("film", "poster", "f" * 64) == {}

    def test_it_says_how_an_artifact_came_to_be_and_which_run_made_it(self, store: ArtifactStore) -> None:
        self.guard.run_id = "run 1"
        made = self.commit(store)
        self.guard.run_id = "run 2"
        self.commit(store, "hello again", Recipe("poster"))
        told = store.provenance("film", "poster", RECIPE.id)
        assert told is not None
        assert told == Provenance(made, RECIPE.as_document(), "run 1", told.sums)
        data = store.local_path(made, made.files[0].path).read_bytes()
        flipped = bytes([data[0] ^ 1, *data[1:]])
        assert flipped_byte(flipped, told.sums[made.files[0].path], made.files[0].sha256) == 0
        assert store.provenance("film", "poster", "f" * 64) is None

    def test_nothing_is_found_before_the_commit(self, store: ArtifactStore) -> None:
        with store.attempt("film", RECIPE) as attempt:
            (attempt.directory / "a.txt").write_text("half")
            assert store.find("film", RECIPE) is None
            assert store.latest("film", "poster") is None

    def test_an_attempt_that_fails_leaves_nothing_behind(self, store: ArtifactStore) -> None:
        with contextlib.suppress(ZeroDivisionError), store.attempt("film", RECIPE) as attempt:
            (attempt.directory / "a.txt").write_text("half")
            raise ZeroDivisionError
        assert not attempt.directory.exists()
        assert store.find("film", RECIPE) is None
        assert store.unreferenced(older_than_seconds=-1) == []

    def test_equal_content_has_one_digest_wherever_it_lies(self, store: ArtifactStore) -> None:
        other = Recipe("poster", {"mezzanine": "b" * 64}, {"width": 96})
        assert self.commit(store).digest == self.commit(store, recipe=other).digest

    def test_other_content_has_another_digest(self, store: ArtifactStore) -> None:
        other = Recipe("poster", {"mezzanine": "b" * 64}, {"width": 96})
        assert self.commit(store).digest != self.commit(store, "other", recipe=other).digest

    def test_of_two_writers_one_wins_and_the_other_uses_it(self, store: ArtifactStore) -> None:
        results: list[Artifact] = []
        barrier = threading.Barrier(8)

        def write(number: int) -> None:
            with store.attempt("film", RECIPE) as attempt:
                (attempt.directory / "a.txt").write_text(f"writer {number}")
                barrier.wait()
                results.append(store.commit(attempt, {}))

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({artifact.attempt for artifact in results}) == 1
        assert store.find("film", RECIPE) == results[0]
        assert store.local_path(results[0], "a.txt").is_file()
        assert store.unreferenced(older_than_seconds=-1) == []

    def test_a_cancelled_run_commits_nothing(self, store: ArtifactStore) -> None:
        with store.attempt("film", RECIPE) as attempt:
            self.guard.is_wanted = False
            with pytest.raises(Cancelled):
                store.commit(attempt, {})
        assert store.find("film", RECIPE) is None

    def test_what_takes_the_place_of_an_artifact_leaves_nothing_of_it(self, store: ArtifactStore) -> None:
        kept = self.commit(store)
        store.point(kept)
        made = self.commit(store, "other", replacing=kept)
        assert made.attempt != kept.attempt
        assert store.latest("film", "poster") == made
        assert store.local_path(made, "deep/a.txt").read_text() == "other"
        assert store.unreferenced(older_than_seconds=-1) == []

    def test_a_cancelled_run_replaces_nothing(self, store: ArtifactStore) -> None:
        kept = self.commit(store)
        with store.attempt("film", RECIPE) as attempt:
            self.guard.is_wanted = False
            with pytest.raises(Cancelled):
                store.commit(attempt, {}, replacing=kept)
        assert store.find("film", RECIPE) == kept

    def test_a_cancelled_run_moves_no_pointer(self, store: ArtifactStore) -> None:
        artifact = self.commit(store)
        self.guard.is_wanted = False
        with pytest.raises(Cancelled):
            store.point(artifact)
        assert store.latest("film", "poster") is None

    def test_the_pointer_names_the_latest(self, store: ArtifactStore) -> None:
        first = self.commit(store)
        store.point(first)
        second = self.commit(store, "other", Recipe("poster", parameters={"width": 48}))
        assert store.latest("film", "poster") == first
        assert store.pointed_at("film", "poster") >= store.committed_at(first)
        store.point(second)
        assert store.latest("film", "poster") == second

    def test_an_index_lists_its_leaves_in_order(self, store: ArtifactStore) -> None:
        leaf = self.commit(store)
        recipe = Recipe("captions", {"text_en": leaf.digest})
        with store.attempt("film", recipe) as attempt:
            index = store.commit(attempt, {}, {"text_en": leaf, "text_de": leaf})
        assert [entry.name for entry in index.entries] == ["text_en", "text_de"]
        assert store.load("film", index.entries[0].asset, index.entries[0].recipe) == leaf

    def test_its_state_changes_with_whatever_it_has_of_a_title(self, store: ArtifactStore) -> None:
        store.register(TitleRecord(title_id="film", source="file:///film.mov"))
        states = [store.view("film").word]
        assert store.view("film").is_untouched
        artifact = self.commit(store)
        states.append(store.view("film").word)
        assert not store.view("film").is_untouched
        store.point(artifact)
        states.append(store.view("film").word)
        assert store.view("film").word == states[-1]
        self.lose(store, artifact, artifact.files[0].path)
        states.append(store.view("film").word)
        assert len(set(states)) == 4

    def test_its_history_tells_what_was_made_of_which_recipe(self, store: ArtifactStore) -> None:
        assert not list(store.view("film").history(RECIPE.asset))
        artifact = self.commit(store)
        assert list(store.view("film").history(RECIPE.asset)) == [Past(artifact.digest, RECIPE.as_document())]
        self.lose(store, artifact, artifact.files[0].path)
        assert [one.digest for one in store.view("film").history(RECIPE.asset)] == [artifact.digest]
        store.discard(artifact)
        assert not list(store.view("film").history(RECIPE.asset))

    def test_an_artifact_that_lost_a_file_is_made_again(self, store: ArtifactStore) -> None:
        artifact = self.commit(store)
        store.point(artifact)
        self.lose(store, artifact, "deep/a.txt")
        assert store.latest("film", "poster") is None
        assert store.find("film", RECIPE) is None
        assert self.commit(store).digest == artifact.digest

    def test_an_index_that_lost_a_leaf_is_not_whole(self, store: ArtifactStore) -> None:
        leaf = self.commit(store)
        recipe = Recipe("captions", {"text_en": leaf.digest})
        with store.attempt("film", recipe) as attempt:
            store.commit(attempt, {}, {"text_en": leaf})
        self.lose(store, leaf, "deep/a.txt")
        assert store.find("film", recipe) is None

    def test_an_index_whose_leaf_was_made_anew_with_other_bytes_is_not_whole(self, store: ArtifactStore) -> None:
        leaf = self.commit(store)
        recipe = Recipe("captions", {"text_en": leaf.digest})
        with store.attempt("film", recipe) as attempt:
            store.commit(attempt, {}, {"text_en": leaf})
        self.lose(store, leaf, "deep/a.txt")
        store.find("film", RECIPE)
        self.commit(store, "other bytes")
        assert store.find("film", recipe) is None

    def test_a_missing_artifact_is_named(self, store: ArtifactStore) -> None:
        with pytest.raises(StoreError, match="artifact_missing"):
            store.load("film", "poster", "0" * 64)

    def test_what_operators_say_outlasts_a_writer_that_read_the_record_before(self, store: ArtifactStore) -> None:
        order = TakenDown(at="2026-03-01T12:00:00+00:00", by="legal")
        assert store.order("film", {"taken_down": order}) is None
        stale = TitleRecord(title_id="film", source="file:///a/film.mov")
        store.register(stale)
        assert store.order("film", {"taken_down": order}) == stale.model_copy(update={"taken_down": order})
        store.register(stale.model_copy(update={"profile": "seed"}))
        assert store.record("film") == stale.model_copy(update={"profile": "seed", "taken_down": order})
        store.order("film", {"taken_down": None})
        assert store.record("film") == stale.model_copy(update={"profile": "seed"})

    def test_a_title_is_registered_under_its_address(self, store: ArtifactStore) -> None:
        record = TitleRecord(title_id="film", source="file:///a/film.mov", names={"en": "A film"})
        store.register(record)
        assert store.record("film") == record
        assert store.title_of("file:///a/film.mov") == "film"
        assert store.titles() == ["film"]
        assert list(store.records()) == [record]

    def test_what_was_begun_for_a_title_is_known_at_once(self, store: ArtifactStore) -> None:
        store.register(TitleRecord(title_id="film", source="file:///a/film.mov"))
        assert store.assets("film") == []
        store.point(self.commit(store))
        assert store.assets("film") == ["poster"]

    def test_a_removed_title_is_gone_and_its_address_free(self, store: ArtifactStore) -> None:
        store.register(TitleRecord(title_id="film", source="file:///a/film.mov"))
        self.commit(store)
        store.remove("film")
        assert store.record("film") is None
        assert store.title_of("file:///a/film.mov") is None
        assert list(store.artifacts("film")) == []

    def test_a_refusal_stays_until_it_is_forgiven(self, store: ArtifactStore) -> None:
        store.refuse("film", {"code": "source_truncated", "message": "half of it is missing"})
        assert store.refusals()["film"]["code"] == "source_truncated"
        store.forgive("film")
        store.forgive("film")
        assert store.refusals() == {}

    @pytest.mark.parametrize("asset", ["../escape", "A", "", "a/b", "a\x00"])
    def test_an_asset_name_cannot_leave_its_title(self, store: ArtifactStore, asset: str) -> None:
        with pytest.raises(StoreError, match="unknown_asset"):
            store.latest("film", asset)
