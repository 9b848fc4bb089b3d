"""Transcoders that are asked over a network: a job is handed in, looked after, and its files are fetched."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.ports.runs import OnProgress


class JobState(StrEnum):
    """How a job of a transcoding service is."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"  # the service does not know it (any more)


@dataclass(frozen=True)
class JobStatus:
    """What a service says of a job.

    Attributes:
        percent: 0 to 100; None: it does not say.
        cause: Why it failed, one line; no secret is in it.
        is_passing: Whether the same job may succeed when it is handed in again (its own fault, and none of the source).
        warnings: What it warns of.
    """

    state: JobState
    percent: float | None = None
    cause: str = ""
    is_passing: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """A job to hand in: one source, and the rungs of one codec that are made of it.

    Attributes:
        key: Names the order for ever: hexadecimal, at most 64 characters. A service can be asked for the job of a key.
        source: Address that the service reads (``s3://…``, a UNC path…), as it knows it.
        folder: Address below which it writes, ending in ``/``; `TranscodingService.files` says what.
        renditions: What to make.
        priority: -50 to 50; the larger, the sooner.
    """

    key: str
    title: str
    source: str
    folder: str
    renditions: Sequence[RenditionSpec]
    priority: int = 0


class TranscodingService(Protocol):
    """A transcoder that is asked over a network.

    Every method that asks it raises `RemoteError`: ``service_unreachable`` and ``service_busy`` (ask again later),
    ``service_refused`` (the request is wrong, or not allowed).

    Attributes:
        name: ``mediaconvert``, ``elemental`` or ``vantage``.
        place: Which one of its kind: region and queue, or host; jobs are noted by it. No secret is in it.
        build_ids: What a recipe says of it: the service and the version of our translation.
    """

    name: str
    place: str
    build_ids: Mapping[str, str]

    def obstacle(self, spec: RenditionSpec) -> str:
        """Return why it cannot make a rendition, by name (“Elemental has no AV1”); empty: it can. Asks nobody."""
        ...

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        """Return what a rendition's recipe says: all that the service is told of this one, and nothing of others."""
        ...

    def files(self, order: Order) -> Mapping[str, str]:
        """Return the address of the file that each rendition is written to, by its key."""
        ...

    def submit(self, order: Order) -> str:
        """Hand in a job that carries the order's key, and return the job's id."""
        ...

    def find(self, key: str) -> str:
        """Return the id of the newest job that carries a key; empty: none was handed in. Looks at ended ones, too."""
        ...

    def status(self, job: str) -> JobStatus:
        """Return how a job is; LOST where the service does not know it."""
        ...

    def cancel(self, job: str) -> None:
        """End a job; one that has ended stays as it is."""
        ...


@dataclass(frozen=True)
class Asked:
    """Rungs of one codec that are to be made of a source by a service.

    Attributes:
        source: Its canonical address.
        sha256: Of its bytes.
        local: Returns where it lies on this machine; called only when the service cannot read it where it lies.
        renditions: What to make.
        recipes: Ids of their recipes, in the same order: jobs are known by them.
        folders: Where each file goes (``<folder>/video.mp4``), in the same order.
        priority: See `Order`.
    """

    title: str
    source: str
    sha256: str
    local: Callable[[], Path]
    renditions: Sequence[RenditionSpec]
    recipes: Sequence[str]
    folders: Sequence[Path]
    priority: int = 0


@dataclass(frozen=True)
class ServiceReport:
    """What a service did, for metadata; nothing of it enters a digest.

    Attributes:
        job: The service's id of the job that the files are of.
        handed_in: How many jobs this run handed in; 0: it found its job.
        billed: What of it costs money, by rung: see `vod_assets.domain.service_billing`.
    """

    service: str
    job: str
    handed_in: int
    wall_seconds: float
    cpu_seconds: float
    warnings: tuple[str, ...] = ()
    billed: Mapping[str, Any] = field(default_factory=dict)


class RemoteTranscoder(Protocol):
    """Makes renditions by a transcoding service: brings the source there, waits, fetches and checks the files."""

    @property
    def name(self) -> str:
        """The service's name."""
        ...

    @property
    def build_ids(self) -> Mapping[str, str]:
        """What a recipe says of it."""
        ...

    def obstacle(self, spec: RenditionSpec) -> str:
        """Return why it cannot make a rendition; empty: it can. Asks nobody."""
        ...

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        """Return what a rendition's recipe says."""
        ...

    def make(self, asked: Asked, on_progress: OnProgress) -> ServiceReport:
        """Make renditions, in the job that runs already if there is one.

        Raises:
            RemoteError: ``service_unreachable``, ``service_busy``, ``service_stalled``, ``service_failed``,
                ``service_output_wrong``: another transcoder may do it. ``service_refused``: somebody must act.
            Cancelled: The run is no longer wanted; the job is cancelled there.
        """
        ...

    def forget(self, asked: Asked) -> None:
        """Take away what lies at the service of renditions that are committed; what cannot be is left."""
        ...


@dataclass(frozen=True)
class Transcoders:
    """Who makes renditions.

    Attributes:
        order: Names in order of preference; ``ffmpeg`` is this machine's.
        services: Those of them that are asked over a network.
    """

    order: Sequence[str] = ("ffmpeg",)
    services: Mapping[str, RemoteTranscoder] = field(default_factory=dict)

    @property
    def build_ids(self) -> Mapping[str, str]:
        """What plans depend on: who is asked, in which order, in which words."""
        told = {
            f"{name}.{tool}": build for name in self.services for tool, build in self.services[name].build_ids.items()
        }
        return {"order": ",".join(self.order), **told}
