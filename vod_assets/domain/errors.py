"""The errors a person can meet, by who must act.

::

    VodError
    ├── SourceError     the supplier of the file: it is refused, and retrying does not help
    ├── ConfigError     the operator: a setting, a profile, an address or a command is wrong
    │   └── GateError   the operator: a required check does not allow publication
    ├── ToolError       the machine: an outside tool did not do its work
    │   └── PieceError  nobody: a source that cannot be encoded in pieces is encoded whole
    ├── StoreError      the machine: the store lost, refused or corrupted something
    ├── RemoteError     the machine: another system did not answer as it should
    └── Cancelled       nobody: the run is no longer wanted

Every error has a stable ``code`` from ``domain/codes.py`` and reads as one sentence: the title, the file, the cause
with its numbers, and what to do.
"""

import shlex
from collections.abc import Sequence


class VodError(Exception):
    """A failure with a code, a cause and a remedy; the title and the file are added where they are known."""

    def __init__(self, code: str, cause: str, remedy: str = "", title: str = "", file: str = "") -> None:
        super().__init__(code, cause, remedy, title, file)  # args alone rebuild it in another process
        self.code, self.cause, self.remedy, self.title, self.file = code, cause, remedy, title, file

    def __str__(self) -> str:
        subject = ": ".join(part for part in (self.title, printable(self.file)) if part)
        sentence = f"{subject}: {self.cause}" if subject else self.cause
        sentence = sentence.rstrip(".") + f" [{self.code}]."
        return f"{sentence} {self.remedy.rstrip('.')}." if self.remedy else sentence

    def about(self, title: str = "", file: str = "") -> "VodError":
        """Return the same error, naming a title and a file where it did not name them yet."""
        copy = type(self)(*self.args)
        copy.title, copy.file = self.title or title, self.file or file
        copy.args = (*copy.args[:3], copy.title, copy.file, *copy.args[5:])
        return copy


class SourceError(VodError):
    """The source cannot become a title; its supplier must send another file."""


class ConfigError(VodError):
    """A setting, profile, address or command is wrong; the operator must change it."""


class GateError(ConfigError):
    """A required check is missing, unfinished, failed, or judged other bytes than those about to be published."""


class ToolError(VodError):
    """An outside tool did not do its work: what was run, how it ended, its last words."""

    def __init__(
        self,
        code: str,
        cause: str,
        remedy: str = "",
        title: str = "",
        file: str = "",
        argv: Sequence[str] = (),
        stderr: str = "",
    ) -> None:
        super().__init__(code, cause, remedy, title, file)
        self.args = (code, cause, remedy, title, file, tuple(argv), stderr)
        self.argv, self.stderr = tuple(argv), stderr

    @property
    def command(self) -> str:
        """The command line as a person could paste it."""
        return shlex.join(self.argv)

    @property
    def last_words(self) -> str:
        """The last lines that the tool wrote to its standard error."""
        return "\n".join(self.stderr.strip().splitlines()[-20:])


class PieceError(ToolError):
    """What a tool made of a piece is not the same as that part of the whole."""


class StoreError(VodError):
    """The store lost, refused or corrupted something; retrying may help."""


class RemoteError(VodError):
    """Another system did not answer as it should; retrying may help."""


class Cancelled(VodError):  # noqa: N818 - it is the word that operators and Dagster use, and no error
    """The run is no longer wanted: stop at once, commit nothing, publish nothing."""

    def __init__(
        self,
        code: str = "cancelled",
        cause: str = "the run was cancelled",
        remedy: str = "",
        title: str = "",
        file: str = "",
    ) -> None:
        super().__init__(code, cause, remedy, title, file)


def printable(text: str) -> str:
    """Return text that cannot move a terminal's cursor or reverse its reading order (UAX #9 controls are escaped)."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
