"""What can go wrong with a title: each function does one harm, and `FAULTS` says what it is to be called."""

import json
from dataclasses import replace

import dagster as dg

from trials.catalogue import Catalogue, Fault
from vod_assets.defs.executors import Executor
from vod_assets.defs.partitions import TITLES
from vod_assets.domain.recipe import Recipe

HERE = Executor.this_process()
DEAD = replace(HERE, started_ticks=HERE.started_ticks - 1).as_tags()
ALIVE = HERE.as_tags()


def lose_an_event(there: Catalogue, title: str) -> None:
    there.commit(title, Recipe("poster", parameters={"width": 12}), {}, "other", told=False)


def lose_the_partition(there: Catalogue, title: str) -> None:
    there.instance.delete_dynamic_partition(TITLES, title)


def lose_the_record(there: Catalogue, title: str) -> None:
    there.store.remove(title)
    there.origin.remove(title)
    there.cms.remove(title)


def kill_the_worker(there: Catalogue, title: str) -> None:
    there.run(title, DEAD)


def kill_the_worker_while_it_is_cancelled(there: Catalogue, title: str) -> None:
    there.run(title, DEAD, status=dg.DagsterRunStatus.CANCELING)


def copy_partly(there: Catalogue, title: str) -> None:
    there.storages.kept.replace(f"{there.poster(title)}/file", b"pict")


def lose_a_file(there: Catalogue, title: str) -> None:
    there.storages.kept.delete([f"{there.poster(title)}/file"])


def lose_a_commit(there: Catalogue, title: str) -> None:
    there.storages.kept.delete([f"{there.poster(title).rpartition('/')[0]}/artifact.json"])


def lose_a_pointer(there: Catalogue, title: str) -> None:
    there.storages.kept.delete([f"titles/{title}/poster/latest.json"])


def half_an_upload(there: Catalogue, title: str) -> None:
    abandoned = f"{there.poster(title).rpartition('/')[0]}/20200102T030405Z-0a1b2c3d"
    there.storages.kept.replace(f"{abandoned}/file", b"pic")
    there.storages.age(there.storages.kept, abandoned)


def place_a_track_that_no_release_names(there: Catalogue, title: str) -> None:
    there.storages.age(there.storages.published, there.put_lone_track(title))


def delete_a_segment(there: Catalogue, title: str) -> None:
    there.storages.published.delete([f"{there.track(title)}/1.m4s"])


def cut_a_segment(there: Catalogue, title: str) -> None:
    there.storages.published.replace(f"{there.track(title)}/2.m4s", b"seg")


def rot_a_segment(there: Catalogue, title: str) -> None:
    there.storages.published.replace(f"{there.track(title)}/2.m4s", b"tnemges 2")


def delete_a_playlist(there: Catalogue, title: str) -> None:
    there.storages.published.delete([f"{title}/releases/1/clear/master.m3u8"])


def show_an_old_release(there: Catalogue, title: str) -> None:
    newer = there.release(title, "newer")
    there.tell(title, newer)


def show_a_release_that_is_not_there(there: Catalogue, title: str) -> None:
    entry = json.loads(there.cms.path(title).read_text())
    entry["release"]["digest"] = "0" * 64
    there.cms.path(title).write_text(json.dumps(entry))


def lose_the_entry(there: Catalogue, title: str) -> None:
    there.cms.remove(title)


def lose_the_entrys_page(there: Catalogue, title: str) -> None:
    there.cms.path(title, ".html").unlink()


def lose_the_source(there: Catalogue, title: str) -> None:
    there.source(title).unlink()


def replace_the_source(there: Catalogue, title: str) -> None:
    there.source(title).write_text("another cut of it")


FAULTS: dict[Fault, str] = {
    lose_an_event: "event_lost",
    lose_the_partition: "partition_missing",
    lose_the_record: "partition_orphaned",
    kill_the_worker: "run_stranded",
    copy_partly: "artifact_damaged",
    half_an_upload: "leftover",
    delete_a_segment: "release_damaged",
    show_an_old_release: "entry_stale",
    lose_the_entry: "entry_missing",
    lose_a_commit: "artifact_damaged",
    lose_a_file: "artifact_damaged",
    lose_a_pointer: "artifact_damaged",
    cut_a_segment: "release_damaged",
    rot_a_segment: "release_damaged",
    delete_a_playlist: "release_damaged",
    kill_the_worker_while_it_is_cancelled: "run_stranded",
    place_a_track_that_no_release_names: "leftover",
    show_a_release_that_is_not_there: "entry_points_nowhere",
    lose_the_entrys_page: "entry_damaged",
    lose_the_source: "source_missing",
    replace_the_source: "source_changed",
}
NOT_OURS = ("source_missing", "source_changed")  # somebody has to deliver
REPAIRABLE = [fault for fault, code in FAULTS.items() if code not in NOT_OURS]
