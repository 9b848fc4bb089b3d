"""What a MAM exports, read by a mapping: an XPath or a JSON pointer for each field."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import yaml
from lxml import etree
from pydantic import Field, ValidationError, field_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.metadata import Description
from vod_assets.domain.metadata_readers.fields import BY_LANGUAGE, LISTS, Fields
from vod_assets.domain.metadata_readers.xml_reading import place_of, text_of
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.title_file import plain_yaml

PEOPLE = {
    "cast": ("name", "character"),
    "crew": ("name", "role"),
    "ratings": ("system", "value"),
    "artwork": ("kind", "file", "language"),
    **dict.fromkeys(BY_LANGUAGE, ("language", "text")),
}

Each = dict[str, str]
Path = Callable[[Any, str], Iterator[tuple[str, str]]]


class Mapping(Document):
    """How to read what a MAM exports.

    Attributes:
        format: ``xml`` (the paths are XPath 1.0) or ``json`` (they are JSON pointers, RFC 6901).
        root: Name of the document's first element, or a pointer that must lead somewhere: other files are not meant.
        namespaces: Prefixes of the paths.
        fields: A path for each field; for a list, or for several languages, ``{each: PATH, name: PATH, …}`` with paths
            from each.
        words: What a value is to become: ``{kind: {Spielfilm: film}}``.
    """

    format: Literal["xml", "json"]
    root: str = ""
    namespaces: dict[str, str] = {}
    fields: dict[str, str | Each] = Field(min_length=1)
    words: dict[str, dict[str, str]] = {}

    @field_validator("fields")
    @classmethod
    def _are_known(cls, value: dict[str, str | Each]) -> dict[str, str | Each]:
        for name, path in value.items():
            field = name.partition(".")[0]
            if field not in Description.model_fields:
                raise ValueError(f"there is no field {name!r}; docs/metadata.md lists them")
            if isinstance(path, dict):
                known = ("each", *PEOPLE.get(field, ()))
                if "each" not in path or set(path) - set(known) or len(known) == 1:
                    raise ValueError(f"{name} takes a path, or an object of {', '.join(known)}")
        return value

    def is_meant_for(self, document: Any) -> bool:
        """Whether a document is of the kind that this mapping reads."""
        if isinstance(document, etree._Element):
            return self.format == "xml" and self.root in ("", etree.QName(document).localname)
        return self.format == "json" and (not self.root or bool(list(_found(document, self.root))))

    def read(self, document: Any, file: str) -> Description:
        """Return what a document says.

        Raises:
            ConfigError: ``bad_metadata_file``, naming file, place and field; ``bad_mapping`` for a wrong path.
        """
        said = Fields(file)
        values = self._xml if self.format == "xml" else self._json
        ordered = sorted(self.fields.items(), key=lambda one: one[0] != "language")  # names may depend on it
        for field, path in ordered:
            if isinstance(path, dict):
                self._put_each(said, field, path, document, values)
                continue
            for number, (text, place) in enumerate(values(document, path)):
                if number == 0 or field in LISTS:
                    said.put(field, self._word(field, text), place)
        return said.described()

    def _put_each(self, said: Fields, field: str, paths: Each, document: Any, values: Path) -> None:
        items = self._items(document, paths["each"])
        for item, place in items:
            parts = {
                name: self._word(f"{field}.{name}", text)
                for name, path in paths.items()
                if name != "each" and (text := next((text for text, _ in values(item, path)), ""))
            }
            if field in BY_LANGUAGE:
                said.put(f"{field}.{parts.get('language', 'und')}", parts.get("text", ""), place)
            elif parts:
                said.put(field, parts, place)

    def _items(self, document: Any, path: str) -> list[tuple[Any, str]]:
        if self.format == "xml":
            found = self._xpath(document, path)
            return [(one, place_of(one)) for one in found if isinstance(one, etree._Element)]
        items = [one for found in _found(document, path) for one in (found if isinstance(found, list) else [found])]
        return [(one, f"{path}/{number}") for number, one in enumerate(items)]

    def _word(self, field: str, text: str) -> str:
        return self.words.get(field, {}).get(text, text)

    def _xml(self, context: etree._Element, path: str) -> Iterator[tuple[str, str]]:
        for one in self._xpath(context, path):
            if isinstance(one, etree._Element):
                yield text_of(one), place_of(one)
            else:
                parent = one.getparent() if hasattr(one, "getparent") else None
                yield str(one).strip(), place_of(parent if parent is not None else context)

    def _xpath(self, context: etree._Element, path: str) -> list[Any]:
        try:
            found = context.xpath(path, namespaces=self.namespaces or None)
        except (etree.XPathError, TypeError, ValueError) as error:  # of a namespace without a prefix; of NUL
            raise _bad_mapping(f"{path!r} is no XPath: {error}") from error
        if isinstance(found, list):
            return found
        return [str(int(found)) if isinstance(found, float) and found.is_integer() else str(found)]

    def _json(self, context: Any, pointer: str) -> Iterator[tuple[str, str]]:
        for found in _found(context, pointer):
            for one in found if isinstance(found, list) else [found]:
                if isinstance(one, str | int) and not isinstance(one, bool):
                    yield str(one), pointer


def read_mapping(data: bytes, file: str) -> Mapping:
    """Return the mapping of a YAML or JSON file.

    Raises:
        ConfigError: ``bad_mapping``, naming the line or the field.
    """
    try:
        return Mapping.model_validate(plain_yaml(data, file))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _bad_mapping(f"{where}: {said_of(first)}", file) from error
    except (ConfigError, yaml.YAMLError) as error:
        raise _bad_mapping(error.cause if isinstance(error, ConfigError) else str(error), file) from error


def _found(value: Any, pointer: str) -> Iterator[Any]:
    """Yield what a JSON pointer leads to: one value or none."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in parts:
        if isinstance(value, list) and part.isdecimal() and len(part) < 10 and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return
    yield value


def _bad_mapping(cause: str, file: str = "") -> ConfigError:
    remedy = "Correct the file that VOD_METADATA_MAPPING names; docs/metadata.md explains it"
    return ConfigError("bad_mapping", printable(cause)[:300], remedy, file=file)
