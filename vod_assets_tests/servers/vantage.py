"""A Vantage domain with one workflow: jobs over REST, refused by its documented rules, encoded with FFmpeg."""

import json
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from vod_assets.domain.vantage import MEDIA, VARIABLES
from vod_assets_tests.servers.transcoding import Faults, Refused, Share, Wish, encode, served

WORKFLOW = "6b1c2c3e-9f6c-4c0e-9d43-0a7b5a1f2e11"
RUNNING, FAILED, COMPLETE, WAITING, STOPPED = 0, 4, 5, 6, 7
OVER = (FAILED, COMPLETE, STOPPED)
MEMBERS = {"JobName", "Priority", "Medias", "Attachments", "Labels", "Variables"}
Json = dict[str, Any]


def template() -> Json:
    """Return what the workflow wants to be given."""
    kinds = dict.fromkeys(VARIABLES, "String")
    media = {"Identifier": str(uuid.UUID(int=7)), "Name": MEDIA, "Description": "", "Files": [], "Data": None}
    return {
        "JobName": "",
        "Priority": 0,
        "Medias": [media],
        "Attachments": [],
        "Labels": [],
        "Variables": [
            {"Identifier": str(uuid.UUID(int=number)), "Name": name, "TypeCode": kind, "Value": "", "DefaultValue": ""}
            for number, (name, kind) in enumerate(kinds.items(), 100)
        ],
    }


def check(body: Any) -> dict[str, str]:
    """Return the values of the variables, when Vantage would take a job.

    Raises:
        Refused: It would not; its words name the member.
    """
    if not isinstance(body, dict) or (unknown := sorted(set(body) - MEMBERS)):
        raise Refused(f"{unknown[0] if isinstance(body, dict) else 'the body'} is not known")
    if lacking := sorted(MEMBERS - set(body)):
        raise Refused(f"{lacking[0]} is missing")
    if not isinstance(body["JobName"], str) or not body["JobName"]:
        raise Refused("JobName is empty")
    if not isinstance(body["Priority"], int) or not -100 <= body["Priority"] <= 100:
        raise Refused("Priority is no number from -100 to 100")
    wanted = template()
    for member in ("Medias", "Variables"):
        given = body[member]
        if not isinstance(given, list) or [one.get("Identifier") for one in given] != [
            one["Identifier"] for one in wanted[member]
        ]:
            raise Refused(f"{member} are not those of the workflow")
    files = body["Medias"][0].get("Files")
    if not isinstance(files, list) or len(files) != 1 or not isinstance(files[0], str):
        raise Refused("Files names no file")
    values = {one["Name"]: one.get("Value") for one in body["Variables"]}
    for name, value in values.items():
        if not isinstance(value, str) or not value:
            raise Refused(f"{name} has no value")
    for name in ("VOD_WIDTH", "VOD_HEIGHT", "VOD_GOP_FRAMES", "VOD_BITRATE", "VOD_MAX_BITRATE", "VOD_BUFFER"):
        if not values[name].isdigit() or int(values[name]) <= 0:
            raise Refused(f"{name} {values[name]!r} is no number")
    if values["VOD_CODEC"] not in ("h264", "hevc"):
        raise Refused(f"VOD_CODEC {values['VOD_CODEC']!r} is not known")
    if values["VOD_DEINTERLACE"] not in ("true", "false"):
        raise Refused(f"VOD_DEINTERLACE {values['VOD_DEINTERLACE']!r} is not known")
    over, slash, under = values["VOD_FRAME_RATE"].partition("/")
    if not (slash and over.isdigit() and under.isdigit() and int(under)):
        raise Refused(f"VOD_FRAME_RATE {values['VOD_FRAME_RATE']!r} is no rate")
    return {name: str(value) for name, value in values.items()}


