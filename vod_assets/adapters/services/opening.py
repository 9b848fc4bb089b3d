"""The transcoders of a deployment, from its settings."""

from collections.abc import Callable
from dataclasses import dataclass

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.ledger.opening import open_ledger
from vod_assets.adapters.services.asking import Asking, Patience
from vod_assets.adapters.services.mediaconvert import MediaConvert, MediaConvertSettings
from vod_assets.adapters.services.output import Outputs
from vod_assets.adapters.services.transcoder import ServiceTranscoder
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.adapters.tools import Tools
from vod_assets.domain.transcoders import FFMPEG, transcoder_names
from vod_assets.places import storage_scheme
from vod_assets.ports import RunGuard, ToolRunner
from vod_assets.ports.services import Transcoders, TranscodingService
from vod_assets.settings import Settings
from vod_assets.transcoder_settings import require_transcoders


@dataclass(frozen=True)
class House:
    """What transcoders are opened with.

    Attributes:
        client: Returns boto3's client of a service at an address; empty: AWS's own.
        tools: Returns the programs that look at what comes back.
        secret: Returns a secret of the settings by its name.
    """

    settings: Settings
    access: Access
    guard: RunGuard
    runner: ToolRunner
    client: Callable[[str, str], object]
    tools: Callable[[], Tools]
    secret: Callable[[Settings, str], str]


def open_transcoders(house: House) -> Transcoders:
    """Return the transcoders that the settings name; nobody is asked anything yet.

    Raises:
        ConfigError: ``bad_setting``: one lacks a setting.
    """
    require_transcoders(house.settings)
    names = transcoder_names(house.settings.transcoders)
    services = {name: _opened(house, *OPENINGS[name](house)) for name in names if name != FFMPEG}
    return Transcoders(names, services)


def _opened(house: House, service: TranscodingService, folder: WorkFolder) -> ServiceTranscoder:
    settings = house.settings
    patience = Patience(stalled=settings.service_stall_minutes * 60.0, queued=settings.service_queue_minutes * 60.0)
    asking = Asking(service, house.guard, patience)
    outputs = Outputs(house.tools(), house.runner, folder)
    return ServiceTranscoder(asking, open_ledger(settings, house.access), folder, outputs)


def _mediaconvert(house: House) -> tuple[TranscodingService, WorkFolder]:
    settings = house.settings
    endpoint = settings.mediaconvert_endpoint
    given = MediaConvertSettings(
        settings.mediaconvert_role, settings.mediaconvert_queue, endpoint or settings.s3_region
    )
    folder = WorkFolder(open_blobs(settings.service_folder, house.access), f"{settings.service_folder}/", _in_a_bucket)
    return MediaConvert(lambda: house.client("mediaconvert", endpoint), given), folder


def _in_a_bucket(address: str) -> str:
    return address if storage_scheme(address) == "s3" else ""


OPENINGS: dict[str, Callable[[House], tuple[TranscodingService, WorkFolder]]] = {"mediaconvert": _mediaconvert}
