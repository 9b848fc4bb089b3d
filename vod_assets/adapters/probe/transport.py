"""A look at an MPEG transport stream's packet headers (ISO/IEC 13818-1, 2.4.3.2)."""

from pathlib import Path

PACKET_BYTES, SYNC = 188, 0x47
M2TS_PREFIX_BYTES = 4  # the arrival time stamp of Blu-ray and AVCHD
LOOKED_AT_PACKETS = 2000
SCRAMBLED_SHARE = 10  # one packet in so many makes a stream scrambled: tables and some streams always stay clear


def is_scrambled(path: Path) -> bool:
    """Whether a file is a transport stream whose payload is scrambled (transport_scrambling_control)."""
    with path.open("rb") as file:
        head = file.read(LOOKED_AT_PACKETS * (PACKET_BYTES + M2TS_PREFIX_BYTES))
    for prefix in (0, M2TS_PREFIX_BYTES):
        stride = PACKET_BYTES + prefix
        starts = range(prefix, len(head) - 4, stride)
        if len(starts) > 1 and all(head[start] == SYNC for start in starts):
            controls = [head[start + 3] >> 6 for start in starts]
            return sum(control >= 2 for control in controls) * SCRAMBLED_SHARE >= len(controls)
    return False
