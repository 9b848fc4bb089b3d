"""Title files are plain YAML; a wrong one names its line or field."""

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.title_file import read_title_file

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


def test_every_field_is_read() -> None:
    data = """
    language: eng
    title: {en: Big Buck Bunny, de: Großer Hase}
    synopsis: A rabbit.
    profile: seed
    captions: {en: English (CC)}
    audio: {de: Kommentar}
    """
    title = read_title_file(data.encode(), "film.yaml")
    assert title.titles == {"en": "Big Buck Bunny", "de": "Großer Hase"}
    assert title.synopses == {"en": "A rabbit."}
    assert (title.language, title.profile, title.captions["en"]) == ("en", "seed", "English (CC)")


def test_words_stay_words() -> None:
    """YAML 1.1 reads Norway as false, noon as 720 and a day as a date."""
    policy = read_title_file(b"policy: {in: [NO, on], at: 12:00, since: 2026-01-31, n: 3, yes: true}", "f.yaml").policy
    assert policy == {"in": ["NO", "on"], "at": "12:00", "since": "2026-01-31", "n": 3, "yes": True}


def test_empty_file_says_nothing() -> None:
    assert read_title_file(b"", "f.yaml").titles == {}


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"titel: x", "line 1: titel is no field of a title file"),
        (b"language: en\n\ntitle:\n  en: x\n  de: 5\n", "line 5: title.de: "),
        (b"title: x\npolicy: 5\n", "line 2: policy: "),
        (b"profile: [a]", "profile: "),
        (b"title: {en: 5}", "title.en: "),
        (b"language: klingonese", "language: "),
        (b"policy: 5", "policy: "),
        (
            b"policy:\n  windows:\n    - from: 2026-01-01\n    - until: soon",
            "line 4: policy: windows.1.until: “soon” is no",
        ),
        (b"title: x\npolicy:\n  zone: UTC\n  countries: [DE]", "line 2: policy: “countries” is no field of a policy"),
        (b"title: x\nsynopsis: [", "line 3: "),
        (b"title: {en: a, en: b}", "line 1: a key is given twice"),
        (b"\n? [a]\n: b", "line 2: a key is given twice or is no text"),
        (BOMB.encode(), "line 2: an alias (*a) is not allowed"),
        (b"[" * 100_000, "line 1: is nested deeper"),
        (b"policy: [" + b"x," * 30_000 + b"x]", "line 1: is nested deeper than 16 or is too long"),
        (b"title: !!python/name:os.system x", "line 1: a type (tag:yaml.org,2002:python/name:) is not allowed"),
        (b"x" * 1_000_001, "is 1000001 bytes long"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"title: \x00", "unacceptable character"),
        (b"- a", "the file: "),
    ],
)
def test_wrong_file_is_refused_with_line_or_field(data: bytes, cause: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_title_file(data, "film.yaml")
    assert (caught.value.code, caught.value.file) == ("bad_title_file", "film.yaml")
    assert cause in str(caught.value)
