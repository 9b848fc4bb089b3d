"""Resources: the one place of the asset graph that chooses adapters."""

from vod_assets.defs.resources.arrivals import ArrivalsResource
from vod_assets.defs.resources.choosing import executor_of, resource_definitions
from vod_assets.defs.resources.known import known_profiles, tool_builds, watched_places
from vod_assets.defs.resources.places import ArtifactsResource, StoragesResource

__all__ = [
    "ArrivalsResource",
    "ArtifactsResource",
    "StoragesResource",
    "executor_of",
    "known_profiles",
    "resource_definitions",
    "tool_builds",
    "watched_places",
]
