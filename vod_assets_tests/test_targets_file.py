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
        ("targets: [s3cret", "it is no YAML: line 1"),
        ("targets: 7", "targets: "),
        ("7", "is no mapping"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"targets\.yaml: VOD_TARGETS.*{said}") as refused:
        target_places(load_settings(targets=written(tmp_path, text)))
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: VOD_TARGETS: it cannot be read: No such file"):
        target_places(load_settings(targets=tmp_path / "none.yaml"))


def test_without_a_file_there_is_no_target() -> None:
    with pytest.raises(ConfigError, match=r"no target “ew”.*VOD_TARGETS"):
        target_place(load_settings(), "ew")
