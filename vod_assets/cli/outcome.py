"""How a command ends: exit codes, and the one JSON object of ``--json``."""

from dataclasses import dataclass, field
from typing import Any

from vod_assets.domain.codes import ARCHIVED
from vod_assets.domain.errors import ConfigError, SourceError, VodError

SUCCESS = 0
STEP_FAILED = 1
WRONG_USAGE = 2
SOURCE_REFUSED = 3
SOURCE_ARCHIVED = 4


@dataclass
class Failure:
    """What went wrong, for a machine.

    Attributes:
        code: A code of ``docs/errors.md``.
        type: The class of the error: who must act.
        asset: The asset that failed, or None when no run was started.
    """

    code: str
    type: str
    message: str
    asset: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the ``error`` object."""
        return {"code": self.code, "type": self.type, "message": self.message, "asset": self.asset}


@dataclass
class Outcome:
    """What a run came to.

    Attributes:
        executed: Assets that were made now.
        reused: Assets that were there already.
        empty: Those of both that do not apply to the title.
    """

    title: str = ""
    run_id: str | None = None
    status: str = "failure"
    elapsed_seconds: float = 0.0
    hls: str | None = None
    dash: str | None = None
    cms_entry: str | None = None
    player: str | None = None
    executed: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    error: Failure | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the one object that ``--json`` prints."""
        return {
            "title": self.title,
            "run_id": self.run_id,
            "status": "waiting: restoring" if self.exit_code == SOURCE_ARCHIVED else self.status,
            "elapsed_seconds": round(self.elapsed_seconds, 3),
            "hls": self.hls,
            "dash": self.dash,
            "cms_entry": self.cms_entry,
            "executed": self.executed,
            "reused": self.reused,
            "error": self.error.as_json() if self.error else None,
        }

    @property
    def exit_code(self) -> int:
        """0 success, 1 a step failed, 2 usage or configuration, 3 the source was refused, 4 it waits to be restored."""
        if self.error is None:
            return SUCCESS
        if self.error.code == ARCHIVED:
            return SOURCE_ARCHIVED
        if self.error.type == SourceError.__name__:
            return SOURCE_REFUSED
        is_usage = self.error.type == ConfigError.__name__ and self.error.asset is None
        return WRONG_USAGE if is_usage else STEP_FAILED


def failure_of(error: VodError) -> Failure:
    """Return an error as ``--json`` shows it."""
    return Failure(code=error.code, type=type(error).__name__, message=str(error))
