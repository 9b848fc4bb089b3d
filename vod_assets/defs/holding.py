"""Holding a title outside of a run: while a command writes to it, no run works on it, and no other command."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import dagster as dg

from vod_assets.defs.guard import is_over
from vod_assets.defs.leases import Pulse
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.leases import COMMAND
from vod_assets.ports import Leases


class Held(Pulse):
    """A title that a command holds, with signs of life like those of a run; also one in quarantine."""

    def check(self) -> None:
        """Return while nobody has taken the title over; what places releases asks before each write.

        Raises:
            StoreError: ``lease_lost``.
        """
        self.require(_wanted)

    def is_held(self) -> bool:
        """Whether nobody has taken the title over."""
        try:
            self.check()
        except StoreError as error:
            if error.code != "lease_lost":
                raise
            return False
        return True

    def _require_free(self) -> None:
        """Return: a quarantine keeps runs away, and commands may clear up."""


@dataclass(frozen=True)
class Holder:
    """Holds titles for a command.

    Attributes:
        who: Names the command to whoever has to wait for it: ``gc``.
    """

    instance: dg.DagsterInstance
    leases: Leases
    who: str

    @contextmanager
    def held(self, title: str) -> Iterator[Held]:
        """Hold a title; wait a little for a run that is about to end.

        Raises:
            ConfigError: ``title_busy``.
        """
        run = f"{COMMAND}{self.who}-{uuid.uuid4()}"
        held = Held(self.leases, run, title, lambda other: is_over(self.instance, self.leases, other))
        held.start()
        try:
            held.check()
            yield held
        finally:
            held.let_go()

    @contextmanager
    def held_if_free(self, title: str) -> Iterator[Callable[[], bool]]:
        """Hold a title unless a run has it, and give what tells whether it is held."""
        with ExitStack() as stack:
            try:
                held = stack.enter_context(self.held(title))
            except ConfigError as error:
                if error.code != "title_busy":
                    raise
                yield lambda: False
            else:
                yield held.is_held


def _wanted() -> None:
    """Return: nobody cancels a command."""
