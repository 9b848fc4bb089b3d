"""Write the golden manifests anew: ``python -m vod_assets_tests.golden.packages``; look at the difference."""

from pathlib import Path

from vod_assets.domain.manifests.dash import compose_dash
from vod_assets.domain.manifests.hls import compose_hls
from vod_assets_tests.domain.tracks import whole_title

FOLDER = Path(__file__).parent / "package"


def composed() -> dict[str, str]:
    return {**compose_hls(whole_title()), **compose_dash(whole_title())}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in composed().items():
        (FOLDER / name).write_text(content, "utf-8")
