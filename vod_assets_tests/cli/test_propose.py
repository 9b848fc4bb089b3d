"""Points are proposed from bars, tone, slate and black, exact to the frame, and nothing is cut."""

import json
from fractions import Fraction
from pathlib import Path

import ffmpeg
import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.domain.proposing import Proposal, Stretch, propose, snippet
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.studio import Studio

RATE = Fraction(25)


def stretch(kind: str, start: str, end: str) -> Stretch:
    return Stretch(kind, Fraction(start), Fraction(end))  # type: ignore[arg-type]


@pytest.mark.media
def test_a_master_with_bars_slate_and_black_gets_points_for_its_title_file(tmp_path: Path) -> None:
    """Bars and tone for 3 s, a grey slate for 2 s, black for 1 s; 4 s of programme; black for 2 s."""
    pictures = ["smptebars=s=128x72:r=25:d=3", "color=gray:s=128x72:r=25:d=2", "color=black:s=128x72:r=25:d=1"]
    pictures += ["testsrc2=s=128x72:r=25:d=4", "color=black:s=128x72:r=25:d=2"]
    tones = ["sine=1000:r=48000:d=3", "anullsrc=r=48000:d=3", "anoisesrc=r=48000:d=4:a=0.3", "anullsrc=r=48000:d=2"]
    shown = ffmpeg.concat(*(generated_input(one).filter("format", "yuv420p") for one in pictures), v=1, a=0)
    heard = [generated_input(one).filter("aformat", channel_layouts="mono", sample_fmts="fltp") for one in tones]
    studio = Studio.make(tmp_path / "studio")
    make(studio.source, shown, ffmpeg.concat(*heard, v=0, a=1), **{"c:v": "libx264", "g": 25, "c:a": "aac"})
    before = sorted(path.name for path in studio.folder.iterdir())
    result = studio.vod("titles", "propose", studio.source, "--json")
    assert result.code == 0, result.stderr
    proposed = json.loads(result.stdout)
    assert (proposed["in"], proposed["out"]) == ("6.000000", "10.000000")
    assert any(reason.startswith("a tone from 0.0") for reason in proposed["why"])
    assert {*before} - {path.name for path in studio.folder.iterdir()} == set()


def test_a_clock_between_slate_and_black_is_gone_over() -> None:
    found = [stretch("tone", "0", "60"), stretch("still", "0", "60"), stretch("still", "60.2", "70")]
    proposal = propose([*found, stretch("black", "80", "82.04")], Fraction(600), RATE)
    assert (proposal.begins, proposal.ends) == (Fraction("82.04"), None)


def test_a_fade_from_black_and_one_to_black_are_cut_away_alone() -> None:
    found = [stretch("black", "0", "0.8"), stretch("black", "5", "6"), stretch("black", "590", "600")]
    proposal = propose(found, Fraction(600), RATE)
    assert (proposal.begins, proposal.ends) == (Fraction("0.8"), Fraction(590))
    assert snippet(proposal).endswith('master: {in: "0.800000", out: "590.000000"}')
    assert "# black from 0.000 to 0.800 s" in snippet(proposal)


@pytest.mark.parametrize(
    "found", [[], [stretch("still", "0", "8")], [stretch("black", "12", "13")], [stretch("silence", "0", "9")]]
)
def test_what_may_be_the_programme_is_left_alone(found: list[Stretch]) -> None:
    assert propose(found, Fraction(600), RATE) == Proposal()


def test_a_master_of_nothing_but_black_gets_no_points() -> None:
    proposal = propose([stretch("black", "0", "600")], Fraction(600), RATE)
    assert (proposal.begins, proposal.ends) == (None, None)
