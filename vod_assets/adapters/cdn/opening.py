"""Which CDN stands before the origin, as the settings say."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.adapters.cdn.edge import EdgeCdn
from vod_assets.settings import Settings

Secret = Callable[[Settings, str], str]
REGION = "us-east-1"  # where CloudFront, which is everywhere, is told what to do


def open_cdn(settings: Settings, aws: Callable[[], S3Access], secret: Secret) -> EdgeCdn | None:
    """Return the CDN of the settings, or None; nothing is asked yet.

    Args:
        settings: Which CDN, and how it is reached.
        aws: Says who asks AWS.
        secret: Returns a secret of the settings by its name.
    """
    kind, _, name = settings.cdn.partition(":")
    if not kind:
        return None
    if kind == "cloudfront":
        return _cloudfront(settings, name, aws())
    if kind == "fastly":
        return _fastly(settings, name, secret)
    return _akamai(settings, name, secret)


def _cloudfront(settings: Settings, distribution: str, access: S3Access) -> EdgeCdn:
    from vod_assets.adapters.blobs.aws import client_of
    from vod_assets.adapters.cdn.cloudfront import CloudFrontPurges, KeyValueRows

    client = partial(client_of, access, endpoint=settings.cdn_endpoint, region=REGION)
    purges = CloudFrontPurges(client("cloudfront"), distribution, urlsplit(settings.public_url).path)
    arn = settings.cdn_rules
    table = KeyValueRows(client("cloudfront-keyvaluestore"), arn) if arn else None
    return EdgeCdn(settings.cdn, purges, table)


def _fastly(settings: Settings, service: str, secret: Secret) -> EdgeCdn:
    from vod_assets.adapters.cdn.fastly import DictionaryRows, FastlyPurges, fastly_api

    api = fastly_api(partial(secret, settings, "cdn_secret"), settings.cdn_endpoint.rstrip("/"))
    table = DictionaryRows(api, service, settings.cdn_rules) if settings.cdn_rules else None
    return EdgeCdn(settings.cdn, FastlyPurges(api, service, settings.public_url), table)


def _akamai(settings: Settings, host: str, secret: Secret) -> EdgeCdn:
    from vod_assets.adapters.cdn.akamai import EdgeKvRows, FastPurges, akamai_api
    from vod_assets.adapters.cdn.edgegrid import Client

    look_up = partial(secret, settings)
    client = Client(settings.cdn_client_token, partial(look_up, "cdn_access_token"), partial(look_up, "cdn_secret"))
    api = akamai_api(settings.cdn_endpoint.rstrip("/") or host, client)
    namespace, _, group = settings.cdn_rules.partition("/")
    table = EdgeKvRows(api, settings.cdn_network, namespace, group) if settings.cdn_rules else None
    return EdgeCdn(settings.cdn, FastPurges(api, settings.cdn_network, settings.public_url), table)
