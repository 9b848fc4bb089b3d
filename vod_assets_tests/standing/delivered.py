"""A title's life in front of viewers: two origins, Directus, a window and territories, orders of operators.

A test goes through the stations in seconds, ``python -m trials.publication`` at the clock's own pace.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import yaml

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.domain.catalogue import Entry
from vod_assets.domain.references import playlist_references
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.deployment import environment_of
from vod_assets_tests.servers.directus import TOKEN, Directus
from vod_assets_tests.servers.processes import free_ports, listens, running
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.studio import Studio

TITLE = "film"
CLEAR = {"name": "clear", "scheme": "none", "codecs": ["h264"]}
VARIANTS = [
    {"name": "cbcs", "scheme": "cbcs", "codecs": ["h264"], "systems": ["widevine", "playready", "fairplay"]},
    {"name": "cenc", "scheme": "cenc", "codecs": ["h264"], "systems": ["widevine", "playready"]},
]
ROW = f"/items/vod_titles/{TITLE}?fields=id,status,revision,release,hls,dash"
BY_GRAPHQL = {"query": '{ vod_titles_by_id(id: "film") { status revision release } }'}
ASKED_AT_MOST = 3
PACE_SECONDS = 0.2
PATIENCE_SECONDS = 120.0
MOST_SECONDS_OF_AN_ORDER = 10.0  # here, with imports and a busy machine; benchmarks measure what it takes


@dataclass
class Delivered:
    """A studio whose releases go to two origins and whose entries are shown in Directus.

    Attributes:
        web: Asks the server of the first origin, in a bucket.
        wait_seconds: How long after its registration the title's window opens.
        ticks: Has the schedule looked at, where no daemon does.
        said: What was seen at each station, a line each.
    """

    studio: Studio
    directus: Directus
    web: httpx.Client
    wait_seconds: float
    ticks: bool = True
    said: list[str] = field(default_factory=list)

    def vod(self, *arguments: str) -> Any:
        """Return the one object that a command prints; it must succeed."""
        ended = self.studio.vod(*arguments, "--json")
        assert ended.code == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    def order(self, *arguments: str) -> None:
        """Run a command that must succeed."""
        ended = self.studio.vod(*arguments)
        assert ended.code == 0, ended.stdout + ended.stderr

    def run(self) -> list[list[str]]:
        """Have everything made of the source, and return the tools' command lines."""
        self.studio.calls()
        ended = self.studio.run()
        assert ended.code == 0, ended.stdout + ended.stderr
        return self.studio.calls()

    def row(self) -> dict[str, Any]:
        """Return what Directus says of the title, by REST and by GraphQL alike."""
        for _ in range(ASKED_AT_MOST):  # a publication may come in between
            row = self.directus.asked("GET", ROW)
            assert isinstance(row, dict)
            again = self._by_graphql()
            if again == {name: row[name] for name in again}:
                break
        assert again == {name: row[name] for name in ("status", "revision", "release")}
        return row

    def _by_graphql(self) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {TOKEN}"}
        answer = httpx.post(f"{self.directus.url}/graphql", json=BY_GRAPHQL, headers=headers, timeout=30)
        found: dict[str, Any] = answer.raise_for_status().json()["data"]["vod_titles_by_id"]
        return found

    def entry(self) -> Entry:
        with self.studio.session() as session:
            document = session.cms.entry(TITLE)
        assert document is not None
        return Entry.model_validate(document)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as something holds; the schedule is looked at meanwhile, as the sensor does."""
        latest = time.monotonic() + self.wait_seconds + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < latest, self.said
            time.sleep(PACE_SECONDS)
            if self.ticks:
                self.vod("schedule", "--apply")

    def fetched(self, address: str) -> int:
        """Return what a viewer's request is answered with."""
        return self.web.get(address).status_code

    def is_west(self, address: str) -> bool:
        """Return whether a file that an entry names lies at the second origin, a folder, where a server shows it."""
        return (self.studio.folder / "west" / httpx.URL(address).path.removeprefix("/origin/")).is_file()

    def watch(self) -> dict[str, int]:
        """Fetch every file that the entry's HLS leads to, look for it at the other origin, and count by variant."""
        release, counts = self.entry().release, dict[str, int]()
        assert release is not None
        for name, variant in release.variants.items():
            found, waiting = set[str](), [str(variant.hls)]
            while waiting:
                address = waiting.pop()
                if address in found:
                    continue
                found.add(address)
                answer = self.web.get(address)
                assert answer.status_code == httpx.codes.OK, address
                assert self.is_west(address), f"not at both origins: {address}"
                if address.endswith(".m3u8"):
                    waiting += below(address, answer.text)
            counts[name] = len(found)
        return counts

    def note(self, station: str, **seen: object) -> None:
        self.said.append(f"{station}: " + ", ".join(f"{name} {value}" for name, value in seen.items()))


