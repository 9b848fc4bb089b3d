"""Caption files are read cue by cue and written strictly."""

from fractions import Fraction
from pathlib import Path

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.errors import SourceError
from vod_assets.domain.text.captions import LARGEST_FILE_BYTES, read_captions, refusal
from vod_assets.domain.text.cue import Cue, cue_text, tagged_runs
from vod_assets.domain.text.webvtt_file import write_webvtt
from vod_assets_tests.corpus import corpus_files

GOOD = "1\n00:00:01,000 --> 00:00:02,500\nHello\n"
REAL_FILES = corpus_files("captions/*", "hostile/srt_*", "hostile/*.ttml", "hostile/*.stl")


def srt(text: str) -> str:
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


def texts(data: str | bytes, name: str = "film.en.srt") -> list[str]:
    raw = data.encode() if isinstance(data, str) else data
    return [cue.text for cue in read_captions(raw, name).cues]


def causes(data: str, name: str = "film.en.srt") -> list[str]:
    return [finding.cause for finding in read_captions(data.encode(), name).findings]


def code_of(data: bytes, name: str) -> str:
    with pytest.raises(SourceError) as caught:
        read_captions(data, name)
    assert caught.value.file == name
    return caught.value.code


def test_times_are_exact_milliseconds() -> None:
    cue = read_captions(GOOD.encode(), "a.srt").cues[0]
    assert (cue.start_seconds, cue.end_seconds) == (Fraction(1), Fraction(5, 2))


def test_short_fractions_are_decimal_and_hours_may_be_left_out() -> None:
    cue = read_captions(b"WEBVTT\n\n01:02.500 --> 100:00:03.004\nx\n", "a.vtt").cues[0]
    assert (cue.start_seconds, cue.end_seconds) == (Fraction(125, 2), Fraction(360003004, 1000))
    assert read_captions(b"00:00:01,4 --> 00:00:02\nx\n", "a.srt").cues[0].start_seconds == Fraction(7, 5)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(newline: str) -> None:
    assert texts((GOOD + "\n" + GOOD).replace("\n", newline)) == ["Hello", "Hello"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("2\nno time at all\n", "line 5: the cue has no time line"),
        ("2\n00:00:10,000 -> 00:00:11,000\nbad arrow\n", "line 5: the cue has no time line"),
        ("2\n --> 00:00:11,000\nx\n", "line 6: the cue has a time line that cannot be read"),
        ("2\n00:99:10,000 --> 00:99:11,000\nx\n", "line 6: the cue has an impossible time (99 minutes 10 seconds)"),
        ("2\n-0:00:03,000 --> 00:00:09,000\nx\n", "line 6: the cue has a negative time"),
        ("2\n00:00:05,000 --> 00:00:05,000\nx\n", "line 5: the cue ends at 00:00:05.000 but begins at 00:00:05.000"),
        ("2\n00:00:05,000 --> 00:00:06,000\n<i> </i>\n", "line 5: the cue has no text"),
        ("2\n00:00:05,000 --> 00:00:06,000\n" + "x" * 6000, "line 5: the cue has 6000 characters, more than 5000"),
    ],
)
def test_bad_cue_costs_that_cue_and_is_named_by_line(bad: str, why: str) -> None:
    data = f"{GOOD}\n{bad}\n3\n00:00:20,000 --> 00:00:21,000\nBye\n"
    assert texts(data) == ["Hello", "Bye"]
    assert causes(data) == [f"film.en.srt, {why} and is left out"]


def test_blank_line_within_a_subrip_cue_is_no_end() -> None:
    assert texts(srt("one\n\ntwo")) == ["one\ntwo"]


def test_missing_blank_line_between_cues_is_forgiven() -> None:
    assert texts(f"{srt('one')}2\n00:00:03,000 --> 00:00:04,000\ntwo\n") == ["one", "two"]


