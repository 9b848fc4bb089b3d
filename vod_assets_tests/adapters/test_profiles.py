"""Profiles in the operator's own folder: what is wrong with one names its file."""

from pathlib import Path

import pytest

from vod_assets.adapters.profiles import load_profiles
from vod_assets.domain.errors import ConfigError

TINY = Path(__file__).parent.parent / "profiles" / "tiny.yaml"


def test_an_own_profile_stands_beside_the_packaged_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(TINY.read_bytes())
    assert sorted(load_profiles(tmp_path)) == ["default", "hdr", "per_title", "rtsp", "seed", "three_codecs", "tiny"]


@pytest.mark.parametrize("name", ["default", "seed", "three_codecs", "hdr", "per_title", "rtsp"])
def test_packaged_profiles_offer_one_format_of_text_a_protocol(tmp_path: Path, name: str) -> None:
    """Of two, players show each language twice."""
    assert {(one.hls_text, one.dash_text) for one in load_profiles(tmp_path)[name].variants} == {
        (("webvtt",), ("imsc1",))
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "the profile: "),
        (b"[1, 2]", "the profile: "),
        (b"name: [", "line 1: "),
        (b"name: \xff", "not UTF-8"),
        (b"\x00", "not YAML"),
        (b"name: x\ngop_seconds: 0\n", "gop_seconds: "),
        (
            TINY.read_bytes() + b"\nquality_control: {black: null}\n",
            r"quality_control\.black: write {longest_seconds: …}",
        ),
        (
            TINY.read_bytes() + b"\nloudness: true\n",
            r"loudness: write {standard: …} with any of its fields \(standard, target_lufs, ",
        ),
        (
            TINY.read_bytes() + b"\nquality_control: {blak: {}}\n",
            r"quality_control\.blak: is no field here: use black, ",
        ),
        (TINY.read_bytes() + b"\nvariants: {}\n", r"variants: write a list: \["),
        (b"name: x\nvideo: [{rungs: [{name: 720p, box: 9x9, crf: 23}]}]\n", r"video\.0\.rungs\.0\.box\.0: "),
    ],
)
def test_a_wrong_profile_names_the_file_and_the_field(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "mine.yaml").write_bytes(text)
    with pytest.raises(ConfigError, match=rf"^mine\.yaml: (it is )?{said}[^\n]*\[bad_profile\]") as caught:
        load_profiles(tmp_path)
    assert "Value error" not in str(caught.value)


def test_a_folder_called_like_a_profile_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"^mine\.yaml: it cannot be read"):
        load_profiles(tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_bytes(TINY.read_bytes())
    with pytest.raises(ConfigError, match=r"^b\.yaml: name: a\.yaml is called tiny too"):
        load_profiles(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="VOD_PROFILES names"):
        load_profiles(tmp_path / "nowhere")
