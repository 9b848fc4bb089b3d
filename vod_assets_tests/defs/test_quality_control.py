"""Quality control stops a release where the profile says so, an operator may let it pass, and time takes that back."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.defs.quality_control import smallest
from vod_assets.defs.registration import register
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.profile import Profile
from vod_assets.domain.title import TitleRecord
from vod_assets.domain.waivers import Waiver
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.studio import ENCODE_OPTIONS, Studio

pytestmark = pytest.mark.media
CHECK = "quality_control.cadence"
BOXES = {"1080p": "1920x1080", "540p": "960x540"}


def require(profile: dict[str, Any]) -> None:
    """Require that sound is exactly as long as the picture, and what the film passes anyway."""
    profile["required_checks"] = [*profile["required_checks"], "quality_control.length", "quality_control.black"]
    profile["quality_control"] = {"length": {"most_seconds": 0}}


def shorten(studio: Studio) -> None:
    """Give the title a source whose sound ends a second before its picture."""
    picture, tone = generated_input("testsrc2=s=640x360:r=25:d=4"), generated_input("sine=440:d=3")
    make(studio.source, picture, tone, **ENCODE_OPTIONS)


def waived(studio: Studio, **said: str) -> None:
    """Change what is kept of the title's only waiver, as time does."""
    with studio.session() as session:
        record = session.store.record("film")
        assert record is not None
        (one,) = record.waivers
        session.store.register(record.model_copy(update={"waivers": (one.model_copy(update=said),)}))


def test_a_required_check_stops_a_release_until_it_is_waived_and_when_the_waiver_has_ended(finished: Studio) -> None:
    shorten(finished)
    assert finished.run().code == 0  # found, said, and let pass: the profile does not require it
    finished.edit_profile(require)
    failed = finished.run()
    assert (failed.code, failed.failed_with) == (1, "check_failed")
    message = failed.outcome["error"]["message"]
    assert "quality_control.length failed: 0:00.000 to 0:04.000: stream 1 ends" in message
    assert "before the picture" in message
    assert "or let it pass: vod waive film quality_control.length" in message

    until = ("--until", "2099-12-31", "--because", "the end is silent on purpose", "--by", "mk")
    given = finished.vod("waive", "film", "quality_control.length", *until)
    assert given.stdout == "film: quality_control.length waived until 2099-12-31 by mk: the end is silent on purpose\n"
    let_pass = finished.run()
    assert let_pass.code == 0, let_pass.stdout
    assert "waived until 2099-12-31 by mk" in finished.vod("titles", "show", "film").stdout
    assert "[holds]" in finished.vod("waivers").stdout

    waived(finished, until="2020-01-01")
    finished.captions.write_text("1\n00:00:00,500 --> 00:00:01,500\nOther words.\n")  # something to release
    ended = finished.run()
    assert (ended.code, ended.failed_with) == (1, "check_failed")
    assert "(the waiver of mk ended on 2020-01-01)" in ended.outcome["error"]["message"]
    assert "[ended]" in finished.vod("waivers", "film").stdout


def test_sound_that_nobody_has_judged_is_not_released(finished: Studio) -> None:
    finished.edit_profile(lambda profile: profile.update(loudness={}))
    finished.edit_profile(require)
    assert finished.run().code == 0
    make(finished.folder / "film.de.wav", generated_input("sine=330:d=4"))
    sound = "audio_levels,audio_aac,audio_tracks,hls_package,dash_package,release"
    refused = finished.run("--select", sound)
    assert (refused.code, refused.failed_with) == (1, "check_other_bytes"), refused.stdout
    assert "quality_control.length judged audio_levels (" in refused.outcome["error"]["message"]
    assert finished.run().code == 0


def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as a user that has a number alone, as in many containers."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 1_234_567)


