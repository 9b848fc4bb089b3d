"""Characters of caption files: which set their bytes are in."""

import codecs
from collections.abc import Iterator

from charset_normalizer import from_bytes

MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OLD_CHARSETS = {  # of captions made before UTF-8 was usual, with the languages written in each
    "cp1252": "en fr de es it pt nl sv da no nb nn fi is ga ca eu gl",
    "cp1250": "pl cs sk hu sl hr bs ro sq",
    "cp1251": "ru uk bg be sr mk",
    "koi8_r": "",
    "cp1253": "el",
    "cp1254": "tr az",
    "cp1255": "he yi",
    "cp1256": "ar fa ur",
    "cp1257": "et lv lt",
    "cp1258": "vi",
    "cp874": "th",
    "cp932": "ja",
    "euc_jp": "",
    "gb18030": "zh",
    "big5": "",
    "cp949": "ko",
}
SAMPLE_BYTES = 32_000  # enough to tell character sets apart, few enough to be quick on a large file


def decode(data: bytes, language: str = "") -> tuple[str, str] | None:
    """Return the text of a caption file and the name of its character set, or None when it is no text.

    Args:
        data: The file.
        language: BCP 47 tag, if known: it decides between sets that fit equally well.
    """
    for charset in (*_charsets_that_announce_themselves(data), "utf-8"):
        try:
            return data.decode(charset), charset
        except UnicodeDecodeError:
            continue
    guess = _guess(data, language)
    return (data.decode(guess, errors="replace"), guess) if guess else None


def _charsets_that_announce_themselves(data: bytes) -> Iterator[str]:
    """Yield the set that a byte order mark names, or the UTF-16 that zero bytes beside Latin letters betray."""
    yield from (charset for mark, charset in MARKS if data.startswith(mark))
    pairs = max(1, len(data[:SAMPLE_BYTES]) // 2)
    for first, charset in ((0, "utf-16-be"), (1, "utf-16-le")):
        if data[first:SAMPLE_BYTES:2].count(0) > pairs // 2:
            yield charset


def _guess(data: bytes, language: str) -> str | None:
    """Return the likeliest old character set of bytes that are no UTF-8."""
    told = b"\n".join(line for line in data.splitlines() if not line.isascii())[:SAMPLE_BYTES]
    matches = from_bytes(told, cp_isolation=list(OLD_CHARSETS))
    best = matches.best()
    if best is None:
        return None
    best_fit = (best.chaos, -best.coherence)
    fitting = {name for match in matches for name in match.could_be_from_charset}
    equal = {
        name for match in matches if (match.chaos, -match.coherence) <= best_fit for name in match.could_be_from_charset
    }
    spoken = [name for name, languages in OLD_CHARSETS.items() if language.split("-")[0] in languages.split()]
    preferred = [name for name in spoken if name in fitting] + [name for name in ("cp1252",) if name in equal]
    return preferred[0] if preferred else best.encoding
