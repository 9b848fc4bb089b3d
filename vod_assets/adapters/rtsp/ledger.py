"""The streams of releases, in a storage that all hosts share: ``streams/<title>.json``."""

from pydantic import ValidationError

from vod_assets.domain.errors import StoreError
from vod_assets.domain.offering import MadeStreams, ReleaseStream
from vod_assets.domain.title import checked_title_id
from vod_assets.ports.blobs import Blobs

STREAMS, ENDING = "streams/", ".json"


class BlobStreams:
    """Keeps which stream belongs to which release beside the artifacts; the run that has a title writes alone.

    Args:
        blobs: The default store's storage.
    """

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    def made(self, title: str) -> MadeStreams:
        """Return the streams of a title's releases."""
        data = self.blobs.read(_name(title))
        try:
            return MadeStreams.model_validate_json(data) if data is not None else MadeStreams(title=title)
        except ValidationError as error:
            remedy = "Remove that file; the title's next run writes it anew"
            raise StoreError("store_damaged", f"{_name(title)} cannot be read", remedy, title) from error

    def note(self, title: str, stream: ReleaseStream) -> None:
        """Write down a release's stream."""
        before = self.made(title)
        after = before.with_stream(stream)
        if after != before:
            self.blobs.replace(_name(title), after.model_dump_json(indent=1).encode() + b"\n")

    def forget(self, title: str) -> None:
        """Remove what is noted of a title."""
        self.blobs.delete([_name(title)])


def _name(title: str) -> str:
    return f"{STREAMS}{checked_title_id(title)}{ENDING}"
