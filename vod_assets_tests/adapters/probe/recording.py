"""Records what the prober is told of a source, without a byte of it, and plays it again.

``python -m vod_assets_tests.adapters.probe.recording kind=FILE ...`` writes into ``recorded/``.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vod_assets.adapters.probe.boxes import BoxFacts, look_at_boxes
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.probe.measured import Source
from vod_assets.adapters.probe.scan import Scan, span_of
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.tools import Tools
from vod_assets.domain.containers import MENDS_JUMPS, container_of
from vod_assets.ports import ToolResult
from vod_assets.settings import Settings

RECORDED = Path(__file__).parent / "recorded"
KEPT_PACKETS = {"video": 120}
KEPT_ELSEWHERE = 3
KEPT_TAGS = frozenset({"language", "title", "timecode"})
DROPPED = frozenset({"filename", "extradata_size", "bit_rate", "codec_long_name", "initial_padding", "probe_score"})


@dataclass
class Recorder:
    """Runs tools, and keeps what ffprobe answers."""

    header: Any = None
    frame: Any = field(default_factory=dict)
    packets: list[str] = field(default_factory=list)

    def run(self, argv: Sequence[str], **options: Any) -> ToolResult:
        """Run a tool; see `vod_assets.ports.ToolRunner`."""
        if "-show_streams" in argv:
            result = SupervisedRunner().run(argv, **options)
            self.header = json.loads(result.stdout)
            return result
        if any(word.startswith("packet=") for word in argv):
            told = options.pop("on_line")
            return SupervisedRunner().run(argv, on_line=lambda line: self._take(line, told), **options)
        result = SupervisedRunner().run(argv, **options)
        if any(word.startswith("frame=") for word in argv):
            self.frame = next(iter(json.loads(result.stdout).get("frames", ())), {})
        return result

    def _take(self, line: str, told: Any) -> None:
        self.packets.append(line)
        told(line)


def record(source: Path) -> dict[str, Any]:
    """Return the answers about a file; names of people, machines and places are left out."""
    recorder = Recorder()
    FfprobeProber(Tools.from_settings(Settings()), recorder).inspect(source)
    kinds = {str(raw["index"]): raw.get("codec_type", "") for raw in recorder.header["streams"]}
    seen: Counter[str] = Counter()
    packets = []
    for line in recorder.packets:
        stream = line.partition(",")[0]
        seen[stream] += 1
        packets += [line] if seen[stream] <= KEPT_PACKETS.get(kinds.get(stream, ""), KEPT_ELSEWHERE) else []
    return {
        "size_bytes": source.stat().st_size,
        "boxes": asdict(look_at_boxes(source)),
        "header": _plain(recorder.header),
        "first_frame": _plain(recorder.frame),
        "packets": packets,
    }


def replay(recording: Path) -> Source:
    """Return a recorded source, without glimpses of its pictures."""
    told = json.loads(recording.read_text())
    header = told["header"]
    mends = container_of(header["format"]["format_name"]) in MENDS_JUMPS
    scan = Scan({raw["index"]: span_of(raw, mends_jumps=mends) for raw in header["streams"]})
    for line in told["packets"]:
        scan.read(line)
    boxes = BoxFacts(**told["boxes"])
    return Source(recording.stem, told["size_bytes"], header, scan.finish(), boxes, first_frame=told["first_frame"])


def _plain(told: Any) -> Any:
    if isinstance(told, list):
        return [_plain(one) for one in told]
    if not isinstance(told, dict):
        return told
    kept = {name: _plain(value) for name, value in told.items() if name not in DROPPED}
    if "tags" in kept:
        kept["tags"] = {name: value for name, value in kept["tags"].items() if name.lower() in KEPT_TAGS}
    if "disposition" in kept:
        kept["disposition"] = {name: value for name, value in kept["disposition"].items() if value}
    return kept


def _write(kind: str, source: Path) -> None:
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{kind}.json").write_text(json.dumps(record(source), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        kind, _, file = argument.partition("=")
        _write(kind, Path(file))
