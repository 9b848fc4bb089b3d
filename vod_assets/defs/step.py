"""The edge between an asset's body and Dagster: recipes, reuse, progress, and what becomes of errors."""

import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError  # no public name in 1.13

from vod_assets.defs.artifact_io import ArtifactIOManager
from vod_assets.defs.guard import REFUSALS, REFUSED_OPEN, REFUSED_TAG, Guarding, PatientGuard
from vod_assets.defs.making import Made, Result, Results, Wanted, Work
from vod_assets.defs.programme import addresses_beside
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.errors import Cancelled, SourceError, StoreError, ToolError, VodError
from vod_assets.domain.profile import Profile
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.logs import doing
from vod_assets.ports import Progress, RunGuard, SourceStore, Transfer
from vod_assets.ports.transfers import watched

Metadata = Mapping[str, Any]
Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext


class StepReporter(Protocol):
    """Is told what each step does, to show it to a person."""

    def started(self, title: str, step: str) -> None:
        """Take note that a step has begun."""
        ...

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Take note of how far a step is."""
        ...

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Take note of how far a step's files are on their way."""
        ...

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """Take note that an asset is there, or why there is none of it for this title."""
        ...


@dataclass
class Step:
    """What an asset's body works with: its title, its store, its profile."""

    context: Context
    artifacts: ArtifactIOManager
    guard: RunGuard
    reporter: StepReporter
    title: str
    name: str
    opened: ExitStack = field(default_factory=ExitStack)

    @property
    def record(self) -> TitleRecord:
        """The title's record."""
        return self.artifacts.record(self.title)

    @property
    def profile(self) -> Profile:
        """The title's profile."""
        return self.artifacts.profile_of(self.title)

    @property
    def is_real(self) -> bool:
        """Whether anything is made and published; a plan only asks what would be."""
        return self.artifacts.maker.is_real

    def publishes(self, asset: str, why: str) -> None:
        """Say that an asset changes something outside, whether its artifact is there or not."""
        self.artifacts.maker.publishes(asset, why)

    def find(self, recipe: Recipe) -> Artifact | None:
        """Return the recipe's artifact if it was made before and is whole."""
        return self.artifacts.maker.find(self.title, recipe)

    def make(self, recipe: Recipe, work: Work, *, is_composed: bool = False) -> Made:
        """Return the recipe's artifact; do the work only when the store does not have it.

        Args:
            recipe: What names the output before it is made.
            work: Fills a private directory and returns the document; its files are seen by nobody before the commit.
            is_composed: It writes no file and runs no tool: its document can be known before it is made.
        """
        self.guard.check()
        return self.artifacts.maker.make(self.title, recipe, work, is_composed=is_composed)

    def make_together(self, wanted: Sequence[Wanted], work: Callable[[], Results]) -> Results:
        """Yield the result of each of several recipes, none of which was found, that one tool makes together."""
        return self.artifacts.maker.make_together(self.title, wanted, work)

    def index(self, asset: str, leaves: Mapping[str, Made], reason: str = "") -> Made:
        """Return the index of leaves, in their order; without any, the empty artifact that says why."""
        if not leaves:
            return self.nothing(asset, reason)
        recipe = Recipe(asset, {name: made.artifact.digest for name, made in leaves.items()}, {"kind": "index"})
        index = self.artifacts.maker.index(self.title, recipe, {name: made.artifact for name, made in leaves.items()})
        return Made(
            index,
            reused=all(made.reused for made in leaves.values()),
            seconds=sum(made.seconds for made in leaves.values()),
        )

    def nothing(self, asset: str, reason: str) -> Made:
        """Return the empty artifact that says why the asset does not apply to this title."""
        recipe = Recipe(asset, parameters={"empty": reason})
        return self.make(recipe, lambda _: {"empty": reason}, is_composed=True)

    def leaves(self, index: Artifact) -> dict[str, Artifact]:
        """Return the artifacts that an index lists, by name; none for an empty one."""
        return {entry.name: self.leaf(entry) for entry in index.entries}

    def leaf(self, entry: IndexEntry) -> Artifact:
        """Return the artifact that an index or a package names, with the very bytes that it names.

        Raises:
            StoreError: ``artifact_missing``: it is gone, or was made anew with other bytes.
        """
        known = self.artifacts.leaves.get(entry.digest) if self.is_real else None
        if known and (known.asset, known.recipe, known.title) == (entry.asset, entry.recipe, self.title):
            return known
        leaf = self.artifacts.store.load(self.title, entry.asset, entry.recipe)
        if leaf.digest != entry.digest:
            cause = f"{entry.name} of {entry.asset} is {leaf.digest[:12]} now, and {entry.digest[:12]} is what was used"
            raise StoreError("artifact_missing", cause, f"Materialise {entry.asset} and what follows it", self.title)
        self.artifacts.remember(leaf)
        return leaf

    def path(self, artifact: Artifact, file: str = "") -> Path:
        """Return a local path of an artifact's file, or of its directory."""
        return self.artifacts.store.local_path(artifact, file)

    def source(self, mezzanine: Artifact, sources: SourceStore) -> Path:
        """Return a local path of the source, if it still has the bytes that the mezzanine names.

        Of a programme of several files it is a folder of the source's name, in which all of them are.

        Raises:
            SourceError: ``source_changed``.
        """
        address, parts = self.record.source, mezzanine.document.get("parts", ())
        _require_same(sources, address, mezzanine.document["sha256"])
        if not parts:
            return sources.local_path(address)
        name = sources.name(address)
        folder = Path(self.opened.enter_context(tempfile.TemporaryDirectory(prefix="vod-parts-")), name)
        folder.mkdir()
        (folder / name).symlink_to(sources.local_path(address).absolute())
        beside = addresses_beside(sources, address, [part["name"] for part in parts])
        for part in parts:
            _require_same(sources, beside[part["name"]], part["sha256"])
            (folder / part["name"]).symlink_to(sources.local_path(beside[part["name"]]).absolute())
        return folder

    def unchanged_source(self, mezzanine: Artifact, sources: SourceStore) -> str:
        """Return the one address of the source, if it still has the bytes that the mezzanine names.

        Raises:
            SourceError: ``source_changed``.
        """
        address = self.record.source
        _require_same(sources, address, mezzanine.document["sha256"])
        return sources.canonical(address)

    def result(self, made: Made, metadata: Metadata | Callable[[], Metadata] = MappingProxyType({})) -> Result:
        """Return what Dagster records of an asset: the artifact, its digest as data version, and what a person sees.

        Args:
            made: The artifact.
            metadata: What a person sees of it, or what finds that out.
        """
        artifact = made.artifact
        self.reporter.made(self.title, artifact.asset, made.reused, artifact.empty)
        if not self.artifacts.maker.is_real:
            return dg.MaterializeResult(asset_key=artifact.asset, value=artifact)
        facts = metadata() if callable(metadata) else metadata
        shown: dict[str, Any] = {"made": "reused" if made.reused else "made now"}
        if artifact.empty:
            shown["empty"] = artifact.empty
        kept: dict[str, Any] = {
            "size_bytes": self._size(artifact),
            "digest": artifact.digest,
            "recipe": artifact.recipe,
            "address": dg.MetadataValue.path(str(self.path(artifact))),
        }
        return dg.MaterializeResult(
            asset_key=artifact.asset,
            value=artifact,
            data_version=dg.DataVersion(artifact.digest),
            metadata={**shown, **facts, **kept, **facts},  # an asset's own facts come first, and win
        )

    def _size(self, artifact: Artifact) -> int:
        return artifact.size_bytes + sum(leaf.size_bytes for leaf in self.leaves(artifact).values())


