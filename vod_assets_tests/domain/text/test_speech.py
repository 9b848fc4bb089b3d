"""Words that were heard become cues that can be read."""

from fractions import Fraction

from vod_assets.domain.text.captions import read_captions
from vod_assets.domain.text.speech import LINE_CHARACTERS, LONGEST_SECONDS, Word, as_webvtt, cues_of


def heard(text: str, begin: Fraction = Fraction(0), pace: Fraction = Fraction(1, 4)) -> list[Word]:
    words = text.split()
    return [Word(begin + at * pace, begin + (at + 1) * pace, word) for at, word in enumerate(words)]


def test_cues_have_two_lines_six_seconds_and_every_word() -> None:
    words = heard("word " * 200)
    cues = cues_of(words)
    assert " ".join(cue.text for cue in cues).split() == [word.text for word in words]
    assert all(len(line) <= LINE_CHARACTERS for cue in cues for line in cue.text.split("\n"))
    assert all(cue.text.count("\n") < 2 and cue.end_seconds - cue.start_seconds <= LONGEST_SECONDS for cue in cues)


def test_silence_and_a_full_sentence_end_a_cue() -> None:
    words = [*heard("One two."), *heard("Three & four.", begin=Fraction(5))]
    assert [(cue.start_seconds, cue.text) for cue in cues_of(words)] == [
        (Fraction(0), "One two."),
        (Fraction(5), "Three &amp; four."),
    ]
    assert len(read_captions(as_webvtt(words), "speech.vtt").cues) == 2


def test_silence_alone_is_no_file() -> None:
    assert as_webvtt([]) == b""
