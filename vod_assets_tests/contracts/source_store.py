"""What every place of sources must do; each kind's test class inherits this."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError, SourceError
from vod_assets.domain.title import Fingerprint
from vod_assets.ports import SourceStore

FILM = bytes(range(256)) * 1000
NAMES = ["film.mov", "a b/Émile & Fils (100%) #1.mov", "-rf.mov", "quo'te.mov"]


class SourceStoreContract:
    """A source has one address, one fingerprint, and a local path.

    A test class says in ``address`` how a name is called, and in ``put`` and ``take_away`` how it comes and goes.
    """

    lists_siblings = True
    address: Callable[[str], str]
    put: Callable[[str, bytes], None]
    take_away: Callable[[str], None]

    @pytest.fixture
    def sources(self, tmp_path: Path) -> SourceStore:
        raise NotImplementedError

    def refused(self, sources: SourceStore, address: str) -> str:
        with pytest.raises(SourceError) as caught:
            sources.fingerprint(sources.canonical(address))
        return caught.value.code

    @pytest.mark.parametrize("name", NAMES)
    def test_any_name_has_one_plain_address_that_leads_back_to_it(self, sources: SourceStore, name: str) -> None:
        self.put(name, FILM)
        address = sources.canonical(self.address(name))
        assert address.isascii()
        assert sources.canonical(address) == sources.normal(address) == address
        assert sources.name(address) == name.rpartition("/")[2]
        assert sources.local_path(address).read_bytes() == FILM
        assert sources.local_path(address).name == sources.name(address)

    def test_a_fingerprint_is_size_and_digest(self, sources: SourceStore) -> None:
        self.put("film.mov", FILM)
        found = sources.fingerprint(self.address("film.mov"))
        assert (found.size_bytes, found.sha256) == (len(FILM), hashlib.sha256(FILM).hexdigest())
        assert sources.fingerprint(self.address("film.mov")) == found

    def test_what_is_known_of_a_file_that_was_never_read_is_its_size(self, sources: SourceStore) -> None:
        self.put("film.mov", FILM)
        address = self.address("film.mov")
        assert sources.known_fingerprint(address) == Fingerprint(size_bytes=len(FILM), sha256="")
        assert sources.known_fingerprint(address).sha256 == ""
        assert sources.fingerprint(address) == sources.known_fingerprint(address)

    def test_a_replaced_file_has_another_fingerprint_and_other_bytes(self, sources: SourceStore) -> None:
        self.put("film.mov", FILM)
        before, identity = sources.fingerprint(self.address("film.mov")), sources.identity(self.address("film.mov"))
        self.put("film.mov", FILM[::-1] + b"longer")
        assert sources.identity(self.address("film.mov")) != identity
        assert sources.fingerprint(self.address("film.mov")) != before
        assert sources.local_path(self.address("film.mov")).read_bytes() == FILM[::-1] + b"longer"

    def test_what_is_not_there_is_missing(self, sources: SourceStore) -> None:
        assert self.refused(sources, self.address("no-such.mov")) == "source_missing"
        assert self.refused(sources, self.address("no/such.mov")) == "source_missing"

    def test_what_has_gone_is_missing(self, sources: SourceStore) -> None:
        self.put("film.mov", FILM)
        sources.fingerprint(self.address("film.mov"))
        self.take_away("film.mov")
        assert self.refused(sources, self.address("film.mov")) == "source_missing"

    def test_a_folder_is_no_source(self, sources: SourceStore) -> None:
        self.put("season/film.mov", FILM)
        assert self.refused(sources, self.address("season")) in ("not_a_file", "source_missing")

    def test_a_file_without_bytes_is_refused(self, sources: SourceStore) -> None:
        self.put("film.mov", b"")
        assert self.refused(sources, self.address("film.mov")) == "source_empty"

    def test_siblings_are_the_other_files_of_the_folder(self, sources: SourceStore) -> None:
        for name in ("in/film.mov", "in/film.en.srt", "in/film é.yaml", "in/sub/other.srt", "film.jpg"):
            self.put(name, b"x")
        found = sources.siblings(self.address("in/film.mov"))
        expected = [self.address("in/film.en.srt"), self.address("in/film é.yaml")]
        assert found == (sorted(map(sources.normal, expected)) if self.lists_siblings else [])

    def test_a_file_beside_a_source_is_read_up_to_a_limit(self, sources: SourceStore) -> None:
        self.put("film.yaml", b"12345")
        assert sources.read(self.address("film.yaml"), 5) == b"12345"
        with pytest.raises(SourceError, match="limit_exceeded"):
            sources.read(self.address("film.yaml"), 4)
        with pytest.raises(SourceError, match="source_missing"):
            sources.read(self.address("no-such.yaml"), 4)

    def test_an_address_that_names_no_file_is_refused(self, sources: SourceStore) -> None:
        if not self.address("x").startswith("file:"):
            with pytest.raises(ConfigError, match="bad_address"):
                sources.normal(self.address("a/../x.mov"))