def test_cues_without_numbers_are_read() -> None:
    assert texts("00:00:03,000 --> 00:00:04,000\ntwo\n\n00:00:01,000 --> 00:00:02,000\none\n") == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<i>a</i> <B>b</B> <u>c</u>", "<i>a</i> <b>b</b> <u>c</u>"),
        ('<font color="red"><b>x</font></b>', "<b>x</b>"),
        ("<i>never closed", "<i>never closed</i>"),
        ("<i>a<b>b</i>c</b>", "<i>a<b>b</b></i><b>c</b>"),
        ("a < b, 1 <3 & c -> d --", "a &lt; b, 1 &lt;3 &amp; c -&gt; d --"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("A\0B\x1b[31m\x07\x85\u2028C", "AB[31mC"),
        (r"{\an8}{\i1}up", "up"),
        ("&lt;not an entity in SubRip&gt;", "&amp;lt;not an entity in SubRip&amp;gt;"),
        ("  spaced  \n  lines  ", "spaced\nlines"),
        ("no character of XML: \ufffe\uffff", "no character of XML:"),
        ("< i >it< / i>", "<i>it</i>"),
        (f"<{' ' * 4900}>", f"&lt;{' ' * 4900}&gt;"),
    ],
)
def test_text_becomes_webvtt_with_three_tags(text: str, shown: str) -> None:
    assert texts(srt(text)) == [shown]


def test_character_references_of_webvtt_are_resolved_and_escaped_again() -> None:
    assert texts("WEBVTT\n\n00:01.000 --> 00:02.000\nA &amp; B &lt;i&gt; &eacute;&#10;--&gt;\n", "a.vtt") == [
        "A &amp; B &lt;i&gt; é\n--&gt;"
    ]
    number = f"#{'9' * 4900};"  # more digits than a number may have
    assert texts(f"WEBVTT\n\n00:01.000 --> 00:02.000\n&{number}\n", "a.vtt") == [f"&amp;{number}"]


def test_notes_styles_regions_and_voices_of_webvtt_are_passed_over() -> None:
    data = (
        "WEBVTT - title\nKind: captions\n\nNOTE a\nb\n\nSTYLE\n::cue {}\n\nREGION\nid:x\n\n"
        "name\n00:01.000 --> 00:02.000 line:0 region:x align:start size:900%\n<v Ann>Hi <c.loud>you</c>\n"
    )
    captions = read_captions(data.encode(), "a.vtt")
    assert [(cue.text, cue.settings) for cue in captions.cues] == [("Hi you", "line:0 align:start")]
    assert captions.findings == ()


def test_substation_dialogue_follows_its_format_line() -> None:
    data = (
        "[Script Info]\nTitle: x\n[V4+ Styles]\nFormat: Name, Italic\nStyle: Off, -1\n[Events]\n"
        "Format: Start, End, Style, Text\n"
        r"Dialogue: 0:00:01.00,0:00:02.50,Off,out of {\i0}sight{\i}, {\b1}bold{\r}\Nnext{\p1}m 0 0{\p0}" + "\n"
        r"Dialogue: 0:00:03.00,0:00:04.00,On,{\an8}top {unclosed" + "\n"
        "Dialogue: nonsense\nComment: 0:00:01.00,0:00:02.50,On,never\n"
    )
    captions = read_captions(data.encode(), "a.ass")
    assert [(cue.text, cue.settings) for cue in captions.cues] == [
        ("<i>out of </i>sight<i>, <b>bold</b>\nnext</i>", ""),
        ("top {unclosed", "line:0"),
    ]
    assert causes(data, "a.ass") == ["a.ass, line 10: the cue has a time that cannot be read and is left out"]


