"""An Elemental Server: jobs as XML over HTTP, refused by its documented rules, encoded with FFmpeg."""

import hashlib
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from vod_assets_tests.servers.transcoding import Faults, Refused, Share, Wish, encode, served

USER, API_KEY = "vod", "elemental-api-key"
SKEW_SECONDS = 60
PER_PAGE = 20
OVER = ("complete", "cancelled", "error")
CODECS = {"h.264": ("h264", "h264_settings"), "h.265": ("hevc", "h265_settings")}
NUMBERS = {
    "framerate_numerator": (1, 240_000),
    "framerate_denominator": (1, 1001),
    "par_numerator": (1, 255),
    "par_denominator": (1, 255),
    "gop_size": (1, 1000),
    "gop_closed_cadence": (0, 1000),
    "bitrate": (1000, 300_000_000),
    "max_bitrate": (1000, 300_000_000),
    "buf_size": (1000, 600_000_000),
    "passes": (1, 2),
}
WORDS = {
    "framerate_follow_source": ("true", "false"),
    "par_follow_source": ("true", "false"),
    "scd": ("true", "false"),
    "gop_size_units": ("frames", "seconds"),
    "interlace_mode": ("progressive", "top_field", "bottom_field"),
    "profile": ("Baseline", "Main", "High", "Main/Main", "Main/High"),
    "rate_control_mode": ("CBR", "VBR", "ABR", "CQ"),
}
ELEMENTS = {
    "job": {"input", "priority", "output_group", "stream_assembly"},
    "input": {"file_input", "name", "order", "video_selector", "audio_selector"},
    "file_input": {"uri", "username", "password"},
    "destination": {"uri", "username", "password"},
    "output_group": {"order", "type", "file_group_settings", "output"},
    "file_group_settings": {"destination"},
    "output": {"order", "stream_assembly_name", "name_modifier", "container", "extension", "preset"},
    "stream_assembly": {"name", "preset", "video_description", "audio_description"},
    "video_description": {"codec", "width", "height", "stretch_to_output", "video_preprocessors", "h264_settings",
                          "h265_settings"},
    "h264_settings": {*NUMBERS, *WORDS},
    "h265_settings": {*NUMBERS, *WORDS},
    "video_preprocessors": {"deinterlacer"},
    "deinterlacer": {"deinterlace_mode", "algorithm", "force"},
}  # fmt: skip
REQUIRED = {
    "job": ("input", "output_group", "stream_assembly"),
    "input": ("file_input",),
    "file_input": ("uri",),
    "output_group": ("type", "output"),
    "output": ("stream_assembly_name", "container"),
    "stream_assembly": ("name",),
    "video_description": ("codec", "width", "height"),
}


def check(job: etree._Element) -> None:
    """Return when Elemental would take a job.

    Raises:
        Refused: It would not; its words name the element.
    """
    if job.tag != "job":
        raise Refused(f"{job.tag} is no job")
    _shaped(job)
    if job.findtext("output_group/type") != "file_group_settings":
        raise Refused(f"output_group/type {job.findtext('output_group/type')} is not known")
    if job.find("output_group/file_group_settings/destination/uri") is None:
        raise Refused("file_group_settings has no destination")
    names = [one.findtext("name") for one in job.findall("stream_assembly")]
    if len(set(names)) < len(names):
        raise Refused("two stream_assembly elements have one name")
    modifiers = [one.findtext("name_modifier") or "" for one in job.findall("output_group/output")]
    if len(set(modifiers)) < len(modifiers):
        raise Refused("two outputs have one name_modifier")
    for output in job.findall("output_group/output"):
        if output.findtext("stream_assembly_name") not in names:
            raise Refused(f"there is no stream_assembly {output.findtext('stream_assembly_name')}")
        if output.findtext("container") not in ("mp4", "m2ts", "mov"):
            raise Refused(f"container {output.findtext('container')} is not known")
    if not 0 <= int(job.findtext("priority") or 50) <= 100:
        raise Refused("priority is not between 0 and 100")


