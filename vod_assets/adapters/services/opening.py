"""The transcoders of a deployment, from its settings."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.ledger.opening import open_ledger
from vod_assets.adapters.services.asking import Asking, Patience
from vod_assets.adapters.services.elemental import Elemental, Login, Storage
from vod_assets.adapters.services.mediaconvert import MediaConvert, MediaConvertSettings
from vod_assets.adapters.services.output import Outputs
from vod_assets.adapters.services.rest import Service
from vod_assets.adapters.services.transcoder import ServiceTranscoder
from vod_assets.adapters.services.vantage import Vantage
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.service_paths import read_pairs, theirs, unc
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


def _nowhere(_: str) -> str:
    return ""


def _elemental(house: House) -> tuple[TranscodingService, WorkFolder]:
    settings = house.settings
    remedy = "Check VOD_ELEMENTAL, VOD_ELEMENTAL_USER and VOD_ELEMENTAL_KEY; both clocks have to agree"
    verify = ssl.create_default_context(cafile=settings.elemental_ca_file) if settings.elemental_ca_file else True
    in_buckets = storage_scheme(settings.service_folder) == "s3"
    api_key, key = house.secret(settings, "elemental_key"), ""
    if in_buckets:
        key = house.secret(settings, "s3_secret_access_key")
    service = Service("Elemental", settings.elemental, remedy, verify, (api_key, key))
    login = Login(settings.elemental_user, api_key) if settings.elemental_user else None
    storage = Storage(settings.s3_access_key_id, key) if key else Storage()
    return Elemental(service, login, storage), _shared(house, _in_a_bucket if in_buckets else _nowhere)


def _vantage(house: House) -> tuple[TranscodingService, WorkFolder]:
    settings = house.settings
    remedy = "Check VOD_VANTAGE, VOD_VANTAGE_WORKFLOW and that the workflow is active (docs/transcoders.md)"
    return Vantage(Service("Vantage", settings.vantage, remedy), settings.vantage_workflow), _shared(house, unc)


def _shared(house: House, otherwise: Callable[[str], str]) -> WorkFolder:
    """Return the work folder under the name that a service on the house's network has for it.

    Raises:
        ConfigError: ``bad_setting``: nobody says how it is called there.
    """
    settings = house.settings
    pairs = read_pairs(settings.service_paths)

    def named(address: str) -> str:
        return theirs(address, pairs) or otherwise(address)

    address = named(settings.service_folder)
    if not address:
        cause = f"VOD_SERVICE_PATHS does not say how a service names the work folder {settings.service_folder}"
        raise ConfigError("bad_setting", cause, r"Write it there: /mnt/nas=\\nas\media (docs/transcoders.md)")
    ending = "\\" if address.startswith("\\\\") else "/"
    return WorkFolder(open_blobs(settings.service_folder, house.access), f"{address}{ending}", named)


OPENINGS: dict[str, Callable[[House], tuple[TranscodingService, WorkFolder]]] = {
    "mediaconvert": _mediaconvert,
    "elemental": _elemental,
    "vantage": _vantage,
}
