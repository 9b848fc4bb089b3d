"""Which stream of a title may be offered over RTSP now: it follows what viewers are to see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vod_assets.domain.approvals import awaits_approval
from vod_assets.domain.documents import Document
from vod_assets.domain.orders import number_to_show
from vod_assets.domain.policy import Policy, policy_of
from vod_assets.domain.publication import SHOWN, status_of
from vod_assets.domain.title import TitleRecord

MOST_KEPT = 50  # streams of a title, the newest


class ReleaseStream(Document):
    """The stream that belongs to a release.

    Attributes:
        release: The release's number.
        release_digest: That of the release; approvals name it.
        recipe: Of the artifact ``rtsp_stream``.
        digest: Of that artifact.
        policy: What the files of the title said of who may see it.
    """

    release: int
    release_digest: str
    recipe: str
    digest: str
    policy: dict[str, Any] = {}


class MadeStreams(Document):
    """The streams of a title's releases, by number.

    Attributes:
        title: The title.
        streams: One a release.
    """

    title: str
    streams: tuple[ReleaseStream, ...] = ()

    def with_stream(self, stream: ReleaseStream) -> "MadeStreams":
        """Return the same with a release's stream, in place of the one that it had."""
        others = [one for one in self.streams if one.release != stream.release]
        streams = sorted([*others, stream], key=lambda one: one.release)
        return MadeStreams(title=self.title, streams=tuple(streams[-MOST_KEPT:]))


@dataclass(frozen=True)
class Verdict:
    """What is to be offered of a title.

    Attributes:
        stream: The stream; None: nothing is known, so that what is offered may stay.
        withheld: Why nothing may be offered; empty: it may.
        is_gone: Whether there is no such title any more.
    """

    stream: ReleaseStream | None = None
    withheld: str = ""
    is_gone: bool = False


def verdict_of(record: TitleRecord | None, made: MadeStreams, at: datetime) -> Verdict:
    """Return what is to be offered of a title at an instant.

    A server of RTSP tells nobody apart, so that a title with territories or platforms is never offered there. Where
    the newest release waits for approval, the newest that does not is shown, and its stream is offered.

    Args:
        record: The title's; None: it is not registered.
        made: The streams of its releases.
        at: The instant.
    """
    if record is None:
        return Verdict(withheld="no such title is registered", is_gone=True)
    if record.taken_down is not None:
        return Verdict(withheld="it is taken down")
    newest = made.streams[-1] if made.streams else None
    policy = policy_of(record.policy_over(newest.policy if newest else record.policy))
    if any(one.territories.restricts or one.platforms for one in (policy, *policy.windows)):
        return Verdict(withheld="its policy names territories or platforms, and RTSP cannot tell viewers apart")
    if newest is None:
        return Verdict(withheld=_not_shown(policy, at))
    number = number_to_show(newest.release, record.held_back)
    if number == newest.release:
        shown = [one for one in made.streams if not awaits_approval(record, one.release_digest, policy)]
    else:
        shown = [one for one in made.streams if one.release == number]
        if not shown:
            return Verdict(withheld=f"release {number} is shown, and it has no stream")
    waits = not shown or awaits_approval(record, shown[-1].release_digest, policy)
    withheld = _not_shown(policy, at, waits=waits)
    return Verdict(withheld=withheld) if withheld else Verdict(shown[-1])


def _not_shown(policy: Policy, at: datetime, *, waits: bool = False) -> str:
    status = status_of(policy, at, approved=not waits)
    return "" if status == SHOWN else f"it is {status.replace('_', ' ')}"
