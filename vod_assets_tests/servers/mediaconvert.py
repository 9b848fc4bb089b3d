"""A MediaConvert: jobs over HTTP, refused by botocore's model of it, encoded with FFmpeg from and to a real S3."""

import json
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.domain.errors import VodError
from vod_assets_tests.adapters.transcode.clips import tools
from vod_assets_tests.servers.mediaconvert_rules import CODECS, Refused, check
from vod_assets_tests.servers.s3 import KEY

ROLE = "arn:aws:iam::111122223333:role/MediaConvert"
API = "/2017-08-29"
DEDUPED_SECONDS = 60  # how long a token stands for its job
ENCODE_SECONDS = 120
Json = dict[str, Any]
Answer = tuple[int, str, Json]
NAMES = {
    400: "BadRequestException",
    402: "ServiceQuotaExceededException",
    403: "ForbiddenException",
    404: "NotFoundException",
    409: "ConflictException",
    429: "TooManyRequestsException",
    500: "InternalServerErrorException",
}
OVER = ("COMPLETE", "CANCELED", "ERROR")


@dataclass
class Faults:
    """What goes wrong, each so many times.

    Attributes:
        answers: Statuses of the next answers; nothing is done. 0: this one is answered.
        unsaid: Jobs that are taken, and whose answer is lost (500).
        lost: Jobs that are forgotten.
        missing: Jobs that end well, and leave no file.
        cut: Jobs that end well, and leave half a file.
        hangs: Jobs that stay at 99 %.
        errors: Codes that the next jobs end with.
    """

    answers: list[int] = field(default_factory=list)
    unsaid: int = 0
    lost: int = 0
    missing: int = 0
    cut: int = 0
    hangs: int = 0
    errors: list[int] = field(default_factory=list)

    def takes(self, name: str) -> bool:
        """Return whether a fault is left, and take it."""
        left = int(getattr(self, name))
        setattr(self, name, max(0, left - 1))
        return left > 0


