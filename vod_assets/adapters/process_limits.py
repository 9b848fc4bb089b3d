"""Kernel limits for a tool (setrlimit)."""

import resource

from vod_assets.ports import Limits

OPEN_FILES = 256


def kernel_limits(limits: Limits) -> list[tuple[int, tuple[int, int]]]:
    """Return soft and hard limits; none above what this process may have itself."""
    wanted = {
        resource.RLIMIT_AS: (limits.address_space_bytes, limits.address_space_bytes),
        # SIGXCPU at the soft limit, SIGKILL five seconds later: ffmpeg takes the first as a wish to end well.
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 5),
        resource.RLIMIT_FSIZE: (limits.file_bytes, limits.file_bytes),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
    }
    return [(name, _within(pair, resource.getrlimit(name)[1])) for name, pair in wanted.items()]


def _within(pair: tuple[int, int], ceiling: int) -> tuple[int, int]:
    if ceiling == resource.RLIM_INFINITY:
        return pair
    return min(pair[0], ceiling), min(pair[1], ceiling)
