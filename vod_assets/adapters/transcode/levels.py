"""Measuring sound with FFmpeg: all sounds of a file in one process, each decoded once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg
from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.ffmpeg.programme import chained
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.sound import merged
from vod_assets.domain.acceptance import judge_audio_decode, judge_failed_decode
from vod_assets.domain.audio_channels import Layout
from vod_assets.domain.audio_levels import (
    MOST_SILENCES,
    SHORTEST_SILENCE_SECONDS,
    SILENCE_DB,
    AudioLevels,
    ChannelLevels,
    Loudness,
    Silence,
    SoundLevels,
)
from vod_assets.domain.audio_rendition import SoundPlan, clock_filters, length_filters, level_filters
from vod_assets.domain.errors import ToolError
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.ports import Limits, ToolRunner

_LINE = re.compile(r"^\[(?:Parsed_)?(\w+)@(\w+) @ [^\]]*\] (?:\[\w+\] )?(.*)$")
_FIGURE = re.compile(r"^\s*([A-Za-z][A-Za-z ]*):\s*(\S+)")
_LOUDNESS = {"I": "integrated_lufs", "LRA": "range_lu", "Peak": "true_peak_dbtp"}  # there is no other peak
_CHANNEL = {
    "Peak level dB": "peak_dbfs",
    "RMS level dB": "rms_dbfs",
    "Flat factor": "flat_factor",
    "Peak count": "peak_count",
}
NOWHERE = {  # as the meters hand it on: nothing is converted for nobody, and no graph's threads wait for each other
    "format": "null",
    "c:a": "pcm_f64le",
    "filter_complex_threads": 1,
}
QUIETEST_LUFS = Fraction(-70)  # the absolute gate: what is below is no programme


@dataclass
class Meters:
    """What the filters of one process have said, by the names that they were given."""

    figures: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    channels: dict[str, list[dict[str, Fraction]]] = field(default_factory=dict)
    silences: dict[str, list[tuple[Fraction, Fraction | None]]] = field(default_factory=dict)
    _current: tuple[str, str] = ("", "")

    def read(self, line: str) -> None:
        """Take one line of standard error."""
        said = _LINE.match(line)
        if said:
            kind, name, text = said.groups()
            self._current = (kind, name)
            if kind == "astats":
                self._channel(name, text)
            elif kind == "silencedetect":
                self._silence(name, text)
        elif self._current[0] == "ebur128":
            self._figure(self._current[1], line)

    def _figure(self, name: str, line: str) -> None:
        figures = self.figures.setdefault(name, {})
        found = _FIGURE.match(line.strip())
        if found and found[1] in _LOUDNESS:
            _put(figures, _LOUDNESS[found[1]], found[2])

    def _channel(self, name: str, text: str) -> None:
        channels = self.channels.setdefault(name, [])
        found = _FIGURE.match(text)
        if found and found[1] == "Channel":
            channels.append({})
        elif found and found[1] in _CHANNEL and channels:
            _put(channels[-1], _CHANNEL[found[1]], found[2])

    def _silence(self, name: str, text: str) -> None:
        found, silences = dict(re.findall(r"silence_(\w+): (\S+)", text)), self.silences.setdefault(name, [])
        if "start" in found and len(silences) < MOST_SILENCES:
            silences.append((max(Fraction(0), Fraction(found["start"])), None))
        if "end" in found and silences and silences[-1][1] is None:
            silences[-1] = (silences[-1][0], Fraction(found["end"]))


def _put(figures: dict[str, Fraction], name: str, text: str) -> None:
    """Keep a figure; ``-inf`` and ``nan`` are none."""
    try:
        figures[name] = round(Fraction(text), 2)
    except ValueError:
        return


class LevelMeter:
    """Measures sounds with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner

    def measure(self, source: Path, info: MediaInfo, plans: Mapping[str, Sequence[SoundPlan]]) -> AudioLevels:
        """Measure all sounds; see `vod_assets.ports.Transcoder`."""
        if not plans:
            return AudioLevels(seconds=info.duration_seconds)
        counter, meters, progress = DecodeCounter(0 if info.timeline else None), Meters(), ProgressReader()

        def read(line: str) -> None:
            counter.read(line)
            meters.read(line)

        streams = {one.index: one for several in plans.values() for one in several[0].sound.streams}
        try:
            self.runner.run(
                self.command(source, info, plans),
                limits=Limits(stall_seconds=STALL_SECONDS),
                on_line=progress.read,
                on_error_line=read,
                pulse=progress.advance,
            )
        except ToolError as error:
            raise judge_failed_decode(error, min(streams), counter.counts, source.name) from error
        for stream in streams.values() if info.timeline is None else ():  # else all of them are counted as one
            judge_audio_decode(stream, counter.counts, source.name)
        sounds = [_levels(name, number, several, meters, info) for number, (name, several) in enumerate(plans.items())]
        return AudioLevels(sounds=tuple(sounds), seconds=info.duration_seconds)

    def command(self, source: Path, info: MediaInfo, plans: Mapping[str, Sequence[SoundPlan]]) -> list[str]:
        """Return the command line that measures all sounds; each filter is named after its sound and layout."""
        shared = _shared_streams(source, info, plans)
        outputs = []
        for number, several in enumerate(plans.values()):
            parts = [
                chained(shared[one.index].pop(), clock_filters(info.video, several[0].preset.sample_rate))
                for one in several[0].sound.streams
            ]
            whole = chained(merged(parts, info), length_filters(info.video))
            whole = whole.filter(f"silencedetect@s{number}", noise=f"{SILENCE_DB}dB", duration=SHORTEST_SILENCE_SECONDS)
            copies = whole.filter_multi_output("asplit", len(several)) if len(several) > 1 else [whole]
            for place, plan in enumerate(several):
                mixed = chained(copies[place], level_filters(plan))
                meter = mixed.filter(
                    f"ebur128@l{number}x{place}",
                    peak="true",
                    framelog="quiet",
                    dualmono="true" if plan.layout == "mono" else "false",
                )
                outputs.append(meter.output("-", **NOWHERE))
        return compile_ffmpeg(self.tools.ffmpeg, outputs, progress=True, verbosity="level+verbose")


