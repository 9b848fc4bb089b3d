"""Every tool call can be written down."""

import json
from pathlib import Path

import pytest

from vod_assets.adapters.process import SupervisedRunner
from vod_assets.domain.errors import ToolError


def test_each_call_becomes_one_line_with_what_it_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traced = tmp_path / "calls.jsonl"
    monkeypatch.setenv("VOD_TRACE_TOOLS", str(traced))
    SupervisedRunner().run(["true"], cwd=tmp_path)
    with pytest.raises(ToolError):
        SupervisedRunner().run(["false"])
    first, second = (json.loads(line) for line in traced.read_text().splitlines())
    assert first["argv"] == ["true"]
    assert first["cwd"] == str(tmp_path)
    assert first["cpu_seconds"] >= 0
    assert second["argv"] == ["false"]


def test_nothing_is_written_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOD_TRACE_TOOLS", raising=False)
    SupervisedRunner().run(["true"], cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
