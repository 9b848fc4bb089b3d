"""Real packages are judged by every rule, and boxes that break one are found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from vod_assets.domain.conformance import cmaf_rules
from vod_assets.domain.conformance.cmaf_rules import TrackBoxes
from vod_assets.domain.conformance.judging import every_rule, judge, tracks_of
from vod_assets.domain.isobmff import Box, Fragment
from vod_assets_tests.adapters.package.tiny_title import TinyTitle
from vod_assets_tests.adapters.package.tiny_variants import TinyVariant

pytestmark = pytest.mark.media
BY_CHOICE = {"apple-steps", "apple-six-seconds"}  # a test picture's two rungs, and segments of one second
VARIANTS = {
    "clear": {},
    "cbcs": {"scheme": "cbcs", "layout": "ondemand", "lead": Fraction(1)},
    "aes128": {"scheme": "aes128", "layout": "ts"},
}


@pytest.fixture(scope="module")
def packages(film: TinyTitle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, TinyVariant]:
    return {name: TinyVariant.of(film, tmp_path_factory.mktemp(name), **said) for name, said in VARIANTS.items()}


def test_our_packages_break_only_what_the_page_says(packages: dict[str, TinyVariant]) -> None:
    gaps = {rule.name for rule in every_rule() if rule.gap}
    met: set[str] = set()
    for package in packages.values():
        with package.opened() as opened:
            judged = judge(opened.view)
        assert {one.rule for each in judged for one in each.broken} <= gaps & (BY_CHOICE | {"apple-iframes"})
        met |= {one.rule for each in judged for one in each.verdicts if one.state == "met"}
    assert {rule.name for rule in every_rule()} - met == {
        "apple-six-seconds",
        *(rule.name for rule in every_rule() if rule.find is None),
        "dash-schema",
        "dash-range",  # two rungs of one codec and one key in SDR
        "apple-container",
    }


def box(one: Box, **said: object) -> Box:
    return replace(one, **said)  # type: ignore[arg-type]


def fragments(track: TrackBoxes, change: Callable[[int, Fragment], Fragment]) -> TrackBoxes:
    """Return a track with its second segment's fragments changed."""
    boxes, media = track.segments[1]
    changed = replace(media, fragments=tuple(change(number, one) for number, one in enumerate(media.fragments)))
    return replace(track, segments=[track.segments[0], (boxes, changed), *track.segments[2:]])


def late(_number: int, one: Fragment) -> Fragment:
    return replace(one, decode_time=one.decode_time + 1)


def without_sync(_number: int, one: Fragment) -> Fragment:
    first, *others = one.samples
    return replace(one, samples=(replace(first, is_sync=False), *others))


def turned(track: TrackBoxes) -> TrackBoxes:
    boxes, media = track.segments[0]
    return replace(track, segments=[(list(reversed(boxes)), media), *track.segments[1:]])


def unbranded(track: TrackBoxes) -> TrackBoxes:
    plain = memoryview(b"mp41\0\0\0\0")
    return replace(track, head=[box(one, body=plain) if one.kind == "ftyp" else one for one in track.head])


def unbranded_segments(track: TrackBoxes) -> TrackBoxes:
    plain = [([one for one in boxes if one.kind != "styp"], media) for boxes, media in track.segments]
    return replace(track, segments=plain)


def without_moov_children(track: TrackBoxes) -> TrackBoxes:
    return replace(
        track, head=[box(one, body=one.body[:0], size=8) if one.kind == "moov" else one for one in track.head]
    )


def longer(track: TrackBoxes) -> TrackBoxes:
    return replace(track, file_size=track.file_size + 1)


def two_keys(track: TrackBoxes) -> TrackBoxes:
    entries = track.init.encryption
    other = [replace(one, kid="00" * 16) for one in entries if one]
    return replace(track, init=replace(track.init, encryption=(*entries, *other)))


CASES: dict[str, tuple[str, Callable[[TrackBoxes], TrackBoxes]]] = {
    "cmaf-brands": ("clear", unbranded),
    "cmaf-segment-brands": ("clear", unbranded_segments),
    "cmaf-one-track": ("clear", without_moov_children),
    "cmaf-tfdt": ("clear", lambda track: fragments(track, late)),
    "cmaf-access": ("clear", lambda track: fragments(track, without_sync)),
    "cmaf-order": ("clear", turned),
    "cmaf-index": ("cbcs", longer),
    "cmaf-encryption": ("cbcs", two_keys),
}


@pytest.fixture(scope="module")
def boxes(packages: dict[str, TinyVariant]) -> Iterator[dict[str, Sequence[TrackBoxes]]]:
    with packages["clear"].opened() as clear, packages["cbcs"].opened() as cbcs:
        yield {name: list(tracks_of(one.view, "clear")) for name, one in (("clear", clear), ("cbcs", cbcs))}


@pytest.mark.parametrize("name", CASES)
def test_boxes_that_break_a_rule_are_found(boxes: dict[str, Sequence[TrackBoxes]], name: str) -> None:
    kind, change = CASES[name]
    first, *others = boxes[kind]
    states = {one.rule: one.state for one in cmaf_rules.BOOK.judge([first, *others])}
    broken = {one.rule: one.findings for one in cmaf_rules.BOOK.judge([change(first), *others])}
    assert states[name] == "met"
    assert broken[name]
