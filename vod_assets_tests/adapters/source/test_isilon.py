"""The same file over SMB, FTP and a mount is one source."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from vod_assets.adapters.source.opening import open_isilon
from vod_assets.domain.errors import ConfigError
from vod_assets_tests.adapters.source.places import opened, settings
from vod_assets_tests.servers.ftp import PASSWORD, USER, ftp_server
from vod_assets_tests.servers.smb import SmbServer


@pytest.fixture(scope="module")
def ftp_port(smb: SmbServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """An FTP server that shows the folder in which the share lies."""
    with ftp_server(tmp_path_factory.mktemp("ftp"), root=smb.folder.parent) as server:
        yield server.access.port


def isilon(home: Path, smb: SmbServer, ftp_port: int, protocol: str) -> Any:
    access = {"smb_username": smb.access.username, "smb_port": smb.access.port}
    return settings(
        home,
        smb_password=SecretStr(smb.access.password),
        ftp_username=USER,
        ftp_password=SecretStr(PASSWORD),
        ftp_port=ftp_port,
        isilon__host=smb.host,
        isilon__share=smb.share,
        isilon__protocol=protocol,
        isilon__mount=smb.folder,
        isilon__ftp_root=f"/{smb.folder.name}",
        **access,
    )


def test_every_view_gives_one_address_one_fingerprint_and_the_same_bytes(
    smb: SmbServer, ftp_port: int, tmp_path: Path
) -> None:
    folder = smb.folder / "views"
    folder.mkdir()
    (folder / "a film.mov").write_bytes(b"media" * 1000)
    (folder / "a film.en.srt").write_text("captions")
    one = f"smb://{smb.host}/{smb.share}/views/a%20film.mov"
    for protocol in ("smb", "ftp", "mount"):
        sources = opened(isilon(tmp_path / protocol, smb, ftp_port, protocol))
        views = [one, str(folder / "a film.mov"), f"ftp://{smb.host}/{smb.folder.name}/views/a film.mov"]
        assert {sources.canonical(view) for view in views} == {one}
        assert {sources.fingerprint(view).size_bytes for view in views} == {5000}
        assert len({sources.fingerprint(view).sha256 for view in views}) == 1
        assert sources.local_path(one).read_bytes() == b"media" * 1000
        assert sources.siblings(one) == [one.replace(".mov", ".en.srt")]
        assert sources.read(sources.siblings(one)[0], 100) == b"captions"


@pytest.mark.parametrize(("protocol", "missing"), [("mount", "MOUNT"), ("ftp", "FTP_ROOT"), ("smb", "SHARE")])
def test_half_an_isilon_is_refused(tmp_path: Path, protocol: str, missing: str) -> None:
    share = "" if protocol == "smb" else "mezz"
    with pytest.raises(ConfigError, match=f"VOD_ISILON__{missing} is missing"):
        open_isilon(settings(tmp_path, isilon__host="is", isilon__share=share, isilon__protocol=protocol))
