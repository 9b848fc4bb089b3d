"""What a playlist leads to: files that must be there, and keys that lie elsewhere."""

import pytest

from vod_assets.domain.references import file_references, is_encrypted, playlist_references

CLEAR = '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4,\n00001.m4s\n'
KEY = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://00",KEYFORMAT="com.apple.streamingkeydelivery"\n#EXTINF:4,\n00002.m4s\n'
SESSION = '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="https://keys.example.com/00"\n'


@pytest.mark.parametrize(("text", "encrypted"), [(CLEAR, False), (CLEAR + KEY, True), (CLEAR + SESSION, True)])
def test_keys_are_no_files_of_a_release(text: str, encrypted: bool) -> None:
    assert file_references(text) == ["init.mp4", *(name for name in ("00001.m4s", "00002.m4s") if name in text)]
    assert is_encrypted(text) == encrypted
    assert len(playlist_references(text)) == len(file_references(text)) + encrypted


def test_a_clear_lead_alone_is_not_encrypted() -> None:
    assert not is_encrypted(f"#EXT-X-KEY:METHOD=NONE\n{CLEAR}")
