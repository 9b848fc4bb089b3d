"""Samples have one digest in whatever file they are."""

import struct

import pytest

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.sample_digest import SampleDigest, digest_of_encoded

SAMPLES = (b"one", b"three", b"", b"four", b"five!")


def box(kind: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def words(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def movie(
    samples: tuple[bytes, ...] = SAMPLES,
    chunks: tuple[int, ...] = (2, 2, 1),
    handler: bytes = b"soun",
    *,
    wide: bool = False,
) -> bytes:
    """Return a file whose chunks lie apart, after bytes that are nobody's."""
    begin, offsets, media, taken = 8, [], b"", 0
    for count in chunks:
        media += b"gap"
        offsets.append(begin + len(media))
        media += b"".join(samples[taken : taken + count])
        taken += count
    runs = [(number + 1, count, 1) for number, count in enumerate(chunks)]
    table = box(
        "stbl",
        box("stsz", words(0, 0, len(samples), *map(len, samples))),
        box("stsc", words(0, len(runs), *(word for run in runs for word in run))),
        box("co64", words(0, len(offsets)), struct.pack(f">{len(offsets)}Q", *offsets))
        if wide
        else box("stco", words(0, len(offsets), *offsets)),
    )
    track = box("trak", box("mdia", box("hdlr", words(0, 0), handler, bytes(13)), box("minf", table)))
    return box("mdat", media) + box("moov", box("mvhd", bytes(4)), track)


def digest(*runs: tuple[bytes, ...]) -> str:
    found = SampleDigest()
    for samples in runs:
        found.add(b"".join(samples), [len(one) for one in samples])
    return found.hexdigest


@pytest.mark.parametrize("chunks", [(2, 2, 1), (5,), (1, 1, 1, 1, 1)])
@pytest.mark.parametrize("wide", [True, False])
def test_an_encoded_file_has_the_digest_of_its_samples(chunks: tuple[int, ...], wide: bool) -> None:
    assert digest_of_encoded(movie(chunks=chunks, wide=wide)) == digest(SAMPLES) == digest(SAMPLES[:2], SAMPLES[2:])


def test_another_byte_order_or_border_is_another_digest() -> None:
    others = [(b"onE", *SAMPLES[1:]), SAMPLES[::-1], (b"onet", b"hree", *SAMPLES[2:]), SAMPLES[:-1], (*SAMPLES, b"")]
    assert len({digest(SAMPLES), *map(digest, others)}) == 6


def test_samples_of_one_size_have_no_list_of_sizes() -> None:
    alike = (b"abc", b"def", b"ghi", b"jkl", b"mno")
    listed = box("stsz", words(0, 0, 5, *([3] * 5)))
    whole = movie(alike, (5,))
    short = box("stsz", words(0, 3, 5)) + box("free", bytes(12))
    assert digest_of_encoded(whole.replace(listed, short)) == digest(alike)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        movie()[:-40],
        movie(handler=b"text"),
        movie(chunks=(2, 2, 2)),
        movie(chunks=(2, 1, 1)),
        movie().replace(words(3, 5, 0), words(3, 999, 0)),
        movie().replace(b"stsc", b"stsd"),
    ],
)
def test_what_does_not_fit_is_malformed(broken: bytes) -> None:
    with pytest.raises(MalformedError):
        digest_of_encoded(broken)
