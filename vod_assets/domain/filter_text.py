"""Filters as the text of a graph, for command lines that cannot be built of nodes."""

import re
from collections.abc import Sequence

from vod_assets.domain.filters import Filter


def chain_text(filters: Sequence[Filter]) -> str:
    """Return filters one after the other as FFmpeg reads them; without any, the one that does nothing.

    >>> chain_text([Filter(name="fps", arguments={"fps": "24000/1001"}), Filter(name="setsar")])
    'fps=fps=24000/1001,setsar'
    """
    return ",".join(_text(filter_) for filter_ in filters) or "null"


def _text(filter_: Filter) -> str:
    arguments = ":".join(f"{name}={_escaped(value)}" for name, value in filter_.arguments.items())
    return f"{filter_.name}={arguments}" if arguments else filter_.name


def _escaped(value: str) -> str:
    """Return a value that neither the options' level nor the graph's takes apart."""
    return re.sub(r"([\\',;\[\]])", r"\\\1", re.sub(r"([\\':])", r"\\\1", value))
