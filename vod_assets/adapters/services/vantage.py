"""Telestream Vantage, asked by its REST service (port 8676): one job of a workflow for each rendition."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vod_assets.adapters.services.rest import Service
from vod_assets.domain import vantage
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.ports.services import JobState, JobStatus, Order

API = "/Rest"
STATES = {
    0: JobState.RUNNING,
    4: JobState.FAILED,
    5: JobState.COMPLETE,
    6: JobState.WAITING,
    7: JobState.CANCELLED,
    8: JobState.WAITING,
}
WORST = (JobState.LOST, JobState.FAILED, JobState.CANCELLED, JobState.RUNNING, JobState.WAITING, JobState.COMPLETE)
TOGETHER = "+"  # between the jobs of one order
PASSING_WORDS = ("license", "timeout", "timed out", "connection", "service is not", "unavailable")


class Vantage:
    """Jobs of one workflow, which encodes one rendition as its variables say.

    Args:
        service: How it is asked.
        workflow: Its identifier (a GUID).
    """

    name = "vantage"
    build_ids: Mapping[str, str] = MappingProxyType({"vantage": vantage.TRANSLATION})

    def __init__(self, service: Service, workflow: str) -> None:
        self._service, self._workflow = service, workflow
        self.place = f"{service.address} {workflow}"

    def obstacle(self, spec: RenditionSpec) -> str:
        """Return why the workflow is not asked for a rendition."""
        return vantage.obstacle(spec)

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        """Return what a rendition's recipe says: the workflow, and its variables."""
        return {"workflow": self._workflow, "variables": dict(vantage.variables(spec))}

    def files(self, order: Order) -> Mapping[str, str]:
        """Return where each rendition is written."""
        return {spec.key: _joined(order.folder, f"{spec.key}.mp4") for spec in order.renditions}

    def submit(self, order: Order) -> str:
        """Hand in a job for each rendition that has none of the order's key yet."""
        inputs = self._inputs()
        known, files = self._jobs(order.key), self.files(order)
        jobs = []
        for spec in order.renditions:
            name = _name(order.key, spec.key)
            if name not in known:
                body = _filled(inputs, name, order, spec, files[spec.key])
                said = self._asked("POST", f"/Workflows/{self._workflow}/Submit", body)
                known[name] = str(said.get("JobIdentifier", ""))
            jobs.append(known[name])
        if not all(jobs):
            raise self._service.wrong("it names no job")
        return TOGETHER.join(jobs)

    def find(self, key: str) -> str:
        """Return the jobs of an order; empty: not all of them were handed in, and `submit` hands in the others."""
        return ""  # `submit` looks for each by itself

    def status(self, job: str) -> JobStatus:
        """Return how the jobs of an order are: as the worst of them is; its progress is their mean."""
        found = [self._status(one) for one in job.split(TOGETHER)]
        state = next(state for state in WORST if any(one.state is state for one in found))
        worst = next(one for one in found if one.state is state)
        percents = [one.percent or 0.0 for one in found]
        return JobStatus(state, sum(percents) / len(percents), worst.cause, worst.is_passing)

    def cancel(self, job: str) -> None:
        """Stop the jobs of an order; those that have ended stay as they are."""
        for one in job.split(TOGETHER):
            if self._status(one).state in (JobState.WAITING, JobState.RUNNING):
                self._asked("PUT", f"/Jobs/{one}/Stop")

    def _status(self, job: str) -> JobStatus:
        said = self._perhaps("GET", f"/Jobs/{job}")
        found = said.get("Job") if said else None
        if not found:
            return JobStatus(JobState.LOST)
        state = STATES.get(found.get("State"))
        if state is None:
            raise self._service.wrong(f"it says that a job is {found.get('State')!r}")
        if state is JobState.FAILED:
            cause = str(self._asked("GET", f"/Jobs/{job}/ErrorMessage").get("JobErrorMessage", ""))[:300]
            return JobStatus(state, None, cause, any(word in cause.lower() for word in PASSING_WORDS))
        percent = 100.0 if state is JobState.COMPLETE else None
        if state is JobState.RUNNING:
            percent = float(self._asked("GET", f"/Jobs/{job}/Progress").get("JobProgress", 0))
        return JobStatus(state, percent)

    def _inputs(self) -> dict[str, Any]:
        """Return what the workflow wants to be given; its variables have to be those of our translation.

        Raises:
            RemoteError: ``service_refused``: one lacks, or one is wanted that nobody here knows.
        """
        inputs = self._asked("GET", f"/Workflows/{self._workflow}/JobInputs")
        offered = {str(one.get("Name")) for one in inputs.get("Variables", [])}
        lacking = [name for name in vantage.VARIABLES if name not in offered]
        unknown = sorted(offered.difference(vantage.VARIABLES))
        if lacking or unknown:
            said = (
                f"lacks the variable {lacking[0]}" if lacking else f"wants the variable {unknown[0]}, which is unknown"
            )
            remedy = "Change the workflow's variables to those of docs/transcoders.md"
            raise RemoteError("service_refused", f"Vantage's workflow {self._workflow} {said}", remedy)
        return inputs

    def _jobs(self, key: str) -> dict[str, str]:
        """Return the jobs of an order by their names."""
        said = self._asked("GET", f"/Workflows/{self._workflow}/Jobs?filter=All")
        jobs = said.get("Jobs", [])
        return {str(job["Name"]): str(job["Identifier"]) for job in jobs if str(job.get("Name")).startswith(key)}

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        said = self._perhaps(method, path, body)
        if said is None:
            what = path.split("?")[0]
            cause = f"Vantage at {self._service.address} does not know {what}"
            raise RemoteError("service_refused", cause, self._service.remedy)
        return said

    def _perhaps(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Return an answer; None: nothing is there."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else b""
        reply = self._service.ask(method, f"{API}{path}", data, headers)
        if not reply.is_success:
            return None
        try:
            said = json.loads(reply.data or b"{}")
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise self._service.wrong("its answer is no JSON object")
        return said


def _filled(inputs: Mapping[str, Any], name: str, order: Order, spec: RenditionSpec, file: str) -> dict[str, Any]:
    """Return the workflow's own template, filled in: a variable that is left out does not fall back to its default."""
    values = {**vantage.variables(spec), "VOD_OUTPUT": file}
    return {
        **inputs,
        "JobName": name,
        "Priority": order.priority,
        "Medias": [{**media, "Files": [order.source]} for media in inputs.get("Medias", [])],
        "Variables": [{**one, "Value": values[str(one["Name"])]} for one in inputs["Variables"]],
    }


def _name(key: str, rendition: str) -> str:
    return f"{key} {rendition}"


def _joined(folder: str, name: str) -> str:
    return (folder + name).replace("/", "\\") if folder.startswith("\\\\") else folder + name
