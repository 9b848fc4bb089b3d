"""A setting may name a secret of Secrets Manager: it is asked for once, and told to nobody."""

import secrets
from collections.abc import Iterator

import pytest

from vod_assets import named_secrets
from vod_assets.aws import access_of, s3_access, s3_resource
from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings, load_settings
from vod_assets_tests.servers.aws import KEY, REGION, SECRET, AwsServer

PASSWORD = "Isi-l0n!"


@pytest.fixture
def kept(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a secret with the passwords of a share and of a bucket."""
    named_secrets._asked.cache_clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", aws.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("VOD_S3_REGION", REGION)
    name = f"vod/{secrets.token_hex(4)}"
    text = f'{{"smb": "{PASSWORD}", "s3": "{SECRET}"}}'
    aws.client("secretsmanager").create_secret(Name=name, SecretString=text)
    yield name
    named_secrets._asked.cache_clear()


def test_a_named_secret_opens_what_the_secret_itself_would(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_SMB_PASSWORD", f"secretsmanager://{kept}#smb")
    monkeypatch.setenv("VOD_S3_SECRET_ACCESS_KEY", f"secretsmanager://{kept}#s3")
    monkeypatch.setenv("VOD_SFTP_PASSWORD", "plain")
    settings = load_settings()
    access = access_of(settings)
    assert (access.smb.password, access.sftp.password) == (PASSWORD, "plain")
    assert s3_access(s3_resource(settings), settings).secret_access_key == SECRET
    assert PASSWORD not in repr(access) + repr(settings)


def test_it_is_asked_for_once_in_a_process(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_SMB_PASSWORD", f"secretsmanager://{kept}#smb")
    access_of(load_settings())
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9")
    assert access_of(load_settings()).smb.password == PASSWORD


@pytest.mark.parametrize(
    ("reference", "cause"),
    [
        ("no-such-secret", "ResourceNotFoundException"),
        ("{kept}#ftp", "it has no key “ftp”"),
        ("{kept}-text#smb", "it is no JSON object, so it has no keys"),
        ("{kept}-bytes", "it holds bytes, and a text is needed"),
    ],
)
def test_one_that_cannot_be_used_is_named_without_what_it_holds(
    kept: str, aws: AwsServer, reference: str, cause: str
) -> None:
    aws.client("secretsmanager").create_secret(Name=f"{kept}-text", SecretString=PASSWORD)
    aws.client("secretsmanager").create_secret(Name=f"{kept}-bytes", SecretBinary=PASSWORD.encode())
    settings = Settings(smb_password=f"secretsmanager://{reference.format(kept=kept)}", _env_file=None)
    with pytest.raises(ConfigError, match=f"^VOD_SMB_PASSWORD names the secret .*{cause}") as caught:
        access_of(settings)
    assert caught.value.code == "secret_failed"
    assert caught.value.__cause__ is None
    assert PASSWORD not in str(caught.value)