@contextmanager
def step(context: Context, artifacts: ArtifactIOManager, guard: RunGuard, reporter: StepReporter) -> Iterator[Step]:
    """Run an asset's body for its title: errors become failures that name the title, a cancelled run stops."""
    title = context.partition_key
    name = context.op_execution_context.op.name
    with doing(title, _run_of(context), name), edge(context, title), _refusals_kept(title, artifacts):
        guard.check()
        artifacts.record(title)
        reporter.started(title, name)
        wanted = PatientGuard(guard) if isinstance(guard, Guarding) else guard

        def moved(transfer: Transfer) -> None:
            wanted.check()
            reporter.moved(title, name, transfer)

        with watched(moved), ExitStack() as opened:
            yield Step(context, artifacts, guard, reporter, title, name, opened)


@contextmanager
def edge(context: Any, title: str = "") -> Iterator[None]:
    """Turn our errors into Dagster's: they name the title and the code, and a cancelled run ends as CANCELED."""
    try:
        yield
    except Cancelled as cancelled:
        raise DagsterExecutionInterruptedError(str(cancelled)) from cancelled
    except (KeyboardInterrupt, DagsterExecutionInterruptedError):
        mark_cancelled(context.instance, context.run.run_id)
        raise
    except VodError as raised:
        if raised.code in REFUSALS:
            context.instance.add_run_tags(context.run.run_id, {REFUSED_TAG: REFUSED_OPEN})
        error = raised.about(title=title)
        raise dg.Failure(str(error), metadata=_failure_metadata(error), allow_retries=False) from raised


@contextmanager
def _refusals_kept(title: str, artifacts: ArtifactIOManager) -> Iterator[None]:
    """Write down in the store why a title's source is refused."""
    try:
        yield
    except SourceError as error:
        artifacts.store.refuse(title, refusal(error.about(title=title)))
        raise


def _run_of(context: Context) -> str:
    """Return the id of the run; empty: the body is only asked what it would do."""
    return str(getattr(getattr(context, "run", None), "run_id", ""))


def _require_same(sources: SourceStore, address: str, sha256: str) -> None:
    """Return when a file still has the bytes that were fingerprinted."""
    now = sources.fingerprint(address)
    if now.sha256 != sha256:
        raise SourceError(
            "source_changed",
            f"the file changed while it was worked on ({now.size_bytes} bytes now)",
            "Deliver it whole, then run the title again",
            file=sources.name(address),
        )


def mark_cancelled(instance: dg.DagsterInstance, run_id: str) -> None:
    """Say that a person asked for the end, so that Dagster does not take an interrupt for a crash."""
    run = instance.get_run_by_id(run_id)
    if run is not None and run.status == dg.DagsterRunStatus.STARTED:
        instance.report_run_canceling(run, message=f"Interrupted ({signal.Signals.SIGINT.name}).")


def refusal(error: VodError) -> dict[str, Any]:
    """Return what the store keeps of a refused source."""
    return {"code": error.code, "cause": error.cause, "remedy": error.remedy, "file": error.file, "message": str(error)}


def _failure_metadata(error: VodError) -> dict[str, Any]:
    metadata: dict[str, Any] = {"code": error.code, "cause": error.cause, "error_type": type(error).__name__}
    if error.remedy:
        metadata["what_to_do"] = error.remedy
    if isinstance(error, ToolError) and error.argv:
        metadata["command"] = error.command
        metadata["last_words"] = dg.MetadataValue.md(f"```\n{error.last_words}\n```")
    return metadata
