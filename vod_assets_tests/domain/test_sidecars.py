"""Sidecars are found by name, and never another title's."""

import pytest

from vod_assets.domain.sidecars import find_sidecars

FOLDER = "file:///media/in"


def found(mezzanine: str, *names: str) -> list[tuple[str, str, str, str, str]]:
    sidecars = find_sidecars(f"{FOLDER}/{mezzanine}", [f"{FOLDER}/{name}" for name in names])
    return [(one.address.rsplit("/", 1)[1], one.kind, one.language, one.role, one.label) for one in sidecars]


@pytest.mark.parametrize(
    ("name", "kind", "language", "role", "label"),
    [
        ("film.srt", "captions", "und", "", ""),
        ("film.en.srt", "captions", "en", "", ""),
        ("film.eng.vtt", "captions", "en", "", ""),
        ("film.pt_br.forced.ass", "captions", "pt-BR", "forced", ""),
        ("film.zh-Hant.SDH.srt", "captions", "zh-Hant", "sdh", ""),
        ("film.hi.srt", "captions", "hi", "", ""),
        ("film.hi.hi.srt", "captions", "hi", "sdh", ""),
        ("film.cc.srt", "captions", "und", "sdh", ""),
        ("film.forced.srt", "captions", "und", "forced", ""),
        ("film.en.cc.Director%27s%20cut.srt", "captions", "en", "sdh", "Director's cut"),
        ("film.de.scc", "captions", "de", "", ""),
        ("film.yaml", "title_file", "und", "", ""),
        ("film.YML", "title_file", "und", "", ""),
        ("film.jpg", "artwork", "und", "", ""),
        ("film.png", "artwork", "und", "", ""),
        ("film.poster.jpg", "artwork", "und", "poster", ""),
        ("film.de.dub.wav", "audio", "de", "dub", ""),
        ("film.fr.m4a", "audio", "fr", "", ""),
        ("film.en.ad.flac", "audio", "en", "description", ""),
        ("film.commentary.Director%27s.mp3", "audio", "und", "commentary", "Director's"),
    ],
)
def test_name_says_what_a_sidecar_is(name: str, kind: str, language: str, role: str, label: str) -> None:
    assert found("film.mp4", "film.mp4", name) == [(name, kind, language, role, label)]


@pytest.mark.parametrize(
    "name",
    [
        "film-2.srt",
        "film2.en.srt",
        "film.2.en.srt",
        "film.trailer.en.srt",
        "film.en.forced.sdh.srt",
        "film.en.a.b.srt",
        "film.en..srt",
        "film.en.yaml",
        "film.en.jpg",
        "film.trailer.wav",
        "film.mp4.md5",
        "film",
        "Film.srt",
        "other.srt",
    ],
)
def test_other_names_belong_to_nobody(name: str) -> None:
    assert found("film.mp4", name) == []


def test_dotted_stem_takes_its_own_sidecars() -> None:
    folder = ["film.mp4", "film.2.mp4", "film.2.en.srt", "film.en.srt", "film.en.mov", "film.en.de.srt"]
    assert [one[0] for one in found("film.mp4", *folder)] == []
    assert [one[0] for one in found("film.2.mp4", *folder)] == ["film.2.en.srt"]
    assert [one[:3] for one in found("film.en.mov", *folder)] == [
        ("film.en.de.srt", "captions", "de"),
        ("film.en.srt", "captions", "und"),
    ]


def test_composed_and_decomposed_accents_are_one_name() -> None:
    assert [one[0] for one in found("caf%C3%A9.mp4", "cafe%CC%81.en.srt")] == ["cafe%CC%81.en.srt"]
