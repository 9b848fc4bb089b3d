"""Taking secrets out of what is shown: those that are known, and whatever looks like one."""

import re
from collections.abc import Iterable
from urllib.parse import quote

SHORTEST = 4  # a shorter one would be found in every second word
HIDDEN = "••••"
_LOOKS = (
    re.compile(r"(?<=://)[^/\s:@'\"]*:[^/\s@'\"]+(?=@)"),  # user:password@host
    re.compile(r"(?i)\b(?<=bearer )[\w.~+/=-]{8,}"),
    re.compile(r"(?i)(?<=authorization: )\S[^\r\n]*"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+"),  # a JSON web token
    re.compile(r"\bwhsec_[\w+/=-]{8,}"),
    re.compile(r"(?<=hooks\.slack\.com/services/)[\w/]+"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
)
_NAMED = re.compile(
    r"(?i)(\b[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|signature|credential"
    r"|content[_-]?key(?!s)|decryption_key)[\w.-]*[\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;}]{4,})"
)


class Redactor:
    """Takes secrets out of texts.

    Args:
        secrets: Those that are known; they are found as they are, and as addresses carry them.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for one in secrets for form in (one, quote(one, safe=""), quote(one)) if len(one) >= SHORTEST}
        ordered = sorted(forms, key=lambda form: (-len(form), form))  # the longest first: one may hold another
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """Return a text without its secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for look in _LOOKS:
            text = look.sub(HIDDEN, text)
        return _NAMED.sub(rf"\g<1>{HIDDEN}", text)
