"""A server on loopback whose answers never end: a byte now and then, of a header or of a body."""

import itertools
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

SECONDS = 0.02  # between two bytes
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Part = Literal["header", "body"]


@contextmanager
def dripping(part: Part, tls: tuple[Path, Path] | None = None) -> Iterator[str]:
    """Run the server and yield its address; with a certificate and its key, it speaks TLS."""
    over, context = threading.Event(), None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)

    def drip(client: socket.socket) -> None:
        with suppress(OSError), client:
            client = context.wrap_socket(client, server_side=True) if context else client
            with client:
                client.sendall(HEAD + (b"\r\n" if part == "body" else b"X-Slow: "))
                for _ in itertools.takewhile(lambda _: not over.wait(SECONDS), itertools.count()):
                    client.sendall(b"1")

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
