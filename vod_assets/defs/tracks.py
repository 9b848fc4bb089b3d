"""Tracks: each packaged by itself, so that adding or changing one rewrites no other track's bytes."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.dubs import AUDIO_FILE
from vod_assets.defs.farm.queues import PACKAGES
from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter, after
from vod_assets.defs.making import Made
from vod_assets.defs.protecting import SAID, Keys, package, package_clear
from vod_assets.defs.showing import Row, sparkline, table
from vod_assets.defs.step import Step, step
from vod_assets.defs.text import CAPTIONS_FILE
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.track import Track
from vod_assets.domain.variants import Variant
from vod_assets.ports import KeyProvider, Packager, TrackJob

GROUP = "tracks"
FILES = {"video": "video.mp4", "audio": AUDIO_FILE, "text": CAPTIONS_FILE}


def video_tracks_asset(renditions: list[str]) -> dg.AssetsDefinition:
    """Return the asset that packages every rendition."""

    @dg.asset(
        name="video_tracks",
        group_name=GROUP,
        kinds={"shaka", "cmaf"},
        op_tags=PACKAGES,
        **after(renditions),
    )
    def video_tracks(
        context: dg.AssetExecutionContext,
        encoding_ladder: Artifact,
        content_keys: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
        packager: dg.ResourceParam[Packager],
        keys: dg.ResourceParam[KeyProvider],
    ) -> dg.MaterializeResult[Artifact]:
        """Every rendition as a track of each variant, encrypted where it says so; segments open on an IDR frame.

        Upstream: the renditions, content_keys. Downstream: hls_package and dash_package, which share these bytes.
        """
        with step(context, artifacts, guard, reporter) as at:
            ladder = encoding_ladder.read(Ladder)
            made = [rung for rung in ladder.made if rung.key in at.profile.rendition_keys()]  # a ladder may be older
            leaves: dict[str, Made] = {}
            given = Keys(at.title, content_keys, keys)
            renditions = {rung.key: at.artifacts.upstream(at.title, rung.key) for rung in made}
            for variant in at.profile.variants:
                for rung in (rung for rung in made if variant.selects(rung.codec, rung.name)):
                    rendition = renditions[rung.key]
                    job = _job(at, "video", rung.key, rendition, ladder)
                    leaves[f"{variant.name}/{rung.key}"] = package(at, variant, packager, rendition, job, given)
            index = at.index("video_tracks", leaves, "the title has no rendition")
            return at.result(index, lambda: _facts(leaves))

    return video_tracks


def audio_tracks_asset(encoded: list[str]) -> dg.AssetsDefinition:
    """Return the asset that packages all encoded sound."""

    @dg.asset(
        name="audio_tracks",
        group_name=GROUP,
        kinds={"shaka", "cmaf"},
        op_tags=PACKAGES,
        **after(encoded),
    )
    def audio_tracks(
        context: dg.AssetExecutionContext,
        encoding_ladder: Artifact,
        content_keys: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
        packager: dg.ResourceParam[Packager],
        keys: dg.ResourceParam[KeyProvider],
    ) -> dg.MaterializeResult[Artifact]:
        """Every audio file as a track of each variant, with language and label, encrypted where the variant says so.

        Upstream: encoded sound in every codec, content_keys. Downstream: hls_package and dash_package.
        """
        with step(context, artifacts, guard, reporter) as at:
            ladder, given = encoding_ladder.read(Ladder), Keys(at.title, content_keys, keys)
            made = {one.codec: at.artifacts.upstream(at.title, f"audio_{one.codec}") for one in at.profile.audio}
            leaves: dict[str, Made] = {}
            for variant in at.profile.variants:
                for codec in (codec for codec in made if variant.sounds_in(codec)):
                    for name, one in at.leaves(made[codec]).items():
                        job = _job(at, "audio", name, one, ladder)
                        leaves[f"{variant.name}/{name}"] = package(at, variant, packager, one, job, given)
            reasons = list(dict.fromkeys(one.empty for one in made.values() if one.empty))
            return at.result(at.index("audio_tracks", leaves, "; ".join(reasons)), lambda: _facts(leaves))

    return audio_tracks


@dg.asset(group_name=GROUP, kinds={"shaka", "webvtt"}, op_tags=PACKAGES, **HOUSE)
def text_tracks(
    context: dg.AssetExecutionContext,
    captions: Artifact,
    media_info: Artifact,
    encoding_ladder: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    packager: dg.ResourceParam[Packager],
) -> dg.MaterializeResult[Artifact]:
    """Every caption file as segmented tracks: WebVTT files for HLS with their MP4 twins for DASH, and IMSC1 for both.

    Which of the two a variant has, its ``hls_text`` and ``dash_text`` say; a transport stream knows no IMSC1.

    Upstream: captions. Downstream: hls_package and dash_package.
    """
    with step(context, artifacts, guard, reporter) as at:
        ladder, duration = encoding_ladder.read(Ladder), media_info.read(MediaInfo).duration_seconds
        leaves = _package_text(at, packager, captions, ladder, duration)
        return at.result(at.index("text_tracks", leaves, captions.empty), lambda: _facts(leaves))


def read_tracks(at: Step, index: Artifact) -> dict[str, tuple[Artifact, Track]]:
    """Return every track leaf of an index with its description, by ``<variant>/<name>``."""
    return {name: (leaf, leaf.read(Track)) for name, leaf in at.leaves(index).items()}


def _package_text(at: Step, packager: Packager, index: Artifact, ladder: Ladder, duration: Fraction) -> dict[str, Made]:
    """Package every caption file in the formats that each variant offers; text is never encrypted."""
    leaves: dict[str, Made] = {}
    for variant in at.profile.variants:
        for name, encoded in at.leaves(index).items():
            for text_format in _text_formats(variant):
                track = name if text_format == "webvtt" else f"{name}_{text_format}"
                job = replace(_job(at, "text", track, encoded, ladder), duration_seconds=duration)
                job = replace(job, extra={**job.extra, "text_format": text_format})
                leaves[f"{variant.name}/{track}"] = package_clear(at, variant, packager, encoded, job)
    return leaves


def _text_formats(variant: Variant) -> list[str]:
    """Return the formats of a variant's text tracks; a transport stream has WebVTT beside it, and nothing for DASH."""
    wanted = variant.hls_text if variant.layout == "ts" else (*variant.hls_text, *variant.dash_text)
    return [name for name in ("webvtt", "imsc1") if name in wanted and (name == "webvtt" or variant.layout != "ts")]


