"""Write ``docs/conformance.md``: ``python -m vod_assets.domain.conformance.document > docs/conformance.md``."""

import sys
from collections.abc import Sequence
from typing import Any

from vod_assets.domain.conformance import (
    apple_rendition_rules,
    apple_rules,
    cmaf_rules,
    dashif_rules,
    hls_rules,
    mpd_rules,
)
from vod_assets.domain.conformance.rules import Rule

HEAD = """\
# Conformance

What our packages are judged by, beyond that they parse, and what comes of it. This page is written from the rules
themselves (`python -m vod_assets.domain.conformance.document`), and a test compares the two.

```
vod conformance film                     # the newest release of a title
vod conformance /path/to/a/package       # any folder with playlists or an MPD
vod conformance film --schema DASH-MPD.xsd --json
```

It prints what is broken, and how many rules were met; it ends with 1 when a **must** is broken that the tables below
do not say we break. Each rule has a test that breaks it: `vod_assets_tests/domain/conformance/test_rules.py`, and
for CMAF `vod_assets_tests/adapters/package/test_conformance.py`, where packages of every layout are judged, too.

The verdict is on what the packaged profiles make: **met**; **partly**, where the last column says what does not meet
it; or **unchecked**, where nothing here can tell.

MPEG's schema (`DASH-MPD.xsd`) is under ISO's terms and may not be handed on with this project. What it says of the
elements that our MPDs have is written down as data (`vod_assets/domain/conformance/mpd_grammar.py`): elements and their
order, attributes, types, what must be there. Anything else in an MPD of ours breaks `dash-grammar`. Whoever has the
schema passes it with `--schema`. The tests cannot; by hand, on 23 November 2026, the MPDs of every layout and scheme
and about a thousand random ones were held against transcriptions of its newest draft (6th edition) and of an older
edition, and neither refused any.

Rules of HDR and of several codecs are tested on a package of three codecs in SDR and HDR10.
"""
SECTIONS: Sequence[tuple[str, Sequence[Rule[Any]]]] = (
    ("HLS", hls_rules.BOOK.rules),
    ("HLS, as Apple asks for it", [*apple_rules.BOOK.rules, *apple_rendition_rules.BOOK.rules]),
    ("MPEG-DASH", mpd_rules.BOOK.rules),
    ("DASH, as DASH-IF asks for it", dashif_rules.BOOK.rules),
    ("CMAF", cmaf_rules.BOOK.rules),
)


def conformance_document() -> str:
    """Return the page: a table a document that rules come from."""
    return "\n".join([HEAD, *(_section(title, rules) for title, rules in SECTIONS)])


def _section(title: str, rules: Sequence[Rule[Any]]) -> str:
    rows = [
        f"| `{one.name}` | {one.level} | {one.says} | {one.source} | {_verdict(one)} | {one.gap} |" for one in rules
    ]
    head = ["| rule | | what it says | where from | verdict | what does not meet it |", "|---|---|---|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])


def _verdict(rule: Rule[Any]) -> str:
    if rule.find is None:
        return "unchecked"
    return "partly" if rule.gap else "met"


if __name__ == "__main__":
    sys.stdout.write(conformance_document())
