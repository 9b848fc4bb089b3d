"""Defects injected one by one into a title, and whether any selection publishes one.

Called as ``python -m trials.defects [NAME …] [--clean [CLIP …]]``. A title of two rungs, clear and ``cbcs``, with
captions, thumbnails and every check required, is made once; each defect begins with a copy of that. What is at the
origin and in the CMS is taken away, the defect is put in, and the title is asked for in every way that there is. It
fails when a file with the defect, or a title that has it, can be fetched afterwards.

Three kinds: ``made`` is a tool's or our own mistake, in the artifact with its digests, found by checks alone;
``rotten`` are other bytes than the store's manifest says; ``told`` are results of checks, sources and people's words.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.errors import DagsterUnknownPartitionError  # no public name in 1.13

from trials.clean import titles
from trials.defective import DEFECTS, OLDER, Defect, House, Injected
from vod_assets.definitions import build_definitions
from vod_assets.defs.resources import resource_definitions
from vod_assets.domain.quality_control import CHECKS
from vod_assets_tests.studio import Studio, film

WAYS = ("dagster", "release,cms_entry", "cms_entry", "+key:cms_entry", "*", "publish")
ORDERS = {  # they make nothing, and show what was published
    "approve": ("approve", "film", "--every", "--by", "mk"),
    "schedule": ("schedule", "--apply"),
    "lift": ("takedown", "film", "--lift"),
    "rollback": ("rollback", "film", "1"),
    "forward": ("rollback", "film", "2"),
    "publish_older": ("task", "publish", OLDER, "--json"),
}
MENDED, NOTHING = "mended", "shows nothing"
PUBLISHED = "PUBLISHED"


def demanding(profile: dict[str, Any]) -> None:
    """Have a profile ask for two variants, captions, and every check."""
    profile["variants"].append({"name": "cbcs", "scheme": "cbcs", "codecs": ["h264"], "systems": ["widevine"]})
    profile["quality_control"] = {name: {"longest_seconds": 1} for name in ("black", "freeze", "silence")}
    profile["loudness"] = {"standard": "ebu_r128"}
    profile["quality"] = {"floor_vmaf": 60}
    profile["require_captions"] = ["en"]
    checks = [f"quality_control.{name}" for name in CHECKS]
    profile["required_checks"] += ["hls_package.captions", "quality_report.floor", *checks]


def ask(studio: Studio, way: str) -> str:
    """Ask for a title in one way, and return ``ok`` or the code that it was refused with."""
    if way == "dagster":
        return "ok" if launched(studio) else "refused"
    if way in ORDERS:
        given = studio.vod(*ORDERS[way])
        code = re.search(r"\[(\w+)\]", given.stdout + given.stderr)
        return code[1] if code else NOTHING
    ended = studio.vod("task", "publish", "film", "--json") if way == "publish" else studio.run(*selection(way))
    if ended.code == 0:
        return "ok"
    return str((ended.outcome.get("error") or {}).get("code", "failed"))


def selection(way: str) -> tuple[str, ...]:
    return () if way == "*" else ("--select", way)


def launched(studio: Studio) -> bool:
    """Materialise both publishing assets without any check, as Dagster's own UI can."""
    with studio.session() as session:
        definitions = build_definitions(session.settings)
        try:
            result = dg.materialize(
                [*(definitions.assets or ()), *(definitions.asset_checks or ())],  # type: ignore[list-item]
                selection=dg.AssetSelection.assets("release", "cms_entry").without_checks(),
                partition_key="film",
                instance=session.instance,
                resources=resource_definitions(session.settings),
                raise_on_error=False,
            )
        except DagsterUnknownPartitionError:
            return False
    return bool(result.success)


