"""SCTE 35 is read as the standard writes it, and what cannot be used costs itself alone."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.media_info import Splice
from vod_assets.domain.splice_info import SpliceError, SpliceEvent, crc, read_section
from vod_assets.domain.splices import place, seconds_from
from vod_assets_tests.domain.splice_sections import cancel, section, splice_insert, time_signal

ZERO = (1 << 33) - 90_000  # the clock goes round one second after the beginning
SECOND = 90_000


def at(seconds: int | Fraction) -> int:
    return int(ZERO + seconds * SECOND) % (1 << 33)


def placed(*sections: bytes) -> list[tuple[str, Fraction, Fraction | None]]:
    found = place([Splice(section=one.hex(), arrives_seconds=Fraction(7)) for one in sections], ZERO)
    assert found.findings == ()
    return [(one.id, one.start_seconds, one.duration_seconds) for one in found.ad_breaks]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (  # SCTE 35, 14.1
            "fc3034000000000000fffff00506fe72bd0050001e021c435545494800008e7fcf0001a599b00808000000002ca0a18a3402009ac9d17e",
            SpliceEvent("out", "1207959694-34", 0x072BD0050, 0x0001A599B0),
        ),
        (  # 14.2
            "fc302f000000000000fffff014054800008f7feffe7369c02efe0052ccf500000000000a0008435545490000013562dba30a",
            SpliceEvent("out", "1207959695", 0x07369C02E, 0x00052CCF5),
        ),
    ],
)
def test_the_standards_own_samples_are_read(text: str, event: SpliceEvent) -> None:
    assert read_section(bytes.fromhex(text)) == (event,)


def test_a_return_ends_its_break() -> None:
    assert placed(splice_insert(5, at(2)), splice_insert(5, at(4), out=False)) == [("scte35-5", 2, 2)]


def test_an_announcement_that_is_repeated_is_one_break() -> None:
    assert placed(*[splice_insert(5, at(2), duration=SECOND)] * 3) == [("scte35-5", 2, 1)]


def test_a_break_without_a_time_is_where_its_section_arrives() -> None:
    assert placed(splice_insert(5, None)) == [("scte35-5", 7, None)]


def test_the_adjustment_of_a_remultiplexer_counts() -> None:
    assert placed(splice_insert(5, at(2), adjustment=SECOND // 2)) == [("scte35-5", Fraction(5, 2), None)]


def test_what_is_cancelled_never_was() -> None:
    assert placed(splice_insert(5, at(2)), splice_insert(6, at(3)), cancel(5)) == [("scte35-6", 3, None)]


def test_advertisements_within_a_break_are_part_of_it() -> None:
    """A break (0x22) that lasts 60 s begins with an opportunity (0x34) and holds two advertisements (0x30)."""
    inside = [(2, 0x34, 60 * SECOND), (3, 0x30, 30 * SECOND)]
    signals = [time_signal(at(1), (1, 0x22, 60 * SECOND), *inside), time_signal(at(31), (4, 0x30, 30 * SECOND))]
    assert placed(*signals, time_signal(at(61), (1, 0x23, None)))[0] == ("scte35-1-22", 1, 60)
    assert len(placed(*signals)) == 1


def test_chapters_are_announced_likewise() -> None:
    found = place([Splice(section=time_signal(at(3), (1, 0x20, None)).hex(), arrives_seconds=Fraction(0))], ZERO)
    assert [one.start_seconds for one in found.chapters] == [3]


def test_time_before_the_first_picture_is_negative() -> None:
    assert seconds_from(ZERO, at(-2)) == -2


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is no splice_info_section"),
        (b"\x02" + bytes(20), "is no splice_info_section"),
        (splice_insert(1, 5)[:-1] + b"x", "has a wrong CRC"),
        (section(5, b"\0\0"), "ends within a field"),
        (section(6, b"\xff", b"\x02\xff"), "ends within a field"),
        (section(5, b"", encrypted=1), "is encrypted"),
        (splice_insert(1, 5) + b"\0", "is not as long as it says"),
    ],
)
def test_a_malformed_section_says_why(data: bytes, why: str) -> None:
    with pytest.raises(SpliceError, match=why):
        read_section(data)
    found = place([Splice(section=data.hex(), arrives_seconds=Fraction(0))], ZERO)
    assert [finding.code for finding in found.findings] == ["splice_refused"]


@given(st.binary(max_size=300))
def test_noise_with_a_right_crc_is_read_or_refused(noise: bytes) -> None:
    body = b"\xfc" + (0x3000 | (len(noise) + 4)).to_bytes(2, "big") + noise
    with suppress(SpliceError):
        read_section(body + crc(body).to_bytes(4, "big"))
