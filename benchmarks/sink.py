"""An S3 server that takes everything and knows nothing, each answer a fixed time late: what remains is the client.

``python benchmarks/sink.py PORT SEGMENTS SEGMENT_BYTES KEYS DELAY_SECONDS``. Below ``media/segments/`` lie the
segments, below ``media/keys/`` as many keys as named, and ``media/zeros/<n>`` is n zeros long.
"""

import asyncio
import sys
from urllib.parse import parse_qs, urlsplit

PAGE = 1000
ZEROS = bytes(1 << 20)
TAG = '"0123456789abcdef0123456789abcdef"'
UPLOADED = f"<Result><UploadId>1</UploadId><Bucket>media</Bucket><Key>k</Key><ETag>{TAG}</ETag></Result>".encode()
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


class Sink:
    """Answers requests; what it answers is rendered before."""

    def __init__(self, segments: int, segment_bytes: int, keys: int, delay_seconds: float) -> None:
        self.delay_seconds = delay_seconds
        self.body = bytes(segment_bytes)
        self.pages = {
            "segments/": list(_pages("segments/", segments, segment_bytes)),
            "keys/": list(_pages("keys/", keys, 1)),
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it is closed."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode("latin-1"), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, *rest = head.split("\r\n")
        method, target, _ = line.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
        if headers.get("expect"):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", ""):
            while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
                await _pass_over(reader, size + 2)
            while await reader.readuntil(b"\r\n") != b"\r\n":  # trailers
                pass
        await _pass_over(reader, int(headers.get("content-length", 0)))
        await asyncio.sleep(self.delay_seconds)
        if "/zeros/" in target and method in ("GET", "HEAD"):
            await _send_zeros(int(target.rpartition("/")[2]), headers.get("range", ""), writer, method == "GET")
            return
        writer.write(self._said(method, target))
        await writer.drain()

    def _said(self, method: str, target: str) -> bytes:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if method == "GET" and "list-type" in query:
            number = int(query.get("continuation-token", 0) or _following(query.get("start-after", "")))
            return _response(self.pages[query.get("prefix", "keys/")][number], "application/xml")
        if method == "POST":
            return _response(UPLOADED, "application/xml")
        if method in ("GET", "HEAD"):
            return _response(self.body, "video/mp4", has_body=method == "GET")
        return _response(b"", "video/mp4")


def _following(name: str) -> int:
    """Return the page after a name, which is the last of one."""
    return (int(name[-12:-4]) + 1) // PAGE if name else 0


async def _pass_over(reader: asyncio.StreamReader, count: int) -> None:
    while count:
        if not (data := await reader.read(min(count, 1 << 20))):
            raise ConnectionError
        count -= len(data)


async def _send_zeros(size: int, asked: str, writer: asyncio.StreamWriter, has_body: bool) -> None:
    first, last = 0, size - 1
    if asked:
        first, last = (int(end) for end in asked.removeprefix("bytes=").split("-"))
    status = f"206 Partial Content\r\nContent-Range: bytes {first}-{last}/{size}" if asked else "200 OK"
    left = last + 1 - first
    head = f"HTTP/1.1 {status}\r\nContent-Type: video/mp4\r\nContent-Length: {left}\r\nETag: {TAG}\r\n"
    writer.write(f"{head}Last-Modified: {DATE}\r\n\r\n".encode())
    while has_body and left:
        writer.write(ZEROS[: min(left, len(ZEROS))])
        left -= min(left, len(ZEROS))
        await writer.drain()


def _pages(prefix: str, count: int, size_bytes: int) -> "list[bytes]":
    entry = (
        "<Contents><Key>{}{:08d}.m4s</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        '<ETag>"0123456789abcdef0123456789abcdef"</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>'
    )
    pages = []
    for first in range(0, count, PAGE):
        numbers = range(first, min(count, first + PAGE))
        more = numbers.stop < count
        token = f"<NextContinuationToken>{first // PAGE + 1}</NextContinuationToken>" if more else ""
        body = "".join(entry.format(prefix, number, size_bytes) for number in numbers)
        about = f"<Name>media</Name><KeyCount>{len(numbers)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
        pages.append(f"<ListBucketResult>{about}{token}{body}</ListBucketResult>".encode())
    return pages


def _response(body: bytes, kind: str, has_body: bool = True) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nETag: {TAG}\r\n"
    return f"{head}Last-Modified: {DATE}\r\n\r\n".encode() + (body if has_body else b"")


async def main() -> None:
    """Serve until killed."""
    port, segments, segment_bytes, keys = (int(word) for word in sys.argv[1:5])
    sink = Sink(segments, segment_bytes, keys, float(sys.argv[5]))
    server = await asyncio.start_server(sink.serve, "127.0.0.1", port, limit=1 << 20)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