def it_waits_for_its_window(house: Delivered) -> None:
    """Released to both origins and known to the CMS, and nobody sees it yet."""
    opens = datetime.now(UTC) + timedelta(seconds=house.wait_seconds)
    policy = {"windows": [{"from": opens.isoformat(timespec="seconds")}], "territories": {"allow": ["DE", "AT"]}}
    house.studio.source.with_suffix(".yaml").write_text(yaml.safe_dump({"title": {"en": "The Film"}, "policy": policy}))
    house.run()
    row = house.row()
    if datetime.now(UTC) < opens:
        assert (row["status"], row["release"]) == ("scheduled", 1)
        assert not seen_in(house, "DE")
    house.note("scheduled", status=row["status"], opens=opens.isoformat(timespec="seconds"))


def it_appears_on_time_where_it_may(house: Delivered) -> None:
    """In Directus when the window opens, in its territories; every file of both variants is at both origins."""
    house.wait_until(lambda: house.row()["status"] == "published")
    at, opened = datetime.now(UTC), house.entry().publication
    assert opened is not None
    begins = opened.policy.windows[0].begins
    assert begins is not None
    assert begins <= at
    assert (seen_in(house, "DE"), seen_in(house, "FR"), seen_in(house, "")) == (True, False, False)
    house.note("published", seconds_late=f"{(at - begins).total_seconds():.1f}", files=house.watch())


def a_late_dub_replaces_it(house: Delivered) -> None:
    """A French sound beside the source makes release 2; no picture is encoded again."""
    dub = house.studio.source.with_suffix(".fr.wav")
    make(dub, generated_input("sine=660:d=4"), ar=48_000, ac=2)
    calls = house.run()
    assert not any("libx264" in argv for argv in calls)
    row = house.row()
    assert (row["status"], row["release"]) == ("published", 2)
    release = house.entry().release
    assert release is not None
    assert "fr" in {track.language for track in release.tracks if track.kind == "audio"}
    house.note("replaced", release=row["release"], files=house.watch())


def it_is_rolled_back(house: Delivered) -> None:
    """The entry points at release 1 within seconds; both releases can be fetched."""
    newer = house.row()["hls"]
    began_at = time.monotonic()
    settled = house.vod("rollback", TITLE, "--by", "ann")
    seconds = time.monotonic() - began_at
    assert (settled["status"], settled["release"]) == ("published", 1)
    assert seconds < MOST_SECONDS_OF_AN_ORDER
    assert house.row()["release"] == 1
    assert house.fetched(newer) == httpx.codes.OK
    house.note("rolled back", seconds=f"{seconds:.1f}", files=house.watch())


def it_gets_new_keys(house: Delivered) -> None:
    """All tracks are encrypted anew under other keys, none is encoded, and the new release is shown."""
    before = kids(house)
    assert len(before) > 0
    house.studio.calls()
    house.vod("rekey", TITLE)
    assert not any("libx264" in argv for argv in house.studio.calls())
    assert house.row()["release"] == 3
    assert not kids(house) & before
    house.note("re-keyed", keys=len(kids(house)), files=house.watch())


def it_expires_and_comes_back(house: Delivered) -> None:
    """A window that is set to end now takes it away; without what was set, it is shown again."""
    until = (datetime.now(UTC) + timedelta(seconds=1)).isoformat(timespec="seconds")
    house.order("policy", "set", TITLE, "--until", until, "--by", "ann")
    house.wait_until(lambda: house.row()["status"] == "expired")
    assert not seen_in(house, "DE")
    house.order("policy", "clear", TITLE)
    assert house.row()["status"] == "published"
    house.note("expired", and_then="shown again")


def it_is_taken_down(house: Delivered) -> None:
    """Nothing of it can be fetched from either origin, in one command; lifted, all of it can."""
    manifest, segment = house.row()["hls"], a_segment(house)
    began_at = time.monotonic()
    settled = house.vod("takedown", TITLE, "--because", "a court order", "--by", "legal")
    seconds = time.monotonic() - began_at
    assert settled["status"] == house.row()["status"] == "taken_down"
    assert seconds < MOST_SECONDS_OF_AN_ORDER
    for address in (manifest, segment):
        assert (house.fetched(address), house.is_west(address)) == (httpx.codes.NOT_FOUND, False)
    began_at = time.monotonic()
    said = house.vod("explain", segment)
    explained_seconds = time.monotonic() - began_at
    assert (said["status"], bool(said["gone"]), said["releases"][-1:]) == ("taken_down", True, [3])
    assert all(
        said[name] for name in ("track", "rendition_recipe", "recipe", "tools", "source_sha256", "checks", "kid")
    )
    ended = house.studio.run()
    assert ended.failed_with == "title_taken_down", ended.stdout
    house.vod("takedown", TITLE, "--lift")
    assert house.row()["status"] == "published"
    house.note("taken down", seconds=f"{seconds:.1f}", explained=f"{explained_seconds:.2f} s", and_lifted=house.watch())


