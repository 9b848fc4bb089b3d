"""The composition root: settings in, Dagster definitions out."""

import dagster as dg

from vod_assets.defs.arrivals import arrival_sensors
from vod_assets.defs.automation import automation
from vod_assets.defs.budgets import backfill_budgets
from vod_assets.defs.caption_check import caption_check
from vod_assets.defs.delivery import delivery
from vod_assets.defs.gate import require_known_checks
from vod_assets.defs.jobs import register_title, registered_titles, rekey_title, title_graph
from vod_assets.defs.keys import content_keys
from vod_assets.defs.ladder import encoding_ladder, rate_quality
from vod_assets.defs.levels import audio_levels
from vod_assets.defs.markers import markers
from vod_assets.defs.metadata import metadata
from vod_assets.defs.movies import mp4, preview
from vod_assets.defs.notifications import notifications
from vod_assets.defs.package_checks import package_checks
from vod_assets.defs.packages import dash_package, hls_package
from vod_assets.defs.pictures import image_tracks, poster, thumbnails
from vod_assets.defs.publish import cms_entry, release
from vod_assets.defs.quality_control import quality_control
from vod_assets.defs.quality_report import quality_report
from vod_assets.defs.reaper import reaper
from vod_assets.defs.renditions import rendition_assets, rendition_keys
from vod_assets.defs.resources import executor_of, known_profiles, resource_definitions, tool_builds, watched_places
from vod_assets.defs.restoring import restored_titles
from vod_assets.defs.schedule import publications
from vod_assets.defs.sound import audio_assets, audio_keys
from vod_assets.defs.source import media_info, mezzanine, title_state
from vod_assets.defs.step import StepReporter
from vod_assets.defs.streaming import rtsp_stream
from vod_assets.defs.terminal import CONSOLE, terminal
from vod_assets.defs.text import captions
from vod_assets.defs.tracks import audio_tracks_asset, text_tracks, video_tracks_asset
from vod_assets.defs.versions import versioned
from vod_assets.defs.workflow_schedules import workflow_schedules
from vod_assets.settings import Settings, load_settings
from vod_assets.targets_file import target_places
from vod_assets.transcoder_settings import require_transcoders


def build_definitions(settings: Settings, reporter: StepReporter | None = None) -> dg.Definitions:
    """Return the whole asset graph for these settings.

    Args:
        settings: Where things are kept, which tools run.
        reporter: Is told what each step does; None: the run's log.
    """
    profiles = known_profiles(settings)
    checks = [*package_checks, caption_check]
    assets = [
        mezzanine,
        media_info,
        metadata,
        markers,
        rate_quality,
        encoding_ladder,
        content_keys,
        *rendition_assets(profiles, is_split=settings.split_rungs),
        audio_levels,
        *audio_assets(profiles),
        captions,
        poster,
        thumbnails,
        video_tracks_asset(rendition_keys(profiles)),
        audio_tracks_asset(audio_keys(profiles)),
        text_tracks,
        image_tracks,
        hls_package,
        dash_package,
        quality_control,
        preview,
        mp4,
        quality_report,
        release,
        cms_entry,
        rtsp_stream,
        *([delivery] if any(place.automatic for place in target_places(settings).values()) else []),
    ]
    require_transcoders(settings)
    require_known_checks(profiles, [*checks, *assets])
    return dg.Definitions(
        assets=[title_state, *versioned(assets, profiles, tool_builds(settings))],
        asset_checks=checks,
        jobs=[title_graph, register_title, rekey_title],
        sensors=[
            registered_titles,
            restored_titles,
            reaper,
            notifications,
            backfill_budgets,
            automation,
            publications,
            workflow_schedules,
            *arrival_sensors(watched_places(settings)),
        ],
        resources=resource_definitions(settings, reporter),
        executor=executor_of(settings),
        loggers={CONSOLE: terminal},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions that Dagster loads."""
    return build_definitions(load_settings())
