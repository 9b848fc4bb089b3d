"""AWS Elemental MediaConvert, asked by boto3."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from vod_assets.adapters.blobs import faults
from vod_assets.domain import mediaconvert
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.ports.services import JobState, JobStatus, Order

Result = TypeVar("Result")

STATES = {
    "SUBMITTED": JobState.WAITING,
    "PROGRESSING": JobState.RUNNING,
    "COMPLETE": JobState.COMPLETE,
    "CANCELED": JobState.CANCELLED,
    "ERROR": JobState.FAILED,
}
BUSY = {"TooManyRequestsException", "ServiceQuotaExceededException", "ThrottlingException"}
# "Unexpected failure" and its kin, by MediaConvert's own table; all other codes name a file, a setting or a permission.
PASSING = frozenset({1999, 3999})
KEY = "vod_key"  # in the metadata of a job: its token is forgotten after a minute, this is not
NAME = "v"  # what files are called before their modifiers
PAGE = 20  # the most jobs that one answer lists
LOOKED_BACK = timedelta(days=7)  # how old a job may be that is looked for
MOST_PAGES = 500


@dataclass(frozen=True)
class MediaConvertSettings:
    """What jobs are handed in with.

    Attributes:
        role: ARN of the role by which MediaConvert reads and writes buckets.
        queue: Name or ARN of the queue; empty: the account's own.
        place: Region or address, for the ledger.
    """

    role: str
    queue: str = ""
    place: str = ""


class MediaConvert:
    """Jobs of MediaConvert: one source, and one output for each rung of a codec.

    Args:
        client: Returns boto3's, of ``mediaconvert``; called when it is asked first.
        settings: Role and queue.
    """

    name = "mediaconvert"
    build_ids: Mapping[str, str] = MappingProxyType({"mediaconvert": mediaconvert.TRANSLATION})

    def __init__(self, client: Callable[[], Any], settings: MediaConvertSettings) -> None:
        self._opened, self._settings = client, settings
        self.place = f"{settings.place} {settings.queue}".strip()

    @cached_property
    def _client(self) -> Any:
        return self._opened()

    def obstacle(self, spec: RenditionSpec) -> str:
        """Return why it cannot make a rendition."""
        return mediaconvert.obstacle(spec)

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        """Return what a rendition's recipe says: its output, and the source as it is told."""
        told = {"input": mediaconvert.input_settings(spec.picture, ""), "output": mediaconvert.output_settings(spec)}
        return {name: _exact(said) for name, said in told.items()}

    def files(self, order: Order) -> Mapping[str, str]:
        """Return where each rendition is written: MediaConvert's answers name no paths."""
        return {spec.key: f"{order.folder}{NAME}{mediaconvert.name_modifier(spec)}.mp4" for spec in order.renditions}

    def submit(self, order: Order) -> str:
        """Hand in a job; within a minute, the same order is the same job."""
        queue = {"Queue": self._settings.queue} if self._settings.queue else {}
        said = _asked(
            lambda: self._client.create_job(
                Role=self._settings.role,
                Settings=job_settings(order),
                Priority=order.priority,
                ClientRequestToken=order.key[:64],
                UserMetadata={KEY: order.key, "vod_title": order.title},
                StatusUpdateInterval="SECONDS_10",
                **queue,
            )
        )
        return str(said["Job"]["Id"])

    def find(self, key: str) -> str:
        """Return the id of the newest job that carries a key, of those of the last week."""
        more: dict[str, str] = {}
        since = datetime.now(UTC) - LOOKED_BACK
        for _ in range(MOST_PAGES):
            said = _asked(lambda more=more: self._client.list_jobs(MaxResults=PAGE, Order="DESCENDING", **more))  # type: ignore[misc]
            for job in said.get("Jobs", []):
                if job.get("UserMetadata", {}).get(KEY) == key:
                    return str(job["Id"])
                if job.get("CreatedAt", since) < since:
                    return ""
            if not said.get("NextToken"):
                return ""
            more = {"NextToken": said["NextToken"]}
        return ""

    def status(self, job: str) -> JobStatus:
        """Return how a job is."""
        try:
            said = _asked(lambda: self._client.get_job(Id=job))["Job"]
        except RemoteError as error:
            if _code(error.__cause__) == "NotFoundException":
                return JobStatus(JobState.LOST)
            raise
        state, code = STATES[said["Status"]], said.get("ErrorCode")
        percent = 100 if state is JobState.COMPLETE else said.get("JobPercentComplete")
        cause = f"{code} {said.get('ErrorMessage', '')}".strip()[:300] if state is JobState.FAILED else ""
        warnings = tuple(f"{one['Code']} ({one['Count']} times)" for one in said.get("Warnings", []))
        return JobStatus(state, percent, cause, code in PASSING, warnings)

    def cancel(self, job: str) -> None:
        """End a job; one that has ended, or that nobody knows, stays as it is."""
        try:
            _asked(lambda: self._client.cancel_job(Id=job))
        except RemoteError as error:
            if _code(error.__cause__) not in ("ConflictException", "NotFoundException", "BadRequestException"):
                raise


def job_settings(order: Order) -> dict[str, Any]:
    """Return what a job is to do: one source, an output for each rendition, files below the order's folder."""
    first = order.renditions[0].picture
    destination = {"Destination": f"{order.folder}{NAME}"}
    group = {
        "Name": "File Group",
        "OutputGroupSettings": {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": destination},
        "Outputs": [mediaconvert.output_settings(spec) for spec in order.renditions],
    }
    return {
        "TimecodeConfig": {"Source": "ZEROBASED"},
        "Inputs": [mediaconvert.input_settings(first, order.source)],
        "OutputGroups": [group],
    }


def _exact(value: Any) -> Any:
    """Return settings as a recipe can hold them: no float is in them."""
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    return f"{value:g}" if isinstance(value, float) else value


def _asked(ask: Callable[[], Result]) -> Result:
    """Return what AWS answers.

    Raises:
        RemoteError: See `vod_assets.ports.services.TranscodingService`.
    """
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        return ask()
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        said = f"MediaConvert: {faults.said(error)}"
        if _code(error) in BUSY or status == 429:
            raise RemoteError("service_busy", said, "Wait, or ask AWS for a larger quota") from error
        if status >= 500:
            raise RemoteError("service_unreachable", said, "Try again; look at AWS's health page") from error
        remedy = "Check VOD_MEDIACONVERT_ROLE, VOD_MEDIACONVERT_QUEUE and the keys (docs/transcoders.md)"
        raise RemoteError("service_refused", said, remedy) from error
    except HTTPClientError as error:
        remedy = "Check the network, VOD_S3_REGION and VOD_MEDIACONVERT_ENDPOINT"
        raise RemoteError("service_unreachable", f"MediaConvert: {faults.said(error)}", remedy) from error
    except BotoCoreError as error:
        remedy = "Check the keys and the region; report it if they are right (docs/transcoders.md)"
        raise RemoteError("service_refused", f"MediaConvert: {faults.said(error)}", remedy) from error


def _code(error: BaseException | None) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