def _shaped(element: etree._Element) -> None:
    known = ELEMENTS.get(element.tag)
    if known is None:
        return
    for child in element:
        if child.tag not in known:
            raise Refused(f"{element.tag}/{child.tag} is not known")
        _shaped(child)
    for name in REQUIRED.get(element.tag, ()):
        if element.find(name) is None or not (
            "".join(element.find(name).itertext()).strip() or len(element.find(name))
        ):  # type: ignore[union-attr]
            raise Refused(f"{element.tag} has no {name}")
    if element.tag == "video_description":
        _video(element)


def _video(video: etree._Element) -> None:
    codec = video.findtext("codec")
    if codec not in CODECS:
        raise Refused(f"codec {codec} is not known")
    for name in ("width", "height"):
        side = _whole(name, video.findtext(name) or "")
        if not 32 <= side <= 4096 or side % 2:
            raise Refused(f"{name} {side} is not an even number from 32 to 4096")
    settings = video.find(CODECS[codec][1])
    if settings is None:
        raise Refused(f"video_description has no {CODECS[codec][1]}")
    for child in settings:
        name, text = str(child.tag), child.text or ""
        if name in NUMBERS:
            least, most = NUMBERS[name]
            if not least <= _whole(name, text) <= most:
                raise Refused(f"{name} {text} is not between {least} and {most}")
        elif text not in WORDS[name]:
            raise Refused(f"{name} {text} is not known")
    if int(settings.findtext("max_bitrate") or 0) < int(settings.findtext("bitrate") or 0):
        raise Refused("max_bitrate is less than bitrate")


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused(f"{name} {text!r} is no number") from None


