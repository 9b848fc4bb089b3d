"""A publisher's eye on its title: what is ordered on any machine reaches the stream of this one within seconds."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vod_assets.adapters.rtsp.plain import PublishedStreams
from vod_assets.domain.errors import VodError
from vod_assets.domain.offering import ReleaseStream
from vod_assets.offering import Offering

LOOK_SECONDS = 3.0


@dataclass
class Follower:
    """Looks at a title's record and its streams again and again.

    While the store does not answer, what was seen last stays: a stream ends no sooner than other copies of the title.

    Attributes:
        offering: Says what is to be offered.
        streams: Where the file that is sent is kept.
        title: The title.
        every: Seconds between two looks.
        withheld: Why nothing may be sent; empty: it may.
    """

    offering: Offering
    streams: PublishedStreams
    title: str
    every: float = LOOK_SECONDS
    withheld: str = ""

    @contextmanager
    def follow(self, log: logging.Logger) -> Iterator[None]:
        """Look now, and then beside what is done in the context."""
        over = threading.Event()
        self.look(log)

        def look_again() -> None:
            while not over.wait(self.every):
                self.look(log)

        thread = threading.Thread(target=look_again, name="following", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()  # who is at a store that does not answer is not waited for

    def look(self, log: logging.Logger) -> None:
        """Find out what is to be sent, and fetch it; whoever sends then finds another file in its folder."""
        try:
            verdict = self.offering.verdict(self.title)
            if verdict.is_gone:
                self.streams.folder.remove(self.title)  # it was removed, on another machine maybe
            withheld = verdict.withheld
            if verdict.stream is not None:
                withheld = self._take_up(verdict.stream)
        except VodError as error:
            log.warning("%s", error)
            return
        if withheld != self.withheld:
            log.info("%s", f"withheld: {withheld}" if withheld else "it may be shown again")
        self.withheld = withheld

    def _take_up(self, stream: ReleaseStream) -> str:
        """Have a stream's file be the one that is sent; return why there is none."""
        if self.streams.registered(self.title) == stream.digest:
            return ""
        file = self.offering.file(self.title, stream)
        if file is None:
            return f"the stream of release {stream.release} is not kept any more"
        self.streams.place(self.title, stream.digest, file)
        return ""
