"""Nothing is published that its required checks did not pass on, whatever was selected."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vod_assets.definitions import build_definitions
from vod_assets.defs.resources import resource_definitions
from vod_assets_tests.studio import Ended, Studio, bytes_below

pytestmark = pytest.mark.media
PACKAGES = ["hls_package", "dash_package"]


def published(studio: Studio) -> dict[str, bytes]:
    return {**bytes_below(studio.home / "origin"), **bytes_below(studio.home / "cms")}


def say(studio: Studio, words: str) -> None:
    """Change the captions, and with them the packages."""
    studio.captions.write_text(f"1\n00:00:00,500 --> 00:00:01,500\n{words}\n")
    with studio.session() as session:
        from vod_assets.defs.registration import register

        register(session.registrar(), str(studio.source))


def materialise(studio: Studio, selection: dg.AssetSelection, resources: Mapping[str, Any] | None = None) -> bool:
    """Materialise as `dagster asset materialize` does; return whether the run succeeded."""
    with studio.session() as session:
        definitions = build_definitions(session.settings)
        result = dg.materialize(
            [*(definitions.assets or ()), *(definitions.asset_checks or ())],  # type: ignore[list-item]
            selection=selection,
            partition_key="film",
            instance=session.instance,
            resources={**resource_definitions(session.settings), **(resources or {})},
            raise_on_error=False,
        )
    return bool(result.success)


def refused(result: Ended, code: str, asset: str, check: str) -> bool:
    """Whether a command was refused by the gate, by name."""
    error = result.outcome["error"]
    assert (result.code, error["code"], error["asset"]) == (1, code, asset), result.stdout
    assert error["type"] == "GateError"
    assert check in error["message"]
    return True


class BrokenInspector:
    """An inspector that crashes, as a check with a bug would."""

    build_ids: Mapping[str, str] = {}

    @contextmanager
    def open(self, *_: Any) -> Iterator[Any]:
        raise ZeroDivisionError("a bug in a check")
        yield


def test_packages_made_again_without_their_checks_are_not_released(finished: Studio) -> None:
    """The checks passed, but on other bytes; asking for the release alone does not get round that."""
    before = published(finished)
    say(finished, "Other words.")
    selection = dg.AssetSelection.assets("captions", "text_tracks", *PACKAGES).without_checks()
    assert materialise(finished, selection)
    assert refused(finished.run("--select", "release"), "check_other_bytes", "release", "hls_package.")
    assert refused(finished.run("--select", "release,cms_entry"), "check_other_bytes", "release", "hls_package.")
    assert published(finished) == before
    assert finished.run("--select", "hls_package,dash_package").code == 0  # with their checks, on the new bytes
    shutil.rmtree(finished.home / "cms")
    assert refused(finished.run("--select", "cms_entry"), "check_other_bytes", "cms_entry", "hls_package.")
    assert not (finished.home / "cms" / "titles" / "film.json").exists()
    assert finished.run("--select", "release,cms_entry").code == 0


def test_a_check_that_crashed_is_not_one_that_passed(finished: Studio) -> None:
    for report in finished.title.glob("*_package.*"):
        shutil.rmtree(report)
    crashing = {"inspector": dg.ResourceDefinition.hardcoded_resource(BrokenInspector())}
    assert not materialise(finished, dg.AssetSelection.assets(*PACKAGES), crashing)
    assert refused(finished.run("--select", "release"), "check_unfinished", "release", "hls_package.")
    assert refused(finished.run("--select", "cms_entry"), "check_unfinished", "cms_entry", "hls_package.")


def test_a_check_that_failed_refuses_and_names_itself(finished: Studio) -> None:
    """One segment's media are zeros, in their right size."""
    shutil.rmtree(finished.title / "hls_package.decodes")
    segment = max(finished.title.glob("video_tracks/*/*/*.m4s"), key=lambda path: path.stat().st_size)
    data = segment.read_bytes()
    start = data.index(b"mdat") + 4
    segment.write_bytes(data[:start] + bytes(len(data) - start))
    checked = finished.run("--select", "hls_package")
    assert refused(checked, "check_failed", "hls_package", "the check hls_package.decodes failed: ")
    assert refused(finished.run("--select", "release"), "check_failed", "release", "hls_package.decodes")
    assert refused(finished.run("--select", "cms_entry"), "check_failed", "cms_entry", "hls_package.decodes")


def test_a_check_that_never_ran_refuses_unless_nothing_is_required(finished: Studio) -> None:
    """The store is there and Dagster's records are lost, so nobody knows that the packages were ever checked."""
    shutil.rmtree(finished.home / "dagster")
    assert refused(finished.run("--select", "release"), "check_missing", "release", "hls_package.durations")
    assert refused(finished.run("--select", "cms_entry"), "check_missing", "cms_entry", "hls_package.durations")
    finished.edit_profile(lambda profile: profile.update(required_checks=[]))
    assert finished.run("--select", "release,cms_entry").code == 0


def test_every_required_check_is_one_that_there_is(finished: Studio) -> None:
    with finished.session() as session:
        graph = build_definitions(session.settings).resolve_asset_graph()
        known = {f"{key.asset_key.to_user_string()}.{key.name}" for key in graph.asset_check_keys}
        for profile in session.profiles.values():
            assert set(profile.required_checks) <= known
    assert Path(finished.title).is_dir()


def test_a_track_made_anew_with_other_bytes_is_not_released_in_the_place_of_the_checked_one(finished: Studio) -> None:
    committed = next(finished.title.glob("audio_tracks/*/*/init.mp4")).parent.parent / "artifact.json"
    committed.write_text(committed.read_text().replace('"role": "main"', '"role": "dub"'))
    shutil.rmtree(finished.home / "origin")
    error = finished.run("--select", "release").outcome["error"]
    assert error["code"] == "artifact_missing"
    assert "Materialise audio_tracks" in error["message"]
