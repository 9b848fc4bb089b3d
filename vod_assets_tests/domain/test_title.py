"""Title ids are ours: safe everywhere, readable, never shared by two sources."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.title import checked_title_id, slug, title_id_for


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("Émile & Fils (Director's Cut)", "emile-fils-director-s-cut"),
        ("-rf", "rf"),
        ("$(id)", "id"),
        ("../../etc/passwd", "etc-passwd"),
        ("line\nbreak", "line-break"),
        ("\u202etxt.exe", "txt-exe"),
        ("映画", "title"),
        ("a" * 300, "a" * 50),
    ],
)
def test_any_name_becomes_a_tame_slug(stem: str, expected: str) -> None:
    assert slug(stem) == expected


@given(st.text(max_size=300))
def test_every_slug_is_a_title_id(stem: str) -> None:
    assert checked_title_id(slug(stem)) == slug(stem)


def test_the_same_address_keeps_its_id() -> None:
    assert title_id_for("file:///a/film.mov", "file:///a/film.mov") == "film"


def test_another_file_of_the_same_name_gets_an_id_of_its_own() -> None:
    first = title_id_for("file:///b/film.mov", taken_by="file:///a/film.mov")
    second = title_id_for("file:///c/film.mov", taken_by="file:///a/film.mov")
    assert first.startswith("film-")
    assert len({"film", first, second}) == 3


@given(st.text(alphabet=string.printable, max_size=80).filter(lambda text: not text or text != slug(text)))
def test_anything_else_is_refused_by_name(title_id: str) -> None:
    if not (title_id and title_id[0] in string.ascii_lowercase + string.digits):
        with pytest.raises(ConfigError, match="bad_title_id"):
            checked_title_id(title_id)
