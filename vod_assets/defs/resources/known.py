"""What the settings know before anything runs: profiles, builds of tools, watched places."""

from vod_assets.adapters.profiles import load_profiles
from vod_assets.adapters.tools import NAMES as TOOL_NAMES
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.watch.opening import load_watch
from vod_assets.domain.errors import ToolError
from vod_assets.domain.profile import Profile
from vod_assets.domain.watching import WatchedPlace
from vod_assets.settings import Settings


def known_profiles(settings: Settings) -> dict[str, Profile]:
    """Return the profiles that the asset keys come from."""
    return load_profiles(settings.profiles, preview=settings.preview)


def tool_builds(settings: Settings) -> dict[str, str]:
    """Return the build id of each tool; none for one that is missing, which whoever needs it will say."""
    try:
        tools = Tools.from_settings(settings)
        return {name: tools.build_id(name) for name in TOOL_NAMES}
    except (ToolError, OSError):
        return {}


def watched_places(settings: Settings) -> tuple[WatchedPlace, ...]:
    """Return the places that have a sensor each."""
    return load_watch(settings).places
