"""A list of titles is read line by line; no two sources get one title."""

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.importing import Known, Naming, Row, read_rows


def rows(*lines: str) -> list[Row]:
    return list(read_rows([line + "\n" for line in lines], "list.csv"))


def test_a_row_has_what_the_first_line_names() -> None:
    assert rows("\ufeffTitle;Source;name", 'film;/film.mov;"Film; the movie"', "", ";/b.mov") == [
        Row(2, "/film.mov", "film", name="Film; the movie"),
        Row(4, "/b.mov"),
    ]


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (("title", "film"), "line 1: there is no column source"),
        ((), "line 1: there is no column source"),
        (("source,price", "a,1"), "line 1: there is no column “price”"),
        (("source", "a", "b,c"), "line 3: it has 2 columns"),
    ],
)
def test_a_list_that_cannot_be_read_names_line_and_column(lines: tuple[str, ...], cause: str) -> None:
    with pytest.raises(ConfigError, match=cause) as raised:
        rows(*lines)
    assert raised.value.code == "bad_list"


def known(line: int, address: str, title: str = "", registered: str = "", owner: str = "") -> Known:
    return Known(Row(line, address, title), address, registered, owner)


def test_two_sources_of_one_name_get_two_titles() -> None:
    naming = Naming()
    assert naming.title_id(known(2, "file:///a/film.mov")) == "film"
    other = naming.title_id(known(3, "file:///b/film.mov"))
    assert other.startswith("film-")
    assert naming.title_id(known(4, "file:///c/news.mov", owner="file:///elsewhere/news.mov")).startswith("news-")


def test_a_source_keeps_the_title_that_it_has() -> None:
    assert Naming().title_id(known(2, "file:///a/film.mov", registered="feature")) == "feature"


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (known(3, "file:///a/film.mov"), "duplicate_of"),
        (known(3, "file:///b.mov", title="film"), "title_taken"),
        (known(3, "file:///b.mov", title="other", registered="feature"), "source_taken"),
        (known(3, "file:///b.mov", title="other", owner="file:///c.mov"), "title_taken"),
        (known(3, "file:///b.mov", title="Not An Id"), "bad_title_id"),
    ],
)
def test_a_line_that_contradicts_another_is_refused(second: Known, code: str) -> None:
    naming = Naming()
    naming.title_id(known(2, "file:///a/film.mov"))
    with pytest.raises(ConfigError) as raised:
        naming.title_id(second)
    assert raised.value.code == code
