"""Digital captions (CEA-708) become cues: what windows show, from the picture on that shows it."""

import random
from fractions import Fraction

import pytest

from vod_assets.domain.text.captions import read_captions
from vod_assets.domain.text.closed_captions import ClosedCaptions, UserData
from vod_assets_tests.closed_captions import erased, hidden, packet, pop_on, triplets, window

PICTURE = Fraction(1, 25)
Shown = list[tuple[int, int, str, str]]


def decoded(said: dict[int, bytes], shape: Fraction = Fraction(16, 9)) -> ClosedCaptions:
    """Return what packets say that come with the pictures of these numbers, each picture filled up with padding."""
    data = UserData(shape)
    for picture in range(max(said) + 1):
        data.feed(picture * PICTURE, triplets(said.get(picture, b"")) + b"\xfa\0\0")
    return data.found()


def shown(found: ClosedCaptions, service: int = 1) -> Shown:
    """Return first and last picture of each cue, its text and its settings."""
    cues = read_captions(found.services[service].encode(), "cc.vtt").cues
    return [
        (round(cue.start_seconds / PICTURE), round(cue.end_seconds / PICTURE), cue.text, cue.settings) for cue in cues
    ]


def test_window_is_a_cue_while_it_is_shown() -> None:
    """Defined, written and toggled in packets of their own; italics are the pen's, the place that of the window."""
    define = bytes((0x98, 0x00, 15, 21, 0x01, 0x1F, 0x11))
    italic, plain = bytes((0x90, 0x05, 0x80)), bytes((0x90, 0x05, 0x00))
    found = decoded(
        {
            2: packet((1, define + italic + b"Who?")),
            3: packet((1, bytes((0x92, 0x01, 0x00)) + plain + b"Me & you")),
            10: packet((1, bytes((0x8B, 0x01)))),
            40: packet((1, bytes((0x8A, 0xFF)))),
        }
    )
    assert shown(found) == [(10, 40, "<i>Who?</i>\nMe &amp; you", "line:26% position:18%,line-left align:start")]


def test_rows_that_roll_up_are_a_cue_each_however_they_are_sent() -> None:
    roll_up = bytes((0x98, 0x20, 60, 0, 0x61, 0x1F, 0x21, 0x97, 0x00, 0x00, 0x0C, 0x00))  # two rows, scrolls upwards
    letters = {20 + at: packet((1, bytes((letter,)))) for at, letter in enumerate(b"FIRST")}
    letters |= {60 + at: packet((1, bytes((letter,)))) for at, letter in enumerate(b"\rSECOND")}
    letters |= {100: packet((1, b"\rTHIRD")), 140: packet((1, bytes((0x8C, 0xFF))))}
    found = decoded({1: packet((1, roll_up + bytes((0x92, 0x01, 0x00)))), **letters})
    assert [cue[:3] for cue in shown(found)] == [
        (20, 61, "FIRST"),
        (61, 100, "FIRST\nSECOND"),
        (100, 140, "SECOND\nTHIRD"),
    ]


def test_line_that_goes_ends_its_cue_though_the_one_above_says_the_same() -> None:
    """Two rows, the second scrolled away or erased: what is left is no longer the caption that it was."""
    begin = bytes((0x98, 0x20, 30, 80, 0x01, 0x1F, 0x11))
    rolled = {1: packet((1, begin + b"LA LA")), 20: packet((1, b"\rLA LA")), 40: packet((1, b"\r"))}
    erased_row = {1: packet((1, begin + b"ONE\rTWO")), 20: packet((1, b"\x0e"))}
    for said, texts in ((rolled, ["LA LA", "LA LA\nLA LA", "LA LA"]), (erased_row, ["ONE\nTWO", "ONE"])):
        found = decoded({**said, 60: packet((1, b"\x8f"))})
        assert [cue[2] for cue in shown(found)] == texts


def test_characters_of_all_sets_and_services_beyond_six() -> None:
    """A note (G0), Latin letters (G1), G2 and sixteen bits; commands of later editions are stepped over."""
    later = bytes((0x10, 0x84, 1, 2, 3, 4)) + bytes((0x10, 0x91, 0x02, 0x41, 0x42)) + bytes((0x10, 0x12, 1, 2))
    text = b"\x7f \xe9 " + bytes((0x10, 0x39)) + later + bytes((0x18, 0x06, 0x2E))
    define = bytes((0x9A, 0x20, 0x80 | 50, 50, 0x70, 0x1F, 0x19))
    found = decoded({1: packet((63, define + text)), 20: packet((63, b"\x8f"))})
    assert shown(found, 63) == [(1, 20, "♪ é ™\u062e", "line:50%,end")]


def test_delay_holds_back_what_follows_until_it_ends_or_is_cancelled() -> None:
    delayed = window("LATE")[:-2] + bytes((0x8D, 10)) + bytes((0x89, 0x01))
    assert [cue[:3] for cue in shown(decoded({5: packet((1, delayed)), 50: packet((1, hidden()))}))] == [
        (30, 50, "LATE")
    ]
    cancelled = {5: packet((1, delayed)), 9: packet((1, b"\x8e")), 50: packet((1, hidden()))}
    assert [cue[:2] for cue in shown(decoded(cancelled))] == [(9, 50)]


def test_damaged_packet_costs_what_is_lost_of_it() -> None:
    """A pair is missing at its end, as encoders lose it that send more than a picture holds."""
    said = packet((1, window("FIRST")), (2, window("SECOND")))
    found = decoded({1: said[:-2], 9: packet((1, hidden())), 20: packet((1, window("THIRD")))})
    assert [cue[2] for cue in shown(found)] == ["FIRST", "THIRD"]
    assert found.damaged == 1


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_failure(seed: int) -> None:
    noise = random.Random(seed)  # noqa: S311 - any noise does
    data = UserData()
    for picture in range(100):
        data.feed(picture * PICTURE, bytes(noise.choice((0xFE, 0xFF, noise.randrange(256))) for _ in range(60)))
        data.feed(picture * PICTURE, triplets(packet((1, noise.randbytes(29)))))
    for text in data.found().services.values():
        assert read_captions(text.encode(), "cc.vtt").cues


def test_pictures_of_four_to_three_have_fewer_columns() -> None:
    centred = bytes((0x98, 0x20, 30, 80, 0x10, 0x1F, 0x19)) + b"MIDDLE"  # held in the middle of its upper edge
    assert shown(decoded({1: packet((1, centred))}, Fraction(4, 3)))[0][3] == "line:42%"


def test_service_takes_the_turn_of_the_channel_that_says_the_same() -> None:
    words = "THE SAME WORDS IN BOTH STANDARDS"
    channel = {0: pop_on(words), 60: erased()}
    for text, offered in ((words.capitalize(), ["S1", "S3"]), ("quite another sentence, of", ["CC1", "S1", "S3"])):
        data, waiting = UserData(), []
        said = {30: packet((1, window(text[:20]))), 31: packet((1, text[20:].encode()), (3, window("TROIS")))}
        for picture in range(80):
            waiting += channel.get(picture, [])
            pair = waiting.pop(0) if waiting else (0, 0)
            data.feed(picture * PICTURE, bytes((0xFC, *pair)) + triplets(said.get(picture, b"")))
        assert list(data.found().offered()) == offered
