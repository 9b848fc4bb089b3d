"""ISO base media boxes are read as far as they can be true."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.init_segment import read_init
from vod_assets.domain.isobmff import MalformedError, SampleDefaults, boxes, read_segment
from vod_assets.domain.nal_units import first_slice_type
from vod_assets.domain.sample_encryption import TrackEncryption
from vod_assets.domain.track_measures import first_iframe, frame_rate, peak_bits_per_second, presented
from vod_assets_tests.domain.tracks import segments

NO_DEFAULTS = SampleDefaults()
NON_SYNC = 0x0001_0000


def box(kind: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def full(kind: str, version: int, flags: int, *numbers: int) -> bytes:
    return box(
        kind, struct.pack(f">I{len(numbers)}I", version << 24 | flags, *(number % (1 << 32) for number in numbers))
    )


def init(entry: bytes, *, timescale: int = 24000, media_time: int = 0) -> bytes:
    stbl = box("stbl", box("stsd", struct.pack(">II", 0, 1), entry))
    mdia = box("mdia", full("mdhd", 0, 0, 0, 0, timescale, 0, 0), box("minf", stbl))
    edts = box("edts", full("elst", 0, 0, 1, 0, media_time, 0x0001_0000))
    trex = full("trex", 0, 0, 1, 1, 1001, 0, NON_SYNC)
    return box("moov", box("trak", mdia, edts), box("mvex", trex))


def video_entry(kind: str, configuration: bytes) -> bytes:
    return box(kind, bytes(24), struct.pack(">HH", 1920, 1080), bytes(50), configuration)


def audio_entry(kind: str, *parts: bytes) -> bytes:
    return box(kind, bytes(16), struct.pack(">HHHHI", 6, 16, 0, 0, 48000 << 16), *parts)


def esds(config: bytes) -> bytes:
    specific = bytes([5, len(config)]) + config
    decoder = bytes([4, 0x80, 0x80, 0x80, 13 + len(specific), 0x40]) + bytes(12) + specific
    return full("esds", 0, 0)[:8] + bytes(4) + bytes([3, 3 + len(decoder), 0, 1, 0]) + decoder


def sized_esds(config: bytes) -> bytes:
    raw = esds(config)
    return struct.pack(">I", len(raw)) + raw[4:]


@pytest.mark.parametrize(
    ("entry", "codecs"),
    [
        (video_entry("avc1", box("avcC", bytes.fromhex("0164002affe1"))), "avc1.64002a"),
        (video_entry("hvc1", box("hvcC", bytes.fromhex("010160000000b000000000005d") + bytes(9))), "hvc1.1.6.L93.B0"),
        (
            video_entry("hvc1", box("hvcC", bytes.fromhex("01222000000090000000000099") + bytes(9))),
            "hvc1.2.4.H153.90",
        ),
        (video_entry("av01", box("av1C", bytes.fromhex("81080c00"))), "av01.0.08M.08"),
        (video_entry("av01", box("av1C", bytes.fromhex("812dc000"))), "av01.1.13H.10"),
        (audio_entry("mp4a", sized_esds(bytes.fromhex("1190"))), "mp4a.40.2"),
        (audio_entry("mp4a", sized_esds(bytes.fromhex("2b92"))), "mp4a.40.5"),
        (audio_entry("mp4a", sized_esds(bytes.fromhex("f94c"))), "mp4a.40.42"),
        (audio_entry("ec-3"), "ec-3"),
        (box("wvtt", bytes(8)), "wvtt"),
    ],
)
def test_codecs_are_named_as_rfc_6381_says(entry: bytes, codecs: str) -> None:
    assert read_init(init(entry)).codecs == codecs


def test_an_init_segment_says_size_clock_and_start() -> None:
    read = read_init(init(video_entry("avc1", box("avcC", bytes.fromhex("0164002aff"))), media_time=2002))
    assert (read.kind, read.width, read.height, read.timescale, read.start) == ("video", 1920, 1080, 24000, 2002)
    assert read.nal_length_bytes == 4
    assert read.defaults == SampleDefaults(duration=1001, size=0, flags=NON_SYNC)


@pytest.mark.parametrize(
    ("transfer", "video_range"), [(None, ""), (2, ""), (1, "SDR"), (14, "SDR"), (16, "PQ"), (18, "HLG")]
)
def test_the_range_is_what_the_sample_entry_says_or_unknown(transfer: int | None, video_range: str) -> None:
    colr = b"" if transfer is None else box("colr", b"nclx" + struct.pack(">HHHB", 9, transfer, 9, 0))
    read = read_init(
        init(video_entry("hvc1", box("hvcC", bytes.fromhex("010160000000b000000000005d") + bytes(9)) + colr))
    )
    assert read.video_range == video_range


def test_an_encrypted_track_names_its_codec_and_key() -> None:
    kid, iv = bytes(range(16)), bytes(range(100, 116))
    tenc = box("tenc", struct.pack(">IBBBB", 1 << 24, 0, 0x19, 1, 0) + kid + bytes([16]) + iv)
    schm = box("schm", bytes(4) + b"cbcs" + bytes(4))
    sinf = box("sinf", box("frma", b"avc1"), schm, box("schi", tenc))
    read = read_init(init(video_entry("encv", box("avcC", bytes.fromhex("0164002aff")) + sinf)))
    assert (read.codecs, read.default_kid) == ("avc1.64002a", kid.hex())
    assert read.encryption == (TrackEncryption("cbcs", kid.hex(), 0, iv, (1, 9)),)


@pytest.mark.parametrize(
    "data", [b"", box("ftyp"), init(box("zzzz", bytes(40))), init(video_entry("avc1", b"")), init(b"", timescale=0)]
)
def test_what_is_no_init_segment_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_init(data)


def fragment(sizes: list[int], *, decode_time: int = 0, offsets: list[int] | None = None, lie: int = 0) -> bytes:
    rows = [
        number for size, offset in zip(sizes, offsets or [0] * len(sizes), strict=True) for number in (size, offset)
    ]

    def moof(data_offset: int) -> bytes:
        trun = full("trun", 1, 0xA05, len(sizes) + lie, data_offset, 0, *rows)
        tfhd = full("tfhd", 0, 0x2_0008, 1, 1001)
        return box("moof", full("mfhd", 0, 0, 1), box("traf", tfhd, full("tfdt", 0, 0, decode_time), trun))

    return moof(len(moof(0)) + 8) + box("mdat", bytes(sum(sizes)))


DEFAULTS = SampleDefaults(duration=1001, size=0, flags=NON_SYNC)


def test_samples_are_where_the_fragment_says() -> None:
    media = read_segment(box("styp", bytes(8)) + fragment([30, 10, 20], decode_time=96096), DEFAULTS)
    (one,) = media.fragments
    assert (one.moof_offset, one.decode_time, one.duration) == (16, 96096, 3003)
    assert [(sample.size, sample.is_sync) for sample in one.samples] == [(30, True), (10, False), (20, False)]
    iframe = first_iframe("1.m4s", media, 3003)
    assert iframe is not None
    assert (iframe.offset_bytes, iframe.offset_bytes + iframe.length_bytes) == (16, one.data_offset + 30)


def test_presentation_begins_where_the_edit_list_says() -> None:
    """Two frames of B-frame delay, as x264 makes them: decoding time zero, shown from the edit's start on."""
    shown = presented(read_segment(fragment([1, 1, 1], offsets=[2002, 3003, 1001]), DEFAULTS), 2002)
    assert shown == (0, 3003)


