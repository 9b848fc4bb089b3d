"""Finding the tools, naming their builds, refusing those that are too old."""

import hashlib
from pathlib import Path

import pytest

from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.tool_versions import ToolVersions, require_supported, tool_versions
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ConfigError, ToolError
from vod_assets.settings import Settings


def script(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def settings(tmp_path: Path, **chosen: Path) -> Settings:
    return Settings(home=tmp_path / "home", **chosen)


def test_the_packaged_tools_are_found(tmp_path: Path):
    tools = Tools.from_settings(settings(tmp_path))
    assert all(program.is_file() for program in (tools.ffmpeg, tools.ffprobe, tools.packager))


def test_a_setting_names_another_tool(tmp_path: Path):
    mine = script(tmp_path / "my ffmpeg")
    assert Tools.from_settings(settings(tmp_path, ffmpeg=mine)).ffmpeg == mine


def test_a_tool_that_is_not_there_is_named_with_its_setting(tmp_path: Path):
    with pytest.raises(ToolError, match=r"tool_missing.*VOD_FFPROBE"):
        Tools.from_settings(settings(tmp_path, ffprobe=tmp_path / "nothing"))


def test_a_build_id_is_the_digest_of_the_program(tmp_path: Path):
    mine = script(tmp_path / "ffmpeg")
    tools = Tools.from_settings(settings(tmp_path, ffmpeg=mine))
    assert tools.build_id("ffmpeg") == hashlib.sha256(mine.read_bytes()).hexdigest()


def test_a_build_id_is_remembered_while_the_program_is_unchanged(tmp_path: Path):
    mine = script(tmp_path / "ffmpeg")
    chosen = settings(tmp_path, ffmpeg=mine)
    Tools.from_settings(chosen).build_id("ffmpeg")
    memory = tmp_path / "home/cache/builds.json"
    digest = hashlib.sha256(mine.read_bytes()).hexdigest()
    memory.write_text(memory.read_text().replace(digest, "remembered"))
    assert Tools.from_settings(chosen).build_id("ffmpeg") == "remembered"
    script(mine, "#!/bin/sh\n# another build\n")
    assert Tools.from_settings(chosen).build_id("ffmpeg") == hashlib.sha256(mine.read_bytes()).hexdigest()


def test_a_broken_memory_is_hashed_over(tmp_path: Path):
    mine = script(tmp_path / "ffmpeg")
    cache = tmp_path / "home/cache"
    cache.mkdir(parents=True)
    (cache / "builds.json").write_text("[half")
    assert len(Tools.from_settings(settings(tmp_path, ffmpeg=mine)).build_id("ffmpeg")) == 64


def test_the_packaged_tools_are_recent_and_can_do_all_that_is_needed(tmp_path: Path):
    versions = tool_versions(Tools.from_settings(settings(tmp_path)), SupervisedRunner())
    require_supported(versions)
    assert versions.missing == ()


def versions(ffmpeg: str, **lists: frozenset[str]) -> ToolVersions:
    every = {
        "encoders": frozenset({"libx264", "libx265", "libsvtav1", "aac"}),
        "filters": frozenset({"libvmaf", "zscale"}),
    }
    return ToolVersions(ffmpeg, "8.1.2", "v3.8.0", **{**every, **lists})


@pytest.mark.parametrize("version", ["8.1.2", "n9.0.2-17-g2a571b6068", "10.0", "N-118000-gabcdef"])
def test_recent_builds_are_accepted(version: str):
    require_supported(versions(version))


@pytest.mark.parametrize("version", ["8.1.1", "7.0.2-static", "n5.1.9", "8.1", "unknown"])
def test_old_builds_are_refused_unless_allowed(version: str):
    with pytest.raises(ConfigError, match="ffmpeg_too_old"):
        require_supported(versions(version))
    require_supported(versions(version), allow_old_ffmpeg=True)


def test_a_missing_encoder_is_named():
    with pytest.raises(ConfigError, match=r"lacks libx265, libsvtav1 \[encoder_missing"):
        require_supported(versions("9.0", encoders=frozenset({"libx264", "aac"})))
