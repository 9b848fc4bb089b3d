"""Evidence packs: what is known of one title, as a zip whose bytes depend on nothing but what it says."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from vod_assets.domain.report_rows import shown

EARLIEST = (1980, 1, 1, 0, 0, 0)  # of the times that a zip can hold
PLAIN_FILE = 0o100644 << 16


def as_json(said: object) -> bytes:
    """Return a document as JSON that a person can read, and that is the same for the same document."""
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode()


def as_lines(said: Iterable[object]) -> bytes:
    """Return documents as JSON, one a line."""
    return "".join(f"{json.dumps(one, ensure_ascii=False, sort_keys=True, default=str)}\n" for one in said).encode()


def write_pack(target: Path, files: Mapping[str, bytes]) -> None:
    """Write the zip, its files in the order of their names; nobody meets half of it."""
    draft = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as pack:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, EARLIEST)
                entry.external_attr, entry.create_system = PLAIN_FILE, 3  # Unix, wherever it is written
                pack.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def index_page(title: str, facts: Mapping[str, str], runs: Iterable[Mapping[str, Any]], names: Iterable[str]) -> bytes:
    """Return the page that a pack begins with: what the title is, its runs, and every file of the pack."""
    environment = Environment(loader=PackageLoader("vod_assets", "data"), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("evidence.html.j2").render(
        title=title,
        facts={name: shown(value) for name, value in facts.items()},
        runs=[{name: shown(str(value)) for name, value in run.items()} for run in runs],
        names=sorted(names),
    )
    return page.encode()
