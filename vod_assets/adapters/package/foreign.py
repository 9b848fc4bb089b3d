"""Look at a folder that was made elsewhere before any demuxer does."""

from collections.abc import Iterator

from vod_assets.adapters.package.view import FolderView
from vod_assets.domain.errors import printable
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.dash_reading import read_mpd
from vod_assets.domain.package_view import resolved
from vod_assets.domain.references import foreign_references, media_kind, playlist_references
from vod_assets.domain.report import Report

CHECK = "external.addresses"
HEAD_BYTES = 400
MOST_FILES = 200_000


def foreign_report(view: FolderView, variant: str) -> Report:
    """Report whether a folder is self-contained: no links, no address that leads out, no segment that is a script."""
    manifests = view.manifests(variant)
    findings = [f"{variant}: {finding}" for finding in _odd_files(view)]
    if not manifests:
        findings.append(f"{variant}: there is neither a playlist (.m3u8) nor an MPD (.mpd)")
    if not findings:  # a link could lead to any file, so nothing is opened before
        findings += [f"{variant}: {finding}" for address in manifests for finding in _faults(view, variant, address)]
    return Report.of(CHECK, findings, manifests=len(manifests))


def _odd_files(view: FolderView) -> Iterator[str]:
    for number, path in enumerate(view.root.rglob("*")):
        if number >= MOST_FILES:
            yield f"there are more than {MOST_FILES} files"
            return
        name = printable(path.relative_to(view.root).as_posix())
        if path.is_symlink():
            yield f"{name} is a link"
        elif not path.is_file() and not path.is_dir():
            yield f"{name} is no regular file"


def _faults(view: FolderView, variant: str, address: str) -> Iterator[str]:
    try:
        if address.endswith(".mpd"):
            named = [one for each in read_mpd(view, variant, address).representations for one in each.segments]
            foreign = [one.uri for one in named if one.address is None]
            addresses = [one.address for one in named]
        else:
            text = view.text(address)
            foreign = foreign_references(address, text)
            addresses = [resolved(address, uri) for uri in playlist_references(text)]
    except MalformedError as error:
        yield str(error)
        return
    yield from (f"{address}: the address {printable(uri)[:200]} leads out of the folder" for uri in foreign)
    for one in dict.fromkeys(addresses):
        if one and not one.endswith((".m3u8", ".mpd")) and view.size(one) and not media_kind(_head(view, one)):
            yield f"{address}: {printable(one)} is neither MPEG-TS, MP4, WebVTT, AAC nor JPEG"


def _head(view: FolderView, address: str) -> bytes:
    with (view.root / address).open("rb") as file:
        return file.read(HEAD_BYTES)
