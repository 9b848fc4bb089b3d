"""What `vod doctor` looks at in the encoders that profiles name: each is tried, as it is before an encode."""

from collections.abc import Iterator

from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.profiles import load_profiles
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.encoder_trial import require_encoder
from vod_assets.doctor import Finding, State
from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings


def check_encoders(settings: Settings) -> Iterator[Finding]:
    """Whether the encoders run here that profiles name; a warning, for another machine may do this work."""
    tools, runner = Tools.from_settings(settings), SupervisedRunner()
    profiles = load_profiles(settings.profiles, preview=settings.preview)
    for profile in profiles.values():
        for preset in (one for one in profile.video if one.encoder):
            subject = f"{preset.encoder} of {profile.name}"
            try:
                require_encoder(tools, runner, preset, profile.name)
            except ConfigError as error:
                yield Finding(subject, State.WARNING, error.cause, error.remedy)
            else:
                yield Finding(subject, State.OK, "it runs here")
