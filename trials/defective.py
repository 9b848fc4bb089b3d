"""What can be wrong with a title: each function does one harm, and `DEFECTS` names them."""

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.domain.artifact import Artifact
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.studio import ENCODE_OPTIONS, Studio

OTHER = ("testsrc=s=640x360:r=25:d=4", "sine=500:d=4")
PATTERN = "testsrc2=s=640x360:r=25:d=4"
CLICKS = "0.005*sin(880*PI*t)+0.98*lt(mod(t,1),0.0002)"  # peaks forbid the gain that the tone would need
SHORT = ("testsrc2=s=640x360:r=25:d=4", "sine=440:d=3")  # its sound ends early
OLDER = "older.json"  # what `vod task publish` is given of a release that is not the newest
RECORDS = ("dagster", "release,cms_entry")
Edit = Callable[[Path, dict[str, Any]], object]  # the folder of a leaf's files, and its document


@dataclass(frozen=True)
class Injected:
    """How a defect is known where viewers fetch: by digests; ``never``: nothing of the title may be published."""

    digests: frozenset[str] = frozenset()
    never: bool = False
    is_released: bool = False


@dataclass(frozen=True)
class Leaf:
    """An artifact in the store, by the file that commits it."""

    committed: Path

    @property
    def document(self) -> dict[str, Any]:
        """Everything that was committed."""
        read: dict[str, Any] = json.loads(self.committed.read_text())
        return read

    @property
    def files(self) -> Path:
        """The folder of its files."""
        return self.committed.parent / str(self.document["artifact"]["attempt"])


@dataclass(frozen=True)
class House:
    """A finished title, and how its artifacts are reached."""

    studio: Studio

    def deliver(self, *inputs: str, **options: Any) -> None:
        """Replace the source by FFmpeg's own pictures and sounds."""
        make(self.studio.source, *(generated_input(one) for one in inputs), **ENCODE_OPTIONS | options)

    def index(self, asset: str) -> Leaf:
        """Return what an asset's pointer names."""
        folder = self.studio.title / asset
        pointer = json.loads((folder / "latest.json").read_text())
        return Leaf(folder / pointer["recipe"] / "artifact.json")

    def leaf(self, asset: str, name: str = "") -> Leaf:
        """Return a leaf of an index; or what the pointer names."""
        index = self.index(asset)
        if not name:
            return index
        entries = index.document["artifact"]["entries"]
        if not entries:
            return index
        entry = next(one for one in entries if one["name"] in (name, name.rpartition("/")[2]))
        return Leaf(self.studio.title / entry["asset"] / entry["recipe"] / "artifact.json")

    def rot(self, asset: str, name: str, file: str, edit: Callable[[bytes], bytes | None]) -> Injected:
        """Change or lose one file of an artifact behind the store's back."""
        path = self.leaf(asset, name).files / file
        after = edit(path.read_bytes())
        path.unlink()  # a link of it may be at the origin
        if after is None:
            return Injected()
        path.write_bytes(after)
        return Injected(frozenset({hashlib.sha256(after).hexdigest()}))

    def retouch(self, asset: str, name: str, edit: Edit) -> Injected:
        """Have an artifact be what a faulty tool would have made, and the index and the pointer name that."""
        leaf = self.leaf(asset, name)
        said, folder = leaf.document, leaf.files
        edit(folder, said["artifact"]["document"])
        said["artifact"]["files"] = [_described(path, folder) for path in sorted(folder.rglob("*")) if path.is_file()]
        digest = self._commit(leaf, said)
        index = self.index(asset)
        if index.committed != leaf.committed:
            listed = index.document
            for entry in listed["artifact"]["entries"]:
                entry["digest"] = digest if entry["recipe"] == said["artifact"]["recipe"] else entry["digest"]
            self._point(asset, self._commit(index, listed))
        else:
            self._point(asset, digest)
        return Injected(frozenset({digest}) if "tracks" in asset or asset == "poster" else _manifests(folder))

    def _commit(self, leaf: Leaf, said: dict[str, Any]) -> str:
        digest = Artifact.model_validate(said["artifact"]).digest
        leaf.committed.write_text(json.dumps(said | {"digest": digest}, indent=1, sort_keys=True))
        return digest

    def _point(self, asset: str, digest: str) -> None:
        pointer = self.studio.title / asset / "latest.json"
        pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"digest": digest}, indent=1, sort_keys=True))


