"""`vod policy`, `vod visible` and `vod approve`: what an operator says wins over the files, and is kept."""

import json
from typing import Any

import pytest

from vod_assets.cli.policy import policy_in_force
from vod_assets.domain.orders import TakenDown
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def seen(studio: Studio, *arguments: str) -> dict[str, Any]:
    """Return what `vod visible --json` says."""
    found: dict[str, Any] = json.loads(studio.vod("visible", "film", "--json", *arguments).stdout)
    return found


def test_what_an_operator_sets_decides_until_it_is_cleared(finished: Studio) -> None:
    """It survives registering and comes to the CMS, and another set adds to it."""
    finished.source.with_suffix(".yaml").write_text("policy: {territories: [FR], require_captions: [en]}\n")
    said = ("policy", "set", "film", "--from", "2026-03-29T02:30", "--zone", "Europe/Berlin", "--by", "jane")
    ended = finished.vod(*said, "--allow", "DE,AUT")
    assert (ended.code, "does not exist in Europe/Berlin" in ended.stdout) == (0, True), ended.stderr
    assert finished.vod("policy", "set", "film", "--platform", "tv", "--sign-off").code == 0
    assert finished.run().code == 0  # registers it again
    with finished.session() as session:
        record, entry = session.store.record("film"), session.cms.entry("film")
        assert record is not None
        assert entry is not None
        assert record.policy_set is not None
        assert record.policy == {"territories": ["FR"], "require_captions": ["en"]}
        assert entry["policy"] == record.policy
        in_force = entry["publication"]["policy"]
        assert (in_force["territories"], in_force["platforms"]) == ({"allow": ["AT", "DE"]}, ["tv"])
        assert entry["publication"]["status"] == "awaiting_approval"
    assert json.loads(finished.vod("status", "film", "--json").stdout)[0]["state"] == "awaiting approval"
    begins = "2026-03-29T01:00:00Z"
    shown = seen(finished, "--at", begins, "--country", "de", "--platform", "tv")
    assert (shown["visible"], shown["window"], shown["waits"].startswith("release 2 waits")) == (True, 1, True)
    assert not seen(finished, "--at", "2026-03-29T00:59:59Z", "--country", "DE", "--platform", "tv")["visible"]
    assert not seen(finished, "--at", begins, "--country", "FR", "--platform", "tv")["visible"]
    assert finished.vod("approve", "film", "--by", "Jane Doe", "--because", "watched it").code == 0
    assert seen(finished)["waits"] == ""
    table = json.loads(finished.vod("edge-rules", "--for", "fastly").stdout)
    assert json.loads(table["titles"]["film"]) == {"a": "AT DE", "p": "tv", "w": [{"f": 1774746000}]}
    rules = finished.folder / "rules.js"
    assert finished.vod("edge-rules", "--output", rules).code == 0
    assert "async function handler(event)" in rules.read_text()
    assert finished.vod("policy", "clear", "film").code == 0
    assert seen(finished, "--country", "FR")["visible"]
    with finished.session() as session:
        record = session.store.record("film")
        assert record is not None
        ordered = TakenDown(at="2026-01-01T00:00:00+00:00", by="legal")
        session.store.order("film", {"taken_down": ordered})
    taken_down = seen(finished, "--country", "FR")
    assert (taken_down["visible"], taken_down["because"].startswith("it is taken down by legal")) == (False, True)
    assert "approved by Jane Doe" in finished.vod("policy", "show", "film").stdout


def test_what_is_no_policy_is_refused_in_a_sentence(finished: Studio) -> None:
    """And nothing is written."""
    file = finished.folder / "policy.json"
    file.write_text('{"windows": [{"until": "soon"}]}')
    for arguments, code in (
        (("policy", "set", "film", "--file", file), "bad_policy"),
        (("policy", "set", "film", "--deny", "EU"), "bad_policy"),
        (("policy", "set", "film"), "bad_policy"),
        (("visible", "film", "--at", "noon"), "bad_policy"),
        (("approve", "film", "--by", "Jane", "--release", "7"), "bad_approval"),
        (("approve", "film", "--by", "Jane", "--withdraw"), "bad_approval"),
        (("approve", "film", "--by", " "), "bad_approval"),
    ):
        ended = finished.vod(*arguments)
        assert (ended.code, f"[{code}]" in ended.stderr) == (2, True), ended.stderr
    with finished.session() as session:
        record = session.store.record("film")
        assert record is not None
        assert (record.policy_set, record.approvals) == (None, ())


def test_what_options_do_not_say_stays_as_it_is(finished: Studio) -> None:
    """None of them widens a policy without saying so."""
    for options in (
        ("--from", "2030-01-01", "--until", "2030-02-01", "--allow", "DE,AT"),
        ("--deny", "AT"),
        ("--offer", "svod"),
        ("--until", "2030-03-01"),
    ):
        ended = finished.vod("policy", "set", "film", *options, "--by", "jane")
        assert ended.code == 0, ended.stderr
    with finished.session() as session:
        policy = policy_in_force(session, "film")
    assert (policy.territories.allow, policy.territories.deny) == (("AT", "DE"), ("AT",))
    (window,) = policy.windows
    assert (str(window.begins), str(window.ends)) == ("2030-01-01 00:00:00+00:00", "2030-03-02 00:00:00+00:00")
    file = finished.folder / "two.json"
    file.write_text('{"windows": [{"until": "2029-01-01"}, {"from": "2031-01-01"}]}')
    assert finished.vod("policy", "set", "film", "--file", file).code == 0
    refused = finished.vod("policy", "set", "film", "--offer", "svod")
    assert (refused.code, "it has 2 windows" in refused.stderr) == (2, True)
