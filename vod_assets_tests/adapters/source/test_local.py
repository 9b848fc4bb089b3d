"""Sources on disk: whatever the name, one address; whatever the trouble, one code."""

import hashlib
import os
from pathlib import Path

import pytest

from vod_assets.adapters.source.local import LocalSources
from vod_assets.domain.errors import ConfigError, SourceError

NAMES = [
    "plain.mp4",
    "-rf.mp4",
    "a b.mp4",
    "quo'te\".mp4",
    "$(id).mp4",
    "new\nline.mp4",
    "\u202eright-to-left.mp4",
    "100%25 #1?.mp4",
    "é" * 125 + ".mp4",
]


@pytest.fixture
def sources(tmp_path: Path) -> LocalSources:
    return LocalSources(tmp_path / "cache")


def film(path: Path, content: bytes = b"media") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def code_of(sources: LocalSources, address: str) -> str:
    with pytest.raises(SourceError) as caught:
        sources.fingerprint(address)
    return caught.value.code


@pytest.mark.parametrize("name", NAMES)
def test_any_name_has_one_address_that_leads_back_to_it(sources: LocalSources, tmp_path: Path, name: str):
    path = film(tmp_path / "drop" / name)
    address = sources.canonical(str(path))
    assert address.startswith("file:///")
    assert address.isascii()
    assert address.isprintable()
    assert sources.canonical(address) == address
    assert sources.local_path(address) == path.resolve()
    assert sources.fingerprint(address).size_bytes == 5


def test_a_name_that_is_no_utf_8_works(sources: LocalSources, tmp_path: Path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xe9.mp4"))
    path.write_bytes(b"media")
    assert sources.local_path(sources.canonical(str(path))) == path.resolve()


def test_relative_paths_links_and_addresses_name_the_same_source(
    sources: LocalSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = film(tmp_path / "drop/film.mp4")
    (tmp_path / "link.mp4").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    addresses = ("drop/film.mp4", "link.mp4", f"file://{path}", f"file://localhost{path}", "drop/../drop/film.mp4")
    assert {sources.canonical(address) for address in addresses} == {f"file://{path.resolve()}"}


def test_a_fingerprint_is_size_and_digest(sources: LocalSources, tmp_path: Path):
    found = sources.fingerprint(str(film(tmp_path / "film.mp4")))
    assert (found.size_bytes, found.sha256) == (5, hashlib.sha256(b"media").hexdigest())


def test_an_unchanged_file_is_not_read_again(sources: LocalSources, tmp_path: Path):
    path = str(film(tmp_path / "film.mp4"))
    digest = sources.fingerprint(path).sha256
    (note,) = (tmp_path / "cache/fingerprints").iterdir()
    note.write_text(note.read_text().replace(digest, "remembered"))
    assert sources.fingerprint(path).sha256 == "remembered"


def test_a_replaced_file_is_read_again(sources: LocalSources, tmp_path: Path):
    path = film(tmp_path / "film.mp4")
    before = sources.fingerprint(str(path))
    film(path, b"other")
    os.utime(path, ns=(0, 0))
    assert sources.fingerprint(str(path)) != before


def test_a_broken_note_is_written_anew(sources: LocalSources, tmp_path: Path):
    path = str(film(tmp_path / "film.mp4"))
    before = sources.fingerprint(path)
    (note,) = (tmp_path / "cache/fingerprints").iterdir()
    note.write_text("{half")
    assert sources.fingerprint(path) == before


def test_trouble_gets_its_code(sources: LocalSources, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "dangling.mp4").symlink_to(tmp_path / "nowhere.mp4")
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    film(tmp_path / "empty.mp4", b"")
    codes = {
        "pipe.mp4": "not_a_file",
        "folder.mp4": "not_a_file",
        "dangling.mp4": "source_missing",
        "loop.mp4": "source_missing",
        "empty.mp4": "source_empty",
        "nothing.mp4": "source_missing",
        "empty.mp4/film.mp4": "source_missing",
        "x" * 300 + ".mp4": "source_missing",
        "nul\0.mp4": "source_missing",
    }
    assert {name: code_of(sources, str(tmp_path / name)) for name in codes} == codes


def test_a_note_that_cannot_be_written_is_no_fault_of_the_source(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = film(tmp_path / "film.mp4")
    film(tmp_path / "cache" / "fingerprints", b"a file where the folder should be")
    assert LocalSources(tmp_path / "cache").fingerprint(str(path)).size_bytes == 5
    assert "will be read again" in caplog.text


class Unreadable(LocalSources):
    """A store whose files lose their read permission when they are opened, as on a share."""

    def _remembered(self, path: Path, status: os.stat_result) -> None:
        raise PermissionError(13, "Permission denied", str(path))


def test_a_file_that_may_not_be_read_is_permission_denied(tmp_path: Path):
    assert code_of(Unreadable(tmp_path / "cache"), str(film(tmp_path / "film.mp4"))) == "permission_denied"


@pytest.mark.parametrize("scheme", ["smb", "s3", "gs", "ftp", "http", "https"])
def test_other_schemes_are_refused_with_what_works(sources: LocalSources, scheme: str):
    with pytest.raises(ConfigError, match=r"scheme_not_supported.*file path"):
        sources.canonical(f"{scheme}://host/film.mp4")


def test_siblings_are_the_other_files_of_the_folder(sources: LocalSources, tmp_path: Path):
    path = film(tmp_path / "drop/film.mp4")
    film(tmp_path / "drop/film.en.srt")
    film(tmp_path / "drop/film.yaml")
    film(tmp_path / "drop/sub/other.srt")
    assert [Path(sibling).name for sibling in sources.siblings(str(path))] == ["film.en.srt", "film.yaml"]


def test_only_a_leading_tilde_and_slash_is_the_users_home(
    sources: LocalSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)
    beside = film(tmp_path / "~clip.mp4")
    assert sources.local_path(sources.canonical("~clip.mp4")) == beside.resolve()
    assert sources.local_path("~/clip.mp4") == tmp_path / "user/clip.mp4"


def test_a_file_beside_a_source_is_read_up_to_a_limit(sources: LocalSources, tmp_path: Path):
    beside = str(film(tmp_path / "film.yaml", b"12345"))
    assert sources.read(beside, 5) == b"12345"
    for address, most_bytes, code in ((beside, 4, "limit_exceeded"), (beside + "x", 5, "source_missing")):
        with pytest.raises(SourceError) as caught:
            sources.read(address, most_bytes)
        assert caught.value.code == code
