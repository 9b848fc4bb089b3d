"""The catalogue of broken, hostile and odd inputs: each gets its code, and what is whole is accepted."""

import contextlib
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets.domain.errors import SourceError
from vod_assets_tests.adapters.probe.conftest import Bench

pytestmark = pytest.mark.media
Spoil = Callable[[bytes], bytes]


def seeded(seed: int) -> random.Random:
    """Return the same chance every time."""
    return random.Random(seed)  # noqa: S311 - repeatable on purpose


def box_at(data: bytes, kind: bytes) -> tuple[int, int]:
    """Return offset and size of a top-level box."""
    at = 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if name == kind:
            return at, size
        at += size
    raise LookupError(kind)


def cut_to(share: float) -> Spoil:
    return lambda data: data[: int(len(data) * share)]


def cut_index(data: bytes) -> bytes:
    at, size = box_at(data, b"moov")
    return data[: at + size // 2]


def without_index(data: bytes) -> bytes:
    at, size = box_at(data, b"moov")
    return (data[:at] + data[at + size :])[:-1000]


def zeroed_media(data: bytes) -> bytes:
    at, size = box_at(data, b"mdat")
    return data[: at + 8] + bytes(size - 8) + data[at + size :]


def with_hole(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(len(data) // 5) + data[middle + len(data) // 5 :]


def flipped(count: int, within: bytes = b"mdat") -> Spoil:
    def spoil(data: bytes) -> bytes:
        at, size = box_at(data, within)
        chance, spoiled = seeded(1000 + count), bytearray(data)
        for _ in range(count):
            spoiled[at + 8 + chance.randrange(size - 8)] ^= 1 << chance.randrange(8)
        return bytes(spoiled)

    return spoil


def offsets_past_the_end(data: bytes) -> bytes:
    """Move the last quarter of the first chunk offset table behind the end of the file."""
    at = data.index(b"stco") + 8
    (count,) = struct.unpack_from(">I", data, at)
    spoiled = bytearray(data)
    for n in range(count * 3 // 4, count):
        struct.pack_into(">I", spoiled, at + 4 + 4 * n, 0x7000_0000)
    return bytes(spoiled)


def claims_ten_million_samples(data: bytes) -> bytes:
    spoiled = bytearray(data)
    at = data.index(b"stsz")
    struct.pack_into(">II", spoiled, at + 8, 1, 10_000_000)
    return bytes(spoiled)


def has_200_000_edits(data: bytes) -> bytes:
    spoiled = bytearray(data)
    struct.pack_into(">I", spoiled, data.index(b"elst") + 8, 200_000)
    return bytes(spoiled)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(width // 8 + 1) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SPOILT_MP4: dict[str, tuple[Spoil, str]] = {
    "half a file, index first": (cut_to(0.5), "source_truncated"),
    "a hundredth missing at the end": (cut_to(0.95), "source_truncated"),
    "cut within the index": (cut_index, "source_truncated"),
    "no index, media cut": (without_index, "source_truncated"),
    "all media zero": (zeroed_media, "source_corrupt"),
    "a hole of zeroes": (with_hole, "source_corrupt source_damaged"),
    "chunk offsets past the end": (offsets_past_the_end, "source_corrupt"),
    "64 bits flipped": (flipped(64), "source_damaged source_corrupt"),
    "512 bits flipped": (flipped(512), "source_damaged source_corrupt"),
    "512 bits of the index flipped": (flipped(512, b"moov"), "source_corrupt source_truncated no_streams"),
    "ten million samples claimed": (claims_ten_million_samples, "source_corrupt"),
    "200,000 edits claimed": (has_200_000_edits, "edit_list_too_long"),
    "nothing": (lambda _: b"", "source_empty"),
    "one byte": (lambda _: b"\x00", "source_not_media"),
    "a file type and noise": (lambda data: data[:32] + seeded(18).randbytes(9000), "source_corrupt"),
}
DISGUISED: dict[str, tuple[bytes, str]] = {
    "a web page": (b"<!DOCTYPE html><title>403 Forbidden</title>", "source_not_media"),
    "an XML document": (b"<?xml version='1.0'?><a/>", "source_not_media"),
    "noise": (seeded(17).randbytes(1 << 18), "source_not_media"),
    "text": (b"Directed by nobody\n" * 50, "source_not_media"),
    "a JPEG": (b"\xff\xd8\xff\xe0" + bytes(500), "source_is_image"),
    "a PNG of 256 million pixels": (png(16000, 16000), "source_is_image"),
    "an ffconcat script": (b"ffconcat version 1.0\nfile good.mp4\n", "format_not_allowed"),
    "an HLS playlist": (b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n", "format_not_allowed"),
    "a DASH manifest": (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', "format_not_allowed"),
    "a session description": (b"v=0\no=- 0 0 IN IP4 127.0.0.1\n", "format_not_allowed"),
    "an ASX playlist": (b"<ASX version='3'><ref href='http://127.0.0.1/'/></ASX>", "format_not_allowed"),
    "an IMF playlist": (b"<?xml version='1.0'?><CompositionPlaylist/>", "format_not_allowed"),
}
PICTURES: dict[str, tuple[str, str]] = {
    "one pixel": ("testsrc2=s=2x2:r=25:d=1", "picture_too_small"),
    "a ribbon": ("color=s=4000x16:r=25:d=0.2", "aspect_out_of_range"),
    "a side of 9000": ("color=s=9000x1000:r=25:d=0.08,format=gray", "picture_too_large"),
    "one frame": ("testsrc2=s=64x64:r=25:d=0.04", "too_short"),
    "a pause of 20 s": ("testsrc2=s=64x64:r=25:d=1,setpts='PTS+gte(N,12)*20/TB'", "timestamp_gap"),
}


def refused_code(bench: Bench, path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        bench.accept(path)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize(("spoil", "codes"), SPOILT_MP4.values(), ids=SPOILT_MP4)
def test_a_spoilt_mp4_is_refused(bench: Bench, good: Path, tmp_path: Path, spoil: Spoil, codes: str):
    spoilt = tmp_path / "spoilt.mp4"
    spoilt.write_bytes(spoil(good.read_bytes()))
    assert refused_code(bench, spoilt) in codes.split()


@pytest.mark.parametrize(("content", "code"), DISGUISED.values(), ids=DISGUISED)
def test_a_disguised_file_is_refused_before_any_parser_sees_it(bench: Bench, tmp_path: Path, content: bytes, code: str):
    disguised = tmp_path / "film.mp4"
    disguised.write_bytes(content)
    assert refused_code(bench, disguised) == code


def test_an_archive_is_refused(bench: Bench, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "film.mov", "w") as archive:
        archive.writestr("film", "nothing")
    assert refused_code(bench, tmp_path / "film.mov") == "source_not_media"


@pytest.mark.parametrize(("picture", "code"), PICTURES.values(), ids=PICTURES)
def test_an_impossible_picture_is_refused(bench: Bench, tmp_path: Path, picture: str, code: str):
    odd = tmp_path / "odd.mkv"
    bench.clip(odd, picture, sound="", vcodec="ffv1", fps_mode="passthrough")
    assert refused_code(bench, odd) == code


def test_other_names_are_not_opened(bench: Bench, good: Path, tmp_path: Path):
    for name in ("film.nfo", "film.m3u8", "film.mp4.part", "film"):
        (tmp_path / name).write_bytes(good.read_bytes())
        assert refused_code(bench, tmp_path / name) == "not_a_media_extension"


@pytest.mark.parametrize("extension", ["mkv", "mxf", "avi"])
def test_a_cut_file_that_states_its_duration_is_refused(bench: Bench, good: Path, tmp_path: Path, extension: str):
    codec = {"vcodec": "mpeg2video", "acodec": "pcm_s16le"} if extension == "mxf" else {}
    whole = bench.clip(tmp_path / f"whole.{extension}", sound="sine=r=48000:d=4", **codec)
    cut = tmp_path / f"cut.{extension}"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    assert refused_code(bench, cut) == "source_truncated"


def test_a_cut_fragmented_mp4_is_refused(bench: Bench, good: Path, tmp_path: Path):
    whole = bench.copy(good, tmp_path / "whole.mp4", movflags="frag_keyframe+empty_moov")
    bench.accept(whole)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.8)])
    assert refused_code(bench, cut) == "source_truncated"


def test_a_codec_that_is_not_allowed_is_refused(bench: Bench, tmp_path: Path):
    rare = bench.clip(tmp_path / "rare.avi", sound="", vcodec="magicyuv", pix_fmt="yuv444p")
    assert refused_code(bench, rare) == "codec_not_allowed"


def test_sound_and_cover_art_are_no_video(bench: Bench, tmp_path: Path):
    cover = bench.clip(tmp_path / "c.png", "testsrc2=s=64x64:r=1:d=1", sound="", vcodec="png", g=1, pix_fmt="rgb24")
    streams = [generated_input("sine=d=1").audio, artifact_input(cover).video]
    bench.write(tmp_path / "a.m4a", streams, vcodec="copy", **{"disposition:v:0": "attached_pic"})
    assert refused_code(bench, tmp_path / "a.m4a") == "no_video"
    assert refused_code(bench, bench.clip(tmp_path / "b.mp4", picture="")) == "no_video"


def test_too_many_streams_are_refused(bench: Bench, good: Path, tmp_path: Path):
    sound = artifact_input(bench.clip(tmp_path / "s.mp4", picture="", sound="sine=d=0.2"))
    streams = [artifact_input(good)["v"], *(sound["a"] for _ in range(70))]
    bench.write(tmp_path / "many.mkv", streams, c="copy")
    assert refused_code(bench, tmp_path / "many.mkv") == "too_many_streams"


def test_a_scrambled_transport_stream_is_encrypted(bench: Bench, good: Path, tmp_path: Path):
    clear = bytearray(bench.copy(good, tmp_path / "clear.ts").read_bytes())
    for at in range(188 * 4, len(clear), 188):
        clear[at + 3] |= 0x80
    (tmp_path / "scrambled.ts").write_bytes(clear)
    assert refused_code(bench, tmp_path / "scrambled.ts") == "source_encrypted"


def test_an_encrypted_mp4_is_refused(bench: Bench, good: Path, tmp_path: Path):
    key = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": "00" * 16, "encryption_kid": "11" * 16}
    assert refused_code(bench, bench.copy(good, tmp_path / "a.mp4", **key)) == "source_encrypted"


def glued(good: Path, target: Path) -> Path:
    target.write_bytes(good.read_bytes() * 2)
    return target


def test_a_second_file_behind_the_first_is_said(bench: Bench, good: Path, tmp_path: Path):
    assert "trailing_data_ignored" in bench.accept(glued(good, tmp_path / "two.mp4"))


def test_a_last_box_that_claims_too_much_is_repaired(bench: Bench, good: Path, tmp_path: Path):
    data = bytearray(good.read_bytes())
    at, size = box_at(data, b"mdat")
    struct.pack_into(">I", data, at, size + 5000)
    (tmp_path / "a.mp4").write_bytes(data)
    assert "box_size_repaired" in bench.accept(tmp_path / "a.mp4")


def test_a_wrong_extension_is_said(bench: Bench, good: Path, tmp_path: Path):
    matroska = bench.copy(good, tmp_path / "a.mkv").rename(tmp_path / "a.mp4")
    assert "extension_mismatch" in bench.accept(matroska)


def test_a_lying_movie_header_is_ignored(bench: Bench, good: Path, tmp_path: Path):
    data = bytearray(good.read_bytes())
    struct.pack_into(">I", data, data.index(b"mvhd") + 20, 100_000_000)
    (tmp_path / "a.mp4").write_bytes(data)
    assert bench.inspect(tmp_path / "a.mp4").duration_seconds == 4
    bench.accept(tmp_path / "a.mp4")


def test_one_flipped_bit_of_the_index_text_is_harmless(bench: Bench, good: Path, tmp_path: Path):
    data = bytearray(good.read_bytes())
    data[data.index(b"SoundHandler")] ^= 1
    (tmp_path / "a.mp4").write_bytes(data)
    assert bench.accept(tmp_path / "a.mp4") == set()


def test_a_stream_that_starts_without_its_key_frame_begins_at_the_next(bench: Bench, tmp_path: Path):
    whole = bench.clip(tmp_path / "whole.ts", sound="", bf=0)
    data = whole.read_bytes()
    start = len(data) // 3 // 188 * 188
    (tmp_path / "a.ts").write_bytes(data[: 188 * 3] + data[start:])
    info = bench.inspect(tmp_path / "a.ts")
    assert info.video.leading_frames > 0
    assert "starts_mid_stream" in {finding.code for finding in info.findings}
    assert "damaged_frames" not in {finding.code for finding in bench.decode(tmp_path / "a.ts", info)}


def test_two_recordings_in_a_row_are_one_film(bench: Bench, good: Path, tmp_path: Path):
    data = bench.copy(good, tmp_path / "a.ts").read_bytes()
    (tmp_path / "two.ts").write_bytes(data + data)
    info = bench.inspect(tmp_path / "two.ts")
    assert abs(info.duration_seconds - 8) < 1
    assert "timestamp_discontinuity" in {finding.code for finding in info.findings}
    bench.decode(tmp_path / "two.ts", info)


def test_time_that_wraps_at_33_bits_goes_on(bench: Bench, good: Path, tmp_path: Path):
    wraps = bench.copy(good, tmp_path / "a.ts", output_ts_offset=2**33 / 90000 - 2, muxdelay=0)
    assert abs(bench.inspect(wraps).duration_seconds - 4) < 0.1


@pytest.mark.parametrize("seed", range(12))
def test_a_mutant_is_accepted_or_refused_in_words(bench: Bench, good: Path, tmp_path: Path, seed: int):
    chance, data = seeded(seed), bytearray(good.read_bytes())
    for _ in range(chance.choice([1, 4, 40])):
        at = chance.randrange(len(data) - 4)
        data[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), chance.randbytes(4)])
    (tmp_path / "mutant.mp4").write_bytes(data)
    with contextlib.suppress(SourceError):
        bench.accept(tmp_path / "mutant.mp4")