def _described(path: Path, folder: Path) -> dict[str, Any]:
    data = path.read_bytes()
    name = path.relative_to(folder).as_posix()
    return {"path": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _manifests(folder: Path) -> frozenset[str]:
    return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir())


@dataclass(frozen=True)
class Defect:
    """One harm.

    Attributes:
        kind: ``made``, ``rotten`` or ``told``.
        ways: Ways to ask that must not publish; none: all. Others would make sound again what was asked for.
        after_release: Whether the sound release is at the origin already.
    """

    kind: str
    put_in: Callable[[House], Injected]
    ways: tuple[str, ...] = ()
    after_release: bool = False


# --- bytes

VIDEO, AUDIO, LOCKED = "clear/h264_360p", "clear/aac_und", "cbcs/h264_360p"


def flipped(data: bytes) -> bytes:
    """Change one byte in the middle of the samples."""
    at = (data.index(b"mdat") + len(data)) // 2
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def blanked(data: bytes) -> bytes:
    start = data.index(b"mdat") + 4
    return data[:start] + bytes(len(data) - start)


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


def late(data: bytes) -> bytes:
    """Have a segment begin half a second later."""
    at = data.index(b"tfdt") + 8
    size = 8 if data[at - 4] else 4
    began = int.from_bytes(data[at : at + size]) + 6400
    return data[:at] + began.to_bytes(size) + data[at + size :]


def other_kid(data: bytes) -> bytes:
    at = data.index(b"tenc") + 12
    return data[:at] + bytes(16) + data[at + 16 :]


def lost(_: bytes) -> None:
    return None


def rotten(asset: str, name: str, file: str, edit: Callable[[bytes], bytes | None]) -> Defect:
    return Defect("rotten", lambda house: house.rot(asset, name, file, edit))


def made(asset: str, name: str, edit: Edit) -> Defect:
    return Defect("made", lambda house: house.retouch(asset, name, edit))


def in_file(file: str, edit: Callable[[bytes], bytes | None]) -> Edit:
    def change(folder: Path, _: dict[str, Any]) -> None:
        after = edit((folder / file).read_bytes())
        (folder / file).unlink()
        if after is not None:
            (folder / file).write_bytes(after)

    return change


def in_text(file: str, pattern: str, new: str) -> Edit:
    """Change the first place in a text that a pattern matches; it must be there."""

    def change(data: bytes) -> bytes:
        text, count = re.subn(pattern, new, data.decode(), count=1, flags=re.DOTALL)
        if not count or text.encode() == data:
            raise ValueError(f"{file} has no {pattern}")
        return text.encode()

    return in_file(file, change)


def playlist(pattern: str, new: str, file: str = "h264_360p.m3u8", variant: str = "clear") -> Defect:
    return made("hls_package", variant, in_text(file, pattern, new))


def mpd(pattern: str, new: str, variant: str = "clear") -> Defect:
    return made("dash_package", variant, in_text("manifest.mpd", pattern, new))


def said_of_track(**said: Any) -> Edit:
    return lambda _, document: document.update(said)


def swapped_segments(folder: Path, _: dict[str, Any]) -> None:
    first, second = (folder / name for name in ("00001.m4s", "00002.m4s"))
    kept = first.read_bytes()
    first.unlink()
    shutil.copyfile(second, first)
    second.unlink()
    second.write_bytes(kept)


def brought(house: House, asset: str, name: str, other: str, *files: str) -> Injected:
    """Have a track hold files of another one."""
    source = house.leaf(asset, other).files

    def bring(folder: Path, _: dict[str, Any]) -> None:
        for file in files:
            (folder / file).unlink()
            shutil.copyfile(source / file, folder / file)

    return house.retouch(asset, name, bring)


