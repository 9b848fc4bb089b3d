"""Read playlists tag by tag, as written: what parsers put right, a rule has to see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from vod_assets.domain.package_view import resolved

_ATTRIBUTE = re.compile(r'(?<![A-Z0-9-])([A-Z0-9-]++)=("[^"]*"|[^",]*)')  # a name is looked at once, from its beginning
_WHOLE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Tag:
    """One tag: its name, all that follows the colon, and that as an attribute list without quotes.

    Attributes:
        uri: The line after it, for tags that speak of the next address.
    """

    name: str
    value: str = ""
    uri: str = ""

    @cached_property
    def attributes(self) -> dict[str, str]:
        """Attributes by name."""
        return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(self.value)}

    def __getitem__(self, name: str) -> str:
        """Return an attribute; empty when it is not there."""
        return self.attributes.get(name, "")

    def number(self, name: str) -> int:
        """Return an attribute that is a whole number; 0 when it is none."""
        return _whole(self[name])


@dataclass(frozen=True)
class Playlist:
    """One playlist."""

    address: str
    text: str
    tags: tuple[Tag, ...] = ()
    uris: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its file name."""
        return self.address.rpartition("/")[2]

    def all(self, name: str) -> list[Tag]:
        """Return every tag of a name, in order."""
        return [tag for tag in self.tags if tag.name == name]

    def value(self, name: str) -> str:
        """Return what the first tag of a name says; empty when there is none."""
        return next((tag.value for tag in self.tags if tag.name == name), "")

    def has(self, name: str) -> bool:
        """Return whether there is a tag of a name."""
        return any(tag.name == name for tag in self.tags)

    @property
    def target(self) -> int:
        """``EXT-X-TARGETDURATION``; 0 when it is none."""
        return _whole(self.value("EXT-X-TARGETDURATION"))

    @property
    def durations(self) -> list[Fraction]:
        """Each ``EXTINF``, in seconds."""
        numbers = [tag.value.partition(",")[0] for tag in self.all("EXTINF")]
        return [Fraction(number) for number in numbers if re.fullmatch(r"\d+(\.\d+)?", number)]


@dataclass(frozen=True)
class PlaylistSet:
    """A multivariant playlist and the media playlists that it names, by address."""

    top: Playlist
    media: Mapping[str, Playlist] = field(default_factory=dict)

    @property
    def streams(self) -> list[Tag]:
        """Every ``EXT-X-STREAM-INF``."""
        return self.top.all("EXT-X-STREAM-INF")

    @property
    def video(self) -> list[Tag]:
        """Variant streams with a picture."""
        return [stream for stream in self.streams if stream["RESOLUTION"]]

    @property
    def renditions(self) -> list[Tag]:
        """Every ``EXT-X-MEDIA``."""
        return self.top.all("EXT-X-MEDIA")

    def of(self, kind: str) -> list[Playlist]:
        """Return the media playlists of ``video``, ``audio``, ``text`` or ``iframes``, each once."""
        sound = {one["URI"] for one in self.renditions if one["TYPE"] == "AUDIO"}
        uris = {
            "video": [one.uri for one in self.streams if one.uri not in sound],
            "audio": [one["URI"] for one in self.renditions if one["TYPE"] == "AUDIO" and one["URI"]],
            "text": [one["URI"] for one in self.renditions if one["TYPE"] == "SUBTITLES"],
            "iframes": [one["URI"] for one in self.top.all("EXT-X-I-FRAME-STREAM-INF")],
        }[kind]
        addresses = dict.fromkeys(resolved(self.top.address, uri) for uri in uris)
        return [self.media[address] for address in addresses if address and address in self.media]

    @property
    def timed(self) -> list[Playlist]:
        """Media playlists of pictures and sound."""
        return [*self.of("video"), *self.of("audio")]


def read_playlist(address: str, text: str) -> Playlist:
    """Return a playlist's tags and addresses in order."""
    tags: list[Tag] = []
    uris: list[str] = []
    for line in reversed([line.strip() for line in text.splitlines() if line.strip()]):
        if line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            tags.append(Tag(name, value, uris[-1] if uris else ""))
        elif not line.startswith("#"):
            uris.append(line)
    return Playlist(address, text, tuple(reversed(tags)), tuple(reversed(uris)))


def playlist_sets(texts: Mapping[str, str]) -> list[PlaylistSet]:
    """Return a set for each multivariant playlist of a folder, given every playlist's text by address."""
    read = {address: read_playlist(address, text) for address, text in texts.items()}
    tops = [one for one in read.values() if one.has("EXT-X-STREAM-INF")]
    return [PlaylistSet(top, {name: read[name] for name in _named(top) if name in read}) for top in tops]


def _named(top: Playlist) -> list[str]:
    """Return the addresses of all that a playlist names besides itself, each once."""
    uris = [*top.uris, *(tag["URI"] for tag in top.tags)]
    return [one for one in dict.fromkeys(resolved(top.address, uri) for uri in uris) if one and one != top.address]


def _whole(text: str) -> int:
    """Return a whole number; 0 when it is none."""
    return int(text) if _WHOLE.fullmatch(text) else 0
