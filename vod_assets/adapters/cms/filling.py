"""Filling in addresses and bodies, and finding one's way in answers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

Values = Mapping[str, Any]


def filled_path(path: str, values: Values) -> str:
    """Return a path with its places filled in and quoted; of a list, comma-separated.

    >>> filled_path("/items?ids={keys}&q={key}", {"keys": ["a", "b"], "key": "x/y"})
    '/items?ids=a,b&q=x%2Fy'
    """
    for name, value in values.items():
        words = value if isinstance(value, list) else [value]
        if not isinstance(value, Mapping):
            path = path.replace(f"{{{name}}}", ",".join(quote(str(word), safe="") for word in words))
    return path


def filled(template: Any, values: Values) -> Any:
    """Return a body with its places filled in; a text that is one place becomes the value itself.

    >>> filled({"ids": "{keys}", "where": "id = {key}"}, {"keys": ["a"], "key": "b"})
    {'ids': ['a'], 'where': 'id = b'}
    """
    if isinstance(template, Mapping):
        return {name: filled(value, values) for name, value in template.items()}
    if isinstance(template, list | tuple):
        return [filled(value, values) for value in template]
    if not isinstance(template, str):
        return template
    for name, value in values.items():
        if template == f"{{{name}}}":
            return value
        if isinstance(value, str | int):
            template = template.replace(f"{{{name}}}", str(value))
    return template


def pointed(document: Any, pointer: str) -> Any:
    """Return what a JSON pointer leads to (RFC 6901); None when it leads nowhere.

    >>> pointed({"data": [{"a/b": 1}]}, "/data/0/a~1b")
    1
    """
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping):
            document = document.get(name)
        elif isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document


def dotted(document: Any, path: str) -> Any:
    """Return what a path with dots leads to, or None."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def placed(pairs: Mapping[str, Any]) -> dict[str, Any]:
    """Return values under names with dots as nested objects.

    >>> placed({"attributes.name": "Film", "id": "film"})
    {'attributes': {'name': 'Film'}, 'id': 'film'}
    """
    found: dict[str, Any] = {}
    for path, value in pairs.items():
        *above, last = path.split(".")
        place = found
        for name in above:
            place = place.setdefault(name, {})
        place[last] = value
    return found
