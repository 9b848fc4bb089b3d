"""Packet times: starts, ends, holes, key frames and promises, to the tick."""

from fractions import Fraction

from vod_assets.domain.packet_times import FrameTimes, Packet, Span

MS = Fraction(1, 1000)


def packet(pts: int | None, dts: int | None = None, duration: int = 40, **flags: bool) -> Packet:
    return Packet(pts, pts if dts is None else dts, duration, 100, flags.get("key", False), flags.get("discard", False))


def frames(*packets: Packet, **options: bool) -> FrameTimes:
    times = FrameTimes(MS, **options)
    for each in packets:
        times.add(each)
    times.finish()
    return times


def steady(count: int, start: int = 0, every: int = 40) -> list[Packet]:
    return [packet(start + n * every, key=n % 25 == 0) for n in range(count)]


def test_a_steady_stream_promises_all_its_frames():
    times = frames(*steady(100, start=500))
    assert (times.shown, times.leading, times.start_seconds, times.duration_seconds) == (100, 0, Fraction(1, 2), 4)
    assert (times.steps, times.gap_seconds, times.keyframe_gap_seconds) == ({40: 99}, Fraction(1, 25), 1)


def test_reordered_frames_are_put_in_order():
    order = [0, 120, 40, 80, 240, 160, 200]
    times = frames(*(packet(pts, n * 40 - 80, key=n == 0) for n, pts in enumerate(order)))
    assert times.steps == {40: 6}


def test_frames_before_the_first_key_frame_are_not_promised():
    times = frames(*(packet(n * 40, key=n in {5, 8}) for n in range(10)))
    assert (times.shown, times.leading, times.start_seconds) == (5, 5, Fraction(1, 5))


def test_leading_frames_of_an_open_gop_are_shown_by_some_decoders_and_promised_by_none():
    packets = [packet(80, 0, key=True), packet(0, 40), packet(40, 80), packet(120, 120)]
    dropped, shown = frames(*packets), frames(*packets, shows_leading=True)
    assert (dropped.shown, dropped.leading, dropped.start_seconds) == (2, 2, Fraction(2, 25))
    assert (shown.shown, shown.leading, shown.start_seconds) == (2, 0, 0)


def test_frames_that_an_edit_list_leaves_out_are_not_promised():
    times = frames(packet(-80, key=True, discard=True), packet(-40, discard=True), packet(0), packet(40))
    assert (times.shown, times.discarded, times.start_seconds, times.duration_seconds) == (2, 2, 0, Fraction(2, 25))


def test_hidden_frames_share_the_time_of_the_next():
    times = frames(packet(0, key=True), packet(41), packet(42), packet(83), has_hidden_frames=True)
    assert (times.shown, times.hidden) == (3, 1)


def test_a_hole_is_found_with_its_place():
    times = frames(*steady(25), *steady(25, start=13000))
    assert (times.gap_seconds, times.gap_at_seconds) == (Fraction(1204, 100), Fraction(96, 100))


def test_a_splice_is_mended_where_ffmpeg_mends_it():
    times = frames(*steady(25, start=50000), *steady(25), *steady(25, start=90000), mends_jumps=True)
    assert (times.duration_seconds, times.steps, len(times.jumps)) == (3, {40: 74}, 2)


def test_packets_without_any_time_are_counted_apart():
    times = frames(packet(0, key=True), Packet(None, None, 0, 1, False, False))
    assert (times.shown, times.untimed) == (1, 1)


def test_a_stream_that_stamps_few_pictures_keeps_its_rhythm():
    stamped = [packet(40, 0, key=True), Packet(None, 40, 40, 1, False, False), packet(80), packet(120)]
    times = frames(*stamped, mends_jumps=True)
    assert (times.untimed, times.steps, times.duration_seconds) == (1, {40: 3}, Fraction(16, 100))


def test_a_last_frame_without_duration_lasts_as_long_as_the_rate_says():
    times = frames(packet(0, duration=0, key=True), packet(40, duration=0))
    assert times.duration_at(Fraction(25)) == Fraction(2, 25)


def test_a_million_different_steps_do_not_fill_the_memory():
    times = frames(*(packet(n * (n + 1) // 2, key=n == 0) for n in range(6000)))
    assert len(times.steps) <= 4096


def test_sound_counts_first_and_last_packet_and_nothing_discarded():
    span = Span(MS)
    for each in (packet(-21, discard=True, duration=21), packet(0, duration=21), packet(21, duration=21)):
        span.add(each)
    assert (span.packets, span.start_seconds, span.duration_seconds) == (3, 0, Fraction(42, 1000))


def test_an_empty_stream_has_no_start():
    assert (Span(MS).start_seconds, Span(MS).duration_seconds, frames().keyframe_gap_seconds) == (None, 0, None)