def test_numbers_of_substation_are_aligned_by_spaces_and_drawings_are_of_sane_number() -> None:
    data = "[Script Info]\nPlayResX:        200\n[Events]\nFormat: Start, End, Text\n" + "".join(
        f"Dialogue: 0:00:0{at}.00,0:00:0{at + 1}.00,{text}\n"
        for at, text in enumerate(("{\\pos(100,1)}half", "{\\p" + "1" * 4500 + "}words"))
    )
    cues = read_captions(data.encode(), "a.ass").cues
    assert [cue.text for cue in cues] == ["half", "words"]
    assert "position" not in cues[0].settings  # the middle of 200


@pytest.mark.parametrize(
    ("charset", "language", "text"),
    [
        ("utf-8-sig", "", "Grüße"),
        ("utf-16", "", "Привет"),
        ("utf-16-le", "", "plain words"),
        ("utf-32", "", "日本語"),
        ("cp1252", "", "Größe über alles, “schöne” Grüße"),
        ("cp1250", "", "Zażółć gęślą jaźń, proszę pani"),
        ("cp1254", "tr", "Türkçe altyazı için teşekkürler İstanbul"),
        ("cp1255", "he", "שלום עולם מה שלומך"),
        ("cp1251", "ru", "Добрый день, как дела"),
        ("gb18030", "zh", "你好，世界。我们今天去哪里？"),
    ],
)
def test_character_set_is_told_apart_and_named(charset: str, language: str, text: str) -> None:
    captions = read_captions(srt(text).encode(charset), "film.srt", language)
    assert captions.cues[0].text == text
    assert [finding.code for finding in captions.findings] == ([] if charset == "utf-8-sig" else ["charset_detected"])
    assert captions.charset.split("-")[0] in charset


@pytest.mark.parametrize("name", ["film.txt", "film.608", "film"])
def test_formats_that_cannot_be_read_are_refused_by_name(name: str) -> None:
    assert code_of(GOOD.encode(), name) == "caption_format_unsupported"


def test_content_decides_not_the_suffix() -> None:
    assert read_captions(b"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n", "film.srt").format == "webvtt"
    timed = b"<tt xmlns='http://www.w3.org/ns/ttml'><body><div><p begin='1s' end='2s'>x</p></div></body></tt>"
    assert read_captions(timed, "film.srt").format == "ttml"
    assert code_of(b"00:00:01,000 --> 00:00:02,000\nx\n", "film.stl") == "caption_format_unsupported"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no cue at all",
        bytes(range(256)) * 20,
        b"WEBVTT",
        b"\0" * 100,
        b"1\n-->\nx\n",
        b"x" * (LARGEST_FILE_BYTES + 1),
    ],
)
def test_hopeless_file_is_refused(data: bytes) -> None:
    assert code_of(data, "film.srt") == "caption_file_refused"


def test_refusal_becomes_a_warning_of_a_title_that_goes_on() -> None:
    with pytest.raises(SourceError) as caught:
        read_captions(b"", "film.srt")
    finding = refusal(caught.value, "film.srt")
    assert (finding.code, finding.kind) == ("caption_file_refused", "warning")
    assert finding.cause.startswith("film.srt: ")


def test_hundreds_of_bad_cues_are_counted_not_listed() -> None:
    listed = causes((GOOD + "\n") * 7000 + "\n2\nbad\n" * 300)
    assert len(listed) == 22
    assert listed[20] == "film.en.srt: 280 more cues cannot be used and are left out"


def test_file_with_more_than_a_twentieth_of_bad_cues_is_refused() -> None:
    """Three bad cues are a slip in a file of any length; four of eighty are, and five are no more."""
    assert len(causes(GOOD + "\n2\nbad\n" * 3)) == 3
    assert len([cause for cause in causes((GOOD + "\n") * 76 + "\n2\nbad\n" * 4) if "left out" in cause]) == 4
    with pytest.raises(SourceError, match="4 of its 79 cues cannot be used: line 302: the cue has no time line"):
        read_captions(((GOOD + "\n") * 75 + "\n2\nbad\n" * 4).encode(), "film.srt")


