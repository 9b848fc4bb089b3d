"""A wrong setting fails at start, in one sentence that names it."""

from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["VOD_HOME", "VOD_CMS", "VOD_SCRATCH", "VOD_PROFILES"])
@pytest.mark.parametrize("value", ["s3://bucket/prefix", "smb://isilon/share", "file://host/share", "FILE://"])
def test_an_address_that_is_no_folder_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=rf"^{name} is wrong: [^\n]*\[bad_setting\]") as caught:
        load_settings()
    assert "Value error" not in str(caught.value)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("name", ["VOD_STORE", "VOD_ORIGIN"])
@pytest.mark.parametrize("value", ["https://bucket/prefix", "s3://", "s3://key:secret@bucket", "file://host/share"])
def test_an_address_that_is_no_storage_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=rf"^{name} is wrong: [^\n]*\[bad_setting\]") as caught:
        load_settings()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"  # both are shown where Dagster loads it


def test_an_origin_in_a_bucket_has_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_ORIGIN", "s3://bucket/origin")
    assert (load_settings().origin_address, load_settings().origin_path) == ("s3://bucket/origin", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOD_PUBLIC_URL", "media.example"),
        ("VOD_PUBLIC_URL", "ftp://media.example"),
        ("VOD_PUBLIC_URL", "http://"),
        ("VOD_PUBLIC_URL", "javascript:alert(1)"),
        ("VOD_SERVE_PORT", "0"),
        ("VOD_SERVE_PORT", "65536"),
        ("VOD_UI_PORT", "-1"),
    ],
)
def test_an_impossible_address_or_port_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{name} is wrong"):
        load_settings()


def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"VOD_HOME=\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"\.env cannot be read"):
        load_settings()


def test_settings_that_are_changed_meanwhile_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("VOD_PROFILE=first\n")
    assert load_settings() is load_settings()
    assert load_settings(stores={"renditions": "/a"}).stores != load_settings(stores={"renditions": "/b"}).stores
    (tmp_path / ".env").write_text("VOD_PROFILE=other\n")
    assert load_settings().profile == "other"
    monkeypatch.setenv("VOD_PROFILE", "last")
    assert load_settings().profile == "last"
    monkeypatch.delenv("VOD_PROFILE")
    (tmp_path / ".env").unlink()
    assert load_settings() == Settings()


def test_a_file_address_is_the_folder_that_it_names(tmp_path: Path) -> None:
    assert Settings(store=f"file://{tmp_path}/a%20store").store_path == tmp_path / "a store"


def test_only_a_leading_tilde_and_slash_is_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    assert Settings(store="~/store").store_path == tmp_path / "user" / "store"
    assert Settings(store="~nobody-at-all").store_path == tmp_path / "~nobody-at-all"


@pytest.mark.parametrize("address", ["s3://bucket", "gs://bucket/a b", "smb://isilon/share/prefix/", "ftps://host/x"])
def test_a_store_may_be_elsewhere(address: str) -> None:
    settings = Settings(store=address)
    assert settings.store_address == address.rstrip("/")
    assert settings.store_path is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://host/x", "http:// is no storage"),
        ("s3://", "needs a bucket or a host"),
        ("s3://bucket?x=1", "nothing after a"),
        ("smb://user:secret@host/share", "password does not belong"),
        ("file://host/share", "three slashes"),
    ],
)
@pytest.mark.parametrize("name", ["VOD_STORE", "VOD_STORE__RENDITIONS"])
def test_a_store_that_cannot_be_is_refused(
    name: str, address: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, address)
    with pytest.raises(ConfigError, match=words) as caught:
        load_settings()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"  # both are shown where Dagster loads it


def test_a_group_may_have_a_store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("VOD_STORE__PACKAGES=s3://from-file\nVOD_STORE__RENDITIONS=s3://hidden\n")
    monkeypatch.setenv("VOD_STORE__RENDITIONS", "smb://isilon/renditions")
    assert load_settings().stores == {"packages": "s3://from-file", "renditions": "smb://isilon/renditions"}


def test_a_group_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_STORE__RENDITION", "s3://bucket")
    with pytest.raises(ConfigError, match="no group “rendition”; groups are source, ladder, keys, renditions"):
        load_settings()


def test_a_secret_is_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_SMB_PASSWORD", "Isi-l0n!")
    settings = load_settings()
    assert settings.smb_password.get_secret_value() == "Isi-l0n!"
    assert "Isi-l0n!" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()


def test_licence_addresses_are_named_by_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "VOD_LICENCE_URLS", "widevine=https://drm.example/w?k={kid} playready=https://drm.example/{title}"
    )
    assert load_settings().licence_urls == {
        "widevine": "https://drm.example/w?k={kid}",
        "playready": "https://drm.example/{title}",
    }


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("VOD_LICENCE_URLS", "irdeto=https://drm.example/", "no system “irdeto”"),
        ("VOD_LICENCE_URLS", "widevine=skd://drm", "no address of a licence server"),
        ("VOD_LICENCE_URLS", 'widevine=https://drm.example/"', "is no address"),
        ("VOD_FAIRPLAY_URI", "{kid}", "is no address"),
        ("VOD_AES128_URL", "https://keys.example/{key}", "is no address"),
    ],
)
def test_a_template_that_would_break_a_manifest_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, cause: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=cause) as refused:
        load_settings()
    assert name in str(refused.value)


@pytest.mark.parametrize(
    "value",
    ["http://127.0.0.1:9997", "mediamtx+rtsp://host", "rtsp://", "rtsp://vod:secret@host:8554", "mediamtx+http://"],
)
def test_an_address_that_is_no_rtsp_server_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_RTSP", value)
    with pytest.raises(ConfigError, match=r"^VOD_RTSP is wrong") as caught:
        load_settings()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize("server", ["mediamtx+http://media.example:9997"])
def test_a_password_goes_to_no_rtsp_server_where_others_could_read_it(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOD_RTSP", server)
    monkeypatch.setenv("VOD_RTSP_PASSWORD", "hunter2")
    with pytest.raises(ConfigError, match=r"^VOD_RTSP_PASSWORD is wrong") as caught:
        load_settings()
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"
    for safe in ("mediamtx+https://media.example:9997", "mediamtx+http://127.0.0.1:9997"):
        monkeypatch.setenv("VOD_RTSP", safe)
        assert load_settings().rtsp_password.get_secret_value() == "hunter2"
