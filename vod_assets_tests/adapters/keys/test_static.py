"""Keys of a file."""

from pathlib import Path

import pytest

from vod_assets.adapters.keys.static import StaticKeys
from vod_assets.domain.content_keys import Contract, KeyRequest
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.signalling import KeyAddresses

KID, KEY = "00112233445566778899aabbccddeeff", "0f0e0d0c0b0a09080706050403020100"
REQUEST = KeyRequest(title="film", contracts={"cbcs": Contract(classes=("VIDEO", "AUDIO"), systems=("widevine",))})
FILE = f"""\
titles:
  film:
    cbcs:
      VIDEO: {{kid: 00112233-4455-6677-8899-aabbccddeeff, key: {KEY}}}
    any:
      ALL: {{kid: "{"1" * 32}", key: "{"2" * 32}"}}
"""


def keys_of(folder: Path, text: str = FILE) -> StaticKeys:
    path = folder / "keys.yaml"
    path.write_text(text)
    path.chmod(0o600)
    return StaticKeys(path, KeyAddresses())


def test_keys_are_the_files_by_title_scheme_and_class(tmp_path: Path) -> None:
    both = FILE.replace("    any:\n", "")
    provider = keys_of(tmp_path, both)
    found = provider.describe(REQUEST)
    assert [key.kid for key in found.keys] == [KID, "1" * 32]
    assert provider.keys(REQUEST, [KID])[KID].value.hex() == KEY
    assert KEY not in found.model_dump_json() + str(provider.parameters)


def test_a_key_for_any_scheme_serves_those_that_are_not_named(tmp_path: Path) -> None:
    cenc = KeyRequest(title="film", contracts={"cenc": Contract(classes=("HD",), systems=("widevine",))})
    assert [key.kid for key in keys_of(tmp_path).describe(cenc).keys] == ["1" * 32]


def test_titles_kids_and_keys_may_be_all_digits(tmp_path: Path) -> None:
    """YAML reads 10345 as a number, and 00…01 as an octal one."""
    text = FILE.replace("    any:\n", "").replace("film", "10345").replace(KEY, "0" * 31 + "1").replace('"', "")
    found = keys_of(tmp_path, text).keys(REQUEST.model_copy(update={"title": "10345"}), [KID])
    assert found[KID].value == bytes(15) + b"\1"


def test_a_title_with_new_keys_has_an_entry_of_its_own(tmp_path: Path) -> None:
    renewed = KeyRequest(title="film", generation=1, contracts=REQUEST.contracts)
    with pytest.raises(ConfigError, match="no key of film@1 for VIDEO tracks under cbcs"):
        keys_of(tmp_path).describe(renewed)
    entry = f'  film@1: {{any: {{ALL: {{kid: "{"3" * 32}", key: "{"4" * 32}"}}}}}}\n'
    assert {key.kid for key in keys_of(tmp_path, FILE + entry).describe(renewed).keys} == {"3" * 32}


def test_what_a_recipe_names_changes_with_key_ids_and_not_with_keys(tmp_path: Path) -> None:
    before = keys_of(tmp_path).parameters
    assert keys_of(tmp_path, FILE.replace(KEY, "f" * 32)).parameters == before
    assert keys_of(tmp_path, FILE.replace("8899-aabb", "8899-aabc")).parameters != before


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("a: [", "no YAML"),
        ("- a", "no “titles”"),
        ("titles: {}", "no key of film"),
        (FILE.replace(KEY, "secret-words"), "32 hex digits"),
        (FILE.replace("ddeeff", "ddee"), "32 hex digits"),
        (FILE.replace("any:\n      ALL:", "  AUDIO:").replace("1" * 32, KID), f"two keys of the key id {KID}"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_not_quoted(tmp_path: Path, text: str, cause: str) -> None:
    with pytest.raises(ConfigError, match=cause) as refused:
        keys_of(tmp_path, text).describe(REQUEST)
    assert refused.value.code == "keys_file_bad"
    assert "secret-words" not in str(refused.value)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    provider = keys_of(tmp_path)
    (tmp_path / "keys.yaml").chmod(0o644)
    with pytest.raises(ConfigError) as refused:
        provider.describe(REQUEST)
    assert refused.value.code == "secret_exposed"
    assert provider.parameters  # a plan is made all the same
