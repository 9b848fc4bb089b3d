"""`vod rekey` says why a title gets no new keys; what it does otherwise, `defs/test_keys` shows."""

import pytest

from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def test_a_title_that_is_not_protected_has_none_to_renew(finished: Studio) -> None:
    ended = finished.vod("rekey", "film", "--json")
    assert (ended.code, ended.failed_with) == (2, "nothing_protected")
    assert "film" in ended.outcome["error"]["message"]
    assert finished.vod("rekey", "other", "--json").failed_with == "unknown_title"
    with finished.session() as session:
        record = session.store.record("film")
    assert record is not None
    assert record.key_generation == 0
    assert not finished.calls()
