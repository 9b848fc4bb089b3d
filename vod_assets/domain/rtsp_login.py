"""How a client of RTSP proves who it is: Digest (RFC 7616) and Basic (RFC 7617), as RFC 7826 (19.1) takes them."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

# The strongest first.
ALGORITHMS: dict[str, Callable[[bytes], "hashlib._Hash"]] = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
PARAMETER = re.compile(r'([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))', re.IGNORECASE)


@dataclass(frozen=True)
class Login:
    """Who publishes."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Challenge:
    """What a server wants to see.

    Attributes:
        algorithm: One of `ALGORITHMS`; empty: the password itself (Basic).
        said: The parameters of Digest, by their names.
    """

    algorithm: str
    said: dict[str, str] = field(default_factory=dict)

    def answer(self, login: Login, method: str, uri: str, count: int, cnonce: str) -> str:
        """Return the value of ``Authorization``.

        Args:
            login: Who publishes.
            method: Of the request.
            uri: Of the request, as it is sent.
            count: How many answers this challenge got, with this one.
            cnonce: A word that nobody can guess.
        """
        if not self.algorithm:
            return "Basic " + base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
        realm, nonce = self.said.get("realm", ""), self.said.get("nonce", "")
        secret = self._hash(f"{login.user}:{realm}:{login.password}")
        request = self._hash(f"{method}:{uri}")
        fields = {"username": login.user, "realm": realm, "nonce": nonce, "uri": uri}
        has_auth = "auth" in (word.strip().lower() for word in self.said.get("qop", "").split(","))
        between = f"{count:08x}:{cnonce}:auth:" if has_auth else ""
        fields["response"] = self._hash(f"{secret}:{nonce}:{between}{request}")
        fields |= {"cnonce": cnonce} if has_auth else {}
        fields |= {"opaque": self.said["opaque"]} if "opaque" in self.said else {}
        quoted = [f'{name}="{_escaped(value)}"' for name, value in fields.items()]
        plain = ["qop=auth", f"nc={count:08x}"] if has_auth else []
        plain += [f"algorithm={self.algorithm}"] if "algorithm" in self.said else []
        return "Digest " + ", ".join([*quoted, *plain])

    def _hash(self, text: str) -> str:
        return ALGORITHMS[self.algorithm](text.encode()).hexdigest()


def challenge_of(headers: Iterable[str], *, is_private: bool) -> Challenge | None:
    """Return the strongest challenge of a server that can be answered; None: there is none.

    Args:
        headers: The values of ``WWW-Authenticate``.
        is_private: Whether nobody can read along, so that the password itself may be sent.
    """
    found: list[Challenge] = []
    for header in headers:
        scheme, _, rest = header.strip().partition(" ")
        said = {name.lower(): quoted or plain for name, quoted, plain in PARAMETER.findall(rest)}
        algorithm = said.get("algorithm", "MD5").upper()
        if scheme.lower() == "digest" and algorithm in ALGORITHMS and said.get("nonce"):
            found.append(Challenge(algorithm, said))
        elif scheme.lower() == "basic" and is_private:
            found.append(Challenge(""))
    order = [*ALGORITHMS, ""]
    return min(found, key=lambda one: order.index(one.algorithm), default=None)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
