"""What `vod doctor` looks at of the CDN before the origin; nothing is changed there."""

from collections.abc import Iterator

from vod_assets.doctor import Finding, State
from vod_assets.settings import Settings


def check_cdn(settings: Settings) -> Iterator[Finding]:
    """Whether the CDN knows us, and has a table of rules."""
    from vod_assets.adapters.blobs.faults import patience
    from vod_assets.adapters.cdn.opening import open_cdn
    from vod_assets.aws import access_of
    from vod_assets.named_secrets import secret

    if not settings.cdn:
        return
    with patience(5.0):
        cdn = open_cdn(settings, lambda: access_of(settings).to_s3, secret)
        if cdn is None:
            return
        yield Finding("VOD_CDN", State.OK, f"{cdn.address}: {cdn.purger.state()}")
    if cdn.table is None:
        found = "the CDN has no table of rules, so windows and countries are not kept at its edge"
        yield Finding("VOD_CDN_RULES", State.WARNING, found, "Name a table; docs/cdn.md")
