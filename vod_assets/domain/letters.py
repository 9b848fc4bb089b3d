"""Letters: an event on its way to one channel, and when it is tried again."""

import re
from dataclasses import dataclass
from typing import Literal

from vod_assets.domain.documents import Document
from vod_assets.domain.events import Event

DELAYS_SECONDS = (30, 300, 1_800, 7_200, 14_400, 21_600, 36_000)  # eight tries in a day
JITTER_PERCENT = 10
LONGEST_WAIT_SECONDS = 86_400  # that a receiver may ask for
FARTHEST_SECONDS = LONGEST_WAIT_SECONDS + 3_600  # what is due later than that was written by a clock that was wrong
CALLBACK = "callback"  # the channel of addresses that titles and commands name
_NAME = re.compile(r"(\d{12})-([a-z0-9-]+)\.json")


@dataclass(frozen=True)
class Answer:
    """What became of a letter.

    Attributes:
        outcome: ``taken``; ``later``: trying again may help; ``never``: it does not.
        said: Why, without addresses and secrets.
        wait_seconds: What the receiver asked for.
    """

    outcome: Literal["taken", "later", "never"]
    said: str = ""
    wait_seconds: int = 0


class Letter(Document):
    """An event for a channel.

    Attributes:
        tries: How many have failed.
        due_at: When it is tried next, in seconds since the epoch (0: at once), or since when it waits for a digest.
        said: What the last try ended with.
    """

    channel: str
    event: Event
    tries: int = 0
    due_at: int = 0
    said: str = ""

    @property
    def name(self) -> str:
        """Its file's name, which sorts by when it is due."""
        return f"{self.due_at:012d}-{self.event.id}.json"

    def after(self, answer: Answer, now: int, chance: int) -> "Letter | None":
        """Return the letter as it is tried again; None when it is not.

        Args:
            answer: What the try ended with.
            now: Seconds since the epoch.
            chance: -100 to 100: how far, within the jitter, the delay is from the plan.
        """
        if answer.outcome == "never" or self.tries >= len(DELAYS_SECONDS):
            return None
        planned = DELAYS_SECONDS[self.tries]
        delay = planned + planned * JITTER_PERCENT * chance // 10_000
        asked = min(answer.wait_seconds, LONGEST_WAIT_SECONDS)
        changed = {"tries": self.tries + 1, "due_at": now + max(delay, asked), "said": answer.said}
        return self.model_copy(update=changed)

    def dead(self, answer: Answer) -> "Letter":
        """Return the letter as it lies among those that are tried no more."""
        return self.model_copy(update={"tries": self.tries + 1, "said": answer.said})

    def anew(self) -> "Letter":
        """Return the letter as if it had never been tried."""
        return self.model_copy(update={"tries": 0, "due_at": 0, "said": ""})


def when_and_which(name: str) -> tuple[int, str] | None:
    """Return when a letter's file says that it is due, and the event's id; None of a file that is none."""
    found = _NAME.fullmatch(name.rpartition("/")[2])
    return (int(found[1]), found[2]) if found else None


def is_due(due_at: int, now: int) -> bool:
    """Whether a letter may go now; one whose time lies absurdly far ahead was written before a clock was put right."""
    return due_at <= now or due_at - now > FARTHEST_SECONDS
