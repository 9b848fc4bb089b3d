"""Pictures: the poster, the thumbnails, and the thumbnails as an image track."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from vod_assets.defs.farm.queues import PACKAGES
from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.programme import timeline_parameters
from vod_assets.defs.showing import poster_metadata
from vod_assets.defs.source import made_from
from vod_assets.defs.step import step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.image_track import describe
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.thumbnails import SpriteSheets, ThumbnailPreset
from vod_assets.ports import PictureMaker, SheetPainter, SourceStore

GROUP = "pictures"
POSTER_FILE = "poster.jpg"
PAINTER = 2  # to be raised when the same pictures are painted onto other sheets
MAKER = 3  # to be raised when a poster, thumbnails or an image track come out differently from the same inputs


@dg.asset(group_name=GROUP, kinds={"ffmpeg", "jpeg"}, op_tags=BEFORE_ENCODES, **HOUSE)
def poster(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    pictures: dg.ResourceParam[PictureMaker],
) -> dg.MaterializeResult[Artifact]:
    """A telling frame as JPEG, in the shape a viewer sees.

    Upstream: mezzanine, media_info. Downstream: release.
    """
    with step(context, artifacts, guard, reporter) as at:
        info = media_info.read(MediaInfo)
        recipe = Recipe("poster", {"mezzanine": mezzanine.digest}, _parameters(info), pictures.build_ids)

        def take(directory: Path) -> dict[str, Any]:
            time = pictures.poster(at.source(mezzanine, sources), info, directory / POSTER_FILE)
            return {"time_seconds": time} | made_from(mezzanine)

        made = at.make(recipe, take)
        return at.result(made, lambda: {"poster": poster_metadata(at.path(made.artifact, POSTER_FILE))})


@dg.asset(group_name=GROUP, kinds={"ffmpeg", "jpeg"}, op_tags=BEFORE_ENCODES, **HOUSE)
def thumbnails(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    pictures: dg.ResourceParam[PictureMaker],
    sheets: dg.ResourceParam[SheetPainter],
) -> dg.MaterializeResult[Artifact]:
    """A small picture every few seconds, in sprite sheets with a WebVTT index for scrubbing.

    Upstream: mezzanine, media_info. Downstream: image_tracks.
    """
    with step(context, artifacts, guard, reporter) as at:
        preset = at.profile.thumbnails
        if preset is None:
            return at.result(at.nothing("thumbnails", not_asked(at.profile, "thumbnails")))
        info = media_info.read(MediaInfo)
        recipe = Recipe(
            "thumbnails",
            {"mezzanine": mezzanine.digest},
            _parameters(info) | {"preset": preset, "painter": PAINTER},
            {**pictures.build_ids, **sheets.build_ids},
        )

        def take(directory: Path) -> dict[str, Any]:
            with TemporaryDirectory(dir=directory.parent, prefix=".scratch-") as folder:
                pictures.thumbnails(at.source(mezzanine, sources), info, preset, Path(folder))
                taken = sorted(Path(folder).glob("*.jpg"))
                painted = sheets.paint(taken, preset, info.duration_seconds, directory)
                return painted.model_dump() | made_from(mezzanine)

        made = at.make(recipe, take)
        return at.result(made, lambda: _sheet_facts(made.artifact.read(SpriteSheets)))


@dg.asset(group_name="tracks", kinds={"jpeg"}, op_tags=PACKAGES, **HOUSE)
def image_tracks(
    context: dg.AssetExecutionContext,
    thumbnails: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
) -> dg.MaterializeResult[Artifact]:
    """The thumbnails as an image track: tiles for DASH, an image playlist for HLS.

    Upstream: thumbnails. Downstream: hls_package and dash_package.
    """
    with step(context, artifacts, guard, reporter) as at:
        preset = at.profile.thumbnails
        if thumbnails.empty or preset is None:
            return at.result(at.nothing("image_tracks", thumbnails.empty or "the profile asks for no thumbnails"))
        painted, duration = thumbnails.read(SpriteSheets), media_info.read(MediaInfo).duration_seconds
        recipe = Recipe(
            "image_tracks", {"thumbnails": thumbnails.digest}, {"duration_seconds": duration, "maker": MAKER}
        )

        def lay_out(directory: Path) -> dict[str, Any]:
            _link_files(at.path(thumbnails), thumbnails, directory)
            return _described(thumbnails, painted, preset, duration)

        leaf = at.make(recipe, lay_out)
        leaves: dict[str, Made] = {f"{variant.name}/thumbnails": leaf for variant in at.profile.variants}
        return at.result(at.index("image_tracks", leaves), lambda: _sheet_facts(painted))


def _sheet_facts(painted: SpriteSheets) -> dict[str, Any]:
    return {"thumbnails": painted.count, "sheets": len(painted.sheets)}


def _parameters(info: MediaInfo) -> dict[str, Any]:
    """Return what pictures depend on: how the video is stored and shown, where its key frames are, how long it is."""
    shape = {"video": info.video, "duration_seconds": info.duration_seconds, "maker": MAKER}
    return shape | timeline_parameters(info)


def _described(artifact: Artifact, painted: SpriteSheets, preset: ThumbnailPreset, duration: Any) -> dict[str, Any]:
    sizes = {file.path: file.size_bytes for file in artifact.files}
    sheets = [(name, sizes[name]) for name in painted.sheets]
    track = describe(sheets, preset, duration, (painted.width, painted.height))
    return track.model_dump() | {"mezzanine": painted.mezzanine}


def _link_files(source: Path, artifact: Artifact, directory: Path) -> None:
    """Hard-link files within the store: committed bytes never change."""
    for file in artifact.files:
        os.link(source / file.path, directory / file.path)
