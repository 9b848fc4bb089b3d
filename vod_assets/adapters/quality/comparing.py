"""Whole renditions against their source: one decode of the source for all of them, measured in one process."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg
from vod_assets.adapters.ffmpeg.programme import chained
from vod_assets.adapters.quality.scores import read_vmaf, read_xpsnr, rounded, without_first
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.quality import seen_at
from vod_assets.domain.quality_report import RenditionQuality, summed, worst_frames
from vod_assets.ports import ComparedRendition, Comparing

VMAF_THREADS = 2
LARGEST_VIEWED_FOR_HD = 1440  # short side; what is larger is watched from nearer, and has a model of its own
FOUR_K_MODEL = "version=vmaf_4k_v0.6.1"
SCORES_FILE = "scores.json"
STAMPED = (
    Filter(name="settb", arguments={"expr": "AVTB"}),
    Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"}),
)


def vmaf_filter(every: int, size: tuple[int, int], log: str) -> Filter:
    """Return the filter that computes VMAF of one frame in so many, by the model for a size.

    ``log`` is relative to the working directory: a filter's text must hold no path.
    """
    arguments = {"n_subsample": str(every), "n_threads": str(VMAF_THREADS), "log_fmt": "json", "log_path": log}
    model = {"model": FOUR_K_MODEL} if min(size) > LARGEST_VIEWED_FOR_HD else {}
    return Filter(name="libvmaf", arguments=arguments | model)


@dataclass(frozen=True)
class Comparison:
    """How renditions of one codec and dynamic range are compared; their logs go to the working directory."""

    source: Path
    info: MediaInfo
    comparing: Comparing
    renditions: Sequence[ComparedRendition]

    def command(self, program: Path) -> list[str]:
        """Return the command line that measures all of them."""
        whole = chained(programme.picture(self.source, self.info), self.comparing.shared)
        references = _copies(whole, len(self.renditions) + bool(self._smaller))
        viewed = (
            self._reference(references[-1], self.renditions[0].reference, len(self._smaller)) if self._smaller else []
        )
        outputs: list[Any] = []
        for number, rendition in enumerate(self.renditions):
            outputs += self._of(number, rendition, references[number], viewed)
        return compile_ffmpeg(program, outputs, progress=True, verbosity="level+warning")

    def read(self, directory: Path) -> list[tuple[RenditionQuality, bytes]]:
        """Return what every rendition came to, and the scores of its frames as JSON."""
        return [self._read(directory, number, one) for number, one in enumerate(self.renditions)]

    @property
    def _smaller(self) -> list[int]:
        """Renditions that are seen enlarged: all but the first, where VMAF is computed."""
        return list(range(1, len(self.renditions))) if self.comparing.metric == "vmaf" else []

    def _reference(self, picture: Any, filters: Sequence[Filter], count: int) -> list[Any]:
        return _copies(chained(picture, (*filters, *STAMPED)), count)

    def _of(self, number: int, rendition: ComparedRendition, picture: Any, viewed: list[Any]) -> list[Any]:
        comparing, is_viewed = self.comparing, number in self._smaller
        count = 2 if comparing.metric == "vmaf" else 1
        ours = self._reference(picture, rendition.reference, count)
        made = artifact_input(rendition.path, threads=VMAF_THREADS)["v:0"]
        theirs = _copies(chained(made, STAMPED), count + is_viewed)
        xpsnr = Filter(name="xpsnr", arguments={"stats_file": f"{number}.xpsnr"})
        outputs = [_compared(theirs[0], ours[0], xpsnr)]
        if comparing.metric == "vmaf":
            outputs.append(
                _compared(theirs[1], ours[1], vmaf_filter(comparing.every, rendition.size, f"{number}.vmaf"))
            )
        if is_viewed:
            size = self.renditions[0].size
            enlarged = chained(theirs[-1], seen_at(size, self.renditions[0].reference))
            outputs.append(
                _compared(enlarged, viewed[number - 1], vmaf_filter(comparing.every, size, f"{number}.viewed"))
            )
        return outputs

    def _read(self, directory: Path, number: int, rendition: ComparedRendition) -> tuple[RenditionQuality, bytes]:
        xpsnr = [(frame, rounded(value)) for frame, value in read_xpsnr(directory / f"{number}.xpsnr")]
        vmaf = [(frame, rounded(value)) for frame, value in without_first(read_vmaf(directory / f"{number}.vmaf"))]
        seen = without_first(read_vmaf(directory / f"{number}.viewed"))
        viewed = rounded(sum(value for _, value in seen) / len(seen)) if seen else None
        if vmaf and not viewed:
            viewed = summed([score for _, score in vmaf]).mean
        width, height = rendition.size
        quality = RenditionQuality(
            key=rendition.key,
            width=width,
            height=height,
            vmaf=summed([score for _, score in vmaf]) if vmaf else None,
            xpsnr=summed([score for _, score in xpsnr]),
            viewed_vmaf=viewed,
            worst=worst_frames(vmaf or xpsnr, self.comparing.frame_rate),
            measured=len(vmaf),
        )
        return quality, _as_json(vmaf, xpsnr)


def _as_json(vmaf: list[tuple[int, Fraction]], xpsnr: list[tuple[int, Fraction]]) -> bytes:
    said = {"vmaf": [[number, float(score)] for number, score in vmaf], "xpsnr": [float(score) for _, score in xpsnr]}
    return json.dumps(said, separators=(",", ":")).encode()


def _compared(made: Any, reference: Any, by: Filter) -> Any:
    return ffmpeg.filter([made, reference], by.name, **by.arguments).output("-", f="null")


def _copies(stream: Any, count: int) -> list[Any]:
    if count == 1:
        return [stream]
    split = stream.filter_multi_output("split", count)
    return [split[number] for number in range(count)]