@dataclass
class FakeVantage:
    """A running domain.

    Attributes:
        jobs: By identifier: name, state, progress and what it failed with.
    """

    share: Share
    url: str = ""
    jobs: dict[str, Json] = field(default_factory=dict)
    inputs: Json = field(default_factory=template)
    faults: Faults = field(default_factory=Faults)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def answered(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return status and document."""
        if self.faults.answers and (status := self.faults.answers.pop(0)):
            return status, b'{"Message": "as it was told"}'
        parts = urlsplit(address)
        if body and headers.get("content-type") != "application/json":
            return 415, b'{"Message": "only JSON is spoken here"}'
        with self._lock:
            try:
                return 200, json.dumps(self._done(method, parts.path, parse_qs(parts.query), body)).encode()
            except Refused as error:
                return error.status, json.dumps({"Message": str(error)}).encode()

    def _done(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Json:
        words = path.strip("/").split("/")
        if words[0].lower() != "rest":
            raise Refused(f"there is no {path}", 404)
        match (method, *words[1:]):
            case ("GET", "Domain", "Version"):
                return {"Version": "8.1.0.0"}
            case ("GET", "Workflows", workflow, "JobInputs") if workflow == WORKFLOW:
                return self.inputs
            case ("GET", "Workflows", workflow, "Jobs") if workflow == WORKFLOW:
                if query.get("filter", [""])[0] not in ("All", "Active", "Failed", "Paused", "Complete"):
                    raise Refused("filter is not known")
                return {"Jobs": [_shown(identity, job) for identity, job in self.jobs.items()]}
            case ("POST", "Workflows", workflow, "Submit") if workflow == WORKFLOW:
                return self._submitted(body)
            case ("GET", "Jobs", identity) if identity in self.jobs:
                return {"Job": _shown(identity, self.jobs[identity])}
            case ("GET", "Jobs", identity, "Progress") if identity in self.jobs:
                return {"JobProgress": self.jobs[identity]["progress"]}
            case ("GET", "Jobs", identity, "ErrorMessage") if identity in self.jobs:
                return {"JobErrorMessage": self.jobs[identity]["cause"]}
            case ("PUT", "Jobs", identity, "Stop") if identity in self.jobs:
                if self.jobs[identity]["state"] in OVER:
                    raise Refused("the job has ended", 409)
                self.jobs[identity]["state"] = STOPPED
                return {"Success": True}
            case ("DELETE", "Jobs", identity) if identity in self.jobs:
                if self.jobs[identity]["state"] not in OVER:
                    raise Refused("the job has not ended", 409)
                del self.jobs[identity]
                return {"Success": True}
        raise Refused(f"there is no {method} {path}", 404)

    def _submitted(self, body: bytes) -> Json:
        try:
            asked = json.loads(body)
        except ValueError as error:
            raise Refused("the body is no JSON") from error
        values = check(asked)
        source = self.share.path(asked["Medias"][0]["Files"][0])
        self.share.path(values["VOD_OUTPUT"])
        identity = str(uuid.uuid4())
        self.jobs[identity] = {"name": asked["JobName"], "state": WAITING, "progress": 0, "cause": ""}
        threading.Thread(target=self._work, args=(identity, source, values), daemon=True).start()
        if self.faults.takes("unsaid"):
            raise Refused("the answer is lost", 500)
        return {"JobIdentifier": identity}

    def _work(self, identity: str, source: Any, values: dict[str, str]) -> None:
        with self._lock:
            if self.faults.takes("lost"):
                del self.jobs[identity]
                return
            job = self.jobs[identity]
            job |= {"state": RUNNING, "progress": 10}
            if self.faults.takes("hangs"):
                job["progress"] = 99
                return
            cause = self.faults.errors.pop(0) if self.faults.errors else ""
            is_missing = self.faults.takes("missing")
        if not cause and not is_missing:
            try:
                encode(_wish(source, values, self.share))
            except (OSError, Refused, subprocess.SubprocessError) as error:
                cause = str(error)[-300:]
        with self._lock:
            if job["state"] == RUNNING:
                job |= {"state": FAILED, "cause": cause} if cause else {"state": COMPLETE, "progress": 100}


def _wish(source: Any, values: dict[str, str], share: Share) -> Wish:
    numbers = ("VOD_GOP_FRAMES", "VOD_BITRATE", "VOD_MAX_BITRATE", "VOD_BUFFER")
    gop, bitrate, maxrate, bufsize = (int(values[name]) for name in numbers)
    return Wish(
        source,
        share.path(values["VOD_OUTPUT"]),
        values["VOD_CODEC"],
        int(values["VOD_WIDTH"]),
        int(values["VOD_HEIGHT"]),
        values["VOD_FRAME_RATE"],
        gop,
        bitrate,
        maxrate,
        bufsize,
        values["VOD_DEINTERLACE"] == "true",
    )


def _shown(identity: str, job: Json) -> Json:
    dates = {"Started": "/Date(1549019142830-0500)/", "Updated": "/Date(1549019142830-0500)/"}
    return {"Identifier": identity, "Name": job["name"], "State": job["state"], "IsMonitor": False, **dates}


@contextmanager
def vantage_server(share: Share) -> Iterator[FakeVantage]:
    """Run a domain while the context lasts."""
    service = FakeVantage(share)
    with served(service, "application/json"):
        yield service
