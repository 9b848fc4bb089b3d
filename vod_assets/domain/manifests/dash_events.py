"""Say in an MPD where advertisements may be put (ISO/IEC 23009-1, 5.10; SCTE 214-1)."""

import base64
from collections.abc import Sequence

from lxml import etree

from vod_assets.domain.manifests.dash_xml import SCTE35, add, attributes
from vod_assets.domain.manifests.hls_attributes import quotable
from vod_assets.domain.manifests.hls_markers import AD_BREAK_CLASS
from vod_assets.domain.markers import AdBreak, Markers

TIMESCALE = 90_000  # SCTE 35 counts in it
SPLICES = "urn:scte:scte35:2014:xml+bin"


def add_event_streams(period: etree._Element, markers: Markers) -> None:
    """Add the ad breaks: those of SCTE 35 with their message, all others by their id."""
    numbered = list(enumerate(markers.ad_breaks, 1))
    _stream(period, SPLICES, [(number, one) for number, one in numbered if one.scte35])
    _stream(period, AD_BREAK_CLASS, [(number, one) for number, one in numbered if not one.scte35])


def _stream(period: etree._Element, scheme: str, breaks: Sequence[tuple[int, AdBreak]]) -> None:
    if not breaks:
        return
    stream = add(period, "EventStream", attributes([("schemeIdUri", scheme), ("timescale", TIMESCALE)]))
    for number, one in breaks:
        duration = None if one.duration_seconds is None else round(one.duration_seconds * TIMESCALE)
        begin = round(one.start_seconds * TIMESCALE)
        said = attributes([("presentationTime", begin), ("duration", duration), ("id", number)])
        event = add(stream, "Event", said)
        if one.scte35:
            message = base64.b64encode(bytes.fromhex(one.scte35)).decode()
            add(add(event, f"{SCTE35}Signal"), f"{SCTE35}Binary").text = message
        else:
            event.text = quotable(one.id)
