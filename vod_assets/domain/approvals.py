"""What operators say of a title's policy: fields that they set, and releases that they approve."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import printable
from vod_assets.domain.policy import Policy, policy_of

if TYPE_CHECKING:
    from vod_assets.domain.title import TitleRecord

EVERY_RELEASE = ""  # the digest of an approval that is for all releases


class PolicySet(Document):
    """Fields of a policy that an operator set; each wins over what files say.

    Attributes:
        said: The fields, instants in UTC.
        by: Who set them last.
        at: When (UTC, ISO 8601).
    """

    said: dict[str, Any]
    by: str
    at: str


class Approval(Document):
    """Somebody's word that a release may be shown.

    Attributes:
        by: Who says so.
        at: When (UTC, ISO 8601).
        because: Why, or what was looked at.
        number: The release; 0: every release.
        digest: That of the release; empty: every release.
        withdrawn: When and by whom it was taken back; empty: it was not.
    """

    by: str = Field(min_length=1, max_length=200)
    at: str
    because: str = Field("", max_length=500)
    number: int = Field(0, ge=0)
    digest: str = EVERY_RELEASE
    withdrawn: str = ""

    @field_validator("by", "because", mode="before")
    @classmethod
    def _is_one_line(cls, value: object) -> object:
        return printable(" ".join(value.split())) if isinstance(value, str) else value

    def __str__(self) -> str:
        what = f"release {self.number}" if self.digest else "every release"
        why = f": {self.because}" if self.because else ""
        taken_back = f" (withdrawn {self.withdrawn})" if self.withdrawn else ""
        return f"{what} approved by {self.by} at {self.at}{why}{taken_back}"


def approval_of(approvals: Iterable[Approval], digest: str) -> Approval | None:
    """Return the last approval that holds for a release; None: nobody approved it."""
    holding = [one for one in approvals if not one.withdrawn and one.digest in (digest, EVERY_RELEASE)]
    return holding[-1] if holding else None


def awaits_approval(record: "TitleRecord", digest: str, policy: Policy | None = None) -> bool:
    """Return whether a release must not be shown before somebody approves it.

    Args:
        record: The title's.
        digest: That of the release.
        policy: The one in force; None: the record's own. Of one that cannot be read, nobody knows, so it waits.
    """
    held = policy if policy is not None else policy_of(record.effective_policy)
    return (held.sign_off or bool(held.unreadable)) and approval_of(record.approvals, digest) is None
