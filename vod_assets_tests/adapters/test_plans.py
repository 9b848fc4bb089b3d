"""What is remembered of plans."""

from pathlib import Path

from vod_assets.adapters.plans import FILE, open_plan_memory
from vod_assets.ports.plans import RememberedPlan, Seal, Settled

PLAN = RememberedPlan(
    Seal("deployment", "title"), [("poster", "never made", "", True)], Settled("older", True, ("captions",))
)


def test_a_plan_is_remembered_by_what_was_asked_and_by_title(tmp_path: Path) -> None:
    with open_plan_memory(tmp_path) as memory:
        memory.keep("all", "film", PLAN)
        assert memory.recall("all", "film") == PLAN
    with open_plan_memory(tmp_path) as memory:
        assert memory.recall("all", "film") == PLAN
        assert memory.recall("some", "film") is None
        assert memory.recall("all", "other") is None


def test_a_broken_memory_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to look like one" * 100)
    with open_plan_memory(tmp_path) as memory:
        assert memory.recall("all", "film") is None
