"""The sensor that shows titles and takes them away when their windows open and close."""

import time

import dagster as dg

from vod_assets.domain.errors import StoreError, VodError
from vod_assets.publishing import Publisher

LOOK_SECONDS = 10
TICK_SECONDS = 40.0  # Dagster ends a tick of more than 60 s


@dg.sensor(
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Publishes and expires titles when their windows say so, and finishes what was broken off.",
)
def publications(context: dg.SensorEvaluationContext, publisher: dg.ResourceParam[Publisher]) -> dg.SkipReason:
    """Bring every title that is due to what its policy and its operators say."""
    ends_at = time.monotonic() + TICK_SECONDS
    done: list[str] = []
    try:
        for title, came in publisher.tick(lambda: time.monotonic() > ends_at):
            if isinstance(came, VodError):
                context.log.warning(str(came))
            elif came is not None and came.kind:
                done.append(f"{title}: {came.kind}")
                context.log.info(done[-1])
        done += [f"{title}: its stream is started" for title in publisher.keep_streams()]
    except StoreError as error:
        context.log.warning(str(error))
        return dg.SkipReason(str(error))
    return dg.SkipReason("; ".join(done[:20]) or "nothing is due")
