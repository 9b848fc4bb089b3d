"""Pieces hold exactly the pictures of the whole, and what is joined of them is an ordinary rendition."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, ffprobe_command, generated_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode import ffmpeg, pieces
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.adapters.transcode.pieces import FfmpegPieces, listed
from vod_assets.domain.errors import PieceError
from vod_assets.domain.ladder import Ladder, fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.piece_presets import PiecePreset
from vod_assets.domain.pieces import PieceMade, cut, obstacle, torn
from vod_assets.domain.profile import Profile
from vod_assets.ports import CodecJob, RungJob
from vod_assets_tests.adapters.transcode.clips import make, tools

pytestmark = pytest.mark.media
SECONDS = 9
PIECES = PiecePreset(seconds=Fraction(4))
FIELDS = "tinterlace=interleave_top"
INTERLACED = {"flags": "+ilme+ildct", "x264-params": "tff=1:open-gop=1", "g": 33}
X264 = {"c:v": "libx264", "preset": "veryfast", "pix_fmt": "yuv420p", "threads": 1}


@dataclass(frozen=True)
class Bench:
    """A source, and what makes whole and pieced renditions of it."""

    source: Path
    info: MediaInfo
    profile: Profile

    @classmethod
    def of(cls, source: Path, codec: str = "h264") -> "Bench":
        preset = {"h264": "ultrafast", "hevc": "ultrafast", "av1": 11}[codec]
        video = {"codec": codec, "preset": preset, "threads": 1}
        rungs = [{"name": "96p", "box": "170x96", "crf": 30}]
        said = {
            "name": "cut",
            "segment_seconds": 2,
            "gop_seconds": 1,
            "video": [video | {"rungs": rungs}],
            "variants": [{"name": "clear", "codecs": [codec]}],
        }
        info = FfprobeProber(tools(), SupervisedRunner()).inspect(source)
        return cls(source, info, Profile.model_validate(said))

    @property
    def ladder(self) -> Ladder:
        return fit(self.profile, self.info.video)

    def job(self, folder: Path) -> RungJob:
        folder.mkdir(parents=True)
        return RungJob(self.ladder.made[0], self.profile.video[0].rungs[0], folder)

    def whole(self, folder: Path) -> Path:
        transcoder, preset = FfmpegTranscoder(tools(), SupervisedRunner()), self.profile.video[0]
        transcoder.encode_video(
            self.source, self.info, CodecJob(self.ladder, preset, [self.job(folder)]), lambda _: None
        )
        return folder

    def pieced(self, folder: Path) -> list[tuple[Path, PieceMade]]:
        """Make all pieces, and see that they fit together."""
        assert obstacle(self.info, PIECES) == ""
        tool, made = FfmpegPieces(tools(), SupervisedRunner()), []
        clock, planned = tool.clock(self.source, self.info), cut(self.ladder, self.info.duration_seconds, PIECES)
        assert len(planned) == 2
        for piece in planned:
            job = self.job(folder / str(piece.first))
            span, preset = (clock, piece), self.profile.video[0]
            report = tool.encode_piece(
                self.source, self.info, CodecJob(self.ladder, preset, [job]), span, lambda _: None
            )
            made.append((job.directory, report.made))
        assert torn(planned, [one for _, one in made]) == ""
        assert sum(one.shown_frames for _, one in made) == self.info.video.promised_frames
        return made


def picture(size: str = "160x96", rate: int = 25, look: str = "") -> Any:
    return generated_input(f"testsrc2=s={size}:r={rate}:d={SECONDS}" + (f",{look}" if look else ""))


def open_gops_of_fields(folder: Path) -> Path:
    return make(folder / "fields.ts", picture(rate=50, look=FIELDS), **X264, **INTERLACED)


def uneven_frames(folder: Path) -> Path:
    """Every third or so of 60 frames a second, and none at all for a while across the border."""
    look = "select='not(mod(floor(n*n/7),3))*not(between(t,3.4,4.3))'"
    return make(folder / "uneven.mkv", picture(rate=60, look=look), **X264, g=40, fps_mode="vfr")


def late_and_cut(folder: Path) -> Path:
    """B frames, sound that begins before the picture, and an edit list into the middle of a GOP."""
    whole = make(folder / "whole.mp4", picture(), **X264, g=50, bf=3)
    late = {"itsoffset": 1.48, "ss": 0.52}
    sound = generated_input(f"sine=d={SECONDS}")
    return make(folder / "late.mp4", artifact_input(whole, **late)["v"], sound, **{"c:v": "copy", "c:a": "aac"})


@pytest.mark.parametrize("source", [open_gops_of_fields, uneven_frames, late_and_cut])
def test_pieces_show_exactly_the_pictures_of_the_whole(
    source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes into the encoder is compared, frame by frame."""

    def hashed(shared: Any, _info: Any, job: CodecJob) -> list[Any]:
        return [shared.output(str(job.rungs[0].directory / "seen.txt"), f="framemd5", fps_mode="passthrough")]

    monkeypatch.setattr(ffmpeg, "rung_outputs", hashed)
    monkeypatch.setattr(pieces, "rung_outputs", hashed)
    bench = Bench.of(source(tmp_path))
    whole, pieced = bench.whole(tmp_path / "made"), bench.pieced(tmp_path / "pieces")
    assert len(seen(whole)) == round(bench.info.duration_seconds * bench.ladder.frame_rate)
    assert seen(whole) == [one for folder, _ in pieced for one in seen(folder)]


