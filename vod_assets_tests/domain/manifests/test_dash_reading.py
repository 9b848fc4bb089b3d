"""MPDs that anybody may have written: what cannot be understood is said."""

import pytest

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.dash_reading import parse_mpd

MPD = """<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="{duration}"><Period>
<AdaptationSet contentType="image"><Representation id="a" bandwidth="1" frameRate="{rate}"><BaseURL>x</BaseURL>
{segments}</Representation></AdaptationSet></Period></MPD>"""
ONE_FILE, EQUAL = '<SegmentBase timescale="1"/>', '<SegmentTemplate duration="1" media="$Number%05d$"/>'
KEPT = {"duration": "PT4S", "rate": "25", "segments": EQUAL}


@pytest.mark.parametrize(
    "said",
    [
        {"segments": ONE_FILE.replace("1", "0")},
        {"segments": EQUAL.replace("05", "0999999999")},
        {"rate": "1e999999999"},
        {"duration": "PT1e999999999S"},
    ],
)
def test_a_value_that_makes_no_sense_is_refused(said: dict[str, str]) -> None:
    (kept,) = parse_mpd(MPD.format(**KEPT), "p", "a.mpd").representations
    assert kept.segments[0].name == "x00001"
    with pytest.raises(MalformedError, match=r"a\.mpd cannot be understood: "):
        parse_mpd(MPD.format(**KEPT | said), "p", "a.mpd")
