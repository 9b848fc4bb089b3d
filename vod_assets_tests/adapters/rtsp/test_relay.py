"""What FFmpeg says reaches a server that asks for a password, and the password reaches nobody else."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from io import BytesIO

import pytest

from vod_assets.adapters.rtsp.messages import BadMessage, Message, read_one
from vod_assets.adapters.rtsp.relay import NO_WAY, WRONG, Way, relayed
from vod_assets.domain.rtsp_login import Login
from vod_assets_tests.servers.processes import free_ports
from vod_assets_tests.servers.rtsp_doorman import Doorman, doorman

LOGIN = Login("vod", "open-sesame")
SDP = b"v=0\r\n"
MEDIA = b"$\x00\x00\x04abcd"


class Stage:
    """A server behind the doorman that says yes to everything, and keeps what it heard."""

    def __init__(self, transport: str = "") -> None:
        self.heard: list[Message | bytes] = []
        self.over = threading.Event()
        self.transport = transport

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            near = listening.accept()[0]
            with near, near.makefile("rb") as stream:
                while (came := read_one(stream)) is not None:
                    self.heard.append(came)
                    if isinstance(came, Message):
                        said = [
                            ("CSeq", came.values("CSeq")[0]),
                            *([("Transport", self.transport)] * bool(self.transport)),
                        ]
                        near.sendall(Message("RTSP/1.0 200 OK", said).as_bytes())
        self.over.set()


@contextmanager
def guarded(stage: Stage) -> Iterator[Doorman]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=stage.serve, args=(listening,), daemon=True).start()
        with doorman(listening.getsockname()[1]) as standing:
            yield standing


def asked(way: Way, *requests: tuple[str, str, bytes]) -> list[Message]:
    """Return what a client is answered that sends a packet of media after its requests, and goes."""
    answers = []
    with socket.create_connection(("127.0.0.1", int(way.address.split(":")[2].split("/")[0])), 5) as client:
        with client.makefile("rb") as stream:
            for number, (method, below, body) in enumerate(requests, start=7):
                headers = [("CSeq", str(number)), *([("Content-Length", str(len(body)))] if body else [])]
                client.sendall(Message(f"{method} {way.address}{below} RTSP/1.0", headers, body).as_bytes())
                answer = read_one(stream)
                assert isinstance(answer, Message)
                answers.append(answer)
        client.sendall(MEDIA)
    return answers


def test_a_login_is_added_the_address_is_the_servers_and_media_pass() -> None:
    stage = Stage()
    with guarded(stage) as standing, relayed(f"{standing.url}/film", LOGIN) as way:
        answers = asked(way, ("OPTIONS", "", b""), ("ANNOUNCE", "", SDP), ("SETUP", "/streamid=0", b""))
        assert stage.over.wait(5)
        assert not way.failure
    assert [answer.first for answer in answers] == ["RTSP/1.0 200 OK"] * 3
    assert [answer.values("CSeq") for answer in answers] == [["7"], ["8"], ["9"]], "as the client counts"
    assert [method for method, _ in standing.seen] == ["OPTIONS", "OPTIONS", "ANNOUNCE", "SETUP"], "asked once"
    heard = [one.first.split()[1].rpartition("/film")[2] for one in stage.heard if isinstance(one, Message)]
    assert heard == ["", "", "/streamid=0"]
    assert stage.heard[-1] == MEDIA
    assert "open-sesame" not in f"{standing.seen} {way}"


@pytest.mark.parametrize(
    ("transport", "said"),
    [
        ("RTP/AVP/UDP;unicast;server_port=9000-9001", "RTP/AVP/UDP;unicast;server_port=9000-9001;source=127.0.0.1"),
        ("RTP/AVP/TCP;interleaved=0-1", "RTP/AVP/TCP;interleaved=0-1"),
    ],
)
def test_packets_of_udp_go_to_the_server_itself(transport: str, said: str) -> None:
    with guarded(Stage(transport)) as standing, relayed(f"{standing.url}/film", LOGIN) as way:
        (answer,) = asked(way, ("SETUP", "/streamid=0", b""))
    assert answer.values("Transport") == [said]


@pytest.mark.parametrize(
    ("login", "wants", "why"),
    [(Login("vod", "wrong"), "", WRONG), (LOGIN, 'Basic realm="a"', WRONG), (LOGIN, "Negotiate", NO_WAY)],
)
def test_a_password_that_does_not_do_is_tried_once_and_said(login: Login, wants: str, why: str) -> None:
    with guarded(Stage()) as standing:
        standing.wants = wants or standing.wants
        with relayed(f"{standing.url}/film", login) as way:
            (answer,) = asked(way, ("ANNOUNCE", "", SDP))
            assert (answer.first, way.failure) == ("RTSP/1.0 401 Unauthorized", why)
        assert len(standing.seen) == (1 if why == NO_WAY else 2)


def test_another_user_of_this_machine_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with guarded(Stage()) as standing, relayed(f"{standing.url}/film", LOGIN) as way:
        monkeypatch.setattr(os, "getuid", lambda: 4711)
        port = int(way.address.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), 5) as stranger, suppress(ConnectionResetError):
            assert stranger.recv(1) == b""
        assert standing.seen == []


def test_a_server_that_is_away_is_named() -> None:
    (port,) = free_ports(1)
    with relayed(f"rtsp://127.0.0.1:{port}/film", LOGIN) as way:
        port_of_ours = int(way.address.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port_of_ours), 5) as client, suppress(ConnectionResetError):
            assert client.recv(1) == b""
        assert way.failure == f"rtsp://127.0.0.1:{port}/film cannot be reached: Connection refused"


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nContent-Length: 9\r\n\r\nshort",
        b"$\x00\x00\x09short",
        b"OPTIONS * RTSP/1.0\r\nX: " + b"x" * 70_000,
    ],
)
def test_what_is_no_rtsp_is_passed_on_to_nobody(data: bytes) -> None:
    with pytest.raises(BadMessage):
        read_one(BytesIO(data))
