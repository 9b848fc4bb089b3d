"""A small release to publish: one track of two segments, a poster, and their manifests, as files of a folder."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.release import Release, ReleasedTrack, VariantManifests
from vod_assets.domain.title import Fingerprint
from vod_assets.ports import Origin
from vod_assets.releasing import Offer, place
from vod_assets_tests.fakes import Switch

MULTIVARIANT = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\nh264_240p.m3u8\n"
MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-MAP:URI="{base}/init.mp4"
#EXTINF:4,
{base}/1.m4s
#EXTINF:4,
{base}/2.m4s
#EXT-X-ENDLIST
"""
MPD = """<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT8S"><Period>
<AdaptationSet contentType="video"><Representation id="v" bandwidth="1000">
<SegmentTemplate timescale="1" duration="4" initialization="{base}/init.mp4" media="{base}/$Number$.m4s"/>
</Representation></AdaptationSet></Period></MPD>
"""


@dataclass(frozen=True)
class Made:
    """A release without a number, and the local files of its tracks and manifests."""

    release: Release
    tracks: dict[str, dict[str, Path]]
    manifests: dict[str, Path]

    @property
    def offer(self) -> Offer:
        return Offer(self.release, self.tracks, self.manifests)

    def place(self, origin: Origin, scratch: Path) -> Release:
        return place(origin, self.offer, Switch(), scratch)


def made(folder: Path, title: str = "film", words: str = "segment") -> Made:
    """Write the files of a release whose segments hold ``words``."""
    texts = {"init.mp4": "init", "1.m4s": f"{words} 1", "2.m4s": f"{words} 2"}
    video, video_files = _leaf(folder / "video", title, texts)
    poster, poster_files = _leaf(folder / "poster", title, {"poster.jpg": "picture"})
    base = f"../../../tracks/{video.digest}"
    manifests = {
        "clear/master.m3u8": MULTIVARIANT,
        "clear/h264_240p.m3u8": MEDIA.format(base=base),
        "clear/manifest.mpd": MPD.format(base=base),
    }
    index, manifest_files = _leaf(folder / "manifests", title, manifests)
    track = ReleasedTrack.of_files(video, "h264_240p", "video").model_copy(update={"duration_seconds": Fraction(8)})
    release = Release(
        title=title,
        profile="tiny",
        source=Fingerprint(size_bytes=1, sha256="e" * 64),
        variants={"clear": VariantManifests(hls="clear/master.m3u8", dash="clear/manifest.mpd")},
        tracks=(track, ReleasedTrack.of_files(poster, "poster", "poster")),
        manifests=index.files,
    )
    return Made(release, {video.digest: video_files, poster.digest: poster_files}, manifest_files)


def _leaf(folder: Path, title: str, texts: dict[str, str]) -> tuple[Artifact, dict[str, Path]]:
    paths = {path: folder / path for path in texts}
    files = []
    for path, text in texts.items():
        paths[path].parent.mkdir(parents=True, exist_ok=True)
        paths[path].write_text(text)
        data = text.encode()
        files.append(ArtifactFile(path=path, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest()))
    return Artifact(title=title, asset=folder.name, recipe="", files=tuple(files)), paths
