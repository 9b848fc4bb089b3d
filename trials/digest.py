"""A backfill over titles that all fail, through Dagster's daemon: people get one digest, and machines each event.

Called as ``python -m trials.digest [--titles 12]``. The titles were registered whole; then their sources became text.
It fails when people are told of a title by itself, or when what they or the machine are told leaves one out.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from vod_assets.defs.backfills import standing
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.servers.receiver import Received, http_receiver
from vod_assets_tests.studio import Studio, film, wait_until

PATIENCE_SECONDS = 900.0
FINISHED = {"done", "done with failures", "failed"}


def main() -> int:
    """Run the trial, and return 0 when people were told once and machines of everything."""
    parser = argparse.ArgumentParser(prog="python -m trials.digest", description=__doc__)
    parser.add_argument("--titles", type=int, default=12)
    count = parser.parse_args().titles
    with TemporaryDirectory(prefix="digest-") as folder, http_receiver() as receiver:
        studio = Studio.make(Path(folder) / "house")
        sources = [studio.folder / f"title-{number:02}.mp4" for number in range(count)]
        made = film(Path(folder)).read_bytes()
        for number, source in enumerate(sources):
            source.write_bytes(made + (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big"))
        (studio.folder / "list.csv").write_text("\n".join(["source", *(one.name for one in sources), ""]))
        channels = [
            {"name": "people", "address": f"json://127.0.0.1:{receiver.port}/people"},
            {"name": "machine", "webhook": receiver.url("/machine")},
        ]
        (studio.folder / "notify.yaml").write_text(yaml.safe_dump({"channels": channels}))
        with (studio.folder / ".env").open("a") as settings:
            settings.write("VOD_NOTIFY=notify.yaml\n")
        without_waiting(studio, runs_at_once=2)
        imported = studio.vod("titles", "import", studio.folder / "list.csv")
        if imported.code:
            sys.exit(imported.stderr)
        for source in sources:
            source.write_text("This was a film.")
        with deployed(studio, Path(folder) / "daemon.log", with_ui=False), studio.session() as session:
            began = json.loads(studio.vod("backfill", "--json").stdout)["backfill"]
            wait_until(lambda: standing(session.instance, began).state in FINISHED, PATIENCE_SECONDS)
            print(f"{count} titles: the backfill is {standing(session.instance, began).state}", flush=True)
            wait_until(lambda: len(told(receiver.requests, "/machine")) >= count, PATIENCE_SECONDS)
            wait_until(lambda: len(told(receiver.requests, "/people")) > 0, PATIENCE_SECONDS)
        return judged(receiver.requests, count)


def told(requests: list[Received], path: str) -> list[dict[str, Any]]:
    """Return what came there."""
    return [json.loads(one.body) for one in requests if one.path == path]


def judged(requests: list[Received], count: int) -> int:
    """Print what came, and return whether that is wrong."""
    people, machine = told(requests, "/people"), told(requests, "/machine")
    kinds = sorted({str(one["type"]) for one in machine})
    print(f"people were told {len(people)} times: {[one['title'] for one in people]}")
    print(people[0]["message"])
    print(f"the machine was told {len(machine)} times: {', '.join(kinds)}")
    titles = {f"title-{number:02}" for number in range(count)}
    is_told = len(people) == 1 and all(title in people[0]["message"] for title in sorted(titles)[:3])
    return int(not is_told or {one["data"]["title"] for one in machine if one["data"].get("title")} != titles)


if __name__ == "__main__":
    sys.exit(main())
