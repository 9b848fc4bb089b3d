"""A real Directus in bad weather: whatever becomes of a request, the next try finishes, and nothing is there twice."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.cms.directus import directus, directus_server
from vod_assets.adapters.cms.directus_setup import set_up
from vod_assets.domain.errors import VodError
from vod_assets_tests.servers import directus as servers
from vod_assets_tests.servers.weather import Passing, Weather, served
from vod_assets_tests.test_publishing import House

HTML = b"<html><title>Maintenance</title><p>Back soon</html>"
ENDED = b'{"errors": [{"message": "Token expired.", "extensions": {"code": "TOKEN_EXPIRED"}}]}'
FIRST_WRITES = (0, 1)  # a version's row, and the title's


class Sky(Passing):
    """Passes requests on to a Directus; something becomes of one of them.

    Attributes:
        strikes: Which one, counted from 0; -1: none.
        only_writes: Whether others are not counted.
        seen: How many were counted.
    """

    sky = Weather()
    trouble: "Trouble"
    strikes = -1
    only_writes = False
    seen = 0
    body = b""

    do_PATCH = Passing.do_GET  # noqa: N815 - the base class calls it so

    def _pass_on(self, body: bytes) -> None:
        kind, self.body = type(self), body
        if "/auth/" in self.path or (self.only_writes and not self._is_write()):
            return super()._pass_on(body)
        kind.seen += 1
        return self.trouble() if kind.seen - 1 == self.strikes else super()._pass_on(body)

    def is_busy(self) -> None:
        self._answer(500, HTML)

    def wants_fewer(self) -> None:
        self.send_response_only(429)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answers_html(self) -> None:
        self._answer(200, HTML)

    def ends_the_token(self) -> None:
        self._answer(401, ENDED)

    def loses_the_answer(self) -> None:
        self.asked(self.command, self.path, self.headers.items(), self.body)
        self._hang_up()

    def _is_write(self) -> bool:
        asks = self.command == "GET" or (self.path == "/graphql" and b"mutation" not in self.body)
        return not asks


Trouble = Callable[[Sky], None]
TROUBLES = (Sky.is_busy, Sky.wants_fewer, Sky.answers_html, Sky.ends_the_token, Sky.loses_the_answer)


def published_all_the_same(folder: Path, port: int, api: str, trouble: Trouble, at: int, *, only_writes: bool) -> bool:
    """Publish a second release in bad weather and again in good; return whether the weather struck.

    Raises:
        AssertionError: Something is missing, or there twice.
    """

    class OneTrouble(Sky):
        pass

    OneTrouble.port, OneTrouble.trouble, OneTrouble.only_writes = port, trouble, only_writes  # type: ignore[assignment]
    user, word = (servers.EMAIL, servers.PASSWORD) if trouble is Sky.ends_the_token else ("", servers.TOKEN)
    house = House(folder)
    with served(OneTrouble) as door:
        cms = directus(directus_server(f"http://127.0.0.1:{door}", user, lambda: word), api)
        cms.remove("film")
        house.cms = cms  # type: ignore[assignment]
        house.publisher = house.another()
        house.publisher.publish(house.entry())
        entry = house.entry("other")
        OneTrouble.seen, OneTrouble.strikes = 0, at
        with patience(0.3), suppress(VodError):
            house.publisher.publish(entry)
        has_struck, OneTrouble.strikes = OneTrouble.seen > at, -1
        house.publisher.publish(entry)
        assert house.shown() == ("published", 2, 2)
        assert cms.versions("film") == [1, 2]
    assert len({one.id for one in house.told}) == 2, "each publication has one id, however often it is told"
    assert house.agenda.notes() == []
    return has_struck


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with servers.directus_server(tmp_path_factory.mktemp("weather")) as server:
        set_up(directus_server(server.url, "", lambda: servers.TOKEN), is_dry=False)
        found = urlsplit(server.url).port
        assert found is not None
        yield found


@pytest.mark.parametrize("api", ["rest", "graphql"])
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.__name__)
def test_what_fails_while_it_is_written_is_finished_by_the_next_try(
    tmp_path: Path, port: int, api: str, trouble: Trouble
) -> None:
    for at in FIRST_WRITES:
        assert published_all_the_same(tmp_path / str(at), port, api, trouble, at, only_writes=True)