def _job(at: Step, kind: str, name: str, encoded: Artifact, ladder: Ladder) -> TrackJob:
    """Return how a file is packaged; where to is not known yet."""
    return TrackJob(
        name=name,
        kind=kind,
        source=at.path(encoded, FILES[kind]),
        source_asset=encoded.asset,
        segment_seconds=ladder.segment_seconds,
        directory=Path(),
        cues=ladder.cues,
        extra={"mezzanine": encoded.document.get("mezzanine", "")},
        **{field: encoded.document[field] for field in SAID if field in encoded.document},
    )


def _facts(leaves: Mapping[str, Made]) -> dict[str, Any]:
    tracks = {name: made.artifact.read(Track) for name, made in leaves.items()}
    if not tracks:
        return {}
    rows: list[Row] = [
        {
            "track": name,
            "codecs": track.codecs or "WebVTT",
            "scheme": track.scheme,
            "segments": len(track.segments),
            "seconds": f"{float(track.duration_seconds):.3f}",
            "peak kbit/s": track.peak_bits_per_second // 1000,
            "average kbit/s": track.average_bits_per_second // 1000,
        }
        for name, track in tracks.items()
    ]
    first_name, first = next(iter(tracks.items()))
    return {
        "tracks": table(rows),
        f"kbit/s of {first_name}": sparkline(_kilobits(first), f"bit rate of {first_name} over time"),
    }


def _kilobits(track: Track) -> list[float]:
    """Return the bit rate of each segment."""
    return [
        float(Fraction(segment.size_bytes * 8, 1000) / Fraction(segment.duration, track.timescale))
        for segment in track.segments
        if segment.duration
    ]