@dataclass
class FakeElemental:
    """A running server.

    Attributes:
        jobs: What was handed in, by id; and how each is.
    """

    share: Share
    url: str = ""
    jobs: dict[str, etree._Element] = field(default_factory=dict)
    states: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def answered(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return status and document."""
        parts = urlsplit(address)
        path = parts.path.removeprefix("/api")
        if (why := _unsigned(path, headers)) is not None:
            return _errors(401, why)
        if headers.get("accept") != "application/xml":
            return _errors(406, "only application/xml is spoken here")
        if self.faults.answers and (status := self.faults.answers.pop(0)):
            return _errors(status, "as it was told")
        with self._lock:
            try:
                return self._done(method, path, parse_qs(parts.query), body, headers)
            except Refused as error:
                return _errors(error.status, str(error))

    def _done(
        self, method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        match (method, *path.strip("/").split("/")):
            case ("POST", "jobs"):
                return self._created(body, headers)
            case ("GET", "jobs"):
                page = int(query.get("page", ["1"])[0])
                listed = etree.Element("job_list")
                newest = list(reversed(self.jobs.items()))[(page - 1) * PER_PAGE : page * PER_PAGE]
                for identity, job in newest:
                    shown = etree.SubElement(listed, "job", href=f"/jobs/{identity}")
                    shown.extend([etree.fromstring(etree.tostring(child)) for child in job])
                if not newest:
                    etree.SubElement(listed, "empty")
                return 200, etree.tostring(listed)
            case ("GET", "jobs", identity, "status") if identity in self.states:
                return 200, self._status(identity)
            case ("POST", "jobs", identity, "cancel") if identity in self.states:
                if self.states[identity][0] in OVER:
                    raise Refused(f"job {identity} is {self.states[identity][0]}", 422)
                if body != b"<cancel/>":
                    raise Refused("the body is no <cancel/>")
                self.states[identity] = ("cancelled", 0, "")
                return 200, self._status(identity)
        return _errors(404, f"there is no {method} {path}")

    def _created(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if headers.get("content-type") != "application/xml":
            raise Refused("the content type is not application/xml", 415)
        try:
            job = etree.fromstring(body)
        except etree.XMLSyntaxError as error:
            raise Refused("the body is no XML") from error
        check(job)
        self.share.path(job.findtext("input/file_input/uri") or "")
        identity = str(len(self.states) + 1)
        self.jobs[identity], self.states[identity] = job, ("pending", 0, "")
        threading.Thread(target=self._work, args=(identity, job), daemon=True).start()
        if self.faults.takes("unsaid"):
            raise Refused("the answer is lost", 500)
        return 201, etree.tostring(etree.Element("job", href=f"/jobs/{identity}"))

    def _status(self, identity: str) -> bytes:
        state, percent, cause = self.states[identity]
        said = etree.Element("job", href=f"/jobs/{identity}")
        etree.SubElement(said, "status").text = state
        etree.SubElement(said, "pct_complete").text = str(percent)
        if cause:
            error = etree.SubElement(etree.SubElement(said, "error_messages"), "error")
            etree.SubElement(error, "code").text = "1040"
            etree.SubElement(error, "message").text = cause
        return etree.tostring(said)

    def _work(self, identity: str, job: etree._Element) -> None:
        with self._lock:
            if self.faults.takes("lost"):
                del self.jobs[identity], self.states[identity]
                return
            self.states[identity] = ("running", 10, "")
            if self.faults.takes("hangs"):
                self.states[identity] = ("running", 99, "")
                return
            cause = self.faults.errors.pop(0) if self.faults.errors else ""
            is_missing = self.faults.takes("missing")
        ended = ("error", 10, cause) if cause else ("complete", 100, "")
        if not cause and not is_missing:
            try:
                for wish in wishes(job, self.share):
                    encode(wish)
            except (OSError, Refused, subprocess.SubprocessError) as error:
                ended = ("error", 10, str(error)[-300:])
        with self._lock:
            if self.states.get(identity, ("",))[0] == "running":
                self.states[identity] = ended


def wishes(job: etree._Element, share: Share) -> Iterator[Wish]:
    """Yield what a job asks for."""
    source = share.path(job.findtext("input/file_input/uri") or "")
    destination = job.findtext("output_group/file_group_settings/destination/uri") or ""
    streams = {one.findtext("name"): one for one in job.findall("stream_assembly")}
    for output in job.findall("output_group/output"):
        video = streams[output.findtext("stream_assembly_name")].find("video_description")
        assert video is not None
        codec, name = CODECS[video.findtext("codec") or ""]
        settings = video.find(name)
        assert settings is not None
        numbers = {key: int(settings.findtext(key) or 0) for key in NUMBERS}
        yield Wish(
            source,
            share.path(f"{destination}{output.findtext('name_modifier')}.{output.findtext('extension')}"),
            codec,
            int(video.findtext("width") or 0),
            int(video.findtext("height") or 0),
            f"{numbers['framerate_numerator']}/{numbers['framerate_denominator']}",
            numbers["gop_size"],
            numbers["bitrate"],
            numbers["max_bitrate"],
            numbers["buf_size"],
            video.find("video_preprocessors/deinterlacer") is not None,
        )


def _unsigned(path: str, headers: dict[str, str]) -> str | None:
    """Return why a request is not let in; None: it is."""
    user, expires = headers.get("x-auth-user", ""), headers.get("x-auth-expires", "0")
    if user != USER or not expires.isdigit():
        return "the user is not known"
    if not 0 <= int(expires) - time.time() + 1 <= SKEW_SECONDS:
        return "the request has expired, or the clocks differ"
    inner = _md5(f"{path}{user}{API_KEY}{expires}")  # reckoned anew, as documented
    if headers.get("x-auth-key") != _md5(f"{API_KEY}{inner}"):
        return "the key is wrong"
    return None


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _errors(status: int, why: str) -> tuple[int, bytes]:
    document = etree.Element("errors")
    etree.SubElement(document, "error", type="as_documented").text = why
    return status, etree.tostring(document)


@contextmanager
def elemental_server(share: Share) -> Iterator[FakeElemental]:
    """Run a server while the context lasts."""
    service = FakeElemental(share)
    with served(service, "application/xml"):
        yield service
