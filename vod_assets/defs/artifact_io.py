"""The I/O manager of every asset: what goes out moves a pointer, what comes in follows it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.making import Maker
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.errors import ConfigError, StoreError, VodError
from vod_assets.domain.profile import Profile
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import ArtifactStore

ARTIFACTS = "artifacts"
JUDGES = ("quality_control", "quality_report")  # made for what their checks say
MOST_LEAVES = 128  # of an hour with all variants: about 30 MB


class StoredAt(str):
    """The address of an artifact's folder in its store, for what reads the store itself: ``s3://bucket/titles/…``."""


class ArtifactIOManager(dg.IOManager):
    """Keeps and finds the artifacts of titles in one store.

    Asset bodies commit through ``store`` and return the artifact; the I/O manager then points the asset at it.
    Replacing this one resource moves everything to another store.

    Attributes:
        metadata_mapping: Address of the file that says how a house's own metadata are read; empty: there is none.
        leaves: Leaves that were read lately, by digest: the steps of one run read the same ones many times over.
    """

    def __init__(
        self,
        store: ArtifactStore,
        profiles: Mapping[str, Profile],
        maker: Maker | None = None,
        metadata_mapping: str = "",
    ) -> None:
        self.store, self.profiles = store, profiles
        self.maker = maker or Maker(store)
        self.metadata_mapping = metadata_mapping
        self.leaves: dict[str, Artifact] = {}

    def remember(self, leaf: Artifact) -> None:
        """Keep a leaf for the next step that reads it; the oldest goes."""
        self.leaves[leaf.digest] = leaf
        if len(self.leaves) > MOST_LEAVES:
            del self.leaves[next(iter(self.leaves))]

    def handle_output(self, context: dg.OutputContext, obj: Artifact) -> None:
        """Point the asset at an artifact that is committed."""
        self.store.point(obj)

    def load_input(self, context: dg.InputContext) -> Artifact | Path | StoredAt:
        """Return what an upstream asset points at, as the kind of value that the input is annotated with.

        `Artifact` moves no bytes, and is what every annotation but these two gets. `Path` is the local folder of its
        files, fetched once a machine and not to be written to. `StoredAt` is where they lie in the store. An upstream
        that was never made is the empty artifact, but only when the title's profile does not ask for it.

        Raises:
            Failure: The profile asks for it, so it has to be made first; or files are asked of what has none.
        """
        artifact = self.upstream(context.partition_key, context.asset_key.to_user_string())
        try:
            return self._as_asked(artifact, context.dagster_type.typing_type)
        except VodError as error:
            raise dg.Failure(str(error), metadata={"code": error.code}, allow_retries=False) from error

    def _as_asked(self, artifact: Artifact, asked: Any) -> Artifact | Path | StoredAt:
        if asked not in (Path, StoredAt):
            return artifact
        if not artifact.files:
            raise StoreError(
                "artifact_missing",
                f"{artifact.asset} has no files: {artifact.empty or 'it lists other assets'}",
                "Annotate the input with Artifact, which says so",
                title=artifact.title,
            )
        if asked is Path:
            return self.store.local_path(artifact)
        return StoredAt(self.store.file_address(artifact))

    def upstream(self, title: str, asset: str) -> Artifact:
        """Return the artifact that an asset points at; of one that the profile does not ask for, the empty one.

        Raises:
            Failure: It was never made, or is gone.
        """
        artifact = self.store.latest(title, asset)
        if artifact is not None:
            return artifact
        try:
            profile = self.profile_of(title)
        except ConfigError as error:
            raise dg.Failure(str(error), metadata={"code": error.code}, allow_retries=False) from error
        if why := not_asked(profile, asset):
            return Artifact.nothing(title, asset, why)
        if asset in JUDGES and not profile.requires(asset):
            return Artifact.nothing(title, asset, f"never made: profile {profile.name} requires no check of it")
        missing = StoreError(
            "artifact_missing", f"{asset} was never made, or was deleted", f"Materialise {asset} first", title=title
        )
        raise dg.Failure(str(missing), metadata={"code": missing.code}, allow_retries=False)

    def leaves_out(self, title: str, profile: Profile, asset: str) -> bool:
        """Whether a run of a title leaves an asset out: its profile does not ask for it, and there is none.

        One that is there since the title had another profile becomes empty, and what follows it hears of that. So does
        one that is empty for another reason: its bytes are in the recipes of what follows it.
        """
        why = not_asked(profile, asset)
        if not why:
            return False
        if self.store.pointed(title, asset) is None:
            return True
        artifact = self.store.latest(title, asset)
        return artifact is not None and artifact.empty == why

    def record(self, title: str) -> TitleRecord:
        """Return what is known of a registered title.

        Raises:
            ConfigError: ``unknown_title``.
        """
        record = self.store.record(title)
        if record is None:
            raise ConfigError(
                "unknown_title",
                "no source is registered under this title id",
                "Register it: run the job register_title, or `vod run-workflow SOURCE`",
                title=title,
            )
        return record

    def profile_of(self, title: str) -> Profile:
        """Return the profile of a registered title.

        Raises:
            ConfigError: ``unknown_title`` or ``unknown_profile``.
        """
        name = self.record(title).profile
        if name not in self.profiles:
            known = ", ".join(sorted(self.profiles))
            raise ConfigError("unknown_profile", f"there is no profile “{name}”", f"Use one of: {known}", title=title)
        return self.profiles[name]
