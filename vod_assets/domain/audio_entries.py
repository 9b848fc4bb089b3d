"""Audio sample entries: how many channels there are, from each codec's own box.

The field of the sample entry itself says 2 for AC-3 and E-AC-3 whatever they hold (ETSI TS 102 366, F.2).
"""

from vod_assets.domain.isobmff import Box

AC3_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)  # by audio coding mode, the effects channel left out (TS 102 366, 4.4.2.3)
AAC_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)  # by channel configuration (ISO/IEC 14496-3, 1.6.3.5)


def channels_in(part: Box) -> int:
    """Return the channels that a codec's box tells of; 0 where it does not."""
    readers = {"dac3": _ac3, "dec3": _eac3, "dOps": _opus}
    return readers[part.kind](bytes(part.body)) if part.kind in readers else 0


def _ac3(body: bytes) -> int:
    """Read TS 102 366, F.4: two bits of rate code, five of stream id, three of mode, three of coding, one of LFE."""
    bits = int.from_bytes(body[:3])
    return AC3_CHANNELS[bits >> 11 & 7] + (bits >> 10 & 1)


def _eac3(body: bytes) -> int:
    """Read TS 102 366, F.6, of the first independent substream: from its 16th bit it is laid out like AC-3's."""
    bits = int.from_bytes(body[2:5])
    return AC3_CHANNELS[bits >> 9 & 7] + (bits >> 8 & 1)


def _opus(body: bytes) -> int:
    return body[1] if len(body) > 1 else 0
