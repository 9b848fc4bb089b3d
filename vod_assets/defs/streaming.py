"""RTSP: one file of one bitrate, and its place at the server that offers it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.movies import MOVIE, VIDEO_FILE, default_track, digests_of, path_of
from vod_assets.defs.publish import GROUP
from vod_assets.defs.releasable import Judged, require_all_checks
from vod_assets.defs.release_contents import source_of
from vod_assets.defs.source import mezzanine_artifact
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.lineage import require_one_source
from vod_assets.domain.movies import preview_source
from vod_assets.domain.offering import ReleaseStream
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.release import Release
from vod_assets.domain.rtsp import demand_of
from vod_assets.offering import Offered, Offering
from vod_assets.ports import Origin
from vod_assets.ports.streaming import StreamMaker

NOWHERE = "nowhere: VOD_RTSP names no server"
MAKER = 1  # to be raised when the same renditions become other files


@dg.asset(group_name=GROUP, kinds={"ffmpeg", "rtsp"}, **HOUSE)
def rtsp_stream(
    context: dg.AssetExecutionContext,
    encoding_ladder: Artifact,
    video_tracks: Artifact,
    audio_tracks: Artifact,
    release: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    streams: dg.ResourceParam[StreamMaker],
    origin: dg.ResourceParam[Origin],
    rtsp: dg.ResourceParam[Offering],
) -> dg.MaterializeResult[Artifact]:
    """A file of one bitrate that players of RTSP can follow, offered at the RTSP server of the settings.

    Upstream: a rendition in SDR and the default sound, by video_tracks and audio_tracks; release. Downstream: nothing.
    Refused unless every check that the profile requires has passed on what was released. Empty when the profile has
    no ``rtsp``.
    """
    with step(context, artifacts, guard, reporter) as at:
        wanted, ladder = at.profile.rtsp, encoding_ladder.read(Ladder)
        rung = preview_source(ladder, at.profile.rendition_keys("sdr"), wanted.side) if wanted else None
        if wanted is None or rung is None or video_tracks.empty:
            reason = "asks for no RTSP" if wanted is None else "makes no rendition in SDR of this title"
            return at.result(at.nothing("rtsp_stream", f"profile {at.profile.name} {reason}"))
        rendition, sound = at.artifacts.upstream(at.title, rung.key), default_track(at, audio_tracks)
        if at.is_real:
            _require_released(at, context.instance, release, rendition)
            _require_shown(at, origin)
        made = _made(at, streams, (rung, ladder), (rendition, sound))
        guard.check()
        before, offered = rtsp.registered(at.title), Offered()
        if at.is_real:
            rtsp.ledger.note(at.title, _stream(release, made.artifact))
            offered = rtsp.settle(at.title, again=True)
            is_news = made.reused and rtsp.registered(at.title) not in (before, "")
        else:
            verdict = rtsp.verdict(at.title)
            digest = verdict.stream.digest if verdict.stream else made.artifact.digest
            is_news = made.reused and bool(rtsp.address) and not verdict.withheld and before != digest
        if is_news:
            at.publishes("rtsp_stream", "the RTSP server offers another stream of it, or none")
        return at.result(replace(made, reused=made.reused and not is_news), partial(_facts, made.artifact, offered))


def _made(at: Step, streams: StreamMaker, shape: tuple[Rung, Ladder], inputs: tuple[Artifact, Artifact | None]) -> Made:
    (rung, ladder), (rendition, sound) = shape, inputs
    if at.profile.rtsp is None:
        raise KeyError("rtsp")
    channels = sound.document["channels"] if sound else 0
    demand = demand_of(at.profile.rtsp, rung, ladder.frame_rate, channels)
    parameters = {"demand": demand, "maker": MAKER}
    recipe = Recipe("rtsp_stream", digests_of(rendition, sound), parameters, streams.build_ids)

    def work(directory: Path) -> Mapping[str, Any]:
        told = partial(at.reporter.progressed, at.title, at.name)
        picture = at.path(rendition, VIDEO_FILE)
        done = streams.stream(picture, path_of(at, sound), demand, directory / MOVIE, told)
        return {"rendition": rung.key, "bits_per_second": demand.bits_per_second, **done}

    return at.make(recipe, work)


def _require_released(at: Step, instance: dg.DagsterInstance, release: Artifact, rendition: Artifact) -> None:
    """Return when what would be streamed was released, and may still be.

    Raises:
        GateError: A required check does not allow it.
        ConfigError: ``artifacts_mixed``: the rendition was made of another source than the release.
    """
    said = release.document
    require_all_checks(Judged.of(at), instance, said["packages"] | said.get("judges", {}), said.get("renditions", {}))
    source = Release.model_validate(said["release"]).source
    if source is not None:
        require_one_source(mezzanine_artifact(at.title, source).digest, [source_of(rendition)])


def _require_shown(at: Step, origin: Origin) -> None:
    """Return when a title was not taken down.

    Raises:
        ConfigError: ``title_taken_down``.
    """
    if origin.is_blocked(at.title):
        cause = "it was taken down, and is not offered over RTSP"
        raise ConfigError("title_taken_down", cause, "Lift the takedown first if it may be shown again", at.title)


def _stream(release: Artifact, made: Artifact) -> ReleaseStream:
    """Return the stream of a release, as it is noted for whoever offers it."""
    released = Release.model_validate(release.document["release"])
    return ReleaseStream(
        release=released.number,
        release_digest=released.digest,
        recipe=made.recipe,
        digest=made.digest,
        policy=release.document["metadata"].get("policy", {}),
    )


def _facts(artifact: Artifact, offered: Offered) -> dict[str, Any]:
    said = artifact.document
    address = offered.address
    return {
        "made_of": said["rendition"],
        "picture": f"{said['picture']}{said['because'] and ': '}{said['because']}",
        "play": dg.MetadataValue.url(address) if address else _nowhere(offered),
    }


def _nowhere(offered: Offered) -> str:
    return f"withheld: {offered.withheld}" if offered.withheld else NOWHERE
