"""A wrong list of targets is refused in one sentence that names what is wrong with it."""

from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.settings import load_settings
from vod_assets.targets_file import target_place, target_places

PAGE = (Path(__file__).parent.parent / "docs" / "delivery.md").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    (folder / "targets.yaml").write_text(text)
    return folder / "targets.yaml"


def test_the_file_that_the_page_shows_is_taken_as_it_stands(tmp_path: Path) -> None:
    shown = PAGE[PAGE.index("targets:\n") :].partition("```")[0]
    places = target_places(load_settings(targets=written(tmp_path, shown)))
    assert [(place.kind, place.format, place.done_marker) for place in places.values()] == [
        ("edgeware", "smil", "done.json"),
        ("edgeware", "ondemand", ""),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets:\n  ew: {address: /srv/ew, format: hls}", "format"),
        ("targets:\n  EW: {address: /srv/ew}", "“EW” is no name"),
        ("targets:\n  one: {address: /srv/ew}\n  two: {address: /srv/ew}", "one address"),
        ("targets:\n  one: {address: 's3://user:word@vod'}", "address"),
        ("targets: [", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"targets\.yaml: VOD_TARGETS.*{said}"):
        target_places(load_settings(targets=written(tmp_path, text)))


def test_without_a_file_there_is_no_target() -> None:
    with pytest.raises(ConfigError, match=r"no target “ew”.*VOD_TARGETS"):
        target_place(load_settings(), "ew")
