"""Which assets are meant: Dagster's selection syntax, and what is made again; with errors that a person understands."""

import warnings
from collections.abc import Collection, Mapping, Sequence

import dagster as dg

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.selecting import is_named

WHOLE_TAG = "vod/whole"  # on a run that makes all that its title's profile asks for, and leaves out the rest
FORCE_TAG = "vod/force"  # on a run: what it makes again though it is there; patterns, separated by commas


def selected_assets(definitions: dg.Definitions, selection: str) -> Sequence[dg.AssetKey] | None:
    """Return the assets that a selection names; None: all of them.

    Raises:
        ConfigError: ``bad_selection``.
    """
    if selection in ("", "*"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=dg.BetaWarning)  # Dagster warns of its own parser
            chosen = dg.AssetSelection.from_coercible(selection.split(","))
        graph = definitions.resolve_asset_graph()
        keys = chosen.resolve(graph) & graph.materializable_asset_keys
    except (dg.DagsterInvalidSubsetError, dg.DagsterError, ValueError) as error:
        raise ConfigError(
            "bad_selection", f"“{selection}” cannot be selected: {error}", "Write it as in `+key:hls_package`"
        ) from error
    if not keys:
        raise ConfigError("bad_selection", f"“{selection}” selects no asset", "`vod status` lists the assets")
    return sorted(keys)


def all_but(
    definitions: dg.Definitions, selected: Sequence[dg.AssetKey] | None, without: Collection[str]
) -> tuple[Sequence[dg.AssetKey] | None, dict[str, str]]:
    """Return the assets and the tags of a run that leaves out what its title's profile does not ask for.

    Args:
        definitions: The deployment's.
        selected: Assets that were asked for; None: all.
        without: Those that the profile does not ask for. They are made if nothing else was asked for, and say why.
    """
    keys = sorted(definitions.resolve_asset_graph().materializable_asset_keys) if selected is None else selected
    wanted = [key for key in keys if key.to_user_string() not in without]
    if len(wanted) in (0, len(keys)):
        return selected, {}
    return wanted, {WHOLE_TAG: "yes"} if selected is None else {}


def force_tags(definitions: dg.Definitions, patterns: Sequence[str]) -> dict[str, str]:
    """Return the tags of a run that makes assets again, though nothing they depend on has changed.

    Args:
        definitions: The deployment's.
        patterns: Asset keys and checks (``hls_package.manifest``); ``*`` and ``?`` stand for others.

    Raises:
        ConfigError: ``bad_selection``: a pattern names nothing.
    """
    graph = definitions.resolve_asset_graph()
    checks = [key.to_user_string().replace(":", ".") for key in graph.asset_check_keys]
    known = [*(key.to_user_string() for key in graph.materializable_asset_keys), *checks]
    for pattern in patterns:
        if not any(is_named(name, [pattern]) for name in known):
            cause = f"“{pattern}” names no asset that could be forced"
            raise ConfigError("bad_selection", cause, "Write it as in `h264_*`; `vod status` lists the assets")
    return {FORCE_TAG: ",".join(patterns)} if patterns else {}


def forced_by(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Return the patterns of what a run with these tags makes again."""
    return tuple(filter(None, (pattern.strip() for pattern in tags.get(FORCE_TAG, "").split(","))))
