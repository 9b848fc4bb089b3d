"""What has come whole is taken with its sidecars; everything else is left with a reason."""

from collections.abc import Sequence
from typing import Any

import pytest

from vod_assets.domain.arrivals import Left, Sighting, contents_of, family, judge, version_of
from vod_assets.domain.named_files import Naming, naming_of
from vod_assets.domain.watching import WatchedPlace, Whole

QUIET = 30.0


def place(**values: Any) -> WatchedPlace:
    return WatchedPlace(name="drop", address="/srv/drop", **values)


def seen(name: str, size: int = 10, unchanged: float = QUIET, **values: Any) -> Sighting:
    return Sighting(name, size, values.pop("modified_at", 100.0), values.pop("version", "v1"), unchanged, **values)


def waits(*sightings: Sighting, where: WatchedPlace | None = None) -> dict[str, str]:
    judged = judge(sightings, where or place())
    return {delivery.mezzanine.name: delivery.waits_for for delivery in judged.deliveries}


def left(*sightings: Sighting, where: WatchedPlace | None = None) -> dict[str, tuple[str, str]]:
    return {one.name: (one.state, one.reason) for one in judge(sightings, where or place()).left}


def test_a_title_is_its_mezzanine_and_the_sidecars_of_its_name() -> None:
    names = ["film.mov", "film.en.srt", "film.fr.scc", "film.de.dub.wav", "film.poster.jpg", "film.yaml"]
    judged = judge([seen(f"in/{name}") for name in names], place())
    (delivery,) = judged.deliveries
    assert delivery.mezzanine.name == "in/film.mov"
    assert sorted(file.name for file in delivery.sidecars) == sorted(f"in/{name}" for name in names[1:])
    assert (delivery.waits_for, judged.left) == ("", ())


@pytest.mark.parametrize(
    ("sighting", "reason"),
    [
        (seen("film.mov"), ""),
        (seen("film.mov", unchanged=29.9), "unchanged for 29 s of 30 s"),
        (seen("film.mov", size=0), "it has no bytes yet"),
        (seen("film.mov", is_archived=True), "restoring: it is on tape or in an archive class"),
    ],
)
def test_a_file_is_taken_once_it_is_whole(sighting: Sighting, reason: str) -> None:
    assert waits(sighting) == {"film.mov": reason}


def test_a_title_waits_for_a_sidecar_that_is_still_growing() -> None:
    assert waits(seen("film.mov"), seen("film.en.srt", unchanged=3)) == {
        "film.mov": "film.en.srt: unchanged for 3 s of 30 s"
    }


def test_a_sidecar_without_bytes_holds_nobody_up() -> None:
    sightings = (seen("film.mov"), seen("film.en.srt", size=0))
    assert waits(*sightings) == {"film.mov": ""}
    assert left(*sightings) == {"film.en.srt": ("waiting", "it has no bytes yet")}


def test_a_partner_with_a_temporary_name_says_that_a_file_is_being_written() -> None:
    reasons = waits(seen("film.mov"), seen("film.mov.aspera-ckpt"))
    assert reasons == {"film.mov": "film.mov.aspera-ckpt beside it says that it is being written"}


@pytest.mark.parametrize("name", ["film.mov.part", "film.mov.filepart", "Film.MOV.TMP", "film.mov.mine"])
def test_a_temporary_name_is_left_until_it_is_renamed(name: str) -> None:
    where = place(temporary=("*.mine",))
    assert left(seen(name), where=where)[name] == ("waiting", "its temporary name says that it is being written")


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("readme.txt", "ignored", "its name is no media file's and no sidecar's"),
        ("film", "ignored", "its name is no media file's and no sidecar's"),
        (".film.mov", "ignored", "it is hidden"),
        (".snapshot/film.mov", "ignored", "it is hidden"),
        ("film.en.srt", "waiting", "no video that it belongs to is here"),
        ("film.wav", "waiting", "no video that it belongs to is here"),
    ],
)
def test_what_belongs_to_no_title_is_left_with_a_reason(name: str, state: str, reason: str) -> None:
    assert left(seen(name)) == {name: (state, reason)}


