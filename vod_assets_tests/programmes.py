"""Makes a programme of clips as a run does, and says which frames and beeps came out."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan, layout_of
from vod_assets.domain.audio_sources import stream_sound
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.programme.composing import compose
from vod_assets.domain.programme.cutting import SaidProgramme
from vod_assets.domain.programme.files import Files
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import CodecJob, EncodeReport, RungJob
from vod_assets_tests.adapters.transcode.clips import tools
from vod_assets_tests.counted import HEIGHT, WIDTH, beeps, numbers

SAME = RungPreset(name="90p", box=(WIDTH, HEIGHT), crf=10)
PRESET = VideoPreset(preset="ultrafast", threads=1, rungs=(SAME,))


@dataclass(frozen=True)
class Made:
    """A programme that was made."""

    info: MediaInfo
    report: EncodeReport
    frames: list[int]
    beeps: list[int]


def programme(folder: Path, said: Mapping[str, Any], master: str = "master.mp4", **changes: Any) -> MediaInfo:
    """Return what there is to know of the programme that a title file says, of files in one folder.

    Args:
        folder: Where the files are.
        said: The fields of the title file.
        master: Name of the master.
        **changes: To what is known of the master.
    """
    words = SaidProgramme.model_validate(said).programme
    assert words is not None
    prober = FfprobeProber(tools(), SupervisedRunner())
    pictures = {name: prober.inspect(folder / name) for name in (master, *words.pictures)}
    pictures[master] = pictures[master].model_copy(update=changes)
    sounds = {name: prober.inspect_sound(folder / name) for one in words.sound for name in one.files}
    return compose(words, Files(master, pictures, sounds))


def made(folder: Path, info: MediaInfo, target: Path) -> Made:
    """Encode a programme's picture and its first track."""
    target.mkdir()
    rung = Rung(key="h264_90p", codec="h264", name="90p", width=WIDTH, height=HEIGHT)
    ladder = Ladder(frame_rate=info.video.frame_rate, gop_frames=50, segment_frames=50, rungs=(rung,))
    transcoder = FfmpegTranscoder(tools(), SupervisedRunner())
    jobs = [RungJob(rung=rung, preset=SAME, directory=target)]
    report = transcoder.encode_video(folder, info, CodecJob(ladder, PRESET, jobs), lambda _: None)
    heard: list[int] = []
    if info.audio:
        transcoder.encode_audio(folder, info, first_sound(info), target / "audio.mp4")
        heard = beeps(target / "audio.mp4")
    return Made(info, report, numbers(target / "video.mp4"), heard)


def seconds(frames: int, rate: Fraction) -> str:
    """Return frames as a point of a title file that is exact."""
    return f"{float(frames / rate):.9f}"


def first_sound(info: MediaInfo) -> SoundPlan:
    """Return how the first sound of a programme is encoded."""
    sound, preset = stream_sound(info.audio[0]), AudioPreset(bits_per_second=128_000)
    return SoundPlan(sound, preset, layout_of(sound, preset))
