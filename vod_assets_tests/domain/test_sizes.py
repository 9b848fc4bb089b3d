"""Sizes."""

from vod_assets.domain.sizes import size_text


def test_sizes_read_as_a_person_says_them() -> None:
    sizes = [size_text(n) for n in (0, 999, 1000, 123_456_789, 999_960_000)]
    assert sizes == ["0 B", "999 B", "1.0 kB", "123 MB", "1.0 GB"]