@dataclass
class FakeMediaConvert:
    """A running service.

    Attributes:
        jobs: By id, as the API shows them.
        requests: Bodies of the jobs that were taken.
        quota: How many jobs may run or wait at once.
    """

    access: S3Access
    folder: Path
    url: str = ""
    jobs: dict[str, Json] = field(default_factory=dict)
    requests: list[Json] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    quota: int = 200
    clock: Any = time.time
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _workers: list[threading.Thread] = field(default_factory=list)

    def answered(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Return status, error and document."""
        if not _is_signed(headers.get("authorization", "")):
            return _refused(403, "the request is not signed for mediaconvert by a known key")
        if self.faults.answers and (status := self.faults.answers.pop(0)):
            return _refused(status, "as it was told")
        parts = urlsplit(address)
        path, query = unquote(parts.path).removeprefix(API), parse_qs(parts.query)
        with self._lock:
            if (method, path) == ("POST", "/jobs"):
                return self._created(body)
            if (method, path) in (("GET", "/jobs"), ("GET", "/search")):
                return self._listed(query)
            if path.startswith("/jobs/") and method in ("GET", "DELETE"):
                return self._one(method, path.removeprefix("/jobs/"))
        return _refused(404, f"there is no {method} {path}")

    def wait(self) -> None:
        """Return when nothing is encoded any more."""
        for worker in self._workers:
            worker.join(ENCODE_SECONDS)

    def _created(self, body: bytes) -> Answer:
        try:
            asked = json.loads(body)
            check(asked)
        except (ValueError, Refused) as error:
            return _refused(400, str(error))
        token = asked.get("clientRequestToken", "")
        made_at, known = self._tokens.get(token, (0.0, ""))
        if token and self.clock() - made_at < DEDUPED_SECONDS and known in self.jobs:
            return 201, "", {"job": self.jobs[known]}
        if sum(job["status"] not in OVER for job in self.jobs.values()) >= self.quota:
            return _refused(429, "too many jobs")
        identity = f"{int(self.clock() * 1000)}-{uuid.uuid4().hex[:6]}"
        shown = {
            name: asked[name] for name in ("role", "settings", "queue", "priority", "userMetadata") if name in asked
        }
        job: Json = {"id": identity, "arn": f"arn:aws:mediaconvert:us-east-1:111122223333:jobs/{identity}"}
        job |= shown | {"createdAt": int(self.clock()), "status": "SUBMITTED"}
        self.jobs[identity], self._tokens[token] = job, (self.clock(), identity)
        self.requests.append(asked)
        worker = threading.Thread(target=self._work, args=(identity, asked["settings"]), daemon=True)
        self._workers.append(worker)
        worker.start()
        if self.faults.takes("unsaid"):
            return _refused(500, "the answer is lost")
        return 201, "", {"job": job}

    def _listed(self, query: Mapping[str, list[str]]) -> Answer:
        count, start = int(query.get("maxResults", ["20"])[0]), int(query.get("nextToken", ["0"])[0])
        if not 1 <= count <= 20:
            return _refused(400, "maxResults should be between 1 and 20")
        found = list(self.jobs.values())
        if "inputFile" in query:
            found = [job for job in found if job["settings"]["inputs"][0]["fileInput"] == query["inputFile"][0]]
        if query.get("order", ["DESCENDING"])[0] == "DESCENDING":
            found.reverse()
        more = {"nextToken": str(start + count)} if start + count < len(found) else {}
        return 200, "", {"jobs": found[start : start + count], **more}

    def _one(self, method: str, identity: str) -> Answer:
        job = self.jobs.get(identity)
        if job is None:
            return _refused(404, f"there is no job {identity}")
        if method == "GET":
            return 200, "", {"job": job}
        if job["status"] in OVER:
            return _refused(409, f"job {identity} is {job['status']}")
        job["status"] = "CANCELED"
        return 202, "", {}

    def _work(self, identity: str, settings: Json) -> None:
        """Do a job, as far as nothing is meant to go wrong."""
        with self._lock:
            if self.faults.takes("lost"):
                del self.jobs[identity]
                return
            job = self.jobs[identity]
            job |= {"status": "PROGRESSING", "jobPercentComplete": 0, "currentPhase": "TRANSCODING"}
            if self.faults.takes("hangs"):
                job["jobPercentComplete"] = 99
                return
            code = self.faults.errors.pop(0) if self.faults.errors else 0
            is_missing, is_cut = self.faults.takes("missing"), self.faults.takes("cut")
        ended: Json = {"status": "ERROR", "errorCode": code, "errorMessage": "as it was told"}
        if not code:
            try:
                Encoding(self.access, self.folder / identity, settings).done(is_missing=is_missing, is_cut=is_cut)
                ended = {"status": "COMPLETE", "jobPercentComplete": 100}
            except (OSError, VodError, subprocess.SubprocessError) as error:
                ended = {"status": "ERROR", "errorCode": 1010, "errorMessage": str(error)[-300:]}
        with self._lock:
            if job["status"] == "PROGRESSING":
                job |= ended


@dataclass
class Encoding:
    """What a job's settings ask for, done by FFmpeg."""

    access: S3Access
    folder: Path
    settings: Json

    def done(self, *, is_missing: bool = False, is_cut: bool = False) -> None:
        """Fetch the source, encode every output, and put it where it is to lie."""
        self.folder.mkdir(parents=True)
        asked = self.settings["inputs"][0]
        source = self.folder / "source"
        bucket, key = _place(asked["fileInput"])
        s3_blobs(bucket, "", self.access).fetch(key, source)
        for group in self.settings["outputGroups"]:
            destination = group["outputGroupSettings"]["fileGroupSettings"]["destination"]
            for output in group["outputs"]:
                made = self.folder / f"out{output['nameModifier']}.mp4"
                argv = command(source, asked, output["videoDescription"], made)
                subprocess.run(argv, check=True, capture_output=True, timeout=ENCODE_SECONDS)
                data = made.read_bytes()
                bucket, key = _place(f"{destination}{output['nameModifier']}.{output.get('extension', 'mp4')}")
                if not is_missing:
                    s3_blobs(bucket, "", self.access).replace(key, data[: len(data) // 2] if is_cut else data)


def command(source: Path, asked: Json, video: Json, made: Path) -> list[str]:
    """Return the command line of one output."""
    coded = video["codecSettings"]
    settings = coded[CODECS[coded["codec"]]]
    rate = f"{settings['framerateNumerator']}/{settings['framerateDenominator']}"
    turned = {"DEGREES_90": ["transpose=clock"], "DEGREES_180": ["hflip,vflip"], "DEGREES_270": ["transpose=cclock"]}
    corrector = video.get("videoPreprocessors", {}).get("colorCorrector", {})
    filters = [
        "setpts=PTS-STARTPTS",
        *(["bwdif=mode=send_frame"] if "deinterlacer" in video.get("videoPreprocessors", {}) else []),
        f"fps={rate}:start_time=0",
        *turned.get(asked.get("videoSelector", {}).get("rotate", ""), []),
        f"scale={video['width']}:{video['height']}:out_range=tv,setsar=1",
        _colours(corrector.get("colorSpaceConversion", "FORCE_709")),
        "format="
        + ("yuv420p10le" if "10" in f"{settings.get('codecProfile')}{settings.get('bitDepth')}" else "yuv420p"),
    ]
    words = ["-v", "error", "-nostdin", "-y", "-noautorotate", "-i", f"file:{source}", "-map", "0:v:0", "-an"]
    return [str(tools().ffmpeg), *words, "-vf", ",".join(filters), *_encoder(coded["codec"], settings), str(made)]


def _encoder(codec: str, settings: Json) -> list[str]:
    gop = str(int(settings["gopSize"]))
    cap = ["-maxrate", str(settings["maxBitrate"]), "-bufsize", str(2 * settings["maxBitrate"])]
    mode = ["-b:v", str(settings["bitrate"])] if "bitrate" in settings else []
    mode += cap if "maxBitrate" in settings else []
    if codec == "H_264":
        closed = ["-flags", "+cgop", "-sc_threshold", "0", "-keyint_min", gop]
        return ["-c:v", "libx264", "-preset", "ultrafast", "-g", gop, *closed, *mode]
    if codec == "H_265":
        keys = f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:log-level=error"
        return ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", keys, *mode]
    return ["-c:v", "libsvtav1", "-preset", "12", "-g", gop, "-svtav1-params", "scd=0:lp=1", "-crf", "40"]


def _colours(conversion: str) -> str:
    said = {
        "FORCE_HDR10": ("bt2020", "smpte2084", "bt2020nc"),
        "FORCE_HLG_2020": ("bt2020", "arib-std-b67", "bt2020nc"),
    }
    primaries, transfer, matrix = said.get(conversion, ("bt709",) * 3)
    return f"setparams=color_primaries={primaries}:color_trc={transfer}:colorspace={matrix}:range=tv"


def _place(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def _is_signed(header: str) -> bool:
    named = f"Credential={KEY}/" in header and "/mediaconvert/aws4_request" in header
    return header.startswith("AWS4-HMAC-SHA256 ") and named and "Signature=" in header


def _refused(status: int, why: str) -> Answer:
    return status, NAMES.get(status, "InternalServerErrorException"), {"message": why}


@contextmanager
def mediaconvert_server(access: S3Access, folder: Path) -> Iterator[FakeMediaConvert]:
    """Run the service on loopback."""
    service = FakeMediaConvert(access, folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, error, document = service.answered(self.command, self.path, self.rfile.read(length), headers)
            data = json.dumps(document).encode()
            self.send_response(status)
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield service
        finally:
            server.shutdown()
            service.wait()
