"""Instants are read as people write them, at the changes of the clocks, too."""

import pytest

from vod_assets.domain.instants import local_text, read_instant, text_of


@pytest.mark.parametrize(
    ("text", "zone", "is_end", "instant"),
    [
        ("2026-01-31T18:00:00+01:00", "", False, "2026-01-31T17:00:00Z"),
        ("2026-01-31T18:00Z", "Europe/Berlin", False, "2026-01-31T18:00:00Z"),
        ("2026-01-31 18:00", "Europe/Berlin", False, "2026-01-31T17:00:00Z"),
        ("2026-07-31T18:00:59.9-0330", "", False, "2026-07-31T21:30:59Z"),
        ("2026-07-31", "America/New_York", False, "2026-07-31T04:00:00Z"),
        ("2026-07-31", "America/New_York", True, "2026-08-01T04:00:00Z"),
        ("2026-01-31T18:00", "", False, "2026-01-31T18:00:00Z"),
    ],
)
def test_an_instant_is_stored_in_utc(text: str, zone: str, is_end: bool, instant: str) -> None:
    """Whether it is written with an offset, with a zone, or as a day."""
    read = read_instant(text, zone, is_end=is_end)
    assert (text_of(read.at), read.notice) == (instant, "")


@pytest.mark.parametrize(
    ("text", "zone", "begins", "ends"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"),
    ],
)
def test_a_local_time_that_the_clocks_leave_out_or_repeat_is_said(text: str, zone: str, begins: str, ends: str) -> None:
    """What is left out means the instant of the change; what comes twice begins early and ends late."""
    first, last = read_instant(text, zone), read_instant(text, zone, is_end=True)
    assert (text_of(first.at), text_of(last.at)) == (begins, ends)
    assert "does not exist" in first.notice or "comes twice" in first.notice


def test_a_change_of_the_clocks_is_found_to_the_second() -> None:
    """Local mean time ended in Amsterdam in the midst of a minute."""
    read = read_instant("1937-07-01T00:00:10", "Europe/Amsterdam")
    assert local_text(read.at, "Europe/Amsterdam") >= "1937-07-01T00:00:10"


@pytest.mark.parametrize(
    ("text", "zone", "cause"),
    [
        ("tomorrow", "", "“tomorrow” is no instant: write"),
        ("2026-01-31+01:00", "", "is no instant"),
        ("2026-02-30", "", "there is no such day"),
        ("2026-01-31T24:30", "", "no such day or time"),
        ("2026-01-31T10:00+99:99", "", "no offset"),
        ("0001-01-01", "", "is too far away"),
        (20260131, "", "is no instant"),
        (None, "", "is no instant"),
        ("2026-01-31", "Europe", "“Europe” is no zone"),
        ("2026-01-31", "../../etc/passwd", "is no zone"),
        ("2026-01-31", "right/Europe/Berlin", "is no zone"),
        ("2026-01-31", "europe berlin\x1b[2J", "is no zone"),
        ("٢٠٢٦-01-31", "", "is no instant"),
    ],
)
def test_what_is_no_instant_is_refused(text: object, zone: str, cause: str) -> None:
    """In words that say what to write."""
    with pytest.raises(ValueError, match=cause):
        read_instant(text, zone)
