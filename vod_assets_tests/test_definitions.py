"""The composition root refuses profiles that nothing could be published with."""

from pathlib import Path

import dagster as dg
import pytest

from vod_assets.definitions import build_definitions
from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings

TINY = Path(__file__).parent / "profiles" / "tiny.yaml"


@pytest.mark.parametrize("name", ["hls_package.nonsense", "nonsense", "release.durations"])
def test_a_required_check_that_nobody_runs_is_refused_and_the_real_ones_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY.read_text().replace("hls_package.durations", name))
    said = rf"^profile tiny: required_checks: there is no check “{name}” \[bad_profile\]\. Use .*hls_package\.durations"
    with pytest.raises(ConfigError, match=said):
        build_definitions(Settings(home=tmp_path, profiles=tmp_path, _env_file=None))


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_a_setting_says_whether_steps_are_processes_of_their_own(tmp_path: Path, executor: str) -> None:
    settings = Settings(home=tmp_path, executor=executor, _env_file=None)
    assert build_definitions(settings).resolve_job_def("title_graph").executor_def.name == executor


def test_what_sensors_ask_for_needs_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster's daemon opens it outside of any."""
    monkeypatch.setenv("VOD_HOME", str(tmp_path))
    definitions = build_definitions(Settings(home=tmp_path, _env_file=None))
    wanted = {key for sensor in definitions.sensors or () for key in getattr(sensor, "required_resource_keys", ())}
    resources = {key: one for key, one in (definitions.resources or {}).items() if key in wanted}
    assert {"publisher", "post", "desk", "leases"} <= set(resources)
    with dg.build_resources(resources) as opened:
        assert all(getattr(opened, key) is not None for key in resources)
