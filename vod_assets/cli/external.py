"""Folders and documents that were made elsewhere: released and published as they are."""

from pathlib import Path

from vod_assets.cli.outcome import Outcome
from vod_assets.cli.session import Session


def upload_folder(session: Session, folder: Path, title: str) -> Outcome:
    raise NotImplementedError


def publish_metadata(session: Session, file: Path) -> Outcome:
    raise NotImplementedError
