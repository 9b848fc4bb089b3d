"""Deliveries to a repackager such as Edgeware's, which watches a storage and takes in what lies there.

A private file says which delivery a folder is for before anything else lies there, and how large every file is once
all of them do. Each file arrives under its name at once, whole, so one that is there need not be sent again.
"""

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vod_assets.adapters.transfers import Load, in_parallel
from vod_assets.domain.delivery import refuse
from vod_assets.domain.documents import canonical_json
from vod_assets.domain.errors import StoreError
from vod_assets.domain.media_types import media_type
from vod_assets.domain.title import checked_title_id
from vod_assets.ports import RunGuard
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.delivery import PHASES, Consignment, Part

NOTE = ".delivery.json"
LEADING = (".smil", ".m3u8", ".mpd")  # to the other files


class EdgewareTarget:
    """A storage that a repackager takes sources from.

    Args:
        blobs: The storage, opened at the target's address.
        scratch: A folder for files on their way.
    """

    def __init__(self, blobs: Blobs, scratch: Path) -> None:
        self.blobs, self.address, self._scratch = blobs, blobs.address, scratch

    def bring(self, consignment: Consignment, guard: RunGuard) -> list[str]:
        """Send what is not there yet; see `vod_assets.ports.delivery.Target`.

        Raises:
            ConfigError: ``delivery_refused``.
            StoreError: ``upload_corrupt``, and those of `Blobs`.
        """
        folder = consignment.folder
        there = self._there(folder)
        known = self._known(consignment, there)
        sizes = {path: size for path, size in there.items() if known.get(path, size) == size}
        missing = [part for part in consignment.parts if part.path not in sizes]
        if not missing and known:
            return []
        if not known:
            self.blobs.replace(folder + NOTE, _note(consignment, {}))
        self._scratch.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._scratch, prefix=".delivery-") as scratch:
            for phase in PHASES:
                guard.check()
                self._send(consignment, [part for part in missing if part.phase == phase], Path(scratch))
        self._seal(consignment)
        return [part.path for part in missing]

    def withdraw(self, title: str) -> list[str]:
        """Remove every delivery of a title; see `vod_assets.ports.delivery.Target`.

        A folder that is not ours stays as it is, and so does what somebody else put into one that is.
        """
        gone: list[str] = []
        for number in self.blobs.folders(f"{checked_title_id(title)}/"):
            folder = f"{title}/{number}/"
            text = self.blobs.read(folder + NOTE)
            if text is None:
                continue
            sent = json.loads(text).get("files") or self._there(folder)  # of one that was not finished, all of it
            paths = sorted(sent, key=lambda path: (not path.endswith(LEADING), path))
            self.blobs.delete([folder + path for path in paths])
            self.blobs.delete([folder + NOTE])
            gone += [folder + path for path in paths]
        return gone

    def _send(self, consignment: Consignment, parts: list[Part], scratch: Path) -> None:
        """Send files of one phase, some at a time; the next phase begins when all of them are there."""

        def send(part: Part) -> None:
            local = part.make(scratch)
            try:
                self._send_file(consignment, part, local)
            finally:
                if local.is_relative_to(scratch):
                    local.unlink(missing_ok=True)

        load = Load(f"delivering {consignment.title}", sum(part.size_bytes for part in parts))
        in_parallel(send, parts, load, self.blobs.transfers)

    def _send_file(self, consignment: Consignment, part: Part, local: Path) -> None:
        with local.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        cause = "its bytes are not those that were made"
        remedy = f"Repair the store with `vod verify {consignment.title}`, and deliver again"
        if part.sha256 and sha256 != part.sha256:
            raise StoreError("upload_corrupt", cause, remedy, consignment.title, part.path)
        try:
            self.blobs.send(local, consignment.folder + part.path, sha256, {"Content-Type": media_type(part.path)})
        except StoreError as error:
            if error.code != "store_corrupt":
                raise
            at = f"{cause} at {self.address}"
            raise StoreError("upload_corrupt", at, "Deliver again", consignment.title, part.path) from error

    def _seal(self, consignment: Consignment) -> None:
        """Write down how large every file is; one that has gone meanwhile is named."""
        sizes = self._there(consignment.folder)
        for part in consignment.parts:
            if part.path not in sizes:
                cause = f"it was sent to {self.address}, and is not there"
                remedy = "Deliver again once nothing takes files away there before all of them have come"
                raise StoreError("store_failed", cause, remedy, consignment.title, part.path)
        self.blobs.replace(consignment.folder + NOTE, _note(consignment, sizes))

    def _there(self, folder: str) -> dict[str, int]:
        found = {blob.name.removeprefix(folder): blob.size_bytes for blob in self.blobs.walk(folder)}
        return {path: size for path, size in found.items() if not path.startswith(".")}

    def _known(self, consignment: Consignment, there: dict[str, int]) -> dict[str, int]:
        """Return the sizes of what was delivered; none where that was not finished."""
        text = self.blobs.read(consignment.folder + NOTE)
        said: dict[str, Any] = json.loads(text) if text else {}
        is_another = said.get("made_of", consignment.made_of) != consignment.made_of
        if is_another or (there and not said):
            what = "another delivery of this release" if is_another else "something that is no delivery of ours"
            cause = f"{self.address}/{consignment.folder} holds {what}, which may be in use"
            refuse(consignment.title, cause, "Remove that folder there once nothing reads it, and deliver again")
        return {str(path): int(size) for path, size in said.get("files", {}).items()}


def _note(consignment: Consignment, sizes: dict[str, int]) -> bytes:
    return canonical_json({"made_of": consignment.made_of, "files": sizes})