def test_by_marker_a_file_waits_for_one_that_is_not_older_than_it() -> None:
    where = place(whole=Whole(by="marker", marker="{stem}.ok"))
    film = seen("film.mov", unchanged=0, modified_at=100.0)
    assert waits(film, where=where) == {"film.mov": "its marker film.ok has not come"}
    older, newer = seen("film.ok", modified_at=99.0), seen("film.ok", modified_at=100.0)
    assert waits(film, older, where=where) == {"film.mov": "its marker film.ok is older than it"}
    assert waits(film, newer, where=where) == {"film.mov": ""}
    assert left(film, newer, where=where) == {"film.ok": ("ignored", "it marks film.mov as complete")}


def test_by_name_a_file_is_whole_as_soon_as_it_is_called_so() -> None:
    assert waits(seen("film.mov", unchanged=0), where=place(whole=Whole(by="name"))) == {"film.mov": ""}


def test_objects_are_whole_when_they_are_there() -> None:
    where = WatchedPlace(name="drop", address="s3://bucket/in")
    assert waits(seen("film.mov", unchanged=0), where=where) == {"film.mov": ""}


def test_two_titles_of_one_family_keep_their_own_sidecars() -> None:
    judged = judge([seen(name) for name in ("film.mov", "film.2.mov", "film.2.en.srt", "film.en.srt")], place())
    found = {one.mezzanine.name: [file.name for file in one.sidecars] for one in judged.deliveries}
    assert found == {"film.mov": ["film.en.srt"], "film.2.mov": ["film.2.en.srt"]}


def test_a_family_is_a_folder_and_a_first_word() -> None:
    names = ["a/film.mov", "a/film.en.srt", "a/film.done", "a/film.mov.part"]
    assert {family(name) for name in names} == {"a/film"}
    assert family("cafe\u0301.mov") == family("caf\u00e9.yaml")


def test_a_version_carries_the_bytes_and_is_never_used_twice() -> None:
    one, two = contents_of({}), contents_of({"film.en.srt": "c" * 64})
    first = version_of("", "a" * 64, one)
    assert first.startswith("a" * 12)
    assert first == version_of("", "a" * 64, one)
    versions = {first, version_of("", "a" * 64, two), version_of("", "b" * 64, one)}
    replaced = version_of(first, "b" * 64, one)
    assert len(versions | {replaced, version_of(replaced, "a" * 64, one)}) == 5


def test_a_named_part_is_waited_for_with_its_marker_and_a_part_with_a_title_file_is_a_title_too() -> None:
    by_marker = place(whole={"by": "marker", "marker": "{name}.done"})
    film = (seen("film.mov"), seen("film.mov.done"), seen("film.yaml"))
    reel = {one.name: one for one in (seen("reel.mov"), seen("reel.mov.done"))}
    naming = naming_of({"film.yaml": ["reel.mov"]}, reel)
    assert waiting(film, by_marker, naming_of({"film.yaml": ["reel.mov"]}, {})) == (
        "reel.mov, which film.yaml names, has not come"
    )
    assert waiting(film, by_marker, naming_of({"film.yaml": ["reel.mov"]}, {"reel.mov": reel["reel.mov"]})) == (
        "reel.mov: its marker reel.mov.done has not come"
    )
    assert waiting(film, by_marker, naming) == ""
    judged = judge(list(reel.values()), by_marker, naming)
    assert (judged.deliveries, judged.left[0]) == ((), Left("reel.mov", "part", "of film.yaml"))
    assert judge([*reel.values(), seen("reel.yaml")], by_marker, naming).deliveries


def test_nothing_is_taken_while_a_title_file_that_may_name_it_is_unread() -> None:
    naming: Naming[Sighting] = Naming(unread=frozenset({"film.yaml"}))
    assert waiting([seen("reel.mov")], place(), naming) == "film.yaml is still to be read"
    assert waiting([seen("reel.mov"), seen("reel.yaml")], place(), naming) == ""


def waiting(sightings: Sequence[Sighting], where: WatchedPlace, naming: Naming[Sighting]) -> str:
    (delivery,) = judge(sightings, where, naming).deliveries
    return delivery.waits_for
