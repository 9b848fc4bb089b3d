"""Registering a source refuses what is wrong with it, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vod_assets.definitions import build_definitions
from vod_assets.defs.registration import register
from vod_assets.domain.errors import SourceError
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def refusals(studio: Studio) -> dict[str, dict[str, Any]]:
    with studio.session() as session:
        return session.store.refusals()


def refused_as(studio: Studio, source: Path | str, title: str = "") -> str:
    with studio.session() as session, pytest.raises(SourceError) as caught:
        register(session.registrar(), str(source), title=title)
    assert str(caught.value).startswith(f"{caught.value.title}: ")
    return caught.value.title


def states(studio: Studio) -> dict[str, str]:
    return {one["title"]: one["state"] for one in json.loads(studio.vod("status", "--json").stdout)}


def test_a_wrong_path_refuses_no_title_that_has_another_source(finished: Studio) -> None:
    wrong = finished.folder / "elsewhere" / "film.mp4"
    names = {refused_as(finished, wrong), refused_as(finished, wrong, title="film")}
    (name,) = names
    assert name.startswith("film-")
    assert list(refusals(finished)) == [name]
    assert states(finished) == {"film": "published"}


def test_a_wrong_path_is_refused_under_its_own_free_name(finished: Studio) -> None:
    assert refused_as(finished, finished.folder / "nothing.mp4") == "nothing"
    assert refused_as(finished, finished.folder / "nothing.mp4", title="wanted") == "wanted"
    assert refused_as(finished, "//[no address.mp4") == "no-address"


def test_a_published_title_whose_new_file_is_refused_stays_published(finished: Studio) -> None:
    finished.source.write_bytes(b"")
    assert refused_as(finished, finished.source) == "film"
    finished.source.unlink()
    assert refused_as(finished, finished.source) == "film"
    assert states(finished) == {"film": "published"}
    assert "source_missing" in finished.vod("status", "--refused").stdout


def test_a_registered_title_is_refused_under_the_name_that_it_has(studio: Studio) -> None:
    with studio.session() as session:
        register(session.registrar(), str(studio.source), title="another-name")
    studio.source.write_bytes(b"no media at all")
    assert refused_as(studio, studio.source) == "another-name"


def test_the_callback_of_its_title_file_is_told_of_a_title_s_first_refusal(studio: Studio) -> None:
    broken, told = studio.folder / "broken.mp4", list[tuple[str, str]]()
    broken.write_bytes(b"no media at all")
    with studio.session() as session:
        registrar = replace(session.registrar(), refused=lambda error, _, callback: told.append((error.code, callback)))
        for said in ("callback: https://example.org/done\n", "callback: [", ""):
            (studio.folder / "broken.yaml").write_text(said)
            with pytest.raises(SourceError):
                register(registrar, str(broken))
    assert {callback for _, callback in told[1:]} == {""}
    assert told[0][1] == "https://example.org/done"


@pytest.mark.parametrize("title", ["", "wanted"])
def test_the_job_register_title_fails_with_the_refusal_that_it_keeps(studio: Studio, title: str) -> None:
    source = str(studio.folder / "nothing.mp4")
    with studio.session() as session:
        job = build_definitions(session.settings).resolve_job_def("register_title")
        config = {"ops": {"register_source": {"config": {"source": source, "title": title}}}}
        result = job.execute_in_process(instance=session.instance, run_config=config, raise_on_error=False)
    (failed,) = (event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE)
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    assert told.metadata["code"].value == "source_missing"
    (name,) = refusals(studio)
    assert name == (title or "nothing")
    assert refusals(studio)[name]["source"] == source


@pytest.mark.parametrize("kind", ["too long", "no YAML"])
def test_a_title_file_that_cannot_be_read_is_named(studio: Studio, kind: str) -> None:
    titled = studio.folder / "film.yaml"
    titled.write_bytes(b"# " + b"x" * 1_000_001 if kind == "too long" else b"title: [")
    result = studio.run("--select", "mezzanine")
    assert (result.code, result.failed_with) == (2, "bad_title_file")
    assert "film.yaml" in result.outcome["error"]["message"]


def test_a_title_that_is_registered_again_keeps_its_keys(studio: Studio) -> None:
    with studio.session() as session:
        record = register(session.registrar(), str(studio.source)).record
        session.store.register(record.model_copy(update={"key_generation": 2}))
        assert register(session.registrar(), str(studio.source)).record.key_generation == 2
