"""A title of which captions are demanded is not released without them, whatever was selected."""

import pytest

from vod_assets_tests.studio import Studio, bytes_below

pytestmark = pytest.mark.media


def test_policy_that_demands_captions_refuses_a_title_without(finished: Studio) -> None:
    origin = bytes_below(finished.home / "origin")
    finished.source.with_suffix(".yaml").write_text("policy:\n  require_captions: [en, fr]\n")
    failed = finished.run()
    assert failed.code == 1
    assert "the check hls_package.captions failed" in failed.stdout
    gate = finished.vod("run-workflow", finished.source, "--json", "--select", "metadata,release")
    assert (gate.code, gate.failed_with) == (1, "check_failed")
    assert "captions in fr are required, and it has them in en" in gate.outcome["error"]["message"]
    assert bytes_below(finished.home / "origin") == origin
    finished.source.with_suffix(".yaml").write_text("policy:\n  require_captions: [en]\n")
    assert finished.run().code == 0
