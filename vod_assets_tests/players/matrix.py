"""The matrix of players: each player that can, with each scheme, by HLS and by DASH; a verdict for each column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vod_assets.settings import Settings
from vod_assets_tests.players.screen import COLUMNS, Screen
from vod_assets_tests.players.stage import Stage

PLAYERS = {"hlsjs": ("HLS",), "shaka": ("HLS", "DASH"), "dashjs": ("DASH",)}
SCHEMES = ("clear", "cenc", "cbcs")
OWN = {"mse": "this page", "native": "Chromium"}
UNABLE = {"native": {"switch", "audio", "subtitles"}}  # Chromium itself offers no choice of these


@dataclass(frozen=True)
class Row:
    """One player with one manifest; ``scheme`` is the variant's name."""

    engine: str
    scheme: str
    form: str

    def __str__(self) -> str:
        return f"{self.engine:7}{self.scheme:9}{self.form:5}"


@dataclass
class Verdicts:
    """What came of a row: a word for each column, and why for those that failed."""

    row: Row
    words: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


PLAYERS_FOLDER = Settings(_env_file=None).players_path
ROWS = (
    *(Row(engine, scheme, form) for engine, forms in PLAYERS.items() for form in forms for scheme in SCHEMES),
    *(Row(engine, "ondemand", form) for engine, forms in PLAYERS.items() for form in forms),  # cbcs in single files
    *(Row(engine, "ts", "HLS") for engine in ("hlsjs", "shaka")),  # MPEG-TS, clear
    *(Row(engine, "clear", "HLS") for engine in OWN),
)


def play(row: Row, stage: Stage, screen: Screen, photographs: Path) -> Verdicts:
    """Play a row through every column; a column that fails is photographed."""
    verdicts = Verdicts(row)
    screen.open(row.engine, stage.manifest(row.scheme, row.form))
    for column, act in COLUMNS.items():
        if column in UNABLE.get(row.engine, ()):
            verdicts.words[column] = "-"
            continue
        try:
            act(screen)
            verdicts.words[column] = "yes"
        except (AssertionError, TimeoutError, RuntimeError) as failure:
            verdicts.words[column] = "NO"
            photograph = photographs / f"{row.engine}-{row.scheme}-{row.form}-{column.replace(' ', '-')}.png"
            verdicts.reasons[column] = f"{failure} ({photograph})"
            screen.photograph(photograph)
            if column == "start":
                break  # nothing else can hold
    return verdicts


def table(all_verdicts: Iterable[Verdicts]) -> Iterator[str]:
    """Yield the lines of the table, and below it why cells failed."""
    yield " ".join([f"{'player variant  by':21}", *COLUMNS])
    reasons = []
    for verdicts in all_verdicts:
        cells = (f"{verdicts.words.get(column, ''):{len(column)}}" for column in COLUMNS)
        yield " ".join([f"{verdicts.row!s}", *cells])
        reasons += [f"{verdicts.row}: {column}: {why}" for column, why in verdicts.reasons.items()]
    yield from reasons
