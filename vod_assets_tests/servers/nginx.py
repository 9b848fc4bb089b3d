"""nginx with the door that `docker/` puts before Dagster's UI."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from vod_assets_tests.servers.processes import free_ports, listens, running

DOOR = Path(__file__).parents[2] / "docker" / "nginx.conf.template"
USER, PASSWORD = "anna", "anna-s-pass"
WHOLE = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/other;
    uwsgi_temp_path {folder}/other;
    scgi_temp_path {folder}/other;
    include {folder}/door.conf;
}}
"""


class _Braced(Template):
    """Replaces ``${VOD_…}`` alone, as the image's own start does; nginx's variables stay."""

    pattern = r"\$\{(?P<braced>VOD_[A-Z_]+)\}|(?P<escaped>(?!))|(?P<named>(?!))|(?P<invalid>(?!))"  # type: ignore[assignment]


@contextmanager
def door(folder: Path, webserver: str, host: str = "localhost") -> Iterator[int]:
    """Run nginx before a web server while the context lasts; yield its port."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    passwords = folder / "passwords"
    said = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True
    )
    passwords.write_text(f"{USER}:{said.stdout}")
    variables = {
        "VOD_UI_HOST": host,
        "VOD_UI_ORIGIN": f"http://{host}:{port}",
        "VOD_PROXY_LISTEN": f"127.0.0.1:{port}",
        "VOD_PROXY_PASSWORDS": str(passwords),
        "VOD_WEBSERVER": webserver,
    }
    (folder / "door.conf").write_text(_Braced(DOOR.read_text()).substitute(variables))
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise RuntimeError("nginx is not installed; on Debian it comes with the package nginx-light")
    with running([program, "-c", folder / "nginx.conf", "-p", folder], lambda: listens(port), folder / "log"):
        yield port
