"""Who asks a CMS: nobody in particular, a user, a token, or a session that is renewed when it ends."""

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

EARLY_SECONDS = 30.0  # a token is not used up to its last second: clocks differ, and requests travel
USUAL_SECONDS = 300.0
Secret = Callable[[], str]


class Signer(Protocol):
    """Says who asks."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that authorise a request."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be quoted, should the server repeat it."""
        ...

    def renew(self) -> bool:
        """Forget what was refused; return whether asking once more may help."""
        ...


@dataclass(frozen=True)
class Anonymous:
    """Nobody in particular."""

    def headers(self) -> Mapping[str, str]:
        """Return no headers."""
        return {}

    def secrets(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def renew(self) -> bool:
        """Return that there is nothing to renew."""
        return False


@dataclass(frozen=True)
class Constant:
    """A secret that is sent in a header as it is.

    Attributes:
        secret: A token (RFC 6750) or whatever the header takes; with a user, the password (RFC 7617).
        header: Its name.
        scheme: What stands before it: ``Bearer``; empty for nothing.
        username: Whose password it is.
    """

    secret: Secret = field(repr=False)
    header: str = "authorization"
    scheme: str = "Bearer"
    username: str = ""

    def headers(self) -> Mapping[str, str]:
        """Return the one header."""
        return {self.header: f"{self.scheme} {self._word}".strip()}

    def secrets(self) -> tuple[str, ...]:
        """Return the secret, itself and as it is sent."""
        return (self.secret(), self._word)

    def renew(self) -> bool:
        """Return that there is nothing to renew."""
        return False

    @property
    def _word(self) -> str:
        pair = f"{self.username}:{self.secret()}"
        return base64.b64encode(pair.encode()).decode() if self.username else self.secret()


@dataclass
class Session:
    """A token that the server lends for a while, asked for again when its time ends or when it is refused.

    Attributes:
        ask: Sends a form or a document and returns the server's answer.
        token_at: Names that lead to the token in it.
        seconds_at: Names that lead to how long it lasts.
        unit_seconds: What that is counted in.
        secret: The password or client secret that it is asked for with.
    """

    ask: Callable[[], Any] = field(repr=False)
    token_at: tuple[str, ...]
    seconds_at: tuple[str, ...]
    secret: Secret = field(repr=False)
    unit_seconds: float = 1.0
    _token: str = field(default="", init=False, repr=False)
    _until: float = field(default=0.0, init=False)

    def headers(self) -> Mapping[str, str]:
        """Return the ``Authorization`` header."""
        if not self._token or time.monotonic() >= self._until:
            answer = self.ask()
            self._token = str(_found(answer, self.token_at))
            lasts = _found(answer, self.seconds_at)
            seconds = float(lasts) * self.unit_seconds if isinstance(lasts, int | float) else USUAL_SECONDS
            self._until = time.monotonic() + max(1.0, seconds - EARLY_SECONDS)
        return {"authorization": f"Bearer {self._token}"}

    def secrets(self) -> tuple[str, ...]:
        """Return the token and what it was asked for with."""
        return (self._token, self.secret())

    def renew(self) -> bool:
        """Forget the token; return whether there was one."""
        had, self._token = bool(self._token), ""
        return had


def _found(answer: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer
