"""A run's log holds a few lines of a long transfer, not one a second."""

import logging

from vod_assets.defs.reporting import LogReporter
from vod_assets.ports import Transfer


def test_a_long_transfer_is_a_few_lines() -> None:
    said: list[str] = []
    log = logging.Logger("a run")
    log.addFilter(lambda record: said.append(record.getMessage()) or False)
    reporter = LogReporter(log)
    for second in range(20):
        reporter.moved("film", "release", Transfer("sending tracks", second, 20, float(second)))
    reporter.moved("film", "release", Transfer("sending tracks", 20, 20, 20.0, is_over=True))
    assert len(said) == 2
    assert said[0].startswith("release: sending tracks 0 %")
    assert said[1].startswith("release: sending tracks 100 %")
