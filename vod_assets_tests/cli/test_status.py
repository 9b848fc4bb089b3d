"""`vod status` says where titles stand, and stays readable and quick when there are many."""

import json
import uuid
from typing import Any

import dagster as dg
import pytest

from vod_assets.cli.standing import Catalogue, held_back
from vod_assets.domain.orders import HeldBack
from vod_assets.domain.title import TitleRecord
from vod_assets_tests.studio import Studio

MANY = 130


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A studio with many titles that nobody has made; a run waits for one of the last, and another is refused."""
    studio = Studio.make(tmp_path_factory.mktemp("status") / "studio")
    with studio.session() as session:
        for number in range(MANY):
            session.store.register(TitleRecord(title_id=f"film-{number:03}", source=f"file:///films/{number}.mov"))
        session.store.refuse("film-127", {"message": "film-127: the file has 0 bytes", "code": "source_empty"})
        waiting = {"dagster/partition": "film-128"}
        status = dg.DagsterRunStatus.NOT_STARTED
        session.instance.add_run(dg.DagsterRun("title_graph", run_id=str(uuid.uuid4()), status=status, tags=waiting))
    return studio


def told(studio: Studio, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(studio.vod("status", "--json", *arguments).stdout)
    return found


def test_of_many_titles_those_come_first_that_want_a_look(crowded: Studio) -> None:
    shown = told(crowded, "--limit", "3")
    assert [(one["title"], one["state"]) for one in shown] == [
        ("film-127", "refused"),
        ("film-128", "running"),
        ("film-000", "registered"),
    ]


def test_a_table_of_many_titles_ends_with_how_many_there_are(crowded: Studio) -> None:
    shown = crowded.vod("status")
    assert shown.stdout.splitlines()[-1].startswith(
        f"{MANY} titles: {MANY - 2} not published, 1 refused, 1 running. 100 are shown"
    )
    assert shown.stdout.count("film-") == 100


def test_titles_with_an_entry_are_counted_by_what_it_says() -> None:
    titles = ["shown", "later", "over", "gone", "new", "busy"]
    known = Catalogue(titles, frozenset({"busy"}), {}, frozenset(titles) - {"new"}, frozenset())
    said = {"shown": "published", "later": "scheduled", "over": "scheduled", "gone": "taken_down", "busy": "published"}
    assert known.counted(said) == ("6 titles: 2 scheduled, 1 published, 1 taken down, 1 not published, 1 running")


def test_a_title_that_was_rolled_back_is_said_to_be_held_back() -> None:
    held = HeldBack(shown=1, newest=2, at="2026-01-02", by="ann")
    assert (held_back(held, [1, 2]), held_back(held, [1, 2, 3])) == ("held at release 1 by ann since 2026-01-02", "")
    assert held_back(None, [1]) == held_back(held, []) == ""


def test_for_a_machine_all_titles_are_told_in_order(crowded: Studio) -> None:
    assert [one["title"] for one in told(crowded)] == [f"film-{number:03}" for number in range(MANY)]
    assert crowded.vod("status", "--limit", "0").stdout.count("film-") == MANY


def test_every_title_of_a_long_list_is_listed(crowded: Studio) -> None:
    assert len(crowded.vod("titles", "list").stdout.splitlines()) == MANY


def test_one_title_that_nobody_registered_is_an_error(crowded: Studio) -> None:
    assert crowded.vod("status", "film-999", "--json").failed_with == "unknown_title"