def test_what_cannot_be_waived_is_refused_with_what_can(finished: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ("--until", "2099-12-31", "--because", "it is fine")
    unsaid = finished.vod("waive", "film", "quality_control.length", "--because", "it is fine")
    assert (unsaid.code, "Give --until and --because" in unsaid.stderr) == (2, True)
    refused = finished.vod("waive", "film", "hls_package.decodes", *said)
    assert refused.code != 0
    assert "hls_package.decodes cannot be waived: use quality_control.black" in refused.stderr
    assert "2020-01-01 is over" in finished.vod("waive", "film", CHECK, "--until", "2020-01-01", *said[2:]).stderr
    assert "no such title" in finished.vod("waive", "nofilm", CHECK, *said).stderr
    assert "because" in finished.vod("waive", "film", CHECK, *said[:2]).stderr
    nameless(monkeypatch)
    assert "Say who it is: --by NAME" in finished.vod("waive", "film", CHECK, *said).stderr
    monkeypatch.undo()
    assert "could be withdrawn" in finished.vod("waive", "film", CHECK, "--withdraw").stderr
    assert finished.vod("waivers").stdout == "There is no waiver.\n"


def test_a_waiver_that_is_given_while_the_title_is_registered_again_stays(finished: Studio) -> None:
    with finished.session() as session:
        usual = session.registrar()

        def meanwhile(record: TitleRecord, siblings: list[str]) -> TitleRecord:
            said = (CHECK, "--until", "2099-12-31", "--because", "drawn on twos", "--by", "mk")
            assert finished.vod("waive", "film", *said).code == 0
            return usual.describe(record, siblings)

        registered = register(replace(usual, describe=meanwhile), str(finished.source))
    assert [one.because for one in registered.record.waivers] == ["drawn on twos"]


def test_waivers_of_the_title_file_count_and_those_of_operators_stay(finished: Studio) -> None:
    when = "until: 2099-12-31, from: 0, to: 0:09"
    told = f"waivers:\n- {{check: quality_control.black, because: opens on black, by: ed, {when}}}\n"
    assert finished.vod("waive", "film", CHECK, "--until", "2099-12-31", "--because", "drawn on twos").code == 0
    finished.source.with_suffix(".yaml").write_text(told)
    assert finished.run().code == 0
    with finished.session() as session:
        record = session.store.record("film")
        assert record is not None
        operators, said = record.waivers
    assert (operators.check, operators.because) == (CHECK, "drawn on twos")
    assert isinstance(said, Waiver)
    assert (said.by, said.given, said.interval is None) == ("ed", "", False)
    finished.source.with_suffix(".yaml").write_text(told.replace("quality_control.black", "hls_package.aligned"))
    assert "hls_package.aligned cannot be waived" in finished.run().outcome["error"]["message"]
    assert finished.vod("waive", "film", CHECK, "--withdraw").code == 0
    assert "withdrawn" in finished.vod("waivers", "film").stdout


def test_an_unchanged_title_is_looked_at_once(finished: Studio) -> None:
    finished.calls()
    again = finished.run()
    assert "quality_control" in again.outcome["reused"]
    assert finished.calls() == []


def test_an_hdr_title_is_judged_by_its_smallest_picture_in_sdr() -> None:
    rungs = [{"name": "360p_hdr", "box": "640x360", "crf": 23, "dynamic_range": "hdr"}]
    said = {"codec": "hevc", "rungs": [*rungs, *({"name": name, "box": box, "crf": 23} for name, box in BOXES.items())]}
    variants = [{"name": "clear", "codecs": ["hevc"]}]
    profile = Profile.model_validate({"name": "hdr", "video": [said], "variants": variants})
    made = tuple(
        Rung(key=f"hevc_{rung.name}", codec="hevc", name=rung.name, width=rung.box[0], height=rung.box[1])
        for rung in profile.video[0].rungs
    )
    ladder = Ladder(frame_rate=Fraction(25), gop_frames=50, segment_frames=100, rungs=made)
    judged = [smallest(ladder.model_copy(update={"rungs": made[:several]}), profile) for several in (3, 1, 0)]
    assert [rung and rung.name for rung in judged] == ["540p", "360p_hdr", None]
