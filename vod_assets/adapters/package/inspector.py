"""What the checks of a package look through: its files as they will lie at an origin, and a decoder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from vod_assets.adapters.package.decode import FfmpegPackageDecoder
from vod_assets.adapters.package.files import mapped
from vod_assets.adapters.package.playing import Player
from vod_assets.adapters.package.view import open_view
from vod_assets.adapters.tools import Tools
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.package_view import Decoded
from vod_assets.domain.sample_digest import digest_of_encoded
from vod_assets.ports import InspectedPackage, ToolRunner, Unlocking

NOTHING_LOCKED: Mapping[str, Unlocking] = MappingProxyType({})


class FolderInspector:
    """Views packages of the artifact store in a temporary folder of links, and decodes them there."""

    def __init__(self, tools: Tools, runner: ToolRunner, scratch: Path) -> None:
        self.decoder, self.scratch = FfmpegPackageDecoder(tools, runner), scratch
        self.build_ids = self.decoder.build_ids

    @contextmanager
    def open(
        self,
        tracks: Mapping[str, Path],
        manifests: Mapping[str, Sequence[Path]],
        sizes: Mapping[str, int],
        unlocking: Mapping[str, Unlocking] = NOTHING_LOCKED,
    ) -> Iterator[InspectedPackage]:
        """View a package; see `vod_assets.ports.PackageInspector`."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        with open_view(self.scratch, tracks, manifests, sizes) as view:
            view.unlocking = unlocking
            player = Player(view, lambda paths: self.decoder.decode_all(paths, self.scratch))
            yield InspectedPackage(
                view,
                lambda playlists: self._decode_all(player, playlists),
                player.fingerprint,
                player.samples,
                seen=view.seen,
            )

    def encoded_samples(self, encoded: Path) -> str:
        """Return the digest of the samples of an encoded file; see `vod_assets.ports.PackageInspector`."""
        try:
            return digest_of_encoded(mapped(encoded))
        except (MalformedError, OSError):
            return ""

    def _decode_all(self, player: Player, playlists: Sequence[str]) -> Mapping[str, Decoded]:
        with TemporaryDirectory(prefix="unlocked-", dir=self.scratch) as folder:
            return player.decode_all(playlists, Path(folder))
