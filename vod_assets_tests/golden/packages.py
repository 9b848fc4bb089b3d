"""Write the golden manifests anew: ``python -m vod_assets_tests.golden.packages``; look at the difference."""

from collections.abc import Mapping
from pathlib import Path

from vod_assets.domain.manifests.dash import compose_dash
from vod_assets.domain.manifests.hls import compose_hls
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets_tests.domain.manifests import presentations

FOLDER = Path(__file__).parent / "package"
PRESENTATIONS: Mapping[str, Presentation] = {
    "clear": presentations.clear(),
    "cbcs": presentations.cbcs(),
    "cenc": presentations.cenc(),
    "clearkey": presentations.clearkey(),
    "ts": presentations.transport_stream(),
    "ondemand": presentations.ondemand(),
}


def composed() -> dict[str, str]:
    return {
        f"{name}/{file}": text
        for name, presentation in PRESENTATIONS.items()
        for file, text in {**compose_hls(presentation), **compose_dash(presentation)}.items()
    }


if __name__ == "__main__":
    for name, content in composed().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(content, "utf-8")