def everything_agrees(house: Delivered) -> None:
    """Each publication is kept as a version; what was promised is there to the byte; nobody differs from anybody."""
    with house.studio.session() as session:
        versions = session.cms.versions(TITLE)
    assert versions == list(range(1, house.row()["revision"] + 1))
    assert house.vod("verify", "--all")["problems"] == []
    assert house.vod("reconcile")["found"] == []
    house.note("all agree", publications=len(versions))


STATIONS: tuple[Callable[[Delivered], None], ...] = (
    it_waits_for_its_window,
    it_appears_on_time_where_it_may,
    a_late_dub_replaces_it,
    it_is_rolled_back,
    it_gets_new_keys,
    it_expires_and_comes_back,
    it_is_taken_down,
    everything_agrees,
)


def seen_in(house: Delivered, country: str) -> bool:
    """Return whether a viewer in a country sees the title now, by the one rule."""
    answer = house.vod("visible", TITLE, *(("--country", country) if country else ()))
    return bool(answer["visible"])


def kids(house: Delivered) -> set[str]:
    """Return the key ids that the entry names."""
    release = house.entry().release
    return {key.kid for variant in release.variants.values() for key in variant.keys} if release else set()


def a_segment(house: Delivered) -> str:
    """Return the address of an encrypted media segment that the entry leads to."""
    release = house.entry().release
    assert release is not None
    address = str(release.variants["cbcs"].hls)
    while not address.endswith((".m4s", ".mp4")):
        address = next(one for one in below(address, house.web.get(address).text) if not one.endswith(".vtt"))
    return address


def below(address: str, playlist: str) -> list[str]:
    """Return the addresses that a playlist names, but those of keys."""
    found = (httpx.URL(address).join(uri) for uri in playlist_references(playlist))
    return [str(one) for one in found if one.scheme == "http"]


def settings_of(s3: S3Server, directus: Directus, port: int) -> Mapping[str, Any]:
    """Return the settings of a deployment with two origins and a Directus."""
    return {
        "VOD_ORIGINS": "origins.yaml",
        "VOD_CMS": f"directus+{directus.url}",
        "VOD_CMS_PASSWORD": TOKEN,
        "VOD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "VOD_S3_ENDPOINT": s3.endpoint,
        "VOD_S3_REGION": "us-east-1",
        "VOD_S3_ACCESS_KEY_ID": s3.access.access_key_id,
        "VOD_S3_SECRET_ACCESS_KEY": s3.access.secret_access_key,
    }


@contextmanager
def opened(
    studio: Studio,
    s3: S3Server,
    directus: Directus,
    wait_seconds: float,
    variants: Sequence[Mapping[str, Any]] = VARIANTS,
) -> Iterator[Delivered]:
    """Write what an operator writes, make the CMS's collections, and serve the first origin while the context lasts."""
    origins = {
        "east": {"address": f"s3://{s3.bucket}/delivered/east", "group": "east"},
        "west": {"address": str(studio.folder / "west"), "group": "west"},
    }
    (studio.folder / "origins.yaml").write_text(yaml.safe_dump({"origins": origins}))
    profile = yaml.safe_load((studio.folder / "profiles" / "tiny.yaml").read_text())
    (studio.folder / "profiles" / "tiny.yaml").write_text(
        yaml.safe_dump({**profile, "variants": [dict(one) for one in variants]})
    )
    (port,) = free_ports(1)
    lines = (f"{name}={value}\n" for name, value in settings_of(s3, directus, port).items())
    with (studio.folder / ".env").open("a") as file:  # what is there already stays
        file.writelines(lines)
    ended = studio.vod("cms", "setup")
    assert ended.code == 0, ended.stderr
    argv = [sys.executable, "-m", "vod_assets", "serve", "--port", str(port)]
    log, environment = studio.folder / "serve.log", environment_of(studio)
    with (
        running(argv, lambda: listens(port), log, environment, studio.folder),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as web,
    ):
        yield Delivered(studio, directus, web, wait_seconds)
