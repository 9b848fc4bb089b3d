"""Renditions by services: the first that can makes them, and the next goes on when it fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vod_assets.domain.errors import RemoteError
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.ports.runs import OnProgress
from vod_assets.ports.services import Asked, ServiceReport, Transcoders
from vod_assets_tests.workshop import StandInTranscoder, Workshop

TITLE, RUNGS = "film", {"h264_360p", "h264_180p"}


@dataclass
class Rented:
    """Writes a line where a service would encode.

    Attributes:
        too_large: Pictures of this height and above it cannot make.
        trouble: What it raises instead of making anything.
    """

    name: str = "mediaconvert"
    too_large: int = 9999
    trouble: RemoteError | None = None
    made: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    @property
    def build_ids(self) -> Mapping[str, str]:
        return {self.name: "1"}

    def obstacle(self, spec: RenditionSpec) -> str:
        return f"{self.name} makes nothing of {spec.height} lines" if spec.height >= self.too_large else ""

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        return {"height": spec.height}

    def make(self, asked: Asked, on_progress: OnProgress) -> ServiceReport:
        if self.trouble:
            raise self.trouble
        for spec, folder in zip(asked.renditions, asked.folders, strict=True):
            self.made.append(spec.key)
            (folder / "video.mp4").write_text(f"{self.name} {spec.key} {asked.sha256}")
        return ServiceReport(
            self.name, "job-1", 1, 3.0, 0.1, (), {spec.key: {"seconds": "4"} for spec in asked.renditions}
        )

    def forget(self, asked: Asked) -> None:
        self.forgotten += [spec.key for spec in asked.renditions]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    workshop = Workshop(tmp_path)
    workshop.deliver(TITLE)
    workshop.register(TITLE)
    return workshop


def by(workshop: Workshop, *services: Rented, ffmpeg: bool = True) -> None:
    """Have renditions made by services, in their order, and last by FFmpeg."""
    names = [*(one.name for one in services), *(["ffmpeg"] if ffmpeg else [])]
    workshop.transcoders = Transcoders(names, {one.name: one for one in services})


def here(workshop: Workshop) -> list[str]:
    tool = workshop.tools["transcoder"]
    assert isinstance(tool, StandInTranscoder)
    return tool.encoded


def test_the_preferred_service_makes_what_it_can_and_ffmpeg_the_rest(workshop: Workshop) -> None:
    rented = Rented(too_large=300)
    by(workshop, rented)
    planned = set(workshop.plan(TITLE).executed)
    assert workshop.run(TITLE) >= RUNGS
    assert planned >= RUNGS
    assert (rented.made, rented.forgotten, here(workshop)) == (["h264_180p"], ["h264_180p"], ["h264_360p"])


def test_what_one_has_made_is_never_made_again_by_another(workshop: Workshop) -> None:
    rented = Rented()
    workshop.run(TITLE)
    by(workshop, rented)
    assert RUNGS.isdisjoint(workshop.run(TITLE))
    assert rented.made == []
    assert RUNGS.isdisjoint(workshop.plan(TITLE).executed)


def test_forced_renditions_come_of_the_preferred_one(workshop: Workshop) -> None:
    rented = Rented()
    workshop.run(TITLE)
    by(workshop, rented)
    assert workshop.run(TITLE, force=["h264_*"]) >= RUNGS
    assert set(rented.made) == RUNGS


@pytest.mark.parametrize("code", ["service_unreachable", "service_busy", "service_failed", "service_stalled"])
def test_the_next_goes_on_when_one_fails(workshop: Workshop, code: str, caplog: pytest.LogCaptureFixture) -> None:
    first, second = Rented(trouble=RemoteError(code, "it hangs at 99 %")), Rented("elemental", too_large=300)
    by(workshop, first, second)
    assert workshop.run(TITLE) >= RUNGS
    assert (second.made, here(workshop)) == (["h264_180p"], ["h264_360p"])
    assert "mediaconvert did not: it hangs at 99 %" in caplog.text
    assert RUNGS.isdisjoint(workshop.run(TITLE))


def test_a_refused_request_is_no_reason_to_go_elsewhere(workshop: Workshop) -> None:
    by(workshop, Rented(trouble=RemoteError("service_refused", "the role may not be passed")))
    assert RUNGS.isdisjoint(workshop.run(TITLE))
    assert here(workshop) == []


def test_what_nobody_can_make_is_refused_in_the_plan(workshop: Workshop) -> None:
    workshop.run(TITLE, frozenset({"mezzanine", "media_info", "markers", "rate_quality", "encoding_ladder"}))
    by(workshop, Rented(too_large=1), ffmpeg=False)
    obstacles = " ".join(one.obstacle for one in workshop.plan(TITLE).assets)
    assert "no transcoder can make h264_360p: mediaconvert makes nothing of 360 lines [no_transcoder]" in obstacles
    assert RUNGS.isdisjoint(workshop.run(TITLE))
