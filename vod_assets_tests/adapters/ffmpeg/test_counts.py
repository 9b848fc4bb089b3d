"""Counts in ffmpeg's words become numbers, also when the words fall out of the ring."""

from vod_assets.adapters.ffmpeg.counts import DecodeCounter, parse_counts

WHO = "[in#0/mov @ 0x5] [verbose] "
ENDING = f"""\
{WHO}Input file #0 (file:/in/a.mp4):
{WHO}  Input stream #0:0 (video): 50 packets read (59583 bytes); 49 frames decoded; 1 decode errors;
{WHO}  Input stream #0:1 (audio): 88 packets read (17 bytes); 87 frames decoded; 0 decode errors (88200 samples);
{WHO}  Input stream #0:2 (subtitle): 3 packets read (90 bytes);
{WHO}  Input stream #1:0 (audio): 9 packets read (90 bytes); 9 frames decoded; 0 decode errors;
"""
CORRUPT = "[vist#0:1/h264 @ 0x5] [dec:h264 @ 0x6] [warning] corrupt decoded frame"


def test_the_ending_gives_packets_frames_and_errors_by_stream():
    counts = parse_counts(ENDING)
    assert counts.packets == {0: 50, 1: 88, 2: 3}
    assert counts.frames == {0: 49, 1: 87, 2: 0}
    assert counts.errors == {0: 1, 1: 0, 2: 0}


def test_signs_of_damage_are_counted_and_the_first_complaints_kept():
    lines = [
        "[in#0/mov @ 0x5] [error] stream 0, offset 0x18855: partial file",
        "[in#0/mpegts @ 0x5] [warning] Packet corrupt (stream = 0, dts = 93750).",
        "[h264 @ 0x5] [info] concealing 1200 DC, 1200 AC, 1200 MV errors in P frame",
        CORRUPT,
    ]
    counts = parse_counts("\n".join(lines))
    assert counts.signs == {"cut": 1, "packet": 1, "concealed": 1}
    assert counts.corrupt == {1: 1}
    assert counts.complaints == (
        "stream 0, offset 0x18855: partial file",
        "Packet corrupt (stream = 0, dts = 93750).",
        "corrupt decoded frame",
    )


def test_a_repeated_line_counts_as_often_as_it_was_said():
    assert parse_counts(f"{CORRUPT}\n    Last message repeated 6 times\n").corrupt == {1: 7}


def test_a_flood_is_counted_to_the_last_line_and_not_kept():
    counter = DecodeCounter()
    for _ in range(10_000):
        counter.read(CORRUPT)
    assert counter.counts.corrupt == {1: 10_000}
    assert len(counter.counts.complaints) == 5


def test_nothing_said_is_nothing_counted():
    assert parse_counts("").frames == {}
