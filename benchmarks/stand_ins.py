"""Tools that remember: the first title is made by the real ones, all others of the same footage get what came of that.

So a catalogue of a thousand titles is made without a thousand encodes, of bytes that play, with everything else real.
What is remembered is told apart by whatever the output depends on but for the title: parameters and bytes of the input,
or for sources, which are the same footage in files of equal length, nothing at all.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.adapters.package.inspector import FolderInspector
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.adapters.transcode.pictures import FfmpegPictureMaker
from vod_assets.cli.session import Session
from vod_assets.domain.package_view import Decoded
from vod_assets.domain.track import Track
from vod_assets.ports import CodecJob, EncodeReport, InspectedPackage, PackageInspector, Prober, TrackJob


@dataclass
class Memory:
    """Files and answers of earlier calls, by what they depend on."""

    kept: dict[str, tuple[Any, dict[str, bytes]]] = field(default_factory=dict)

    def recall(self, key: object, folder: Path, make: Callable[[], Any]) -> Any:
        """Return what `make` returned the first time, with the files that it wrote below a folder."""
        word = repr(key)
        if word not in self.kept:
            before = set(folder.rglob("*"))
            answer = make()
            written = [path for path in folder.rglob("*") if path.is_file() and path not in before]
            self.kept[word] = answer, {str(path.relative_to(folder)): path.read_bytes() for path in written}
            return answer
        answer, files = self.kept[word]
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return answer


@dataclass
class Remembering:
    """A tool and what it made."""

    tool: Any
    memory: Memory = field(default_factory=Memory)

    @property
    def build_ids(self) -> Mapping[str, str]:
        return dict(self.tool.build_ids)


class RememberingProber(Remembering):
    def inspect(self, path: Path, file: str = "") -> Any:
        return self.memory.recall(path.stat().st_size, path, lambda: self.tool.inspect(path, file))


@dataclass
class RememberingTranscoder(Remembering):
    encoded: list[str] = field(default_factory=list)

    def require_encoder(self, preset: Any, profile: str) -> None:
        self.tool.require_encoder(preset, profile)

    def encode_video(self, source: Path, info: Any, job: CodecJob, on_progress: Any) -> Any:
        self.encoded += [one.rung.key for one in job.rungs]
        report = None
        for one in job.rungs:
            report = self._encoded(source, info, replace(job, rungs=[one]), on_progress)
        return report

    def _encoded(self, source: Path, info: Any, job: CodecJob, on_progress: Any) -> EncodeReport:
        (one,) = job.rungs
        key = (one.rung, one.preset, job.preset.preset, job.preset.threads, job.ladder.gop_frames)

        def encode() -> EncodeReport:
            report: EncodeReport = self.tool.encode_video(source, info, job, on_progress)
            return report

        return self.memory.recall(key, one.directory, encode)  # type: ignore[no-any-return]

    def encode_audio(self, source: Path, info: Any, plan: Any, target: Path) -> Any:
        return self.memory.recall(plan, target.parent, lambda: self.tool.encode_audio(source, info, plan, target))

    def measure_audio(self, source: Path, info: Any, plans: Any) -> Any:
        return self.memory.recall(plans, source, lambda: self.tool.measure_audio(source, info, plans))


class RememberingPictures(Remembering):
    def poster(self, source: Path, info: Any, target: Path) -> Any:
        return self.memory.recall("poster", target.parent, lambda: self.tool.poster(source, info, target))

    def thumbnails(self, source: Path, info: Any, preset: Any, directory: Path) -> Any:
        return self.memory.recall(preset, directory, lambda: self.tool.thumbnails(source, info, preset, directory))


class RememberingPackager(Remembering):
    def package(self, job: TrackJob) -> Track:
        key = replace(job, directory=Path(), source=Path(), extra={}), hashlib.sha256(job.source.read_bytes())
        track: Track = self.memory.recall((key[0], key[1].hexdigest()), job.directory, lambda: self.tool.package(job))
        return track.model_copy(update={"mezzanine": str(job.extra.get("mezzanine", ""))})


@dataclass
class RememberingInspector(Remembering):
    played: dict[tuple[str, ...], list[Decoded]] = field(default_factory=dict)

    @contextmanager
    def open(self, tracks: Any, manifests: Any, sizes: Mapping[str, int], unlocking: Any) -> Iterator[InspectedPackage]:
        bytes_of_all = sum(sizes.values())
        with self.tool.open(tracks, manifests, sizes, unlocking) as opened:

            def decode_all(playlists: Sequence[str]) -> Mapping[str, Decoded]:
                key = (str(bytes_of_all), *(Path(one).name for one in playlists))
                if key not in self.played:
                    self.played[key] = list(opened.decode_all(playlists).values())
                return dict(zip(playlists, self.played[key], strict=True))

            yield replace(opened, decode_all=decode_all)

    def encoded_samples(self, encoded: Path) -> str:
        return str(self.tool.encoded_samples(encoded))


@dataclass
class StandIns:
    """All tools of a deployment, which remember."""

    prober: Prober
    transcoder: RememberingTranscoder
    pictures: RememberingPictures
    packager: RememberingPackager
    inspector: PackageInspector

    @classmethod
    def of(cls, session: Session) -> "StandIns":
        tools, runner = session.tools, session.runner()
        return cls(
            prober=RememberingProber(session.prober),
            transcoder=RememberingTranscoder(FfmpegTranscoder(tools, runner)),
            pictures=RememberingPictures(FfmpegPictureMaker(tools, runner)),
            packager=RememberingPackager(ShakaPackager(tools, runner)),
            inspector=RememberingInspector(FolderInspector(tools, runner, session.settings.scratch_path)),
        )

    def put_into(self, definitions: dg.Definitions) -> dg.Definitions:
        """Return the same graph with these tools."""
        return dg.Definitions(
            assets=definitions.assets,
            asset_checks=definitions.asset_checks,
            resources={**(definitions.resources or {}), **self.__dict__},
            executor=definitions.executor,
        )
