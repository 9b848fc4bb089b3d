"""What `vod doctor` says of where content keys come from."""

from pathlib import Path

from vod_assets.doctor import State, examine
from vod_assets.doctor_keys import check_keys
from vod_assets.settings import Settings
from vod_assets_tests.servers.processes import free_ports
from vod_assets_tests.servers.speke import speke_server


def found(**said: object) -> tuple[State, str]:
    (finding,) = examine(Settings.model_validate(said), [check_keys])
    return finding.state, finding.found


def test_a_master_secret_is_found_missing_or_exposed(tmp_path: Path) -> None:
    assert "is made when" in found(home=tmp_path)[1]
    assert not (tmp_path / "keys").exists()
    (tmp_path / "secret").write_bytes(bytes(32))
    (tmp_path / "secret").chmod(0o600)
    assert found(keys=f"local:{tmp_path}/secret") == (
        State.OK,
        f"local: {tmp_path}/secret, which belongs into your backup",
    )
    (tmp_path / "secret").chmod(0o644)
    assert found(keys=f"local:{tmp_path}/secret")[0] is State.FAULT


def test_a_file_of_keys_is_counted(tmp_path: Path) -> None:
    (tmp_path / "keys.yaml").write_text("titles: {film: {}, other: {}}")
    (tmp_path / "keys.yaml").chmod(0o600)
    assert found(keys=f"static:{tmp_path}/keys.yaml") == (State.OK, f"{tmp_path}/keys.yaml: keys of 2 titles")


def test_a_key_server_is_looked_for() -> None:
    with speke_server() as server:
        state, said = found(keys=f"speke:{server.url}")
        assert (state, server.calls) == (State.OK, 0)
    assert "a server listens" in said
    assert found(keys=f"speke:http://127.0.0.1:{free_ports(1)[0]}/")[0] is State.FAULT