def test_overlapping_and_unordered_cues_are_put_in_order_and_said() -> None:
    times = ((5, 7), (1, 3), (2, 4))
    data = "\n".join(f"00:00:0{start},000 --> 00:00:0{end},000\n{start}\n" for start, end in times)
    assert texts(data) == ["1", "2", "5"]
    assert causes(data) == [
        (
            "film.en.srt: 1 cues stand behind later ones and are put in order of time;"
            " 1 cues begin before others end, and are shown together with them"
        )
    ]


@pytest.mark.parametrize("piece", ["<", "<a", ">", "{", "{\\", "&", "&#", "\n", "\n\n1\n", "-->", "-->\n", "1\n", ": "])
def test_megabyte_of_one_piece_takes_no_longer_than_its_length(piece: str) -> None:
    for name, head in (
        ("a.srt", GOOD),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n"),
        ("a.ass", "[Script Info]\n"),
    ):
        data = (head + piece * (1_000_000 // len(piece))).encode()
        try:
            read_captions(data, name)
        except SourceError as error:
            assert error.code == "caption_file_refused"  # noqa: PT017 - either end is right, only its time counts


def test_webvtt_is_the_same_bytes_for_the_same_cues() -> None:
    captions = read_captions(f"{srt('<i>b</i> & c')}\n{GOOD}".encode(), "film.srt")
    assert write_webvtt(captions) == (
        b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<i>b</i> &amp; c\n\n00:00:01.000 --> 00:00:02.500\nHello\n"
    )


@given(st.lists(st.tuples(st.integers(0, 400_000_000), st.integers(1, 10_000), st.text(max_size=80)), max_size=8))
def test_any_text_survives_a_round_trip(cues: list[tuple[int, int, str]]) -> None:
    """Whatever a cue says, WebVTT made of it is valid to another parser and reads back as the same cues."""
    blocks = [
        f"00:{start // 60_000 % 60}:{start // 1000 % 60},{start % 1000:03} --> 99:00:00,{span % 1000:03}\n{text}\n\n"
        for start, span, text in cues
    ]
    try:
        first = read_captions("".join(blocks).encode(errors="replace"), "a.srt")
    except SourceError:
        return
    written = write_webvtt(first)
    again = read_captions(written, "a.vtt")
    assert again.cues == first.cues
    assert {finding.code for finding in again.findings} <= {"caption_cues_disordered"}
    assert write_webvtt(again) == written


@given(st.text(alphabet="<>/ibux &;\n-", max_size=60))
def test_cue_text_is_in_its_normal_form_at_once(text: str) -> None:
    once = cue_text(tagged_runs(text))
    cue = Cue(start_seconds=Fraction(0), end_seconds=Fraction(1), text=once)
    if once:
        parsed = webvtt.from_string(f"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{cue.text}\n", strict=True)
        assert [caption.raw_text for caption in parsed.captions] == [once]
        assert once.count("<i>") == once.count("</i>")


@given(st.binary(max_size=400), st.sampled_from(["a.srt", "a.vtt", "a.ass"]))
def test_noise_is_read_or_refused_and_nothing_else(data: bytes, name: str) -> None:
    try:
        write_webvtt(read_captions(data, name))
    except SourceError as error:
        assert error.code in ("caption_file_refused", "caption_format_unsupported")  # noqa: PT017 - both ends are right


if REAL_FILES:

    @pytest.mark.parametrize("path", REAL_FILES, ids=lambda path: path.name)
    def test_real_caption_file_is_read_or_refused_with_a_reason(path: Path) -> None:
        try:
            captions = read_captions(path.read_bytes(), path.name)
        except SourceError as error:
            assert error.code in ("caption_file_refused", "caption_format_unsupported")  # noqa: PT017 - both ends are right
            return
        written = write_webvtt(captions)
        assert read_captions(written, "again.vtt").cues == captions.cues
