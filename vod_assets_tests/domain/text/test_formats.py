"""Formats that a library decodes: times, places and styles come through; what is broken costs itself."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.errors import SourceError
from vod_assets.domain.text.captions import Captions, read_captions
from vod_assets.domain.text.imsc import write_imsc
from vod_assets.domain.text.webvtt_file import write_webvtt
from vod_assets_tests.domain.text.files import pop_on, stl, ttml

BOMB = b"<?xml version='1.0'?><!DOCTYPE tt [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><tt>&b;</tt>"
OUTSIDE = b"<!DOCTYPE tt SYSTEM 'http://127.0.0.1/x.dtd'><tt xmlns='http://www.w3.org/ns/ttml'/>"


def said(data: bytes, name: str) -> list[tuple[Fraction, Fraction, str, str]]:
    return [(cue.start_seconds, cue.end_seconds, cue.text, cue.settings) for cue in read_captions(data, name).cues]


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(SourceError) as caught:
        read_captions(data, name)
    assert caught.value.code == "caption_file_refused"
    return caught.value.cause


def causes(captions: Captions) -> list[str]:
    return [finding.cause for finding in captions.findings]


def test_timed_text_keeps_styles_and_places() -> None:
    data = ttml(
        '<p begin="1s" end="2.5s">plain <span tts:fontStyle="italic">slanted</span><br/>below</p>',
        '<p begin="00:00:03.000" dur="1s" region="top" style="slanted">above</p>',
    )
    assert said(data, "film.ttml") == [
        (Fraction(1), Fraction(5, 2), "plain <i>slanted</i>\nbelow", ""),
        (Fraction(3), Fraction(4), "<i>above</i>", "line:10%"),
    ]


@pytest.mark.parametrize(
    ("parameters", "time", "seconds"),
    [
        ('ttp:frameRate="25"', "00:00:01:05", Fraction(6, 5)),
        ('ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"', "24f", Fraction(1001, 1000)),
        ('ttp:tickRate="10000000"', "12340000t", Fraction(1234, 1000)),
        ("", "1234ms", Fraction(1234, 1000)),
    ],
)
def test_frames_and_ticks_are_counted_as_the_document_says(parameters: str, time: str, seconds: Fraction) -> None:
    data = ttml(f'<p begin="{time}" end="10s">x</p>', parameters=parameters)
    assert said(data, "film.ttml")[0][0] == seconds


NTSC = 'ttp:timeBase="smpte" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"'


@pytest.mark.parametrize(
    ("parameters", "time", "frames", "rate"),
    [
        (f'{NTSC} ttp:dropMode="dropNTSC"', "00:00:59:29", 1799, Fraction(30000, 1001)),
        (f'{NTSC} ttp:dropMode="dropNTSC"', "00:01:00:02", 1800, Fraction(30000, 1001)),
        (f'{NTSC} ttp:dropMode="dropNTSC"', "00:10:00:00", 17982, Fraction(30000, 1001)),
        ('ttp:timeBase="smpte" ttp:dropMode="dropNTSC"', "01:00:00:00", 107892, Fraction(30000, 1001)),
        (f'{NTSC} ttp:dropMode="dropPAL"', "00:02:00:04", 3600, Fraction(30000, 1001)),
        (f'{NTSC} ttp:dropMode="dropPAL"', "01:00:00:00", 107892, Fraction(30000, 1001)),
        (f'{NTSC} ttp:dropMode="nonDrop"', "01:00:00:00", 108000, Fraction(30000, 1001)),
        (f"{NTSC}", "01:00:00", 108000, Fraction(30000, 1001)),
        ('ttp:timeBase="smpte" ttp:frameRate="25" ttp:subFrameRate="2"', "10:00:00:12.1", Fraction(1800025, 2), 25),
    ],
)
def test_time_codes_of_smpte_count_every_frame_that_passes(
    parameters: str, time: str, frames: int, rate: Fraction
) -> None:
    """What a time code leaves out are numbers: 00:01:00:02 follows 00:00:59:29 (TTML2, annex I)."""
    data = ttml(f'<p begin="{time}" end="12:00:00:00">x</p>', parameters=parameters)
    assert said(data, "film.ttml")[0][0] == round(Fraction(frames) / rate * 1000) / Fraction(1000)


STYLES = "".join(f'<style xml:id="s{number}" style="s{number + 1}"/>' for number in range(3000))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ttml('<p begin="1s" end="2s">x</p>', parameters='ttp:frameRateMultiplier="1 0"'), "cannot be read: Fraction"),
        (ttml(parameters=f'ttp:tickRate="{"9" * 5000}"'), "cannot be read: Exceeds the limit"),
        (ttml("<p/>").replace(b"<styling>", f"<styling>{STYLES}".encode()), "cannot be read: maximum recursion"),
    ],
    ids=["no rate", "digits", "styles of styles"],
)
def test_document_that_the_library_falls_over_is_refused(data: bytes, why: str) -> None:
    assert why in refusal(data, "film.ttml")


def test_time_code_of_too_many_digits_costs_its_paragraph() -> None:
    codes = ("9" * 5000 + ":00:00:00", "00:00:00:01." + "9" * 5000)
    bad = [f'<p begin="{code}" end="23:00:00:00">x</p>' for code in codes]
    captions = read_captions(
        ttml('<p begin="00:00:01:00" end="00:00:02:00">x</p>', *bad, parameters='ttp:timeBase="smpte"'), "film.ttml"
    )
    assert (len(captions.cues), len(captions.findings)) == (1, 2)


def test_containers_add_their_times_and_a_sequence_counts_on() -> None:
    data = ttml('<div begin="10s"><p begin="1s" end="2s">a</p></div>').replace(
        b"</div></body>", b'</div><div timeContainer="seq"><p dur="2s">b</p><p dur="3s">c</p></div></body>'
    )
    assert [(float(start), float(end), text) for start, end, text, _ in said(data, "film.ttml")] == [
        (0, 2, "b"),
        (2, 5, "c"),
        (11, 12, "a"),
    ]


@pytest.mark.parametrize("year", ["2004/11", "2006/04", "2006/10"])
def test_drafts_of_timed_text_are_read_like_the_standard(year: str) -> None:
    old = ttml('<p begin="1s" end="2s" tts:fontStyle="italic">x</p>').replace(
        b"http://www.w3.org/ns/ttml", f"http://www.w3.org/{year}/ttaf1".encode()
    )
    assert said(old.replace(b"#styling", b"#style"), "film.dfxp") == [(Fraction(1), Fraction(2), "<i>x</i>", "")]


def test_paragraph_with_an_impossible_time_costs_itself_and_names_its_line() -> None:
    data = ttml(
        '<p begin="1s" end="2s">good</p>', '<p begin="soon" end="4s">bad</p>', '<p begin="5s" end="4s">back</p>'
    )
    captions = read_captions(data, "film.ttml")
    assert [cue.text for cue in captions.cues] == ["good"]
    assert causes(captions) == [
        "film.ttml, line 8: the cue has a time that cannot be read (soon) and is left out",
        "film.ttml, line 9: the cue ends at 4s but begins at 5s and is left out",
    ]


def test_document_says_its_language_and_whether_it_is_forced() -> None:
    data = ttml('<p begin="1s" end="2s" ttm:role="x-forced">x</p>', language="fr-CA").replace(
        b"<tt ", b'<tt xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
    )
    captions = read_captions(data, "film.ttml")
    assert (captions.language, captions.role) == ("fr-CA", "forced")


@pytest.mark.parametrize("data", [BOMB, OUTSIDE])
def test_document_types_and_entities_are_forbidden(data: bytes) -> None:
    assert refusal(data, "film.ttml") == "line 1: a document type or an entity is not allowed"


def test_deep_and_broken_documents_are_refused() -> None:
    assert "nested deeper than 64" in refusal(ttml("<div>" * 100 + "</div>" * 100), "film.ttml")
    assert refusal(ttml('<p begin="1s" end="2s">x'), "film.ttml") == "line 8: mismatched tag"
    assert refusal(b"<tt/>", "film.ttml") == "its root is tt and not TTML's tt"
    assert refusal(ttml("<p begin='1s' end='2s'></p>"), "film.ttml") == "holds no cue"


def test_teletext_subtitles_have_exact_frames_accents_and_places() -> None:
    data = stl([("00000102", "00000212", b"caf\xc2e\x8a\x80slanted\x81"), ("00000300", "00000400", b"two")])
    captions = read_captions(data, "film.stl")
    assert [(cue.start_seconds, cue.end_seconds, cue.text) for cue in captions.cues] == [
        (Fraction(27, 25), Fraction(62, 25), "café\n<i>slanted</i>"),
        (Fraction(3), Fraction(4), "two"),
    ]
    assert (captions.language, captions.frame_rate, captions.begins_at) == ("en", Fraction(25), Fraction(0))


def test_bad_block_of_teletext_subtitles_costs_itself() -> None:
    data = stl([("00000100", "00000200", b"one"), ("00000399", "00000400", b"odd"), ("00000500", "00000400", b"back")])
    captions = read_captions(data + b"tail", "film.stl")
    assert [cue.text for cue in captions.cues] == ["one"]
    assert causes(captions) == [
        "film.stl, block 2: the cue has an impossible time code and is left out",
        "film.stl, block 3: the cue ends before it begins and is left out",
        "film.stl, block 4: the cue is cut off after 4 of 128 bytes and is left out",
    ]


def test_subtitle_that_is_continued_without_end_is_left_out_at_once() -> None:
    data = stl([("00000000", "00000100", b"one"), ("00000100", "00000200", b"x" * 112)])
    block = data[-128:]
    data = data[:-128] + (block[:3] + b"\0" + block[4:]) * 3000 + block
    captions = read_captions(data, "film.stl")
    assert [cue.text for cue in captions.cues] == ["one"]
    assert causes(captions) == ["film.stl, a cue has more than 5000 characters and is left out"]


def test_drop_frame_time_code_leaves_out_numbers_and_no_frames() -> None:
    """A minute of drop-frame counting ends 1800 frames after its begin, at number 2 of the next."""
    for clock, frames in (("00:01:00;02", 1800), ("00:10:00;00", 17982), ("00:01:00:00", 1800)):
        data = f"Scenarist_SCC V1.0\n\n{clock}\t942f 942f\n".replace("942f 942f", pop_on("HELLO"))
        start = said(data.encode(), "film.scc")[0][0]
        sent = 6  # RCL, ENM, the row and three pairs of text come before the code that shows it
        assert abs(start - Fraction((frames + sent) * 1001, 30000)) < Fraction(1, 1000)


def test_line_of_line_21_data_waits_until_the_one_before_is_sent() -> None:
    """Ten pairs take ten frames, so a line two frames later cannot be shown two frames after the first."""
    data = f"Scenarist_SCC V1.0\n\n00:00:01:00\t{pop_on('A' * 20)}\n\n00:00:01:02\t{pop_on('B' * 20)}\n"
    first, second = said(data.encode(), "film.scc")
    assert (first[2], second[2]) == ("A" * 20, "B" * 20)
    assert second[0] - first[0] > Fraction(13 * 1001, 30000)


def test_bad_line_of_line_21_data_costs_itself() -> None:
    data = f"Scenarist_SCC V1.0\n\n00:00:01:00\t{pop_on('GOOD')}\n\n00:00:99:00\t942c\n\nnonsense\n00:00:١١:00\t942c\n"
    captions = read_captions(data.encode(), "film.scc")
    assert [cue.text for cue in captions.cues] == ["GOOD"]
    assert causes(captions) == [
        "film.scc, line 5: the cue has an impossible time code and is left out",
        "film.scc, line 7: the cue is no time code with pairs of bytes in hexadecimal and is left out",
        "film.scc, line 8: the cue is no time code with pairs of bytes in hexadecimal and is left out",
    ]


def test_sami_lasts_until_the_next_sync_of_its_language() -> None:
    data = (
        "<SAMI><BODY><SYNC Start=1000><P Class=ENCC>One &amp; <i>two</i><br>three<P Class=FRCC>Un"
        "<SYNC Start=2500><P Class=ENCC>&nbsp;<SYNC Start=x><P Class=ENCC>bad<SYNC Start=4000><P Class=ENCC>end"
    )
    captions = read_captions(data.encode(), "film.smi")
    assert [(float(cue.start_seconds), float(cue.end_seconds), cue.text) for cue in captions.cues] == [
        (1, 2.5, "One &amp; <i>two</i>\nthree"),
        (4, 9, "end"),
    ]
    assert causes(captions) == ["film.smi, line 1: the cue has a start that cannot be read and is left out"]


@pytest.mark.parametrize("piece", ["<a ", "<a b='", "<!--", "<![", "<![<![", "</", "<?"])
def test_tag_of_sami_that_never_ends_is_text(piece: str) -> None:
    """The rest of the file is not searched for its end at each of them: 100 KB took minutes."""
    head = "<SAMI><SYNC Start=1000>hi<SYNC Start=2000>a<!-- <b>no\n--> word<![if !x]><?x y?>"
    captions = read_captions(f"{head}<SYNC Start=3000>&#{'9' * 4900};<SYNC Start=4000>{piece * 1000}".encode(), "a.smi")
    assert [cue.text for cue in captions.cues][:2] == ["hi", "a word"]
    assert captions.cues[3].text.startswith("&lt;")
    with pytest.raises(SourceError, match="holds no cue"):
        read_captions(f"<SAMI>{piece * 30_000}".encode(), "a.smi")


def test_sbv_is_subrip_with_a_comma() -> None:
    assert said(b"0:00:01.440,0:00:02.955\ntwo\nlines\n\n0:00:03.000,0:00:04.000\nx\n", "film.sbv") == [
        (Fraction(144, 100), Fraction(2955, 1000), "two\nlines", ""),
        (Fraction(3), Fraction(4), "x", ""),
    ]


def test_substation_keeps_points_and_places_of_styles() -> None:
    head = "[Script Info]\nPlayResX: 200\nPlayResY: 100\n[V4+ Styles]\nFormat: Name, Alignment\nStyle: Up, 8\n"
    events = (
        "[Events]\nFormat: Start, End, Style, Text\nDialogue: 0:00:01.00,0:00:02.00,Up,above\n"
        "Dialogue: 0:00:03.00,0:00:04.00,Up,{\\an2\\pos(100,40)}at a point\n"
    )
    assert [settings for _, _, _, settings in said((head + events).encode(), "film.ass")] == ["line:0", "line:40%,end"]


SEEDS = {
    "a.ttml": ttml('<p begin="1s" end="2.5s" region="top">plain <span tts:fontStyle="italic">x</span><br/>y</p>'),
    "a.stl": stl([("00000102", "00000212", b"caf\xc2e\x8a\x80x\x81"), ("00000300", "00000400", b"two")]),
    "a.scc": f"Scenarist_SCC V1.0\n\n00:00:01:00\t{pop_on('HELLO')}\n\n00:00:03;02\t942c\n".encode(),
    "a.smi": b"<SAMI><BODY><SYNC Start=1000><P Class=A>x<br>y<SYNC Start=2000><P Class=A>&nbsp;</BODY></SAMI>",
}


@given(st.sampled_from(sorted(SEEDS)), st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=4)), max_size=6))
def test_damaged_file_is_read_or_refused_and_nothing_else(name: str, harm: list[tuple[int, bytes]]) -> None:
    data = bytearray(SEEDS[name])
    for place, put in harm:
        data[place % len(data) : place % len(data) + len(put)] = put
    try:
        captions = read_captions(bytes(data), name)
    except SourceError as error:
        assert error.code in ("caption_file_refused", "caption_format_unsupported")  # noqa: PT017 - either end is right
        return
    again = read_captions(write_imsc(captions), "b.ttml")
    assert [(cue.start_seconds, cue.end_seconds, cue.text) for cue in again.cues] == [
        (cue.start_seconds, cue.end_seconds, cue.text) for cue in captions.cues
    ]
    write_webvtt(captions)