def test_priming_before_time_zero_is_not_presented() -> None:
    assert presented(read_segment(fragment([1, 1, 1]), DEFAULTS), 1001) == (0, 2002)


def test_negative_composition_offsets_are_read() -> None:
    media = read_segment(fragment([1, 1], offsets=[0, -5]), DEFAULTS)
    assert [sample.composition_offset for sample in media.samples] == [0, -5]


def test_a_last_frame_that_is_cut_does_not_change_the_frame_rate() -> None:
    read = read_init(init(video_entry("avc1", box("avcC", bytes.fromhex("0164002aff")))))
    assert str(frame_rate(read, [read_segment(fragment([1, 1]), DEFAULTS)])) == "24000/1001"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        box("mdat", b"x"),
        fragment([10])[:-1],
        fragment([10], lie=1),
        fragment([10], lie=1 << 31),
        struct.pack(">I4s", 7, b"moof"),
        struct.pack(">I4sQ", 1, b"moof", 1 << 62),
    ],
)
def test_sizes_that_cannot_be_true_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_segment(data, DEFAULTS)


@given(st.binary(max_size=400), st.integers(min_value=0, max_value=400), st.binary(max_size=8))
def test_no_bytes_do_worse_than_being_refused(noise: bytes, at: int, patch: bytes) -> None:
    sound = init(video_entry("avc1", box("avcC", bytes.fromhex("0164002aff")))) + fragment([3, 4])
    for data in (noise, sound[:at] + patch + sound[at + len(patch) :], sound[:at]):
        for read in (lambda data: read_segment(data, DEFAULTS), read_init, lambda data: list(boxes(data))):
            try:
                read(data)
            except MalformedError:
                continue


def test_the_first_slice_is_found_behind_parameter_sets() -> None:
    units = [bytes([0x67, 1, 2]), bytes([0x68, 3]), bytes([0x06, 4]), bytes([0x65, 9, 9])]
    sample = b"".join(struct.pack(">I", len(unit)) + unit for unit in units)
    assert first_slice_type(memoryview(sample), 4, is_hevc=False) == 5
    assert first_slice_type(memoryview(sample[:12]), 4, is_hevc=False) is None


def test_a_short_last_segment_does_not_decide_the_peak_alone() -> None:
    """Its rate is 16 times the others', but no run of half a target duration has it (RFC 8216, 4.1)."""
    track = segments((4000, 4000, 100), 1_000_000)
    assert peak_bits_per_second(track, 1000) == -(-8 * (1_000_002 + 1_000_003) * 1000 // 4100)
