"""Movies in one file: a preview to look at in the UI, and downloads; both made of what was encoded."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.dubs import AUDIO_FILE
from vod_assets.defs.farm.queues import PACKAGES
from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.showing import Row, table
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.movies import burnt_in, default_sound, downloaded, preview_source
from vod_assets.domain.programme.frames import burnt_label
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.sizes import size_text
from vod_assets.ports.movies import MovieMaker
from vod_assets.settings import load_settings

GROUP = "movies"
MAKER = 1  # to be raised when the same renditions become other movies
MOVIE, VIDEO_FILE, SOUND = "movie.mp4", "video.mp4", "audio_aac"


@dg.asset(group_name=GROUP, kinds={"ffmpeg", "mp4"}, op_tags=PACKAGES, **HOUSE)
def preview(
    context: dg.AssetExecutionContext,
    media_info: Artifact,
    encoding_ladder: Artifact,
    video_tracks: Artifact,
    audio_tracks: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    movies: dg.ResourceParam[MovieMaker],
) -> dg.MaterializeResult[Artifact]:
    """A small MP4 with burnt-in title, time code, running time and notice; `vod serve` plays it on its own machine.

    Upstream: a small rendition and the default sound, by video_tracks and audio_tracks; media_info. Downstream:
    nothing; it is never released. Empty when the profile has no ``preview_movie``.
    """
    with step(context, artifacts, guard, reporter) as at:
        wanted, ladder = at.profile.preview_movie, encoding_ladder.read(Ladder)
        rung = preview_source(ladder, at.profile.rendition_keys("sdr"), wanted.side) if wanted else None
        if wanted is None or rung is None or video_tracks.empty:
            reason = "asks for no preview" if wanted is None else "makes no rendition in SDR of this title"
            return at.result(at.nothing("preview", f"profile {at.profile.name} {reason}"))
        rendition, sound = at.artifacts.upstream(at.title, rung.key), default_track(at, audio_tracks)
        label = burnt_label(media_info.read(MediaInfo), ladder.frame_rate)
        text = burnt_in(rung, ladder.frame_rate, wanted, at.record.name, at.title).model_copy(
            update={"timecode": label}
        )
        recipe = Recipe("preview", digests_of(rendition, sound), {"text": text, "maker": MAKER}, movies.build_ids)

        def encode(directory: Path) -> Mapping[str, Any]:
            told = partial(at.reporter.progressed, at.title, at.name)
            movies.preview(at.path(rendition, VIDEO_FILE), path_of(at, sound), text, directory / MOVIE, told)
            return {"rendition": rung.key, "width": text.width, "height": text.height}

        made = at.make(recipe, encode)
        return at.result(made, lambda: {"play": dg.MetadataValue.url(movie_address(at.title, "preview"))})


@dg.asset(group_name=GROUP, kinds={"ffmpeg", "mp4"}, op_tags=PACKAGES, **HOUSE)
def mp4(
    context: dg.AssetExecutionContext,
    encoding_ladder: Artifact,
    video_tracks: Artifact,
    audio_tracks: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    movies: dg.ResourceParam[MovieMaker],
) -> dg.MaterializeResult[Artifact]:
    """Renditions with the default sound as progressive MP4 files: packets as they are, no second encode.

    Upstream: the renditions and the default sound, by video_tracks and audio_tracks. Downstream: nothing. Empty when
    the profile names no ``downloads``, or the title has none of them.
    """
    with step(context, artifacts, guard, reporter) as at:
        wanted = at.profile.downloads if not video_tracks.empty else ()
        leaves: dict[str, Made] = {}
        sound = default_track(at, audio_tracks) if wanted else None
        for key in downloaded(encoding_ladder.read(Ladder), wanted):
            rendition = at.artifacts.upstream(at.title, key)
            recipe = Recipe("mp4", digests_of(rendition, sound), {"rendition": key, "maker": MAKER}, movies.build_ids)
            leaves[key] = at.make(recipe, partial(_joined, at, movies, rendition, sound))
        reason = f"profile {at.profile.name} names no downloads that the title has"
        return at.result(at.index("mp4", leaves, reason), lambda: _facts(at.title, leaves))


def movie_address(title: str, name: str) -> str:
    """Return where `vod serve` plays a movie, on this machine."""
    return f"http://127.0.0.1:{load_settings().serve_port}/movies/{title}/{name}.mp4"


def _joined(
    at: Step, movies: MovieMaker, rendition: Artifact, sound: Artifact | None, directory: Path
) -> dict[str, Any]:
    movies.join(at.path(rendition, VIDEO_FILE), path_of(at, sound), directory / MOVIE)
    return {"rendition": rendition.asset, "language": sound.document.get("language", "und") if sound else ""}


def default_track(at: Step, audio_tracks: Artifact) -> Artifact | None:
    """Return the default track of a title in AAC, which every player of MP4 plays; None: it has no sound."""
    if audio_tracks.empty:
        return None
    leaves = at.leaves(at.artifacts.upstream(at.title, SOUND))
    return leaves.get(default_sound({name: leaf.document for name, leaf in leaves.items()}))


def path_of(at: Step, sound: Artifact | None) -> Path | None:
    """Return where the file of a title's sound is; None: it has none."""
    return at.path(sound, AUDIO_FILE) if sound else None


def digests_of(rendition: Artifact, sound: Artifact | None) -> dict[str, str]:
    """Return the inputs of a movie's recipe."""
    return {rendition.asset: rendition.digest, **({SOUND: sound.digest} if sound else {})}


def _facts(title: str, leaves: Mapping[str, Made]) -> dict[str, Any]:
    rows: list[Row] = [
        {"download": key, "size": size_text(made.artifact.size_bytes), "play": movie_address(title, key)}
        for key, made in leaves.items()
    ]
    return {"downloads": table(rows)} if rows else {}
