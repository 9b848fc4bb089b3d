"""Jobs of a transcoding service: handed in once, looked after, and never left behind."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vod_assets.domain.errors import Cancelled, RemoteError
from vod_assets.ports.runs import Progress
from vod_assets.ports.services import JobState, JobStatus
from vod_assets_tests.adapters.services.doubles import AWAY, COMPLETE, RUNNING, SPEC, Bench, ScriptedService, asked_of

FAILED = JobStatus(JobState.FAILED, cause="1404 no such thing")
PASSING = replace(FAILED, is_passing=True)
LOST = JobStatus(JobState.LOST)
WRONG = RemoteError("service_output_wrong", "h264_360p of film came back wrong: it is missing")


class Crash(Exception):  # noqa: N818 - nobody raised it: the process is gone
    """The process is gone."""


def ignored(_: Progress) -> None:
    """Pass over progress."""


def test_a_job_is_handed_in_waited_for_and_billed(tmp_path: Path) -> None:
    bench, told = Bench(), list[Progress]()
    report = bench.transcoder.make(asked_of(tmp_path), told.append)
    assert (report.job, report.handed_in, report.service) == ("job-1", 1, "scripted")
    assert report.billed["h264_360p"] | {"codec": "h264", "seconds": "2"} == report.billed["h264_360p"]
    assert [one.percent for one in told] == [50, 100]
    assert bench.service.orders[0].source == "s3://films/film.mov"


def test_a_source_that_the_service_cannot_read_is_brought_to_it_once(tmp_path: Path) -> None:
    bench = Bench()
    (tmp_path / "film.mov").write_bytes(b"pictures")
    asked = replace(asked_of(tmp_path, "/films/film.MOV"), sha256=hashlib.sha256(b"pictures").hexdigest())
    bench.transcoder.make(asked, ignored)
    (tmp_path / "film.mov").unlink()
    bench.transcoder.make(replace(asked, recipes=["another"]), ignored)
    assert {order.source for order in bench.service.orders} == {f"s3://work/sources/{asked.sha256}.mov"}


def test_a_run_that_comes_back_attaches_to_the_job_that_runs(tmp_path: Path) -> None:
    bench = Bench(ScriptedService([RUNNING, RUNNING, RUNNING, COMPLETE]))

    def crash() -> None:
        bench.on_sleep = lambda: None
        raise RuntimeError

    bench.on_sleep = crash
    with pytest.raises(RuntimeError):
        bench.transcoder.make(asked_of(tmp_path), ignored)
    report = bench.transcoder.make(asked_of(tmp_path), ignored)
    assert (report.job, report.handed_in, len(bench.service.orders)) == ("job-1", 0, 1)
    assert bench.service.cancelled == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crashes=st.lists(st.sampled_from(["submit", "answer", "find", "status", "note"]), max_size=6))
def test_a_crash_between_submit_and_note_never_makes_a_second_job(tmp_path: Path, crashes: list[str]) -> None:
    bench = Bench(ScriptedService([RUNNING, RUNNING, RUNNING, COMPLETE]))
    for place in crashes:
        bench.service.troubles = {place: [Crash()]}
        if place == "note":
            _crash_at_the_next_note(bench)
        with suppress(Crash):  # it may come through before anything happens
            bench.transcoder.make(asked_of(tmp_path), ignored)
    bench.service.troubles = {}
    bench.transcoder.make(asked_of(tmp_path), ignored)
    assert len(bench.service.orders) == 1


def _crash_at_the_next_note(bench: Bench) -> None:
    real = bench.blobs.create

    def create(name: str, data: bytes) -> bool:
        if name.endswith("job.json"):
            bench.blobs.create = real  # type: ignore[method-assign]
            raise Crash
        return real(name, data)

    bench.blobs.create = create  # type: ignore[method-assign]


def test_an_answer_that_is_lost_leaves_one_job(tmp_path: Path) -> None:
    bench = Bench()
    bench.service.troubles = {"submit": [AWAY, AWAY], "answer": [AWAY], "find": [None, AWAY]}
    assert bench.transcoder.make(asked_of(tmp_path), ignored).job == "job-1"
    assert len(bench.service.orders) == 1


@pytest.mark.parametrize("trouble", [LOST, PASSING, JobStatus(JobState.CANCELLED)])
def test_a_job_that_is_lost_or_fails_by_chance_is_handed_in_again_twice(trouble: JobStatus, tmp_path: Path) -> None:
    scripts = [[RUNNING, trouble]] * 2
    bench = Bench(ScriptedService(*scripts, [COMPLETE]))
    if trouble.state is JobState.CANCELLED:  # of a run that was cancelled before
        bench.service.scripts = ([RUNNING],)
        bench.on_sleep = lambda: setattr(bench.guard, "is_wanted", False)
        with pytest.raises(Cancelled):
            bench.transcoder.make(asked_of(tmp_path), ignored)
        bench.guard.is_wanted, bench.on_sleep, bench.service.scripts = True, lambda: None, ([COMPLETE],)
        assert bench.transcoder.make(asked_of(tmp_path), ignored).job == "job-2"
        return
    assert bench.transcoder.make(asked_of(tmp_path), ignored).job == "job-3"
    forever = Bench(ScriptedService([RUNNING, trouble]))
    with pytest.raises(RemoteError, match="service_failed"):
        forever.transcoder.make(asked_of(tmp_path), ignored)
    assert len(forever.service.orders) == 3


def test_a_job_that_fails_for_good_is_not_handed_in_again(tmp_path: Path) -> None:
    bench = Bench(ScriptedService([RUNNING, FAILED]))
    with pytest.raises(RemoteError, match="1404 no such thing"):
        bench.transcoder.make(asked_of(tmp_path), ignored)
    assert len(bench.service.orders) == 1


def test_files_that_are_wrong_are_ordered_once_more(tmp_path: Path) -> None:
    bench = Bench()
    bench.taken.troubles = [WRONG]
    assert bench.transcoder.make(asked_of(tmp_path), ignored).job == "job-2"
    bench.taken.troubles = [WRONG, WRONG]
    with pytest.raises(RemoteError, match="service_output_wrong"):
        bench.transcoder.make(replace(asked_of(tmp_path), recipes=["other"]), ignored)
    assert len(bench.service.orders) == 4


def test_a_job_that_hangs_is_cancelled_there_and_ordered_once_more(tmp_path: Path) -> None:
    hung = replace(RUNNING, percent=99.0)
    bench = Bench(ScriptedService([hung]))
    with pytest.raises(RemoteError, match=r"hangs at 99 %.*service_stalled"):
        bench.transcoder.make(asked_of(tmp_path), ignored)
    assert bench.service.cancelled == ["job-1", "job-2"]


def test_a_job_that_is_never_begun_is_given_up(tmp_path: Path) -> None:
    bench = Bench(ScriptedService([JobStatus(JobState.WAITING)]))
    with pytest.raises(RemoteError, match=r"was not begun.*service_busy"):
        bench.transcoder.make(asked_of(tmp_path), ignored)
    assert bench.service.cancelled == ["job-1"]


def test_a_service_may_be_away_for_minutes_while_its_job_runs(tmp_path: Path) -> None:
    bench = Bench(ScriptedService([RUNNING, COMPLETE]))
    bench.service.troubles = {"status": [None, *[AWAY] * 20]}
    assert bench.transcoder.make(asked_of(tmp_path), ignored).handed_in == 1
    gone = Bench()
    gone.service.troubles = {"submit": [AWAY] * 200}
    with pytest.raises(RemoteError, match="service_unreachable"):
        gone.transcoder.make(asked_of(tmp_path), ignored)


def test_what_was_refused_is_not_asked_again(tmp_path: Path) -> None:
    bench = Bench()
    bench.service.troubles = {"submit": [RemoteError("service_refused", "the role may not be passed")]}
    with pytest.raises(RemoteError, match="service_refused"):
        bench.transcoder.make(asked_of(tmp_path), ignored)
    assert bench.clock.now == 0


def test_a_cancelled_run_cancels_its_job(tmp_path: Path) -> None:
    bench = Bench(ScriptedService([RUNNING]))
    bench.on_sleep = lambda: setattr(bench.guard, "is_wanted", False)
    with pytest.raises(Cancelled):
        bench.transcoder.make(asked_of(tmp_path), ignored)
    assert bench.service.cancelled == ["job-1"]


def test_what_was_fetched_is_taken_away_and_made_anew_when_it_is_asked_for_again(tmp_path: Path) -> None:
    bench = Bench()
    asked = asked_of(tmp_path)
    bench.transcoder.make(asked, ignored)
    (file,) = bench.service.files(bench.service.orders[0]).values()
    bench.blobs.create(file.removeprefix("s3://work/"), b"a rendition")
    bench.transcoder.forget(asked)
    assert bench.blobs.stat(file.removeprefix("s3://work/")) is None
    assert bench.transcoder.make(asked, ignored).job == "job-2"


def test_what_it_cannot_make_it_says() -> None:
    transcoder = Bench().transcoder
    assert transcoder.obstacle(SPEC) == ""
    assert "no AV1" in transcoder.obstacle(SPEC.model_copy(update={"codec": "av1"}))
