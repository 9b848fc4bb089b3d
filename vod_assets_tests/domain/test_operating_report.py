"""Reports of the operation."""

from dataclasses import replace

import pytest

from vod_assets.domain.operating_facts import MadeFact, RunFact
from vod_assets.domain.operating_report import report_of
from vod_assets_tests.operated import RUNG, RUNS, WINDOW, at, report


def test_runs_are_counted_by_how_they_ended_in_the_window_alone() -> None:
    assert report().states == {"failed": 1, "succeeded": 2, "waiting": 1}
    assert report().runs == 4
    assert report().retries == 1


def test_rungs_that_one_process_encoded_share_programme_and_cpu() -> None:
    work = report().codecs["h264"]
    assert (work.makes, work.media_seconds, work.encode_seconds, work.cpu_seconds) == (2, 120.0, 40.0, 90.0)
    assert work.real_time_factor == 3.0
    assert report().assets["h264_720p"].real_time_factor == 12.0


def test_rungs_that_are_steps_of_their_own_share_the_programme_and_not_the_cpu() -> None:
    made = [replace(RUNG, step="h264_1080p"), replace(RUNG, asset="h264_720p", step="h264_720p", cpu_seconds=40.0)]
    work = report_of(WINDOW, RUNS, made).codecs["h264"]
    assert (work.media_seconds, work.cpu_seconds) == (120.0, 130.0)


def test_what_was_reused_was_not_encoded() -> None:
    lines = {line.title: line for line in report().titles}
    assert lines["beta"].work.real_time_factor is None
    assert (lines["beta"].work.makes, lines["beta"].work.reused) == (0, 1)
    assert report().reuse_share == pytest.approx(1 / 6)


def test_a_title_says_how_its_last_run_ended() -> None:
    lines = {line.title: line for line in report().titles}
    assert list(lines) == ["alpha", "beta", "gamma"]
    assert (lines["beta"].last_run, lines["beta"].last_state, lines["beta"].last_code) == ("r3", "succeeded", "")
    assert (lines["beta"].failed, lines["beta"].retries) == (1, 1)
    assert (lines["gamma"].last_state, lines["gamma"].last_ended_at) == ("waiting", "")


def test_failures_are_told_by_cause_and_who_must_act() -> None:
    (line,) = report().failures
    assert (line.code, line.who, line.runs, line.titles, line.cause) == (
        *("source_not_media", "supplier", 1),
        *(("beta",), "it is noise"),
    )


def test_of_a_cause_that_many_titles_share_some_are_named_and_all_counted() -> None:
    runs = [RunFact(f"r{n}", f"t{n:03}", "failed", at(0, n), code="disk_full") for n in range(50)]
    (line,) = report_of(WINDOW, runs, []).failures
    assert (len(line.titles), line.titles_count, line.titles[0]) == (20, 50, "t000")


def test_waiting_is_from_creation_to_the_first_step() -> None:
    waited = report().waited
    assert (waited.median, waited.longest) == (10.0, 30.0)


def test_storage_is_what_was_added_and_delivery_the_last_release() -> None:
    assert {line.group: line.stored_bytes for line in report().groups} == {"publish": 0, "renditions": 5500}
    assert report().delivered_bytes == 1600


def test_costs_are_added_by_currency_where_they_were_recorded() -> None:
    assert report().cost == {"EUR": 0.75}
    assert report("beta").cost == {}


def test_only_titles_that_are_wanted_are_reported() -> None:
    assert [line.title for line in report("beta").titles] == ["beta"]
    assert report("beta").states == {"failed": 1, "succeeded": 1}


def test_a_day_has_the_runs_that_were_created_on_it() -> None:
    assert [(day.day, dict(day.states)) for day in report().days] == [
        ("2026-03-02", {"succeeded": 1}),
        ("2026-03-03", {"failed": 1, "succeeded": 1}),
        ("2026-03-04", {"waiting": 1}),
    ]


def test_a_house_without_runs_has_a_report() -> None:
    empty = report_of(WINDOW, [], [])
    assert (empty.runs, empty.reuse_share, empty.work.real_time_factor) == (0, None, None)


def test_an_asset_of_your_own_has_the_group_other() -> None:
    made = [MadeFact("r1", "alpha", "my_asset", size_bytes=3)]
    assert [(line.group, line.stored_bytes) for line in report_of(WINDOW, RUNS, made).groups] == [("other", 3)]
