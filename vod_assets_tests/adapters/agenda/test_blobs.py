"""Notes on the agenda come in the order of their instants, and what is not one is passed over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vod_assets.adapters.agenda.blobs import AGENDA, BlobAgenda
from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.domain.errors import ConfigError
from vod_assets_tests.fakes import MemoryBlobs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def agenda() -> BlobAgenda:
    return BlobAgenda(MemoryBlobs())


def test_the_earliest_note_comes_first(agenda: BlobAgenda) -> None:
    for hours, title in ((2, "late"), (0, "film"), (1, "film")):
        agenda.note(title, NOON + timedelta(hours=hours))
    assert [(one.title, one.at - NOON) for one in agenda.notes()] == [
        ("film", timedelta(0)),
        ("film", timedelta(hours=1)),
        ("late", timedelta(hours=2)),
    ]


def test_the_same_note_twice_is_one(agenda: BlobAgenda) -> None:
    assert agenda.note("film", NOON) == agenda.note("film", NOON)
    assert len(agenda.notes()) == 1


def test_a_note_that_was_crossed_out_is_gone(agenda: BlobAgenda) -> None:
    first, second = agenda.note("film", NOON), agenda.note("film", NOON + timedelta(microseconds=1))
    agenda.cross_out([first])
    agenda.cross_out([first])
    assert agenda.notes() == [second]
    assert agenda.written_at(first) == 0


def test_all_notes_of_a_title_can_be_forgotten_but_some(agenda: BlobAgenda) -> None:
    kept = agenda.note("film", NOON)
    agenda.note("film", NOON + timedelta(hours=1))
    agenda.note("other", NOON)
    agenda.forget("film", but=[kept])
    assert [one.title for one in agenda.notes()] == ["film", "other"]


def test_what_somebody_else_put_there_is_passed_over(agenda: BlobAgenda) -> None:
    for name in ("readme.txt", "20260301T120000.000000Z~../x.json", "soon~film.json"):
        agenda.blobs.create(AGENDA + name.replace("../", ""), b"")
    assert [one.title for one in agenda.notes()] == ["x"]


def test_notes_of_many_writers_on_a_disk_do_not_take_the_folder_from_each_other(tmp_path: Path) -> None:
    agenda = BlobAgenda(DiskBlobs(tmp_path))

    def write(number: int) -> None:
        for minute in range(40):
            agenda.cross_out([agenda.note(f"film-{number}", NOON + timedelta(minutes=minute))])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert agenda.notes() == []


def test_no_title_leads_out_of_the_agenda(agenda: BlobAgenda) -> None:
    with pytest.raises(ConfigError, match="bad_title_id"):
        agenda.note("../film", NOON)
