"""Dagster's daemon that looks more often: ``python -m vod_assets_tests.hasty_daemon run …``.

It works through backfills each half minute and through sensors each five seconds, which no setting changes. How often a
sensor is due stays what the sensor says.
"""

from dagster._daemon import controller, sensor
from dagster._daemon.cli import main

BACKFILL_SECONDS, SENSOR_SECONDS = 2, 1

if __name__ == "__main__":
    controller.DEFAULT_DAEMON_INTERVAL_SECONDS = BACKFILL_SECONDS
    sensor.MIN_INTERVAL_LOOP_TIME = SENSOR_SECONDS
    main()