def is_published(studio: Studio, injected: Injected) -> bool:
    """Whether anybody can fetch the defect: the title at all, a file that has it, or one that is not as released."""
    origin = studio.home / "origin" / "film"
    releases = sorted(origin.glob("releases/*/release.json"))
    entry = studio.home / "cms" / "titles" / "film.json"
    if not releases or injected.never:
        return entry.exists() or bool(releases and not injected.is_released)
    for document in releases:
        said = json.loads(document.read_bytes())
        named = {f"releases/{said['number']}/{one['path']}": one["sha256"] for one in said["manifests"]}
        for track in said["tracks"]:
            named |= {f"tracks/{track['digest']}/{one['path']}": one["sha256"] for one in track["files"]}
        digests = {track["digest"] for track in said["tracks"]} | set(named.values())
        if digests & injected.digests or any(_sha256(origin / path) != sha256 for path, sha256 in named.items()):
            return True
    return False


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@dataclass
class Trial:
    """A title that was made once, and what became of each defect."""

    folder: Path
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def begin(self) -> None:
        """Make the sound title."""
        source = self.folder / "source"
        source.mkdir()
        self.studio = Studio.make(self.folder / "studio", film(source))
        self.studio.edit_profile(demanding)
        made = self.studio.run()
        if made.code:
            sys.exit(f"the sound title is refused: {made.stdout}")
        shutil.copytree(self.studio.folder, self.folder / "snapshot")

    def inject(self, name: str, defect: Defect) -> bool:
        """Put one defect in, ask in every way, and return whether it was kept away from viewers."""
        shutil.rmtree(self.studio.folder)
        shutil.copytree(self.folder / "snapshot", self.studio.folder)
        shutil.rmtree(self.studio.home / "cms")
        if not defect.after_release:
            shutil.rmtree(self.studio.home / "origin")
        injected = defect.put_in(House(self.studio))
        self.rows[name] = {}
        for way in defect.ways or WAYS:
            said = ask(self.studio, way)
            if is_published(self.studio, injected):
                self.rows[name][way] = PUBLISHED
                return False
            self.rows[name][way] = MENDED if said == "ok" else said
            if said == "ok":
                break  # what was broken was made anew, and is sound
        return True


def clean(folder: Path, clips: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the name of each sound clip, and why it is refused; empty: it is published."""
    for number, clip in enumerate(clips):
        studio = Studio.make(folder / f"clean{number}", clip)
        studio.edit_profile(sound)
        ended = studio.vod("run-workflow", clip, "--json")
        refused = (ended.outcome.get("error") or {}).get("message", ended.stdout) if ended.code else ""
        yield clip.name, refused
        shutil.rmtree(studio.folder)


def sound(profile: dict[str, Any]) -> None:
    """Ask for every check, by the limits that hold where a profile says nothing; a clip may have no captions."""
    demanding(profile)
    profile |= {"require_captions": False, "quality_control": {}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the defects that are named, or all, and print a row for each."""
    parser = argparse.ArgumentParser(prog="python -m trials.defects")
    parser.add_argument("names", nargs="*", help="defects; all when none is named")
    parser.add_argument("--clean", nargs="*", type=Path, help="sound clips that must be published; none: trials.clean")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="defects-") as folder:
        trial = Trial(Path(folder))
        chosen = {name: DEFECTS[name] for name in asked.names} if asked.names else DEFECTS
        chosen = {} if asked.clean is not None and not asked.names else chosen
        if chosen:
            trial.begin()
        kept = 0
        for name, defect in chosen.items():
            is_kept = trial.inject(name, defect)
            kept += is_kept
            said = ", ".join(f"{way}: {word}" for way, word in trial.rows[name].items())
            print(f"{'' if is_kept else '!! '}{name} ({defect.kind}): {said}", flush=True)
        published, alarms = look_at(clean(Path(folder), clips_of(asked.clean, Path(folder))))
    refused = f"{published} clean clips published, {alarms} refused; {time.monotonic() - began:.0f} s"
    print(f"{len(chosen)} defects, {kept} kept away; {refused}")
    return 0 if kept == len(chosen) and alarms <= (published + alarms) // 50 else 1


def clips_of(named: Sequence[Path] | None, folder: Path) -> Iterable[Path]:
    """Return the sound clips to be tried: none, those that are named, or those of `trials.clean`."""
    if named is None:
        return ()
    return named or titles(Path(os.environ["VOD_CORPUS"]), folder)


def look_at(outcomes: Iterator[tuple[str, str]]) -> tuple[int, int]:
    """Print what came of each sound clip; return how many are published, and how many are refused."""
    published = alarms = 0
    for name, refused in outcomes:
        print(f"!! {name} is refused: {refused}" if refused else f"{name} is published", flush=True)
        published, alarms = published + (not refused), alarms + bool(refused)
    return published, alarms


if __name__ == "__main__":
    sys.exit(main())
