"""Renditions that transcoding services make, and what becomes of those that one of them could not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import dagster as dg

from vod_assets.defs.choosing_transcoders import Choosing, Way
from vod_assets.defs.making import Made, Result, Results
from vod_assets.defs.quotes import billed_facts
from vod_assets.domain.acceptance import warning
from vod_assets.domain.documents import plain
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.media_info import Finding
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.transcoders import FFMPEG
from vod_assets.ports.services import Asked, RemoteTranscoder, ServiceReport
from vod_assets.prices_file import house_prices
from vod_assets.settings import load_settings

# After these another transcoder goes on. A request that is refused is none of them: somebody has to act.
PASSED_ON = frozenset(
    {"service_unreachable", "service_busy", "service_failed", "service_stalled", "service_output_wrong"}
)
ByFfmpeg = Callable[[Sequence[Finding], Mapping[str, Recipe]], Results]


@dataclass(frozen=True)
class Serving:
    """Has rungs made by services, and by whoever is next when one cannot.

    Attributes:
        choosing: Who can.
        by_ffmpeg: Makes rungs on this machine.
        findings: What was said before.
    """

    choosing: Choosing
    by_ffmpeg: ByFfmpeg
    findings: tuple[Finding, ...] = ()

    def make(self, wanted: Mapping[str, Sequence[Way]]) -> Results:
        """Make rungs, each in the first of its ways; the jobs of different services one after the other."""
        groups: dict[str, dict[str, Sequence[Way]]] = {}
        for key, ways in wanted.items():
            groups.setdefault(ways[0].name, {})[key] = ways
        for name, rungs in groups.items():
            if name == FFMPEG:
                yield from self.by_ffmpeg(self.findings, {key: ways[0].recipe for key, ways in rungs.items()})
            else:
                yield from self._served(self.choosing.transcoders.services[name], rungs)

    def _served(self, service: RemoteTranscoder, rungs: Mapping[str, Sequence[Way]]) -> Results:
        try:
            yield from self._by(service, {key: ways[0].recipe for key, ways in rungs.items()})
        except RemoteError as error:
            left = {key: ways[1:] for key, ways in rungs.items()}
            if error.code not in PASSED_ON or not all(left.values()):
                raise
            by = ", ".join(dict.fromkeys(ways[0].name for ways in left.values()))
            cause = f"{', '.join(left)} made by {by}, for {service.name} did not: {error.cause} [{error.code}]"
            self.choosing.at.context.log.warning(cause)
            found = warning("transcoder_changed", cause)
            yield from replace(self, findings=(*self.findings, found)).make(left)

    def _by(self, service: RemoteTranscoder, recipes: Mapping[str, Recipe]) -> Iterator[Result]:
        at, encode = self.choosing.at, self.choosing.encode
        address = at.unchanged_source(encode.mezzanine, encode.sources)
        with ExitStack() as attempts:
            opened = {
                key: attempts.enter_context(at.artifacts.store.attempt(at.title, recipes[key])) for key in recipes
            }
            asked = Asked(
                title=at.title,
                source=address,
                sha256=encode.mezzanine.document["sha256"],
                local=lambda: at.source(encode.mezzanine, encode.sources),
                renditions=[self.choosing.spec(key) for key in recipes],
                recipes=[recipe.id for recipe in recipes.values()],
                folders=[attempt.directory for attempt in opened.values()],
            )
            report = service.make(asked, partial(at.reporter.progressed, at.title, at.name))
            at.unchanged_source(encode.mezzanine, encode.sources)
            made: dict[str, Made] = {}
            for key, attempt in opened.items():
                artifact = at.artifacts.maker.commit(attempt, plain(encode.described(key)))
                made[key] = Made(artifact, reused=False, seconds=report.wall_seconds)
        service.forget(asked)
        for key, one in made.items():
            yield at.result(one, partial(self._facts, key, one, report))

    def _facts(self, key: str, made: Made, report: ServiceReport) -> dict[str, Any]:
        document, seconds = made.artifact.document, self.choosing.encode.info.duration_seconds
        said = (*report.warnings, *(f"`{found.code}` {found.cause}" for found in self.findings))
        return {
            "size": f"{document['width']}x{document['height']}",
            "bitrate_kbps": round(float(made.artifact.size_bytes * 8 / seconds / 1000), 1),
            "transcoder": report.service,
            "job": report.job,
            "jobs_handed_in": report.handed_in,
            "billed": dg.MetadataValue.json(dict(report.billed.get(key, {}))),
            **billed_facts(house_prices(load_settings()), report.service, report.billed.get(key, {})),
            "service_wall_seconds": round(report.wall_seconds, 2),
            "check_cpu_seconds": round(report.cpu_seconds, 2),
            "findings": dg.MetadataValue.md("\n".join(f"- {line}" for line in said) or "none"),
        }