def bringing(asset: str, name: str, other: str, *files: str) -> Defect:
    return Defect("made", lambda house: brought(house, asset, name, other, *files))


SEGMENTS = ("00001.m4s", "00002.m4s")

# --- sources, records and words


def of_source(*inputs: str, **options: Any) -> Defect:
    """Deliver a source with something wrong in it."""

    def deliver(house: House) -> Injected:
        house.deliver(*inputs, **options)
        return Injected(never=True)

    return Defect("told", deliver, ways=("*", "release,cms_entry", "dagster", "cms_entry", "+key:cms_entry", "publish"))


def without_captions(house: House) -> Injected:
    house.studio.captions.unlink()
    return Injected(never=True)


def with_profile(edit: Callable[[dict[str, Any]], object]) -> Callable[[House], Injected]:
    def put_in(house: House) -> Injected:
        house.studio.edit_profile(edit)
        return Injected(never=True, is_released=True)

    return put_in


def no_records(house: House) -> Injected:
    shutil.rmtree(house.studio.home / "dagster")
    return Injected(never=True, is_released=True)


CHANGE = "update asset_check_executions set execution_status = ? where check_name = 'decodes'"
FORGET = "delete from asset_check_executions where check_name = 'decodes'"


def of_records(status: str) -> Callable[[House], Injected]:
    """Have Dagster know another end of a check, or none."""

    def put_in(house: House) -> Injected:
        changed = 0
        for file in house.studio.home.glob("dagster/**/*.db"):
            with sqlite3.connect(file) as database:
                names = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
                if "asset_check_executions" in names:
                    done = database.execute(CHANGE, (status,)) if status else database.execute(FORGET)
                    changed += done.rowcount
            database.close()
        if not changed:
            raise ValueError("no result of a check was changed")
        return Injected(never=True, is_released=True)

    return put_in


def entry_never_made(house: House) -> Injected:
    """Have a release whose check has failed before its entry was asked for."""
    shutil.rmtree(house.studio.title / "cms_entry")
    return of_records("FAILED")(house)


def second_release(house: House, *selection: str) -> None:
    """Release the title with other captions."""
    from vod_assets_tests.defs.test_gate import say

    say(house.studio, "Other words.")
    if house.studio.run(*selection).code:
        raise ValueError("the second release was not made")


def kept_away(house: House) -> Injected:
    """Have a second release of which the gate refuses the entry."""
    second_release(house, "--select", "+key:release")
    return of_records("FAILED")(house)


def failed_since(house: House) -> Injected:
    """Have a check fail on a release that there is a newer one of."""
    second_release(house)
    entry = next(house.studio.home.glob("cms*/**/versions/film/1.json"))
    shutil.copyfile(entry, house.studio.folder / OLDER)
    shutil.rmtree(house.studio.home / "cms")
    return of_records("FAILED")(house)


def unchecked_package(house: House) -> Injected:
    """Have the packages made anew of other captions, without their checks."""
    import dagster as dg

    from vod_assets_tests.defs.test_gate import PACKAGES, materialise, say

    say(house.studio, "Other words.")
    if not materialise(house.studio, dg.AssetSelection.assets("captions", "text_tracks", *PACKAGES).without_checks()):
        raise ValueError("the packages could not be made")
    return Injected(never=True)


def other_source(house: House) -> Injected:
    """Deliver another film, of which only the source's own assets and the sound are made."""
    house.deliver(*OTHER)
    house.studio.run("--select", "mezzanine,media_info,audio_aac,audio_tracks")
    return Injected(never=True)


def waived(until: str, **said: str) -> Callable[[House], Injected]:
    """Have a title pass by a waiver, which then ends or is taken back."""

    def put_in(house: House) -> Injected:
        from vod_assets.domain.waivers import Waiver

        house.deliver(*SHORT)
        until_then = ("--until", "2099-12-31", "--because", "a trial", "--by", "mk")
        house.studio.vod("waive", "film", "quality_control.length", *until_then)
        if house.studio.run().code:
            raise ValueError("a waiver that holds does not let it pass")
        with house.studio.session() as session:
            record = session.store.record("film")
            assert record is not None
            ended = [Waiver.model_validate(one.model_dump() | {"until": until} | said) for one in record.waivers]
            session.store.register(record.model_copy(update={"waivers": tuple(ended)}))
        shutil.rmtree(house.studio.home / "cms")
        return Injected(never=True, is_released=True)

    return put_in


