"""View a package in the store as it will lie at an origin: one tree, made of links."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EACCES, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR
from functools import lru_cache
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from PIL import Image, UnidentifiedImageError

from vod_assets.adapters.package.files import init_of, mapped, named
from vod_assets.adapters.package.whole_segments import decrypted_segment
from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.isobmff import MalformedError, MediaSegment, boxes, read_index, read_index_times, read_segment
from vod_assets.domain.nal_units import first_slice_type
from vod_assets.domain.package_view import IndexFacts, SeenFacts, SegmentFacts
from vod_assets.domain.track_measures import presented
from vod_assets.domain.transport_stream import TICKS, read_stream_segment
from vod_assets.ports import Unlocking

RELEASE = "releases/0"
MANIFEST_SUFFIXES = (".m3u8", ".mpd")
Span = tuple[int, int]  # first byte and length
LARGEST_MANIFEST_BYTES = 16 << 20
NEVER = (ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, EACCES)  # what reading again would not change


class FolderView:
    """A package below one folder; what was read is remembered, for every check reads the same headers."""

    def __init__(self, root: Path, variants: Mapping[str, str], sizes: Mapping[str, int] | None = None) -> None:
        """Take a root folder, each variant's folder below it, and the sizes that descriptors give."""
        self.root = root
        self.variants: Sequence[str] = tuple(variants)
        self._folders = dict(variants)
        self._sizes = dict(sizes or {})
        self.unlocking: Mapping[str, Unlocking] = {}
        self.init = lru_cache(maxsize=None)(self._init)
        self.seen = SeenFacts()

    def manifests(self, variant: str) -> Sequence[str]:
        """Return the addresses of a variant's playlists and MPDs, sorted."""
        folder = self.root / self._folders[variant]
        found = [path for path in folder.rglob("*") if path.suffix in MANIFEST_SUFFIXES and path.is_file()]
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def text(self, address: str) -> str:
        """Return a text file; what is no UTF-8 or far too long is refused.

        Raises:
            MalformedError: It cannot be a manifest.
        """
        path = self.root / address
        with _readable(address):
            if path.stat().st_size > LARGEST_MANIFEST_BYTES:
                raise MalformedError(f"{address} has more than {LARGEST_MANIFEST_BYTES} bytes")
            try:
                return path.read_text("utf-8-sig")
            except UnicodeDecodeError as error:
                raise MalformedError(f"{address} is no UTF-8 text") from error

    def size(self, address: str) -> int | None:
        """Return a file's size, or None when nothing is there."""
        path = self.root / address
        try:
            return path.stat().st_size if path.is_file() else None
        except OSError as error:
            if error.errno in NEVER:
                return None
            raise

    def described_size(self, address: str) -> int | None:
        """Return the size that the descriptors give a file."""
        return self._sizes.get(address)

    def index(self, address: str, first: int, last: int) -> IndexFacts:
        """Return the segment index that lies from one byte of a file to another.

        Raises:
            MalformedError: It does not.
        """
        with named(address.rpartition("/")[2]):
            found = next((box for box in boxes(self._data(address)) if box.offset == first), None)
            if found is None or found.kind != "sidx" or found.end != last + 1:
                raise MalformedError(f"there is no segment index (sidx) from byte {first} to byte {last}")
            timescale, begin, durations = read_index_times(found)
            return IndexFacts(timescale, begin, read_index(found), durations)

    def picture_size(self, address: str) -> tuple[int, int] | None:
        """Return the size of a picture that decodes, or None."""
        try:
            with Image.open(self.root / address, formats=("JPEG",)) as picture:
                picture.load()
                return picture.size
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
            return None

    def data(self, address: str, span: Span | None = None) -> memoryview:
        """Return a file, or some bytes of it, as it lies there.

        Raises:
            MalformedError: It cannot be read.
        """
        with _readable(address.rpartition("/")[2]):
            return self._data(address, span)

    def init_data(self, address: str) -> bytes:
        """Return the bytes of an init segment, which may begin a longer file."""
        data = self.data(address)
        ends = [box.end for box in boxes(data) if box.kind == "moov"]
        return bytes(data[: ends[0] if ends else 0])

    def clear_data(self, address: str) -> bytes:
        """Return a segment that is encrypted as a whole, or not at all, in the clear.

        Raises:
            MalformedError: It does not open.
        """
        data, unlocking = bytes(self.data(address)), self.unlocking_of(address)
        if unlocking is None:
            return data
        try:
            return decrypted_segment(data, unlocking.key, unlocking.iv)
        except ValueError as error:
            raise MalformedError(f"{address.rpartition('/')[2]} does not open with its key") from error

    def unlocking_of(self, address: str) -> Unlocking | None:
        """Return what opens an encrypted segment; None for all other files."""
        digest, _, path = address.removeprefix("tracks/").partition("/")
        unlocking = self.unlocking.get(digest)
        return None if unlocking is None or path in unlocking.clear else unlocking

    def segment(self, address: str, init_address: str, span: Span | None = None) -> SegmentFacts:
        """Return what a media segment's header says; see `PackageView`."""
        key = (address, init_address, span)
        if key not in self.seen.segments:
            self.seen.segments[key] = self._segment(*key)
        return self.seen.segments[key]

    def stream(self, address: str) -> tuple[InitSegment, SegmentFacts]:
        """Return what a segment without init segment holds; see `PackageView`."""
        if address not in self.seen.streams:
            self.seen.streams[address] = self._stream(address)
        return self.seen.streams[address]

    def _data(self, address: str, span: Span | None = None) -> memoryview:
        data = mapped(self.root / address)
        return data[span[0] : span[0] + span[1]] if span else data

    def _init(self, address: str) -> InitSegment:
        return init_of(self.root / address)

    def _segment(self, address: str, init_address: str, span: Span | None) -> SegmentFacts:
        init = self.init(init_address)
        with named(address.rpartition("/")[2]):
            data = self._data(address, span)
            media = read_segment(data, init.defaults)
        begin, end = presented(media, init.start)
        return SegmentFacts(
            size_bytes=len(data),
            begin=begin,
            end=end,
            samples=sum(len(fragment.samples) for fragment in media.fragments),
            opening=tuple(_openings(media, span[0] if span else 0)),
            nal_type=_nal_type(data, media, init),
        )

    def _stream(self, address: str) -> tuple[InitSegment, SegmentFacts]:
        data = self.clear_data(address)
        with named(address.rpartition("/")[2]):
            found = read_stream_segment(data)
        init = InitSegment(found.kind, found.codecs, TICKS, 0, 0, 0, found.channels, found.sample_rate)
        facts = SegmentFacts(
            size_bytes=len(self.data(address)),
            begin=found.begin,
            end=found.end,
            samples=found.units,
            opening=((0, found.first_unit_end, found.opens_decoding),),
            nal_type=found.nal_type,
        )
        return init, facts


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Name the file that will never be read; storage that is away is no fault of a package."""
    try:
        yield
    except OSError as error:
        if error.errno in NEVER:
            raise MalformedError(f"{name} cannot be read: {error.strerror}") from error
        raise


@contextmanager
def open_view(
    directory: Path,
    tracks: Mapping[str, Path],
    manifests: Mapping[str, Path | Sequence[Path]],
    sizes: Mapping[str, int] | None = None,
) -> Iterator[FolderView]:
    """View tracks and manifests as they will lie at an origin; the tree is gone afterwards.

    Args:
        directory: Where the temporary tree may be made.
        tracks: Folder of each track leaf by its digest.
        manifests: Folder, or folders, of each variant's manifests.
        sizes: What the descriptors say: bytes by address, ``tracks/<digest>/<path>``.
    """
    with TemporaryDirectory(prefix="view-", dir=directory) as folder:
        root = Path(folder)
        (root / "tracks").mkdir()
        for digest, leaf in tracks.items():
            (root / "tracks" / digest).symlink_to(leaf.absolute(), target_is_directory=True)
        for variant, leaves in manifests.items():
            _copy_manifests(root / RELEASE / variant, [leaves] if isinstance(leaves, Path) else leaves)
        yield FolderView(root, {variant: f"{RELEASE}/{variant}" for variant in manifests}, sizes)


def _copy_manifests(folder: Path, leaves: Sequence[Path]) -> None:
    """Copy manifests, for a link's parent is the store's folder, and ``..`` would lead there."""
    folder.mkdir(parents=True)
    for leaf in leaves:
        for path in leaf.iterdir():
            if path.suffix in MANIFEST_SUFFIXES:
                copyfile(path, folder / path.name)


def _openings(media: MediaSegment, offset: int) -> Iterator[tuple[int, int, bool]]:
    for fragment in media.fragments:
        if fragment.samples:
            first = fragment.samples[0]
            yield offset + fragment.moof_offset, offset + fragment.data_offset + first.size, first.is_sync


def _nal_type(segment: memoryview, media: MediaSegment, init: InitSegment) -> int | None:
    fragment = media.fragments[0]
    if not init.nal_length_bytes or not fragment.samples:
        return None
    data = segment[fragment.data_offset : fragment.data_offset + fragment.samples[0].size]
    return first_slice_type(data, init.nal_length_bytes, is_hevc=init.codecs.startswith("h"))
