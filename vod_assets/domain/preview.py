"""What is for previews only: ClearKey gives its keys to whoever asks, so nothing that it opens is ever released."""

from collections.abc import Mapping

from vod_assets.domain.content_keys import DASH_SYSTEM_IDS, SYSTEM_IDS
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.profile import Profile

KEY_SYSTEM = "org.w3.clearkey"
SIGNS = (KEY_SYSTEM, SYSTEM_IDS["clearkey"], DASH_SYSTEM_IDS["clearkey"])
REMEDY = "Give the title a profile that is not for previews, then run its workflow again"


def require_releasable(title: str, profile: Profile, manifests: Mapping[str, str]) -> None:
    """Return when a title may be released.

    Args:
        title: Its id.
        profile: What it was made by.
        manifests: Text of every manifest by its path; they may be older than the profile.

    Raises:
        ConfigError: ``preview_not_released``, naming the profile or the manifest.
    """
    if profile.preview:
        cause = f"the profile “{profile.name}” is for previews, and nothing of it is released"
        raise ConfigError("preview_not_released", cause, REMEDY, title=title)
    for path, text in manifests.items():
        if any(sign in text.lower() for sign in SIGNS):
            cause = "its keys are ClearKey's, which are given to whoever asks"
            raise ConfigError("preview_not_released", cause, REMEDY, title=title, file=path)
