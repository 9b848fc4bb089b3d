"""The groups that assets belong to: the chapters of the graph, and what stores are chosen by."""

from vod_assets.domain.errors import ConfigError

GROUPS = (
    "source",
    "ladder",
    "keys",
    "renditions",
    "audio",
    "text",
    "pictures",
    "tracks",
    "packages",
    "quality",
    "movies",
    "publish",
)
_BY_ASSET = {
    "mezzanine": "source",
    "media_info": "source",
    "markers": "source",
    "metadata": "source",
    "encoding_ladder": "ladder",
    "rate_quality": "ladder",
    "content_keys": "keys",
    "captions": "text",
    "poster": "pictures",
    "thumbnails": "pictures",
    "quality_control": "quality",
    "preview": "movies",
    "mp4": "movies",
    "quality_report": "quality",
    "release": "publish",
    "cms_entry": "publish",
    "rtsp_stream": "publish",
    "delivery": "publish",
}
_BY_CODEC = {"h264": "renditions", "hevc": "renditions", "av1": "renditions", "audio": "audio"}


def group_of(asset: str) -> str:
    """Return the group of an asset, or of the report of one of its checks (``hls_package.durations``).

    >>> group_of("h264_1080p"), group_of("video_tracks"), group_of("hls_package.durations")
    ('renditions', 'tracks', 'packages')

    Raises:
        ConfigError: ``unknown_asset``.
    """
    name = asset.partition(".")[0]
    if name in _BY_ASSET:
        return _BY_ASSET[name]
    if name.endswith("_tracks"):
        return "tracks"
    if name.endswith("_package"):
        return "packages"
    codec = name.partition("_")[0]
    if codec in _BY_CODEC:
        return _BY_CODEC[codec]
    raise ConfigError("unknown_asset", f"“{asset}” is no asset of a title", "`vod status` lists the assets")
