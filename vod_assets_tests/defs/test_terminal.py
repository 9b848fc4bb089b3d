"""What a person reads on the terminal when a run fails."""

from collections.abc import Iterator

import dagster as dg
import pytest

from vod_assets.defs.step import edge
from vod_assets.defs.terminal import CONSOLE, on_terminal, terminal
from vod_assets.domain.errors import ConfigError


@dg.asset
def refused(context: dg.AssetExecutionContext) -> None:
    with edge(context, "film"):
        raise ConfigError("key_address_missing", "nobody knows where keys are")


@dg.asset(deps=[refused])
def following() -> None:
    """It is not reached."""


@dg.asset
def broken() -> None:
    raise ZeroDivisionError("we have a bug")


@dg.asset(check_specs=[dg.AssetCheckSpec("sound", asset="judged", blocking=True)])
def judged(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    context.log.warning("the disk is slow")
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(passed=False, check_name="sound")


def test_only_a_fault_of_ours_shows_its_traceback_and_the_event_log_keeps_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    definitions = dg.Definitions(assets=[refused, following, judged, broken], loggers={CONSOLE: terminal})
    with dg.DagsterInstance.ephemeral() as instance:
        ended = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, run_config=on_terminal(instance), raise_on_error=False
        )
        records = instance.get_records_for_run(ended.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
        kept = "".join(str(record.event_log_entry.get_dagster_event().step_failure_data.error) for record in records)
    assert all(words in kept for words in ("key_address_missing", "CheckFailed", "we have a bug")), kept
    shown = capsys.readouterr().err
    assert (shown.count("ZeroDivisionError: we have a bug"), shown.count("Stack Trace:")) == (1, 1), shown
    assert "the disk is slow" in shown
    assert not any(words in shown for words in ("key_address_missing", "CheckFailed", "following", "RUN_FAILURE")), (
        shown
    )
