"""What plans of all titles depend on: profiles, tools, settings, the program; and which bodies take what of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources as files
from pathlib import Path
from typing import Any

from vod_assets.defs.bodies import Body
from vod_assets.defs.planning import Planner
from vod_assets.defs.versions import read_of_profile
from vod_assets.domain.asking import is_rendition
from vod_assets.domain.documents import digest_of
from vod_assets.domain.errors import SourceError, VodError
from vod_assets.domain.profile import Profile
from vod_assets.ports import SourceStore
from vod_assets.settings import Settings

Words = Mapping[str, Any]
NO_RUNG = digest_of([])[:16]  # what a rendition reads of a profile that has no such rung: no tool has to do with it


@dataclass(frozen=True)
class Deployment:
    """A deployment in words, which say only whether something is as it was.

    Attributes:
        builds: The word of each tool, by the resource that bodies ask for.
        profiles: Of each profile, the word of what each asset's body reads of it.
        rest: The word of all else, which may matter to every body.
    """

    builds: Mapping[str, str]
    profiles: Mapping[str, Mapping[str, str]]
    rest: str

    @cached_property
    def word(self) -> str:
        """One word for it all."""
        return digest_of(self.as_document())[:32]

    def as_document(self) -> Words:
        """Return it as it is remembered."""
        return {"builds": self.builds, "profiles": self.profiles, "rest": self.rest}

    def changed(self, before: Words, profile: str, bodies: Collection[Body]) -> frozenset[str] | None:
        """Return the assets and checks that may come out otherwise for titles of a profile than before; None: all."""
        now, then = self.profiles.get(profile), before["profiles"].get(profile)
        if self.rest != before["rest"] or now is None or then is None:
            return None
        tools = {name for name in self.builds if self.builds[name] != before["builds"].get(name)}
        made = {name for body in bodies if not tools.isdisjoint(body.resources) for name in body.names}
        idle = {asset for asset, word in now.items() if is_rendition(asset) and word == NO_RUNG}
        return frozenset((made - idle) | {asset for asset in now if now[asset] != then.get(asset)})


def deployment_of(planner: Planner, settings: Settings) -> Deployment:
    """Return the deployment that a planner plans with."""
    builds = {name: digest_of(_said(one)) for name, one in planner.resources.items()}
    mapping = settings.metadata_mapping
    said = seen(planner.resources["sources"], mapping) if mapping else ""
    return Deployment(
        builds=builds,
        profiles={name: _words(profile, planner.names()) for name, profile in planner.profiles.items()},
        rest=digest_of([said, repr(settings), _program()]),
    )


def seen(sources: SourceStore, address: str) -> str:
    """Return a word for a source or a file beside it; of one that cannot be looked at, why."""
    try:
        return sources.identity(address)
    except SourceError as error:
        return str(error)


def _words(profile: Profile, assets: Collection[str]) -> dict[str, str]:
    return {asset: digest_of(read_of_profile(asset, profile))[:16] for asset in assets}


def _said(resource: Any) -> list[Any]:
    """Return what a resource says that its outputs depend on; of one that is not installed, why."""
    try:
        return [dict(getattr(resource, "build_ids", {})), dict(getattr(resource, "parameters", {}))]
    except VodError as error:
        return [str(error)]


def _program() -> list[str]:
    """Return a word for each of our own modules: what they do with equal inputs may have changed."""
    package = Path(str(files.files("vod_assets")))
    found = ((path, path.stat()) for path in sorted(package.rglob("*.py")))
    return [f"{path} {status.st_size} {status.st_mtime_ns}" for path, status in found]
