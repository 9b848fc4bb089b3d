"""What of a key server's refusal may be shown: errors and events are kept, and servers repeat what they were told."""

import re
from collections.abc import Iterable

LONGEST = 300
# A key is 22 characters of base64 or 32 hex digits, so it is no word of up to 19 letters; the other is SPEKE's own.
_WORD = r"(?:ContentKey@commonEncryptionScheme|(?=[A-Za-z@'-]{1,19}(?![A-Za-z@'-]))[A-Za-z][A-Za-z@'-]*)"
_SENTENCE = re.compile(rf"(?:{_WORD}[,;:]? )*{_WORD}[.?!]?(?![^ ])")


def plain_words(data: bytes, secrets: Iterable[str]) -> str:
    """Return the plain words that a refusal begins with, one sentence at most; empty when there are none.

    Nothing from the first number, quote, tag or secret on is shown, nor what follows on the name of a credential.

    Args:
        data: The refusal.
        secrets: What the request was authorised with.

    >>> plain_words(b"Missing CPIX encryption contract. Ask us", [])
    'Missing CPIX encryption contract.'
    >>> plain_words(b"We do not know the token of mine", ["Token of mine"])
    'We do not know the'
    >>> plain_words(b"Authorization was Basic", [])
    ''
    """
    text = " ".join(data.decode("utf-8", "replace").split())
    hidden = ["authorization", *(" ".join(secret.split()) for secret in secrets)]
    text = re.split("|".join(re.escape(one) for one in hidden if one), text, maxsplit=1, flags=re.IGNORECASE)[0]
    found = _SENTENCE.match(text.strip())
    return found[0][:LONGEST] if found else ""
