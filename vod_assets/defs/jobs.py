"""Jobs: the whole graph of a title, and registering a title from the launchpad."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from vod_assets.defs.description import describe_from
from vod_assets.defs.ended_runs import tells_of_refusals
from vod_assets.defs.holding import Holder
from vod_assets.defs.house import Artifacts
from vod_assets.defs.registration import Registrar, register
from vod_assets.defs.rekeying import renewed
from vod_assets.defs.step import edge
from vod_assets.places import SOURCE_ADDRESSES
from vod_assets.ports import KeyProvider, Leases, Outbox, Prober, SourceStore
from vod_assets.settings import load_settings

TITLE_TAG = "vod/title"
SENSOR_SECONDS = 5

title_graph = dg.define_asset_job(
    "title_graph",
    selection=dg.AssetSelection.all(),
    description="Everything of a title: from its mezzanine to the release and the CMS entry.",
)


class RegisterTitleConfig(dg.Config):
    """What to register.

    Attributes:
        source: Path of the mezzanine, or its address.
        title: Title id; empty: a slug of the file's name.
        profile: Profile; empty: the title file's, or ``default``.
    """

    source: str = Field(description=f"The mezzanine: a path, or an address: {SOURCE_ADDRESSES}.")
    title: str = ""
    profile: str = ""


@dg.op
def register_source(
    context: dg.OpExecutionContext,
    config: RegisterTitleConfig,
    artifacts: Artifacts,
    sources: dg.ResourceParam[SourceStore],
    prober: dg.ResourceParam[Prober],
    outbox: dg.ResourceParam[Outbox],
) -> str:
    """Register a source as a title, refusing it when it breaks a cheap rule; return the title id."""
    registrar = Registrar(
        instance=context.instance,
        store=artifacts.store,
        sources=sources,
        prober=prober,
        profiles=artifacts.profiles,
        describe=describe_from(sources),
        default_profile=load_settings().profile,
        refused=tells_of_refusals(outbox),
    )
    with edge(context, config.title):
        record = register(registrar, config.source, config.title, config.profile).record
    context.instance.add_run_tags(context.run_id, {TITLE_TAG: record.title_id})
    context.log.info(f"registered {record.title_id}; the sensor registered_titles launches its run")
    return record.title_id


@dg.job(description="Register a title (launchpad: source, title, profile); its whole graph is launched afterwards.")
def register_title() -> None:
    """Register a source as a title."""
    register_source()


class RekeyTitleConfig(dg.Config):
    """Which title gets new keys."""

    title: str = Field(description="A title id, as `vod titles list` prints it.")


@dg.op
def renew_keys(
    context: dg.OpExecutionContext,
    config: RekeyTitleConfig,
    artifacts: Artifacts,
    leases: dg.ResourceParam[Leases],
    keys: dg.ResourceParam[KeyProvider],
) -> int:
    """Give a title new content keys, and return how many times that was done."""
    with edge(context, config.title), Holder(context.instance, leases, "rekey").held(config.title):
        record = renewed(artifacts.store, keys, config.title)
    context.instance.add_run_tags(context.run_id, {TITLE_TAG: config.title})
    context.log.info(
        f"{config.title} has keys of generation {record.key_generation}; registered_titles launches its run"
    )
    return record.key_generation


@dg.job(description="Give a title new content keys (launchpad: title); its tracks are packaged anew afterwards.")
def rekey_title() -> None:
    """Give a title new content keys."""
    renew_keys()


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[register_title, rekey_title],
    request_job=title_graph,
    minimum_interval_seconds=SENSOR_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def registered_titles(context: dg.RunStatusSensorContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Launch the whole graph of every title that was registered or given new keys from the launchpad."""
    run = context.dagster_run
    title = run.tags.get(TITLE_TAG)
    if title:
        yield dg.RunRequest(run_key=run.run_id, partition_key=title)
    else:
        yield dg.SkipReason("the run names no title")
