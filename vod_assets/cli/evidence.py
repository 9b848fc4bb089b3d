"""What is known of one title, gathered into a pack: nothing is changed, and no media and no secret are in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vod_assets.cli.session import Session

if TYPE_CHECKING:
    from vod_assets.domain.release import Release
    from vod_assets.explaining import Explainer
    from vod_assets.ports.artifacts import Provenance

UNTOLD = {"callback"}  # of the title's record: it may hold a secret


def write_evidence(session: Session, title: str, target: Path) -> int:
    """Write the pack of a title, and return how many files are in it.

    Raises:
        ConfigError: ``unknown_title``.
    """
    from vod_assets.cli.titles import unknown
    from vod_assets.evidence_pack import index_page, write_pack
    from vod_assets.known_secrets import redactor_of

    if (record := session.store.record(title)) is None:
        raise unknown(session, title)
    redact = redactor_of(session.settings)
    files: dict[str, bytes] = {}
    for name, said in _files(session, title):
        clean = redact(said.decode("utf-8", errors="replace")).encode()
        files[name if clean == said else f"{name}.redacted" if name.startswith("manifests/") else name] = clean
    problems, runs = _verified(session, title, files), _runs_of(files)
    facts = {
        "source": redact(record.source),
        "profile": record.profile,
        "releases": ", ".join(map(str, sorted(session.origin.releases(title)))) or "none",
        "runs": str(len(runs)),
        "vod verify": f"{problems} problems" if problems else "all is well",
    }
    files["index.html"] = index_page(title, facts, runs, files)
    write_pack(target, files)
    return len(files)


def _files(session: Session, title: str) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the pack but its page: its name, and its text."""
    from vod_assets.adapters.tool_versions import known_versions
    from vod_assets.cli.plan import as_object
    from vod_assets.cli.planning import planned
    from vod_assets.domain.selecting import Asked
    from vod_assets.evidence_pack import as_json

    record = session.store.record(title)
    yield "record.json", as_json(record.model_dump(mode="json", exclude=UNTOLD) if record else {})
    yield "plan.json", as_json([_sorted(as_object(one)) for one in planned(session, [title], Asked())])
    yield "refusal.json", as_json(session.store.refusals().get(title, {}))
    yield "tools.json", as_json(known_versions(session.settings.home_path / "cache"))
    yield "publications.json", as_json(_publications(session, title))
    yield "notices.json", as_json(_notices(session, title))
    yield from _runs(session, title)
    yield from _artifacts(session, title)
    yield from _releases(session, title)


def _sorted(plan: dict[str, Any]) -> dict[str, Any]:
    """Return a plan whose lists are in one order; a planner says them in any."""
    return {name: sorted(said) if isinstance(said, list) else said for name, said in plan.items()}


def _runs(session: Session, title: str) -> Iterator[tuple[str, bytes]]:
    from vod_assets.defs.run_evidence import checks_of, runs_of
    from vod_assets.evidence_pack import as_json, as_lines

    found = runs_of(session.instance, title)
    for run, events in found:
        yield f"runs/{run['run']}/run.json", as_json(run)
        yield f"runs/{run['run']}/events.jsonl", as_lines(events)
    record = session.store.record(title)
    judged = checks_of(event for _, events in found for event in events)
    waivers = [one.model_dump(mode="json") for one in record.waivers] if record else []
    yield "checks.json", as_json({"last_results": judged, "waivers": waivers})


def _artifacts(session: Session, title: str) -> Iterator[tuple[str, bytes]]:
    """Yield recipe and artifact of each asset as it is now, and of what it is an index of; and what was measured."""
    from vod_assets.evidence_pack import as_json

    seen = set[tuple[str, str]]()
    latest = (session.store.latest(title, asset) for asset in session.store.assets(title))
    wanted = [(one.asset, one.recipe) for one in latest if one is not None]
    while wanted:
        asset, recipe = wanted.pop()
        made = session.store.provenance(title, asset, recipe) if (asset, recipe) not in seen else None
        seen.add((asset, recipe))
        if made is not None:
            wanted += [(entry.asset, entry.recipe) for entry in made.artifact.entries]
            yield f"artifacts/{asset}/{recipe}.json", as_json(_described(made))
            if asset in ("quality_control", "quality_report") and not made.artifact.empty:
                yield f"{asset}.json", as_json(made.artifact.document)


def _described(made: "Provenance") -> dict[str, Any]:
    artifact = made.artifact.model_dump(mode="json")
    return {"artifact": artifact | {"digest": made.artifact.digest}, "recipe": made.recipe, "run": made.run}


def _releases(session: Session, title: str) -> Iterator[tuple[str, bytes]]:
    """Yield each release, its manifests, and where every file of it comes from."""
    from vod_assets.adapters.tool_versions import known_versions
    from vod_assets.domain.release import RELEASE_FILE, read_release
    from vod_assets.evidence_pack import as_lines
    from vod_assets.explaining import Explainer

    versions = known_versions(session.settings.home_path / "cache")
    explainer = Explainer(session.store, session.origin, session.cms, versions)
    for number in sorted(session.origin.releases(title)):
        text = session.origin.read(title, f"releases/{number}/{RELEASE_FILE}")
        if text is None:
            continue
        release = read_release(text, title)
        yield f"releases/{number}/{RELEASE_FILE}", text
        yield f"releases/{number}/lineage.jsonl", as_lines(_lineage(explainer, release))
        for file in release.manifests:
            manifest = session.origin.read(title, release.below_title(file.path))
            if manifest is not None:
                yield f"manifests/{number}/{file.path}", manifest


def _lineage(explainer: "Explainer", release: "Release") -> Iterator[dict[str, Any]]:
    """Yield where each manifest comes from, and each track with all of its files."""
    from vod_assets.domain.release import unique_tracks
    from vod_assets.published_addresses import Named

    for file in release.manifests:
        path = release.below_title(file.path)
        yield explainer.explain(path, Named(release.title, path)).model_dump(mode="json")
    for track in unique_tracks(release.tracks):
        path = track.path(track.files[0].path)
        said = explainer.explain(path, Named(release.title, path)).model_dump(mode="json")
        yield said | {"files": [one.model_dump(mode="json") for one in track.files]}


def _publications(session: Session, title: str) -> dict[str, Any]:
    versions = {number: session.cms.version(title, number) for number in session.cms.versions(title)}
    return {"entry": session.cms.entry(title), "versions": versions}


def _notices(session: Session, title: str) -> list[dict[str, Any]]:
    letters = [*session.post.waiting(), *session.post.dead()]
    own = sorted((one for one in letters if one.event.title == title), key=lambda one: (one.event.at, one.event.id))
    return [
        {"channel": one.channel, "tries": one.tries, **one.event.model_dump(mode="json", exclude=UNTOLD)} for one in own
    ]


def _verified(session: Session, title: str, files: dict[str, bytes]) -> int:
    """Add what `vod verify` says, and return how many problems it found."""
    from vod_assets.cli.verify import end_state
    from vod_assets.domain.problems import as_json

    state = end_state(session)
    problems = state.check_title(title)
    files["verify.json"] = as_json(problems, [title], state.files_checked).encode()
    return len(problems)


def _runs_of(files: dict[str, bytes]) -> list[dict[str, Any]]:
    import json

    runs = [json.loads(text) for name, text in files.items() if name.endswith("/run.json")]
    return sorted(runs, key=lambda run: (run["created"], run["run"]))
