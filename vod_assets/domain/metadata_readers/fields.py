"""Fields as a file says them, each with the place that says it, so that a wrong one can be named."""

from typing import Any

from pydantic import ValidationError

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.metadata import Description
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.policy import read_policy, wrong

LISTS = frozenset({"genres", "cast", "crew", "ratings", "artwork"})
BY_LANGUAGE = frozenset({"names", "synopses", "series"})


def bad_file(file: str, cause: str) -> ConfigError:
    """Return the error of a file of metadata that cannot be used."""
    return ConfigError("bad_metadata_file", cause, "Correct it, or take the file away", file=file)


class Fields:
    """What a file says of a title so far.

    Args:
        file: Its name, for errors.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._said: dict[str, Any] = {}
        self._places: dict[tuple[str, str], str] = {}

    def put(self, field: str, value: object, place: str) -> None:
        """Note what a field is; an empty text says nothing, and what was said first stays.

        Args:
            field: A field of `Description`; ``names.en`` for one language, ``policy.windows`` for one key. A value of
                a list is added to it.
            value: The value, of whatever type the file has.
            place: Where it stands: ``line 12``.
        """
        if isinstance(value, str) and not (value := value.strip()):
            return
        name, _, key = field.partition(".")
        if name in BY_LANGUAGE and not key:
            key = str(self._said.get("language", "und"))
        if name in LISTS:
            held = self._said.setdefault(name, [])
            self._places[name, str(len(held))] = place
            held.append(value)
        elif key:
            held = self._said.setdefault(name, {})
            if isinstance(held, dict) and held.setdefault(key, value) is value:
                self._places[name, key] = place
        elif self._said.setdefault(name, value) is value:
            self._places[name, ""] = place

    def described(self) -> Description:
        """Return the description.

        Raises:
            ConfigError: ``bad_metadata_file``, naming the file, the place and the field.
        """
        try:
            said = Description.model_validate(self._said)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise self.bad(self._place(first["loc"]), ".".join(map(str, first["loc"])), said_of(first)) from error
        try:
            read_policy(said.policy)
        except ValidationError as error:
            place = self._place(("policy", *error.errors(include_url=False)[0]["loc"]))
            raise self.bad(place, "policy", wrong(error)) from error
        return said

    def bad(self, place: str, field: str, cause: str) -> ConfigError:
        """Return the error of one field."""
        where = ", ".join(part for part in (place, printable(field)) if part)
        return bad_file(self.file, f"{where}: {printable(cause)}")

    def _place(self, location: tuple[int | str, ...]) -> str:
        name = str(location[0]) if location else ""
        key = str(location[1]) if len(location) > 1 else ""
        for at in ((name, key), (name, "")):
            if at in self._places:
                return self._places[at]
        return next((place for (field, _), place in self._places.items() if field == name), "")
