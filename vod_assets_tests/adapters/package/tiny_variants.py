"""The tiny title once more in every kind of package: encrypted, in single files, in streams, with markers and IMSC1."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vod_assets.adapters.package.inspector import FolderInspector
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.domain.content_keys import ContentKeys, KeyRequest, SystemSignalling, TrackKey
from vod_assets.domain.manifests.dash import compose_dash
from vod_assets.domain.manifests.hls import compose_hls
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets.domain.markers import AdBreak, Chapter, Markers
from vod_assets.domain.pssh import pssh_box
from vod_assets.domain.signalling import hls_attributes, hls_lines, pssh_element
from vod_assets.domain.track import PlacedTrack
from vod_assets.ports import InspectedPackage, Protection, SecretKey, Unlocking
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS, TinyTitle, job

SYSTEMS = MappingProxyType(
    {"cbcs": ("fairplay", "widevine", "playready"), "cenc": ("widevine", "playready"), "aes128": ("aes128",)}
)
MARKERS = Markers(
    chapters=(Chapter(start_seconds=Fraction(0), titles={"en": "One"}),),
    ad_breaks=(AdBreak(id="middle", start_seconds=Fraction(1), duration_seconds=Fraction(30)),),
)


@dataclass
class TinyVariant(TinyTitle):
    """A title packaged in one layout under one scheme; keys are by track."""

    layout: str = "cmaf"
    scheme: str = "none"
    lead: Fraction = Fraction(0)
    keys: dict[str, TrackKey] = field(default_factory=dict)
    unlocking: dict[str, Unlocking] = field(default_factory=dict)

    @classmethod
    def of(cls, film: TinyTitle, folder: Path, **said: Any) -> "TinyVariant":
        """Package what a film was made of once more."""
        made = cls(folder, film.clip, **said)
        (folder / "leaves").mkdir(parents=True)
        for name in ("h264_72p", "h264_36p", "aac_eng"):
            made.package(name, "audio" if name == "aac_eng" else "video", film.folder / "encoded" / f"{name}.mp4")
        captions = film.folder / "encoded" / "captions.vtt"
        made.package("text_eng", "text", captions)
        if made.layout != "ts":
            made.package("text_eng_imsc1", "text", captions, text_format="imsc1")
        made.draw_thumbnails()
        made.compose()
        return made

    def package(self, name: str, kind: str, source: Path, **extra: str) -> None:
        directory = self.folder / "leaves" / name
        directory.mkdir()
        asked = replace(job(self.clip, name, kind, source, directory), layout=self.layout, extra=extra)
        if kind != "text" and self.scheme != "none":
            asked = replace(asked, protection=self._protection(name))
        self.keep(name, ShakaPackager(TOOLS, RUNNER).package(asked))
        if asked.protection:
            segments = self.tracks[name].segments[: self.tracks[name].clear_segments]
            clear = frozenset(one.path for one in segments if self.scheme == "aes128")
            self.unlocking[self.digests[name]] = Unlocking(
                self.scheme, asked.protection.key, asked.protection.iv, clear
            )

    def _protection(self, name: str) -> Protection:
        drawn = hashlib.blake2b(f"{self.scheme} {name}".encode()).digest()
        kid, checksum = drawn[:16].hex(), "00" * 8
        boxes = [pssh_box(system, self.scheme, kid, checksum) for system in SYSTEMS[self.scheme] if system != "aes128"]
        said = tuple(self._signalled(system, kid, checksum) for system in SYSTEMS[self.scheme])
        self.keys[name] = TrackKey(scheme=self.scheme, track_class=name, kid=kid, checksum=checksum, systems=said)
        iv = drawn[32 : 40 if self.scheme == "cenc" else 48]
        return Protection(self.scheme, SecretKey(kid, drawn[16:32]), iv, name, tuple(filter(None, boxes)), self.lead)

    def _signalled(self, system: str, kid: str, checksum: str) -> SystemSignalling:
        if system == "aes128":
            media, session = hls_lines(f'METHOD=AES-128,URI="https://keys.example.com/{kid}",KEYFORMAT="identity"')
            return SystemSignalling(system=system, hls_media=media, hls_session=session)
        box = pssh_box(system, self.scheme, kid, checksum)
        said = b"pro" if system == "playready" else box
        media, session = hls_lines(hls_attributes(system, self.scheme, kid, said, f"skd://{kid}"))
        pssh = base64.b64encode(box).decode()
        return SystemSignalling(
            system=system,
            pssh=pssh,
            content_protection=pssh_element(pssh),
            hls_media=media,
            hls_session=session,
        )

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {
            f"tracks/{self.digests[name]}/{path.name}": path.stat().st_size
            for name in self.tracks
            for path in self.leaf(name).iterdir()
        }

    @property
    def presentation(self) -> Presentation:
        placed = [
            PlacedTrack(track=one, base=f"../../../tracks/{self.digests[name]}") for name, one in self.tracks.items()
        ]
        keys = ContentKeys(provider="static", request=KeyRequest(title="film"), keys=tuple(self.keys.values()))
        systems = () if self.scheme in ("none", "aes128") else SYSTEMS[self.scheme]
        return Presentation(placed, keys, MARKERS, systems, hls_text=("webvtt", "imsc1"), dash_text=("imsc1",))

    def compose(self) -> None:
        self.manifests.mkdir(exist_ok=True)
        for name, text in {**compose_hls(self.presentation), **compose_dash(self.presentation)}.items():
            (self.manifests / name).write_text(text)

    @contextmanager
    def opened(self) -> Iterator[InspectedPackage]:
        inspector = FolderInspector(TOOLS, RUNNER, self.folder / "scratch")
        leaves = {self.digests[name]: self.leaf(name) for name in self.tracks}
        with inspector.open(leaves, {"clear": [self.manifests]}, self.sizes, self.unlocking) as package:
            yield package
