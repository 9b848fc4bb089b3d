"""Check finished HLS and DASH folders that were made elsewhere, as ours are checked where the same can be asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from vod_assets.adapters.package.decode import FfmpegPackageDecoder
from vod_assets.adapters.package.foreign import foreign_report
from vod_assets.adapters.package.view import FolderView
from vod_assets.adapters.tools import Tools
from vod_assets.domain.manifests.dash_checks import check_mpd
from vod_assets.domain.manifests.hls_checks import check_manifest
from vod_assets.domain.package_checks import check_decodes
from vod_assets.domain.package_view import Decoded
from vod_assets.domain.report import Report
from vod_assets.ports import ToolRunner


class FolderChecker:
    """Checks folders for `vod task upload`."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self._decoder = FfmpegPackageDecoder(tools, runner)
        self.build_ids: Mapping[str, str] = self._decoder.build_ids

    def check_folder(self, directory: Path) -> list[Report]:
        """Return the reports of a folder; when it is unsafe to open, that report alone.

        ``external.addresses`` comes first: nothing of the folder is played before it has passed. Then come
        ``hls_package.manifest`` and ``hls_package.decodes`` when there are playlists, ``dash_package.manifest`` when
        there is an MPD.
        """
        root = directory.resolve()
        view = FolderView(root, {root.name: "."})
        safety = foreign_report(view, root.name)
        if not safety.passed:
            return [safety]
        reports = [safety]
        manifests = view.manifests(root.name)
        if any(address.endswith(".m3u8") for address in manifests):
            reports += [check_manifest(view, is_ours=False), check_decodes(view, lambda some: self._decode(view, some))]
        if any(address.endswith(".mpd") for address in manifests):
            reports.append(check_mpd(view, is_ours=False))
        return reports

    def _decode(self, view: FolderView, addresses: Sequence[str]) -> dict[str, Decoded]:
        wanted = list(dict.fromkeys(addresses))
        counts = self._decoder.decode_all([view.root / address for address in wanted], view.root)
        return dict(zip(wanted, counts, strict=True))
