"""Byte pairs of closed captions are sorted by channel, each at its picture's time."""

from fractions import Fraction

from vod_assets.domain.text.captions import read_captions
from vod_assets.domain.text.closed_captions import ClosedCaptions, UserData
from vod_assets_tests.closed_captions import erased, pop_on

PICTURE = Fraction(1001, 30000)


def decoded(*fields: dict[int, list[tuple[int, int]]], pictures: int = 90) -> ClosedCaptions:
    pictures_data, waiting = UserData(), [[] for _ in fields]  # type: ignore[var-annotated]
    for picture in range(pictures):
        data = b""
        for number, field in enumerate(fields):
            waiting[number] += field.get(picture, [])
            first, second = waiting[number].pop(0) if waiting[number] else (0, 0)
            data += bytes((0xFC | number, first, second))
        pictures_data.feed(picture * PICTURE, data)
    return pictures_data.found()


def cues(scc: str) -> list[tuple[int, int, str]]:
    """Return the pictures at which each cue begins and ends, and its text."""
    found = read_captions(scc.encode(), "cc.scc").cues
    return [(round(cue.start_seconds / PICTURE), round(cue.end_seconds / PICTURE), cue.text) for cue in found]


def test_channels_of_both_fields_are_told_apart() -> None:
    second = [(first | 0x08, low) if 0x10 <= first <= 0x1F else (first, low) for first, low in pop_on("DEUX")]
    found = decoded(
        {10: pop_on("HELLO"), 30: second, 60: [*erased(), (0x1C, 0x2C)]},
        {5: pop_on("HOLA", second_field=True), 50: erased(second_field=True)},
    )
    assert {channel: cues(scc) for channel, scc in found.channels.items()} == {
        1: [(16, 60, "HELLO")],
        2: [(35, 61, "DEUX")],
        3: [(10, 50, "HOLA")],
    }


def test_text_service_programme_data_and_padding_are_no_captions() -> None:
    text_mode = [(0x14, 0x2B), (0x41, 0x42)]
    programme = [(0x01, 0x03), (0x58, 0x44), (0x0F, 0x1D)]
    assert decoded({1: text_mode}, {1: programme}).channels == {}


def test_marked_invalid_is_not_read() -> None:
    data = UserData()
    for pair in pop_on("HELLO"):
        data.feed(Fraction(0), bytes((0xF8, *pair)))
    assert data.found() == ClosedCaptions()
