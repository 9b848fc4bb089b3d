"""A policy that asks for sign-off has every release wait for somebody's word."""

import pytest

from vod_assets.domain.approvals import Approval, PolicySet, awaits_approval
from vod_assets.domain.policy import restated
from vod_assets.domain.title import TitleRecord

FIRST = Approval(by="Jane", at="2026-01-01T00:00:00Z", number=1, digest="a")


@pytest.mark.parametrize(
    ("approvals", "waits"),
    [
        ((), True),
        ((FIRST,), False),
        ((FIRST.model_copy(update={"withdrawn": "later"}),), True),
        ((FIRST.model_copy(update={"digest": "b"}),), True),
        ((FIRST.model_copy(update={"digest": ""}),), False),
    ],
)
def test_a_release_waits_until_it_is_approved(approvals: tuple[Approval, ...], waits: bool) -> None:
    """By itself, or with every other."""
    record = TitleRecord(title_id="film", source="file:///film.mov", policy={"sign_off": True}, approvals=approvals)
    assert awaits_approval(record, "a") is waits


def test_what_is_set_wins_field_by_field_even_where_it_says_nothing() -> None:
    """And a record that nobody set anything of is written as ever."""
    record = TitleRecord(title_id="film", source="file:///film.mov", policy={"territories": ["DE"], "sign_off": True})
    assert {"policy_set", "approvals"} & record.model_dump().keys() == set()
    said = restated({"territories": "ALL", "sign_off": False, "windows": {"from": "2026-01-01T01:00"}}, "Europe/Berlin")
    given = record.model_copy(update={"policy_set": PolicySet(said=said, by="Jane", at="")})
    assert TitleRecord.model_validate_json(given.model_dump_json()) == given
    assert given.effective_policy["windows"][0]["from"] == "2026-01-01T00:00:00Z"
    assert (given.effective_policy["territories"], given.effective_policy["sign_off"]) == ({}, False)
    assert not awaits_approval(given, "a")
