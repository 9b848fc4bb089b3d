"""No exchange over HTTP lasts longer, and no answer is longer, than it may be, whoever asks."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.cdn.calls import EdgeApi
from vod_assets.adapters.cms.calls import CmsServer
from vod_assets.adapters.exchanges import Bounds, Line, TooLate, TooLong
from vod_assets.adapters.keys.calls import KeyServer
from vod_assets.adapters.notify.apprise_channel import AppriseChannel
from vod_assets.adapters.notify.webhook import Callback, Webhook
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.adapters.rtsp.mediamtx import MediaMtx
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.events import published
from vod_assets.ports.notices import Channel, Patience
from vod_assets_tests.servers.drips import Part, dripping
from vod_assets_tests.servers.receiver import http_receiver
from vod_assets_tests.servers.web import make_certificate

SHORT = Bounds(1.0, 1.0, 0.2, 1 << 20)
EVENT = published("film", 1, datetime(2026, 1, 1, tzinfo=UTC))
PARTS: tuple[Part, ...] = ("header", "body")


@pytest.mark.parametrize("part", PARTS)
def test_an_answer_that_drips_is_ended(part: Part) -> None:
    with dripping(part) as url, pytest.raises(TooLate, match="takes too long"):
        Line(SHORT).exchanged(httpx.Request("GET", url))


def test_an_answer_that_drips_through_tls_is_ended(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    line = Line(SHORT, ssl.create_default_context(cafile=certificate))
    with dripping("header", (certificate, key)) as url, pytest.raises(TooLate):
        line.exchanged(httpx.Request("GET", url))


def test_an_answer_that_is_too_long_is_not_read_to_its_end() -> None:
    with dripping("body") as url, pytest.raises(TooLong, match="longer than 2 bytes"):
        Line(Bounds(1.0, 1.0, 5.0, 2)).exchanged(httpx.Request("GET", url))


def test_what_nobody_reads_is_not_waited_for() -> None:
    with dripping("body") as url:
        assert Line(Bounds(1.0, 1.0, 5.0, 0)).exchanged(httpx.Request("GET", url)).is_success


def test_what_is_over_in_time_is_answered() -> None:
    with http_receiver() as receiver:
        reply = Line(SHORT).exchanged(httpx.Request("POST", receiver.url(), content=b"x"))
    assert (reply.status, reply.data, receiver.requests[0].body) == (200, b"ok", b"x")


ASKING: dict[str, tuple[str, Callable[[str, Path], object]]] = {
    "a CMS": ("cms_unavailable", lambda url, _: (s := CmsServer(url)).patiently(lambda: s.once("GET", "/"))),
    "a CDN": ("cdn_failed", lambda url, _: EdgeApi("Fastly", url, httpx.Auth()).ask("GET", "/")),
    "a key server": ("drm_unavailable", lambda url, _: KeyServer(url).ask(b"")),
    "MediaMTX": ("rtsp_unavailable", lambda url, place: MediaMtx(StreamFolder(place), url, "rtsp://x").stop("film")),
}


@pytest.mark.parametrize("name", ASKING)
def test_no_server_that_drips_holds_whoever_asks(name: str, tmp_path: Path) -> None:
    code, ask = ASKING[name]
    with dripping("header") as url, patience(0.15), pytest.raises(RemoteError, match=f"takes too long.*{code}"):
        ask(url, tmp_path)


CHANNELS: dict[str, Callable[[str], Channel]] = {
    "webhook": lambda url: Webhook("house", url),
    "callback": lambda _: Callback(private_hosts=frozenset({"127.0.0.1"})),
    "apprise": lambda url: AppriseChannel("drips", url.replace("http", "json")),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_no_receiver_that_drips_holds_the_sender(name: str) -> None:
    with dripping("header") as url:
        channel = CHANNELS[name](url)
        answers = [channel.send(EVENT.with_callback(url), Patience(0.1, 0.1)) for _ in range(2)]
    assert {answer.outcome for answer in answers} == {"later"}
    late = "its answer takes too long"
    assert [answer.said for answer in answers] == [late, "an earlier try still goes on" if name == "apprise" else late]
