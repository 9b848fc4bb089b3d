"""Rules for CDNs: the table of all titles, and the function that reads it where viewers are."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from vod_assets.domain.instants import utc
from vod_assets.domain.policy import Policy, Window
from vod_assets.domain.territories import COUNTRIES, EVERYWHERE, viewer_country

SCHEMA = "vod-assets/edge-rules/1"
LARGEST_FUNCTION_BYTES = 10_240  # of CloudFront, likewise the next
LARGEST_VALUE_BYTES = 1_000
Row = dict[str, Any]

_RULES = """\
// Written by `vod edge-rules`: who may fetch what lies below /origin/<title>/.
// CloudFront Functions, runtime 2.0, viewer request.
const COUNTRIES = %(countries)s;
function lets(rule, country, platform) {
  if (rule.d && rule.d.indexOf('ALL') >= 0) return false;
  if ((rule.a || rule.d) && !country) return false;
  if (rule.d && rule.d.split(' ').indexOf(country) >= 0) return false;
  if (rule.a && rule.a.split(' ').indexOf(country) < 0) return false;
  return !rule.p || rule.p.split(' ').indexOf(platform) >= 0;
}
function visible(row, now, country, platform) {
  if (!row || row.x || !lets(row, country, platform)) return false;
  if (!row.w) return true;
  return row.w.some(function (one) {
    const isOpen = (one.f === undefined || now >= one.f) && (one.u === undefined || now < one.u);
    return isOpen && lets(one, country, platform);
  });
}
function said(values, name) {
  return values && values[name] ? values[name].value : '';
}
function refused() {
  return { statusCode: 403, statusDescription: 'Forbidden', headers: { 'cache-control': { value: 'no-store' } } };
}
async function handler(event) {
  const request = event.request;
  let path;
  try {
    path = decodeURIComponent(request.uri).split('/').filter(function (part) { return part && part !== '.'; });
  } catch (error) {
    return refused();
  }
  if (path.indexOf('..') >= 0) return refused();
  if (path[0] !== 'origin') return request;
  const code = said(request.headers, 'cloudfront-viewer-country').trim().toUpperCase();
  const country = code && COUNTRIES.split(' ').indexOf(code) >= 0 ? code : '';
  const platform = said(request.headers, 'x-vod-platform') || said(request.querystring, 'platform');
  const row = await rowOf(path[1] || '');
  return visible(row, Math.floor(Date.now() / 1000), country, platform.trim().toLowerCase()) ? request : refused();
}
"""
_INLINE = """\
const TITLES = %(titles)s;
async function rowOf(title) {
  return Object.prototype.hasOwnProperty.call(TITLES, title) ? TITLES[title] : null;
}
"""
_STORED = """\
const store = cf.kvs();
async function rowOf(title) {
  try {
    const first = await store.get(title);
    const parts = [first.slice(first.indexOf(':') + 1)];
    for (let part = 1; part < Number(first.split(':')[0]); part++) parts.push(await store.get(title + '.' + part));
    return JSON.parse(parts.join(''));
  } catch (error) {
    return null;
  }
}
"""


def table_of(policies: Mapping[str, Policy], taken_down: Collection[str] = ()) -> dict[str, Row]:
    """Return a row for each title: what CDNs decide by; a title without a row is seen by nobody.

    ``x``: nobody sees it; ``a`` and ``d``: countries that are allowed and denied; ``p``: platforms; ``w``: windows,
    each with ``f`` and ``u`` (its ends, in seconds since 1970) and ``a``, ``d`` and ``p`` of its own.
    """
    return {
        title: {"x": 1} if title in taken_down or policy.unreadable else _row(policy)
        for title, policy in sorted(policies.items())
    }


def is_visible(table: Mapping[str, Row], title: str, at: datetime, country: str = "", platform: str = "") -> bool:
    """Return what a CDN decides that reads the table."""
    row = table.get(title, {"x": 1})
    viewer, now = (viewer_country(country), platform.strip().lower()), int(utc(at).timestamp() // 1)
    if "x" in row or not _lets(row, *viewer):
        return False
    return "w" not in row or any(
        one.get("f", now) <= now < one.get("u", now + 1) and _lets(one, *viewer) for one in row["w"]
    )


def cloudfront_function(table: Mapping[str, Row]) -> str:
    """Return the source of a CloudFront Function; its table is in it while there is room, else in a KeyValueStore."""
    rules = _RULES % {"countries": f"'{' '.join(COUNTRIES)}'"}
    inlined = rules + _INLINE % {"titles": _text(table)}
    if len(inlined.encode()) <= LARGEST_FUNCTION_BYTES:
        return inlined
    return "import cf from 'cloudfront';\n" + rules + _STORED


def key_value_store(table: Mapping[str, Row]) -> str:
    """Return the table as JSON that a CloudFront KeyValueStore imports.

    A value begins with the number of its parts and a colon; a row that is too long for one value goes on in
    ``title.1``, ``title.2`` and so on.
    """
    data = []
    for title, row in table.items():
        text = _text(row)
        parts = [text[at : at + LARGEST_VALUE_BYTES] for at in range(0, len(text), LARGEST_VALUE_BYTES)]
        data.append({"key": title, "value": f"{len(parts)}:{parts[0]}"})
        data += [{"key": f"{title}.{number}", "value": part} for number, part in enumerate(parts[1:], 1)]
    return json.dumps({"data": data}, indent=1) + "\n"


def data_table(table: Mapping[str, Row]) -> str:
    """Return the table as JSON for other CDNs: an item of a dictionary or store for each title."""
    titles = {title: _text(row) for title, row in table.items()}
    return json.dumps({"schema": SCHEMA, "countries": " ".join(COUNTRIES), "titles": titles}, indent=1) + "\n"


def _row(policy: Policy) -> Row:
    windows = [_window(one) for one in policy.windows]
    return _rule(policy) | ({"w": windows} if windows else {})


def _window(window: Window) -> Row:
    ends = {"f": window.begins, "u": window.ends}
    return {name: int(at.timestamp()) for name, at in ends.items() if at} | _rule(window)


def _rule(one: Policy | Window) -> Row:
    said = {"a": one.territories.allow, "d": one.territories.deny, "p": one.platforms}
    return {name: " ".join(words) for name, words in said.items() if words}


def _lets(rule: Mapping[str, Any], country: str, platform: str) -> bool:
    allowed, denied, platforms = (rule.get(name, "").split() for name in "adp")
    if EVERYWHERE in denied or country in denied or ((allowed or denied) and not country):
        return False
    return (not allowed or country in allowed) and (not platforms or platform in platforms)


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