def seen(folder: Path) -> list[str]:
    lines = (folder / "seen.txt").read_text().splitlines()
    return [line.rsplit(",")[-1] for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_joined_pieces_have_the_times_and_key_frames_of_the_whole(codec: str, tmp_path: Path) -> None:
    bench = Bench.of(make(tmp_path / "film.mov", picture(rate=24, look="fps=24000/1001"), **X264, g=48), codec)
    whole = bench.whole(tmp_path / "made")
    made = [(folder, one.frames) for folder, one in bench.pieced(tmp_path / "pieces")]
    (tmp_path / "joined").mkdir()
    tool = FfmpegPieces(tools(), SupervisedRunner())
    report = tool.join(made, bench.ladder.frame_rate, tmp_path / "joined")
    assert report.encoded_frames == sum(frames for _, frames in made)
    assert [path.name for path in (tmp_path / "joined").iterdir()] == ["video.mp4"]
    assert packets(tmp_path / "joined" / "video.mp4") == packets(whole / "video.mp4")


def packets(file: Path) -> str:
    entries = ("-show_entries", "packet=pts,dts,duration,flags:stream=time_base,start_pts,duration_ts,nb_frames")
    argv = ffprobe_command(tools().ffprobe, file, *entries, "-of", "csv=p=0")
    return SupervisedRunner().run(argv).stdout.decode()


def test_pieces_that_were_not_encoded_alike_are_not_joined(tmp_path: Path) -> None:
    for name, size in (("one", "64x36"), ("two", "64x48")):
        (tmp_path / name).mkdir()
        make(tmp_path / name / "video.mp4", generated_input(f"testsrc2=s={size}:r=25:d=1"), **X264)
    (tmp_path / "joined").mkdir()
    tool = FfmpegPieces(tools(), SupervisedRunner())
    with pytest.raises(PieceError, match="parameter sets"):
        tool.join([(tmp_path / "one", 25), (tmp_path / "two", 25)], Fraction(25), tmp_path / "joined")


def test_lengths_of_many_pieces_never_add_up_to_a_rounding_error(tmp_path: Path) -> None:
    rate = Fraction(24000, 1001)
    text = listed([tmp_path / "it's.mp4"] * 1000, [97] * 1000, rate)
    lengths = [int(line.split()[1].removesuffix("us")) for line in text.splitlines() if line.startswith("duration")]
    assert sum(lengths) == round(97_000 / rate * 1_000_000)
    assert r"it'\''s.mp4" in text
