"""`vod titles remove` takes a title away, and leaves one alone that a run works on."""

import json
import uuid
from typing import Any

import dagster as dg
import pytest

from vod_assets.cli import titles
from vod_assets.cli.session import Session
from vod_assets.defs import leases
from vod_assets.defs.leases import Pulse
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.leases import Quarantine
from vod_assets_tests.studio import Studio, bytes_below

pytestmark = pytest.mark.media


def begin_a_run(session: Session) -> None:
    """Record a run that another machine executes."""
    tags = {"dagster/partition": "film"}
    run = dg.DagsterRun(job_name="title_graph", run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.STARTED, tags=tags)
    session.instance.add_run(run)


def test_nothing_of_a_removed_title_is_left(finished: Studio) -> None:
    assert finished.vod("titles", "remove", "film", "--yes").code == 0
    assert finished.source.exists()
    assert not finished.title.exists()
    assert not (finished.home / "origin" / "film").exists()
    assert not list((finished.home / "cms" / "titles").glob("film*"))
    with finished.session() as session:
        assert session.instance.get_dynamic_partitions("titles") == []


def test_a_run_that_begins_while_the_person_is_asked_keeps_its_title(finished: Studio) -> None:
    with finished.session() as session:
        assert titles.plan_removal(session, "film")
        begin_a_run(session)
        with pytest.raises(ConfigError, match="title_busy"):
            titles.remove_title(session, "film")
        assert session.instance.get_dynamic_partitions("titles") == ["film"]
    assert finished.title.exists()
    assert (finished.home / "cms" / "titles" / "film.json").exists()


class Recorded:
    """Passes calls on, and writes down those that remove or forgive something, and what the CMS shows then."""

    def __init__(self, name: str, inner: Any, calls: list[str]) -> None:
        self._name, self._inner, self._calls = name, inner, calls

    def __getattr__(self, method: str) -> Any:
        if method in ("remove", "delete_dynamic_partition"):
            self._calls.append(self._name)
        return getattr(self._inner, method)


def test_the_partition_goes_first_and_the_cms_entry_is_removed_once_more_at_the_end(finished: Studio) -> None:
    calls: list[str] = []
    with finished.session() as session:
        for name in ("instance", "cms", "origin", "store"):
            session.__dict__[name] = Recorded(name, getattr(session, name), calls)
        titles.remove_title(session, "film")
    assert calls == ["instance", "cms", "origin", "store", "cms"]


def test_a_published_title_has_made_every_stage(finished: Studio) -> None:
    (whole,) = json.loads(finished.vod("status", "--json").stdout)
    assert (whole["state"], whole["releases"], set(whole["stages"].values())) == ("published", [1], {"made"})
    assert json.loads(finished.vod("status", "film", "--json").stdout) == [whole]
    assert finished.run("--select", "key:av1_360p").executed == {"av1_360p"}  # nothing but what nobody asks for
    shown, facts = (
        finished.vod("titles", "show", "film"),
        json.loads(finished.vod("titles", "show", "film", "--json").stdout),
    )
    empty = [made["empty"] for made in facts["assets"].values() if made["empty"]]
    assert f"  {len(empty)} not needed; --json says which, and why\n" in shown.stdout
    assert "profile tiny has no rung av1_360p" in empty
    assert "has no rung" not in shown.stdout
    finished.forget("poster")
    (less,) = json.loads(finished.vod("status", "film", "--json").stdout)
    assert less["stages"]["pictures"] == "partly"


def held_by_another_run(session: Session, monkeypatch: pytest.MonkeyPatch) -> Pulse:
    """Hold the title as a run of another deployment does, which this instance knows nothing of."""
    monkeypatch.setattr(leases, "BUSY_AFTER_SECONDS", 0.3)
    pulse = Pulse(session.leases, "the-other-run", "film", lambda _: False, beat_seconds=0.05)
    pulse.start()
    pulse.require(lambda: None)
    return pulse


def test_what_writes_to_a_title_waits_for_whoever_holds_it(finished: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = finished.home / "cms" / "titles" / "film.json"
    before = bytes_below(finished.home / "store" / "titles"), bytes_below(finished.home / "origin"), entry.read_bytes()
    with finished.session() as session:
        other = held_by_another_run(session, monkeypatch)
        try:
            refused = [
                finished.vod("titles", "remove", "film", "--yes"),
                finished.vod("task", "publish", entry, "--json"),
                finished.vod("task", "upload", finished.home / "origin", "--title", "film", "--json"),
            ]
            other.require(lambda: None)
        finally:
            other.let_go()
    assert [ended.code for ended in refused] == [2, 2, 2]
    assert all("the-other-run" in ended.stdout + ended.stderr for ended in refused)
    after = bytes_below(finished.home / "store" / "titles"), bytes_below(finished.home / "origin"), entry.read_bytes()
    assert after == before


def test_a_title_in_quarantine_can_be_removed_and_is_in_none_afterwards(finished: Studio) -> None:
    with finished.session() as session:
        session.leases.quarantine(Quarantine(title="film", cause="3 runs of it died"))
    assert finished.vod("titles", "remove", "film", "--yes").code == 0
    with finished.session() as session:
        assert session.leases.quarantines() == []
        assert (session.leases.holder("film"), session.leases.beats()) == (None, [])
