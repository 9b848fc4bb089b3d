"""What happens to titles, in order."""

from collections.abc import Callable

from vod_assets_tests.standing.house import House

CAPTIONS = b"1\n00:00:00,500 --> 00:00:01,500\n%s\n"
TITLE_FILE = b"title: {en: The Film, de: Der Film}\nsynopsis: {en: Nothing happens.}\n"
SIDECARS = {"film.en.srt": CAPTIONS % b"Good morning.", "film.yaml": TITLE_FILE}
ENCODER = "h264 encoder"


def files_arrive_on_both_places(house: House) -> None:
    """Masters come on the share and by FTP; sensors register them, and runs publish both."""
    house.deliver(house.share, {**SIDECARS, "film.mp4": house.master.read_bytes()})
    house.deliver(house.login, {"reel.mp4": distinct(house.master.read_bytes())})
    house.wait_for_release("film", 1)
    house.wait_for_release("reel", 1)
    assert {run.tags["dagster/partition"] for run in house.runs()} == {"film", "reel"}
    assert house.processes()[ENCODER] == 2


def viewers_play_them(house: House) -> None:
    """Every file of HLS and DASH comes over HTTP, as what it is, and decodes."""
    entry = house.viewer("film").entry()
    assert entry is not None
    assert entry["names"] == {"en": "The Film", "de": "Der Film"}
    for title, languages in (("film", {"en"}), ("reel", set())):
        frames = house.viewer(title).watch()
        assert (frames["h264_360p"], frames["h264_180p"]) == (100, 100)
        assert house.viewer(title).languages_of_text() == languages


def a_new_cut_is_a_version_beside_the_first(house: House) -> None:
    """Other bytes under the same name are encoded again; the first release stays."""
    before = house.viewer("film").entry()
    house.deliver(house.share, {"film.mp4": house.other_master.read_bytes()})
    house.wait_for_release("film", 2)
    after = house.viewer("film").entry()
    assert before is not None
    assert after is not None
    assert before["source"] != after["source"]
    assert house.processes()[ENCODER] == 1
    assert house.web.get(before["release"]["variants"]["clear"]["hls"]).status_code == 200


def late_captions_are_all_that_is_made(house: House) -> None:
    """A sidecar that comes later makes a release with one more language, and no encoder starts."""
    house.deliver(house.share, {"film.fr.srt": CAPTIONS % b"Bonjour."})
    house.wait_for_release("film", 3)
    assert not [name for name in house.processes() if name.endswith("encoder")]
    house.viewer("film").watch()
    assert house.viewer("film").languages_of_text() == {"en", "fr"}


def the_same_bytes_again_are_nothing_new(house: House) -> None:
    """Delivering master and sidecars twice starts no run."""
    house.deliver(house.share, {**SIDECARS, "film.mp4": house.other_master.read_bytes()})
    assert house.arrival("film.mp4")["state"] == "new version"
    runs = len(house.runs())
    house.wait_until(lambda: house.arrival("film.mp4")["state"] == "taken")
    assert len(house.runs()) == runs
    assert house.viewer("film").release() == 3


def a_lost_master_unpublishes_nothing(house: House) -> None:
    """The title is marked and reported while its master is away, and no longer when it is back."""
    master = (house.share / "film.mp4").rename(house.share.with_name("film.mp4"))
    house.wait_until(lambda: house.arrival("film.mp4")["state"] == "vanished")
    code, report = house.vod("reconcile")
    assert (code, [(one["code"], one["title"]) for one in report["found"]]) == (1, [("source_missing", "film")])
    assert [record["vanished"] for record in house.vod("titles", "list")[1]] == [True, False]
    assert house.viewer("film").release() == 3
    master.rename(house.share / "film.mp4")
    house.wait_until(lambda: house.arrival("film.mp4")["state"] == "taken")
    assert [record["vanished"] for record in house.vod("titles", "list")[1]] == [False, False]


def everything_agrees(house: House) -> None:
    """All that was promised is there, to the byte, and nobody differs from anybody."""
    code, report = house.vod("verify", "--all")
    assert (code, report["problems"]) == (0, [])
    code, report = house.vod("reconcile")
    assert (code, report["found"]) == (0, [])


STATIONS: tuple[Callable[[House], None], ...] = (
    files_arrive_on_both_places,
    viewers_play_them,
    a_new_cut_is_a_version_beside_the_first,
    late_captions_are_all_that_is_made,
    the_same_bytes_again_are_nothing_new,
    a_lost_master_unpublishes_nothing,
    everything_agrees,
)


def distinct(master: bytes) -> bytes:
    """Return a film with bytes of its own: a ``free`` box at its end."""
    return master + b"\0\0\0\x0cfree" + b"reel"
