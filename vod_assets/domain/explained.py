"""What is known of a published file: where it comes from, who made it, and what judged it."""

from collections.abc import Iterator

from vod_assets.domain.documents import Document

UNKNOWN = "unknown"


class ToolBuild(Document):
    """A tool that had a part in it; ``version`` is empty where this machine never asked that build."""

    name: str
    build: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version or UNKNOWN} ({self.build[:12]})"


class Runs(Document):
    """The Dagster runs that made it, by what they did; empty: not known."""

    released: str = ""
    packaged: str = ""
    encoded: str = ""


class Explained(Document):
    """A published file.

    Attributes:
        address: As it was asked for.
        path: Below the title at an origin.
        releases: Numbers of the releases that carry it.
        shown_release: The release that the CMS entry points at; 0: none.
        is_shown: Whether viewers see it now.
        status: What the CMS entry says of the title now; empty: there is no entry.
        delivered: Of a file at a repackager, the release that was delivered; ``path`` is its path in the delivery.
        delivered_to: The repackagers that got the release with its publication.
        gone: Why its release is not at the origin any more; empty: it is there.
        sha256: As it was released; empty for what says so of others: ``release.json``.
        track: What manifests call it, by variant: ``clear/h264_1080p``; of a manifest, the tracks that it plays.
        asset: The asset that made the file, and its recipe.
        rendition: The asset that a track was packaged from, and its recipe; of a media playlist, its track's.
        tools: That made one of both; of a manifest, that made what it plays.
        checks: What each required check came to when it was released, by its name.
        scheme: How it is encrypted; ``none``.
        source: Name of the title's source.
        unknown: What could not be found out, and why.
    """

    address: str
    title: str
    path: str
    kind: str = ""
    releases: tuple[int, ...] = ()
    shown_release: int = 0
    is_shown: bool = False
    status: str = ""
    gone: str = ""
    delivered: int = 0
    delivered_to: tuple[str, ...] = ()
    size_bytes: int = 0
    sha256: str = ""
    track: tuple[str, ...] = ()
    track_digest: str = ""
    codecs: str = ""
    language: str = ""
    asset: str = ""
    recipe: str = ""
    rendition: str = ""
    rendition_recipe: str = ""
    profile: str = ""
    tools: tuple[ToolBuild, ...] = ()
    source: str = ""
    source_sha256: str = ""
    runs: Runs = Runs()
    checks: dict[str, str] = {}
    scheme: str = "none"
    kid: str = ""
    track_class: str = ""
    unknown: str = ""

    def lines(self) -> Iterator[str]:
        """Yield what a person reads, a fact a line."""
        for name, said in self._said():
            yield f"{name:<12}{said or UNKNOWN}"
        for check, verdict in self.checks.items():
            yield f"{'check':<12}{check}: {verdict}"
        if self.unknown:
            yield f"{'unknown':<12}{self.unknown}"

    def _said(self) -> Iterator[tuple[str, str]]:
        numbers = ", ".join(map(str, self.releases))
        yield "title", self.title
        yield "file", f"{self.path}, {self.size_bytes} bytes, {self.sha256[:12]}" if self.sha256 else self.path
        yield "release", f"{numbers} ({self._seen_by_viewers()})"
        if self.delivered or self.delivered_to:
            names = ", ".join(self.delivered_to)
            yield "delivered", f"release {self.delivered}" if self.delivered else f"to {names}"
        if self.gone:
            yield "lies", f"not where it was: {self.gone}"
        if self.kind or self.track:
            words = (self.kind, ", ".join(self.track), self.codecs, "" if self.language == "und" else self.language)
            yield "track", " ".join(word for word in words if word)
        if self.rendition:
            yield "rendition", f"{self.rendition}, recipe {self.rendition_recipe[:12] or UNKNOWN}"
        yield "made by", f"{self.asset}, recipe {self.recipe[:12]}" if self.recipe else ""
        yield "tools", ", ".join(map(str, self.tools)) or ("" if self.unknown else "none")
        yield "source", f"{self.source or UNKNOWN}, SHA-256 {self.source_sha256[:12]}" if self.source_sha256 else ""
        yield "runs", ", ".join(f"{did} by {run[:8]}" for did, run in self.runs.model_dump().items() if run)
        yield "encrypted", f"{self.scheme}, key id {self.kid} ({self.track_class})" if self.kid else self.scheme

    def _seen_by_viewers(self) -> str:
        if self.is_shown:
            return "viewers see it now"
        shown = f"the entry shows release {self.shown_release}" if self.shown_release else "nothing is published"
        return f"viewers do not see it: {shown}" + (f", {self.status}" if self.status else "")
