"""How long `vod generate-report` takes over many runs, and its memory: ``python benchmarks/report.py WORK [--runs N]``.

Runs and events are written into SQLite as Dagster keeps them: 26 assets a run, one run in twenty failed.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ASSETS = [
    *("mezzanine", "media_info", "metadata", "markers", "encoding_ladder", "captions", "poster", "thumbnails"),
    *("h264_1080p", "h264_720p", "h264_480p", "h264_360p", "hevc_1080p", "hevc_720p", "audio_aac", "audio_ac3"),
    *("video_tracks", "audio_tracks", "text_tracks", "image_tracks", "hls_package", "dash_package"),
    *("quality_control", "quality_report", "release", "cms_entry"),
]
WORDS = "x" * 1500  # what a person sees of an asset: tables, posters


def fill(runs: int) -> None:
    """Write runs, their events, and why one in twenty failed."""
    import dagster as dg
    from dagster._core.events import AssetMaterialization, StepMaterializationData
    from dagster._core.events.log import EventLogEntry
    from dagster._core.storage.event_log.schema import SqlEventLogStorageTable

    from vod_assets.cli.session import open_session
    from vod_assets.defs.guard import PARTITION_TAG

    now = time.time()
    with open_session() as session:
        storage = session.instance.event_log_storage
        for number in range(runs):
            run_id, title, at = f"{number:032x}", f"title-{number % 4000:05}", now - (runs - number) * 20
            has_failed = number % 20 == 7
            status = dg.DagsterRunStatus.FAILURE if has_failed else dg.DagsterRunStatus.SUCCESS
            tags = {PARTITION_TAG: title, "vod/title": title}
            session.instance.add_run(dg.DagsterRun("__ASSET_JOB", run_id, status=status, tags=tags))
            rows = []
            for asset in ASSETS:
                facts = {"made": "made now", "profile": "default", "size_bytes": 5_000_000, "shown": WORDS}
                if asset.startswith(("h264", "hevc", "audio")):
                    facts |= {"encode_seconds": 41.5, "media_seconds": 120.0, "encode_cpu_seconds": 300.0}
                made = AssetMaterialization(asset, partition=title, metadata=facts)
                event = dg.DagsterEvent(
                    event_type_value="ASSET_MATERIALIZATION",
                    job_name="__ASSET_JOB",
                    step_key=asset,
                    event_specific_data=StepMaterializationData(made, []),
                )
                entry = EventLogEntry(
                    error_info=None, level=10, user_message="", run_id=run_id, timestamp=at, dagster_event=event
                )
                rows.append(storage.prepare_insert_event(entry).compile().params)
            with storage.index_connection() as connection:
                connection.execute(SqlEventLogStorageTable.insert(), rows)
            if has_failed:
                session.instance.report_engine_event("killed", session.instance.get_run_by_id(run_id))
            if number % 1000 == 999:
                print(number + 1, "runs written", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--runs", type=int, default=10_000)
    asked = parser.parse_args()
    os.environ["VOD_HOME"] = str(asked.work / "home")
    if not (asked.work / "home").exists():
        fill(asked.runs)
    for form in ("csv", "json", "html"):
        output, before = asked.work / f"report.{form}", resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        command = [sys.executable, "-m", "vod_assets", "generate-report", "--since", "4w", "--format", form]
        subprocess.run([*command, "--force", "--output", output], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"{form}: {time.monotonic() - began:.1f} s, {cpu:.1f} CPU s, at most {after.ru_maxrss / 1024:.0f} MB; "
            f"{output.stat().st_size / 1e6:.1f} MB written"
        )


if __name__ == "__main__":
    main()
