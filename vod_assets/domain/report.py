"""Reports: what a check measured, and what it found wrong."""

from typing import Self

from vod_assets.domain.documents import Document

MOST_FINDINGS = 50  # a package with one fault has it in every segment; a person reads the first few

Measured = int | str | bool


class ReportPart(Document):
    """Where a part of what was measured is kept."""

    asset: str
    recipe: str


class Report(Document):
    """The result of one check of one package.

    Attributes:
        check: ``hls_package.durations`` and the like.
        passed: Whether there are no findings.
        findings: One sentence each, naming variant, track, file and both numbers.
        measured: Figures worth a look whether or not it passed; no floats.
        parts: What it was put together from, so that it is kept as long as the report is.
    """

    check: str
    passed: bool
    findings: tuple[str, ...] = ()
    measured: dict[str, Measured] = {}
    parts: tuple[ReportPart, ...] = ()

    @classmethod
    def of(cls, check: str, findings: list[str], **measured: Measured) -> Self:
        """Return the report of a check that found this; it passes when it found nothing."""
        kept = findings[:MOST_FINDINGS]
        if len(findings) > len(kept):
            kept.append(f"and {len(findings) - len(kept)} more findings like these")
        return cls(check=check, passed=not findings, findings=tuple(kept), measured=measured)