def _shared_streams(source: Path, info: MediaInfo, plans: Mapping[str, Sequence[SoundPlan]]) -> dict[int, list[Any]]:
    """Return as many copies of each stream as sounds are made of it, behind the meter of its channels."""
    used = [stream for several in plans.values() for stream in several[0].sound.streams]
    found: dict[int, list[Any]] = {}
    for stream in dict.fromkeys(used):
        metered = programme.sound(source, info, stream).filter(
            f"astats@c{stream.index}",
            measure_perchannel="+".join(("Peak_level", "RMS_level", "Flat_factor", "Peak_count")),
            measure_overall="none",
        )
        count = used.count(stream)
        copies = metered.filter_multi_output("asplit", count) if count > 1 else None
        found[stream.index] = [copies[place] for place in range(count)] if copies else [metered]
    return found


def _levels(name: str, number: int, plans: Sequence[SoundPlan], meters: Meters, info: MediaInfo) -> SoundLevels:
    sound = plans[0].sound
    silences = meters.silences.get(f"s{number}", [])
    return SoundLevels(
        name=name,
        language=sound.stream.language,
        loudness=tuple(
            _loudness(plan.layout, meters.figures.get(f"l{number}x{place}", {})) for place, plan in enumerate(plans)
        ),
        channels=tuple(_channels(sound.streams, sound.positions, meters)),
        silences=tuple(
            Silence(start_seconds=start, end_seconds=info.duration_seconds if end is None else end)
            for start, end in silences
        ),
    )


def _loudness(layout: Layout, figures: Mapping[str, Fraction]) -> Loudness:
    if figures.get("integrated_lufs", QUIETEST_LUFS) <= QUIETEST_LUFS:
        return Loudness(layout=layout)
    return Loudness(layout=layout, **figures)


def _channels(streams: Sequence[AudioStream], positions: Sequence[str], meters: Meters) -> Iterator[ChannelLevels]:
    places = iter(positions)
    for stream in streams:
        for number, figures in enumerate(meters.channels.get(f"c{stream.index}", []), start=1):
            said = {name: level for name, level in figures.items() if name != "peak_count"}
            count, position = int(figures.get("peak_count", 0)), next(places, "")
            yield ChannelLevels(stream=stream.index, channel=number, position=position, peak_count=count, **said)
