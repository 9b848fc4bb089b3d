"""The rules for Prometheus."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
METRIC = re.compile(r"\bvod_[a-z_]+")


def test_every_metric_of_the_rules_is_described_and_measured() -> None:
    rules = [
        rule for group in yaml.safe_load((ROOT / "docs/alerts.yaml").read_text())["groups"] for rule in group["rules"]
    ]
    named = {name for rule in rules for name in METRIC.findall(rule["expr"])}
    page = (ROOT / "docs/metrics.md").read_text()
    code = "".join((ROOT / "vod_assets" / path).read_text() for path in PLACES)
    described = set(METRIC.findall(page))
    assert len(rules) >= 8
    assert named <= described
    assert {name for name in described if name.removesuffix("_total") not in METRIC.findall(code)} == set()


PLACES = ("defs/metering.py", "defs/counting.py", "cli/metrics.py", "metrics_page.py")
