"""What `vod doctor` looks at where titles are shown: a CMS over a network is asked for the titles that it has."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from vod_assets.doctor import Finding, State
from vod_assets.settings import Settings

PATIENCE_SECONDS = 5.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_cms(settings: Settings) -> Iterator[Finding]:
    """Whether the CMS answers, and lets us in; the folder of a static one is looked at with the other folders."""
    if settings.cms_kind == "static":
        return
    from vod_assets.adapters.blobs.faults import patience
    from vod_assets.adapters.cms.directus_setup import set_up
    from vod_assets.adapters.cms.opening import open_cms, open_directus
    from vod_assets.named_secrets import secret

    cms = open_cms(settings, None, secret)
    with patience(PATIENCE_SECONDS):
        missing = set_up(open_directus(settings, secret), is_dry=True) if settings.cms_kind == "directus" else []
        if missing:
            cause = f"{cms.address} lacks what titles are kept in: {missing[0]}"
            yield Finding("VOD_CMS", State.FAULT, cause, "Run `vod cms setup`")
            return
        count = len(cms.entries())
    parts = urlsplit(cms.address)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        remedy = "Use https:// where others can listen"
        yield Finding("VOD_CMS", State.WARNING, f"{cms.address}: the password crosses the network in clear", remedy)
    yield Finding("VOD_CMS", State.OK, f"{cms.address} answers and shows {count} titles")
