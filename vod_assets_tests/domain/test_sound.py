"""Sound: which one plays, what tells two apart, and which dubs fit the picture."""

from fractions import Fraction

import pytest

from vod_assets.domain.errors import SourceError
from vod_assets.domain.media_info import AudioStream
from vod_assets.domain.sound import (
    Sound,
    judge_length,
    label_of,
    preference,
    refuse_double,
    sound_of_sidecar,
    sound_of_stream,
    track_name,
)
from vod_assets.domain.title import Sidecar

MENDED = ["length_mismatch"]


def lasting(seconds: str | Fraction, **fields: object) -> AudioStream:
    said = {"index": 0, "codec": "aac", "channels": 2, "sample_rate": 48_000, "duration_seconds": Fraction(seconds)}
    return AudioStream.model_validate(said | fields)


@pytest.mark.parametrize(
    ("language", "sounds", "default"),
    [
        ("und", [Sound("en"), Sound("fr")], 0),
        ("und", [Sound("en"), Sound("fr", is_flagged=True)], 1),
        ("fr", [Sound("en", is_flagged=True), Sound("fr")], 1),
        ("pt-BR", [Sound("en"), Sound("pt"), Sound("pt-BR", "dub")], 2),
        ("pt-BR", [Sound("en"), Sound("pt")], 1),
        ("en", [Sound("en", "commentary", is_flagged=True), Sound("en", "description"), Sound("de")], 2),
        ("en", [Sound("en", "dialogue", is_flagged=True), Sound("en")], 1),
        ("en", [Sound("fr", "dub"), Sound("de", "main")], 1),
        ("en", [Sound("en", "commentary"), Sound("en", "description")], 0),
    ],
)
def test_one_sound_plays_by_itself(language: str, sounds: list[Sound], default: int) -> None:
    assert max(sounds, key=lambda one: preference(one, language)) == sounds[default]


def test_a_files_name_says_what_its_sound_is() -> None:
    def said(title_language: str, **fields: str) -> tuple[str, str]:
        sound = sound_of_sidecar(Sidecar(kind="audio", address="file:///film.wav", **fields), title_language)
        return sound.language, sound.role

    assert said("en", language="fr") == ("fr", "dub")
    assert said("en", language="en") == ("en", "main")
    assert said("de") == ("de", "main")
    assert said("en", language="en", role="description") == ("en", "description")


def test_labels_of_speech_are_no_labels_of_commentaries() -> None:
    labels = {"en": "English", "en.commentary": "With the director"}
    assert [label_of("en", role, labels) for role in ("main", "dub", "commentary", "description")] == [
        "English",
        "English",
        "With the director",
        "",
    ]
    assert sound_of_stream(lasting("1", language="en", label="Stereo"), labels).label == "English"
    assert sound_of_stream(lasting("1", language="fr", label="Stéréo"), labels).label == "Stéréo"


def test_names_of_tracks_say_language_role_and_label_and_are_free() -> None:
    assert track_name(Sound("pt-BR", "dub"), ()) == "aac_pt-br"
    assert track_name(Sound("en", "commentary"), ()) == "aac_en_commentary"
    assert track_name(Sound("fr", "dub", "Québec “2”"), ()) == "aac_fr_quebec-2"
    assert track_name(Sound("fr", "dub"), ("aac_fr", "aac_fr_2")) == "aac_fr_3"


def test_speech_of_one_language_is_there_once_unless_a_label_tells_it_apart() -> None:
    with pytest.raises(SourceError, match=r"film\.fr\.wav: there is speech in fr already \[dub_doubled\]"):
        refuse_double(Sound("fr", "dub"), [Sound("fr", "main")], "film.fr.wav")
    with pytest.raises(SourceError, match="there is commentary in fr, called “Quebec” already"):
        refuse_double(Sound("fr", "commentary", "Quebec"), [Sound("fr", "commentary", "Quebec")], "a.wav")
    refuse_double(Sound("fr", "dub", "Québec"), [Sound("fr", "dub"), Sound("fr", "description", "Québec")], "a.wav")


@pytest.mark.parametrize(("length", "codes"), [("60", []), ("60.1", []), ("61.5", MENDED), ("58", MENDED)])
def test_a_dub_of_nearly_the_right_length_is_mended(length: str, codes: list[str]) -> None:
    assert [finding.code for finding in judge_length(lasting(length), Fraction(60), "a.wav")] == codes


@pytest.mark.parametrize(
    ("length", "picture", "said"),
    [
        (Fraction(63), 60, r"it lasts 63\.00 s, the picture 60\.00 s \[dub_length_differs\]"),
        (Fraction(1), 4, "it lasts 1.00 s"),
        (Fraction(0), 4, r"it lasts 0\.00 s, the picture 4\.00 s \[dub_length_differs\]"),
        (Fraction(7200), 6912, "it was made for 24 frames a second, the picture has 25"),
        (Fraction(6912), 7200, "it was made for 25 frames a second, the picture has 24"),
        (Fraction(7207), 6912, "it was made for 24000/1001 frames a second, the picture has 25"),
        (
            Fraction("7207.2"),
            7200,
            "it was made for 24000/1001 or 30000/1001 frames a second, the picture has 24 or 30",
        ),
    ],
)
def test_a_dub_of_another_length_is_refused_with_the_reason(length: Fraction, picture: int, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        judge_length(lasting(length), Fraction(picture), "film.fr.wav")
    assert (caught.value.code, caught.value.file) == ("dub_length_differs", "film.fr.wav")


def test_where_sound_begins_late_its_end_counts() -> None:
    with pytest.raises(SourceError, match=r"it lasts 64\.00 s"):
        judge_length(lasting("60", start_seconds=Fraction(4)), Fraction(60), "a.mka")
