"""What is not as it should be, for people and for machines."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from vod_assets.domain.byte_difference import ByteDifference
from vod_assets.domain.errors import VodError


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be.

    Attributes:
        difference: Which bytes of the file have changed, where a whole copy of it was at hand.
    """

    code: str
    title: str
    file: str
    cause: str
    remedy: str
    difference: ByteDifference | None = None

    def __str__(self) -> str:
        return str(VodError(self.code, self.cause, self.remedy, self.title, self.file))

    def as_json(self) -> dict[str, Any]:
        """Return the problem for a machine, its sentence included."""
        return asdict(self) | {"message": str(self)}


def as_json(problems: list[Problem], titles: Collection[str], files_checked: int) -> str:
    """Return ``{"ok": …, "titles": …, "files_checked": …, "problems": […]}``."""
    report = {
        "ok": not problems,
        "titles": sorted(titles),
        "files_checked": files_checked,
        "problems": [problem.as_json() for problem in problems],
    }
    return json.dumps(report, ensure_ascii=False)
