"""What stands between an origin and viewers."""

from collections.abc import Sequence
from typing import Protocol

from vod_assets.domain.policy import Policy


class Cdn(Protocol):
    """Keeps copies of what an origin holds near viewers, and decides at its edge who may fetch what."""

    address: str

    def invalidate(self, paths: Sequence[str]) -> str:
        """Have the edge forget what it keeps under paths, and return what the CDN calls the request.

        Args:
            paths: Below the public address, each beginning with ``/``; a ``*`` at the end means all that begins so.
        """
        ...

    def put_rule(self, title: str, policy: Policy, *, taken_down: bool) -> None:
        """Tell the edge who may fetch a title from now on, whatever instant it is."""
        ...