def forged_release(house: House) -> Injected:
    """Have the release at the origin name other bytes than were released."""
    document = house.studio.home / "origin/film/releases/1/release.json"
    text = document.read_text()
    document.unlink()
    document.write_text(text.replace("tiny", "huge"))
    return Injected(never=True, is_released=True)


def at_origin(pattern: str, edit: Callable[[bytes], bytes | None]) -> Callable[[House], Injected]:
    """Change a file of the release that is at the origin."""

    def put_in(house: House) -> Injected:
        file = max((house.studio.home / "origin/film").glob(pattern), key=lambda path: path.stat().st_size)
        after = edit(file.read_bytes())
        file.unlink()  # the store's is a link to the same bytes
        if after is not None:
            file.write_bytes(after)
        return Injected(never=True, is_released=True)

    return put_in


def of_metadata(house: House) -> Injected:
    """Lose what is said of the title."""
    shutil.rmtree(house.studio.title / "metadata")
    return Injected(never=True)


def far_chapters(house: House) -> Injected:
    (house.studio.folder / "film.yaml").write_text("chapters:\n  - {at: 0, name: One}\n  - {at: 3600, name: Two}\n")
    return Injected(never=True)


DEFECTS: dict[str, Defect] = {
    # other bytes than were judged, after every check has passed
    "rotten_byte": rotten("video_tracks", VIDEO, "00001.m4s", flipped),
    "rotten_locked_byte": rotten("video_tracks", LOCKED, "00002.m4s", flipped),
    "lost_segment": rotten("video_tracks", VIDEO, "00002.m4s", lost),
    "cut_segment": rotten("audio_tracks", AUDIO, "00001.m4s", halved),
    "blanked_sound": rotten("audio_tracks", AUDIO, "00002.m4s", blanked),
    "rotten_init": rotten("video_tracks", VIDEO, "init.mp4", lambda data: data[:-1] + b"\xff"),
    "rotten_playlist": rotten("hls_package", "clear", "master.m3u8", lambda data: data.replace(b"640", b"320")),
    "rotten_mpd": rotten("dash_package", "clear", "manifest.mpd", lambda data: data.replace(b"640", b"320")),
    "rotten_poster": rotten("poster", "", "poster.jpg", lambda data: data[:-100] + bytes(100)),
    "rotten_sheet": rotten(
        "image_tracks", "clear/thumbnails", "sheet_001.jpg", lambda data: data[:-9] + bytes(8) + b"x"
    ),
    "rotten_caption": rotten("text_tracks", "clear/text_en", "00001.vtt", lambda data: data.replace(b"Good", b"Evil")),
    # what a faulty tool would have made
    "wrong_byte": made("video_tracks", VIDEO, in_file("00001.m4s", flipped)),
    "wrong_locked_byte": made("video_tracks", LOCKED, in_file("00001.m4s", flipped)),
    "wrong_sound_byte": made("audio_tracks", AUDIO, in_file("00001.m4s", flipped)),
    "missing_segment": made("video_tracks", VIDEO, in_file("00002.m4s", lost)),
    "half_a_segment": made("video_tracks", VIDEO, in_file("00002.m4s", halved)),
    "zeros_for_sound": made("audio_tracks", AUDIO, in_file("00002.m4s", blanked)),
    "late_segment": made("video_tracks", VIDEO, in_file("00002.m4s", late)),
    "late_sound": made("audio_tracks", AUDIO, in_file("00002.m4s", late)),
    "swapped_segments": made("video_tracks", VIDEO, swapped_segments),
    "swapped_rung": bringing("video_tracks", VIDEO, "clear/h264_180p", "init.mp4", *SEGMENTS),
    "other_init": bringing("video_tracks", VIDEO, "clear/h264_180p", "init.mp4"),
    "clear_for_locked": bringing("video_tracks", LOCKED, VIDEO, "init.mp4", *SEGMENTS),
    "clear_segments": bringing("video_tracks", LOCKED, VIDEO, *SEGMENTS),
    "clear_sound": bringing("audio_tracks", "cbcs/aac_und", AUDIO, "init.mp4", *SEGMENTS),
    "locked_for_clear": bringing("video_tracks", VIDEO, LOCKED, "init.mp4", *SEGMENTS),
    "other_kid": made("video_tracks", LOCKED, in_file("init.mp4", other_kid)),
    "other_key": made("video_tracks", LOCKED, in_file("00002.m4s", blanked)),
    "no_captions_file": made("text_tracks", "clear/text_en", in_file("00001.vtt", lost)),
    "captions_of_noise": made("text_tracks", "clear/text_en", in_file("00001.vtt", lambda _: b"\xff\xfe noise")),
    "sheet_of_text": made("image_tracks", "clear/thumbnails", in_file("sheet_001.jpg", lambda _: b"no picture")),
    "sheet_too_small": made("image_tracks", "clear/thumbnails", said_of_track(columns=20, rows=20)),
    "index_of_thumbnails": made(
        "image_tracks", "clear/thumbnails", in_text("thumbnails.vtt", r"sheet_001", "sheet_009")
    ),
    "poster_of_text": made("poster", "", in_file("poster.jpg", lambda _: b"no picture")),
    "half_a_poster": made("poster", "", in_file("poster.jpg", halved)),
    # manifests that say something else than the files
    "extinf": playlist(r"#EXTINF:2\.0", "#EXTINF:3.0"),
    "target_duration": playlist(r"TARGETDURATION:2", "TARGETDURATION:1"),
    "no_endlist": playlist(r"#EXT-X-ENDLIST\n", ""),
    "segment_left_out": playlist(r"#EXTINF[^#]*00002\.m4s\n", ""),
    "codecs": playlist(r"avc1\.42c01e", "avc1.640033", "master.m3u8"),
    "bandwidth": playlist(r"BANDWIDTH=\d+", "BANDWIDTH=1000", "master.m3u8"),
    "resolution": playlist(r"RESOLUTION=640x360", "RESOLUTION=1920x1080", "master.m3u8"),
    "lost_playlist": playlist(r"h264_180p\.m3u8", "h264_240p.m3u8", "master.m3u8"),
    "iframe_range": playlist(r"BYTERANGE:\d+", "BYTERANGE:17", "h264_360p_iframes.m3u8"),
    "key_line_left_out": playlist(r"#EXT-X-KEY[^\n]*\n", "", variant="cbcs"),
    "key_line_of_another": playlist(r"KEYID=0x....", "KEYID=0xdead", variant="cbcs"),
    "pssh_of_another": playlist(r"AAAAOHBzc2g", "AAAAOHBzc2h", variant="cbcs"),
    "key_line_where_clear": playlist(r"#EXTINF", '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x"\n#EXTINF'),
    "mpd_timeline": mpd(r' d="25600"', ' d="12800"'),
    "mpd_duration": mpd(r"PT4S", "PT40S"),
    "mpd_bandwidth": mpd(r'bandwidth="\d+"', 'bandwidth="1"'),
    "mpd_codecs": mpd(r"avc1\.42c01e", "avc1.640033"),
    "mpd_address": mpd(r"\$Number%05d\$", "$Number%06d$"),
    "mpd_no_xml": mpd(r"</Period>", ""),
    "mpd_kid": mpd(r'default_KID="....', 'default_KID="dead', variant="cbcs"),
    "mpd_pssh": mpd(r"AAAAOHBzc2g", "AAAAOHBzc2h", variant="cbcs"),
    "mpd_unprotected": mpd(r"<ContentProtection schemeIdUri=\"urn:mpeg[^>]*/>", "", variant="cbcs"),
    "mpd_rung_left_out": mpd(r'<Representation id="h264_180p".*?</Representation>', ""),
    # sources
    "black": of_source("color=black:s=640x360:r=25:d=4", "sine=440:d=4"),
    "frozen": of_source("smptebars=s=640x360:r=25:d=4", "sine=440:d=4"),
    "silent": of_source("testsrc2=s=640x360:r=25:d=4", "anullsrc=r=48000:d=4"),
    "no_sound": of_source("testsrc2=s=640x360:r=25:d=4"),
    "sound_ends_early": of_source("testsrc2=s=640x360:r=25:d=4", "sine=440:d=3"),
    "clipped": of_source(PATTERN, "sine=440:d=4,volume=40dB", **{"c:a": "flac"}),
    "too_quiet": of_source(PATTERN, f"aevalsrc='{CLICKS}':s=48000:d=4"),
    "flashes": of_source(f"{PATTERN},negate=enable='lt(mod(t,0.16),0.08)'", "sine=440:d=4"),
    "judder": of_source("testsrc2=s=640x360:r=24:d=6,fps=30", "sine=440:d=6"),
    "half_delivered": Defect("told", lambda house: _half_delivered(house), ways=("*", "release,cms_entry", "publish")),
    # what is asked for, and what is known of the checks
    "captions_required": Defect("told", without_captions, ways=("*", "release,cms_entry", "dagster", "cms_entry")),
    "floor": Defect(
        "told",
        with_profile(lambda profile: profile.update(quality={"floor_vmaf": 100})),
        ways=("release,cms_entry", "dagster", "*", "cms_entry", "publish"),
    ),
    "check_required_later": Defect(
        "told",
        with_profile(lambda profile: profile.update(quality_control={"freeze": {"longest_seconds": 2}})),
        ways=RECORDS,
    ),
    "never_checked": Defect("told", no_records, ways=RECORDS),
    "never_checked_entry": Defect("told", no_records, ways=("cms_entry",), after_release=True),
    "unfinished_check": Defect("told", of_records("PLANNED"), ways=RECORDS),
    "failed_check": Defect("told", of_records("FAILED"), ways=RECORDS),
    "failed_check_entry": Defect(
        "told",
        of_records("FAILED"),
        ways=("cms_entry",),
        after_release=True,
    ),
    "entry_never_made": Defect(
        "told",
        entry_never_made,
        ways=("cms_entry", "publish", "approve", "schedule", "lift", "rollback"),
        after_release=True,
    ),
    "kept_away": Defect("told", kept_away, ways=("cms_entry", "publish", "forward"), after_release=True),
    "failed_since": Defect("told", failed_since, ways=("publish_older",), after_release=True),
    "lost_check": Defect("told", of_records(""), ways=RECORDS),
    "unchecked_package": Defect("told", unchecked_package, ways=RECORDS),
    "other_source": Defect("told", other_source, ways=RECORDS),
    "ended_waiver": Defect(
        "told", waived("2020-01-01"), ways=("dagster", "cms_entry", "+key:cms_entry"), after_release=True
    ),
    "withdrawn_waiver": Defect(
        "told", waived("2099-12-31", withdrawn="today by mk"), ways=("dagster", "cms_entry"), after_release=True
    ),
    "metadata_lost": Defect("told", of_metadata, ways=RECORDS),
    "chapters_beyond_the_end": Defect("told", far_chapters, ways=("*", "release,cms_entry")),
    # at the origin, after the release
    "forged_release": Defect("rotten", forged_release, ways=("cms_entry",), after_release=True),
    "lost_at_origin": Defect("rotten", at_origin("tracks/*/*.m4s", lost), ways=("cms_entry",), after_release=True),
    "cut_at_origin": Defect("rotten", at_origin("tracks/*/*.m4s", halved), ways=("cms_entry",), after_release=True),
    "playlist_lost_at_origin": Defect(
        "rotten", at_origin("releases/*/clear/h264_360p.m3u8", lost), ways=("cms_entry",), after_release=True
    ),
}


def _half_delivered(house: House) -> Injected:
    """Deliver half of another film's file."""
    house.deliver(*OTHER)
    house.studio.source.write_bytes(halved(house.studio.source.read_bytes()))
    return Injected(never=True)
