"""AWS Elemental Server and Conductor File: jobs as XML over HTTP, on a house's own machines."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from vod_assets.adapters.services.rest import Service
from vod_assets.domain import elemental
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.ports.services import JobState, JobStatus, Order

API = "/api"
STATES = {
    "pending": JobState.WAITING,
    "preprocessing": JobState.RUNNING,
    "running": JobState.RUNNING,
    "postprocessing": JobState.RUNNING,
    "complete": JobState.COMPLETE,
    "cancelled": JobState.CANCELLED,
    "error": JobState.FAILED,
}
EXPIRES_SECONDS = 30
MIDDLE, MOST = 50, 100  # of its priorities
NAME = "v"
PAGES = 200
# Codes of the machine's own faults (nodes, licences, transfers); what names a setting or a file is none of them.
PASSING_WORDS = ("node", "license", "timeout", "timed out", "connection", "resource")


@dataclass(frozen=True)
class Login:
    """Who asks: a user, and the API key of that user's profile."""

    user: str
    api_key: str = field(repr=False)

    def headers(self, path: str, now: float) -> dict[str, str]:
        """Return what signs a request; the machine's clock must agree with ours to some seconds."""
        expires = int(now) + EXPIRES_SECONDS
        return {
            "X-Auth-User": self.user,
            "X-Auth-Expires": str(expires),
            "X-Auth-Key": elemental.signature(path, self.user, self.api_key, expires),
        }


@dataclass(frozen=True)
class Storage:
    """Who reads sources and writes files, where these lie in a bucket; empty: on a mounted share, nobody says."""

    username: str = ""
    password: str = field(default="", repr=False)


class Elemental:
    """Jobs of Elemental: one source, and one output for each rung of a codec.

    Args:
        service: How it is asked.
        login: Who asks; None: it wants none.
        storage: Who reads and writes.
        clock: Unix time.
    """

    name = "elemental"
    build_ids: Mapping[str, str] = MappingProxyType({"elemental": elemental.TRANSLATION})

    def __init__(
        self,
        service: Service,
        login: Login | None,
        storage: Storage = Storage(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service, self._login, self._storage, self._clock = service, login, storage, clock
        self.place = service.address

    def obstacle(self, spec: RenditionSpec) -> str:
        """Return why it cannot make a rendition."""
        return elemental.obstacle(spec)

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        """Return what a rendition's recipe says: how its stream is told."""
        return {"stream": etree.tostring(elemental.video_description(spec), encoding="unicode")}

    def files(self, order: Order) -> Mapping[str, str]:
        """Return where each rendition is written."""
        return {spec.key: f"{order.folder}{NAME}{elemental.name_modifier(spec)}.mp4" for spec in order.renditions}

    def submit(self, order: Order) -> str:
        """Hand in a job whose input is called by the order's key."""
        said = self._asked("POST", "/jobs", etree.tostring(job_of(order, self._storage), xml_declaration=True))
        if said is None or not said.get("href"):
            raise self._service.wrong("it names no job")
        return _id(said)

    def find(self, key: str) -> str:
        """Return the id of the newest job whose input is called by a key."""
        for page in range(1, PAGES):
            listed = self._asked("GET", f"/jobs?page={page}")
            jobs = [] if listed is None else listed.findall("job")
            for job in jobs:
                if job.findtext("input/name") == key:
                    return _id(job)
            if not jobs:
                return ""
        return ""

    def status(self, job: str) -> JobStatus:
        """Return how a job is."""
        said = self._asked("GET", f"/jobs/{job}/status")
        if said is None:
            return JobStatus(JobState.LOST)
        word = (said.findtext("status") or "").strip().lower()
        if word not in STATES:
            raise self._service.wrong(f"it says that a job is {word!r}")
        state = STATES[word]
        percent = 100.0 if state is JobState.COMPLETE else _number(said.findtext("pct_complete"))
        causes = [" ".join(filter(None, (one.findtext("code"), one.findtext("message")))) for one in _errors(said)]
        cause = self._service.without_secrets("; ".join(causes))[:300] if state is JobState.FAILED else ""
        warnings = tuple(text for one in said.findall("warning_messages/*") if (text := one.findtext("message")))
        return JobStatus(state, percent, cause, any(word in cause.lower() for word in PASSING_WORDS), warnings)

    def cancel(self, job: str) -> None:
        """End a job; one that has ended stays as it is."""
        state = self.status(job).state
        if state in (JobState.WAITING, JobState.RUNNING):
            self._asked("POST", f"/jobs/{job}/cancel", b"<cancel/>")

    def _asked(self, method: str, path: str, body: bytes = b"") -> etree._Element | None:
        """Return the document of an answer; None: there is no such job."""
        headers = {"Accept": "application/xml", "Content-Type": "application/xml"}
        if self._login is not None:
            headers |= self._login.headers(path.partition("?")[0], self._clock())
        reply = self._service.ask(method, f"{API}{path}", body, headers)
        if not reply.is_success:
            return None
        try:
            return etree.fromstring(reply.data, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            raise self._service.wrong("its answer is no XML") from error


def job_of(order: Order, storage: Storage) -> etree._Element:
    """Return the job of an order: one source, an output and a stream for each rendition."""
    job = etree.Element("job")
    given = etree.SubElement(job, "input")
    _place(etree.SubElement(given, "file_input"), order.source, storage)
    etree.SubElement(given, "name").text = order.key
    etree.SubElement(job, "priority").text = str(max(0, min(MOST, MIDDLE + order.priority)))
    group = etree.SubElement(job, "output_group")
    etree.SubElement(group, "order").text = "1"
    etree.SubElement(group, "type").text = "file_group_settings"
    settings = etree.SubElement(group, "file_group_settings")
    _place(etree.SubElement(settings, "destination"), f"{order.folder}{NAME}", storage)
    for number, spec in enumerate(order.renditions, 1):
        output = etree.SubElement(group, "output")
        stream = f"stream_{number}"
        said = {"order": number, "stream_assembly_name": stream, "name_modifier": elemental.name_modifier(spec)}
        for name, value in {**said, "container": "mp4", "extension": "mp4"}.items():
            etree.SubElement(output, name).text = str(value)
        assembly = etree.SubElement(job, "stream_assembly")
        etree.SubElement(assembly, "name").text = stream
        assembly.append(elemental.video_description(spec))
    return job


def _place(parent: etree._Element, uri: str, storage: Storage) -> None:
    etree.SubElement(parent, "uri").text = uri
    if storage.username and uri.startswith("s3://"):
        etree.SubElement(parent, "username").text = storage.username
        etree.SubElement(parent, "password").text = storage.password


def _id(job: etree._Element) -> str:
    return str(job.get("href", "")).rpartition("/")[2]


def _errors(said: etree._Element) -> list[etree._Element]:
    return said.findall("error_messages/error")


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
