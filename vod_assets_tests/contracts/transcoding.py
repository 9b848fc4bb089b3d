"""What every transcoder must make of the same specifications; each one's test class inherits this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.services.output import Outputs
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.domain.ladder import Ladder, fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.rendition_spec import RenditionSpec, rendition_spec
from vod_assets.domain.service_output import faults_of
from vod_assets.domain.variants import Variant
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.fakes import MemoryBlobs

RUNGS = (
    RungPreset(name="180p", box=(320, 180), crf=28, maxrate=1_000_000, bufsize=2_000_000),
    RungPreset(name="90p", box=(160, 90), crf=30, maxrate=400_000, bufsize=800_000),
)
H264 = VideoPreset(codec="h264", preset="ultrafast", threads=1, rungs=RUNGS)
HEVC = VideoPreset(codec="hevc", preset="ultrafast", threads=1, rungs=RUNGS[1:])


@dataclass(frozen=True)
class Commission:
    """A source, and the rungs of one codec that are to be made of it."""

    source: Path
    info: MediaInfo
    preset: VideoPreset
    ladder: Ladder

    @property
    def specs(self) -> Sequence[RenditionSpec]:
        keys = [rung.key for rung in self.ladder.made]
        return [rendition_spec(self.info, self.preset, self.ladder, key) for key in keys]


def commission(folder: Path, preset: VideoPreset, rate: str = "25", **options: object) -> Commission:
    """Return an order of a clip of two seconds, with its segments cut each second."""
    source = folder / "film.mov"
    picture = generated_input(f"testsrc2=s=320x180:r={rate}:d=2")
    tags = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "color_range": "tv"}
    encoding = {"c:v": "libx264", "preset": "ultrafast", "g": 250, "pix_fmt": "yuv420p", "threads": 1, **tags}
    make(source, picture, **{**encoding, **options})
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(source)
    variants = (Variant(name="clear", codecs=(preset.codec,)),)
    profile = Profile(name="p", segment_seconds=2, gop_seconds=1, video=(preset,), variants=variants)
    return Commission(source, info, preset, fit(profile, info.video))


class TranscodingContract:
    """Every transcoder's file is what was ordered, whoever made it."""

    def made(self, commission: Commission, folders: Mapping[str, Path]) -> None:
        """Make the rungs, each as ``video.mp4`` in its folder."""
        raise NotImplementedError

    def require_as_ordered(self, work: Commission, folder: Path) -> None:
        folders = {spec.key: folder / spec.key for spec in work.specs}
        for one in folders.values():
            one.mkdir()
        self.made(work, folders)
        outputs = Outputs(tools(), SupervisedRunner(), WorkFolder(MemoryBlobs(), "s3://nowhere/", str))
        for spec in work.specs:
            facts = outputs.facts(folders[spec.key] / "video.mp4")
            assert faults_of(spec, facts) == (), faults_of(spec, facts)
            assert facts.frames == spec.frames

    def test_rungs_are_as_ordered(self, tmp_path: Path) -> None:
        self.require_as_ordered(commission(tmp_path, H264), tmp_path)

    def test_a_rate_that_is_no_whole_number_is_kept_exactly(self, tmp_path: Path) -> None:
        work = commission(tmp_path, H264.model_copy(update={"rungs": RUNGS[1:]}), "30000/1001")
        assert work.ladder.frame_rate == Fraction(30000, 1001)
        self.require_as_ordered(work, tmp_path)

    def test_fields_become_frames(self, tmp_path: Path) -> None:
        woven = {"vf": "fps=50,interlace,fieldorder=tff", "flags": "+ilme+ildct", "x264-params": "tff=1"}
        work = commission(tmp_path, H264.model_copy(update={"rungs": RUNGS[1:]}), "50", **woven)
        assert work.info.video.field_order == "tt"
        self.require_as_ordered(work, tmp_path)

    def test_hevc_is_as_ordered(self, tmp_path: Path) -> None:
        self.require_as_ordered(commission(tmp_path, HEVC), tmp_path)
