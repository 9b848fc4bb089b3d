"""Say in an MPD which profiles it keeps (ISO/IEC 23009-1, 8.1, 8.3 and 8.4)."""

from collections.abc import Sequence

from vod_assets.domain.manifests.dash_segments import is_one_file
from vod_assets.domain.manifests.dash_switching import SwitchingSet

TEMPLATES = "urn:mpeg:dash:profile:isoff-live:2011"
FILES = "urn:mpeg:dash:profile:isoff-on-demand:2011"


def profile(one: SwitchingSet) -> str:
    """Return the profile of a set: that of files with an index, or that of templates of addresses."""
    return FILES if is_one_file(one.tracks[0]) else TEMPLATES


def profiles(sets: Sequence[SwitchingSet]) -> list[str]:
    """Return the profiles of all sets; where there are several, each set has to say which is its own."""
    return list(dict.fromkeys(profile(one) for one in sets)) or [TEMPLATES]
