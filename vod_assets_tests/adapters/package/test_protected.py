"""What the packager encrypts, others decrypt to the same pictures and sound; and nobody sees a key."""

import hashlib
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.package.files import init_of, mapped
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.adapters.package.unlock import clear_init, clear_segment, configuration_of, runs_of
from vod_assets.adapters.package.whole_segments import decrypted_segment
from vod_assets.domain.errors import ToolError
from vod_assets.domain.isobmff import boxes
from vod_assets.domain.track import Segment, Track
from vod_assets.ports import Protection, SecretKey, ToolResult
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS, Clip, encode, job

CLIP = Clip(Fraction(25), segments=Fraction(3))
KINDS = {"h264_36p": "video", "aac_eng": "audio"}
PSSH = (bytes.fromhex("0000002470737368" + "00000000" + "edef8ba979d64acea3c827dcd51d21ed" + "00000004") + b"kid1",) * 2
pytestmark = pytest.mark.media


def protection(scheme: str, seed: str = "", lead: Fraction = Fraction(0)) -> Protection:
    """Return a key and an IV like any others: equal for equal seeds."""
    drawn = hashlib.blake2b(f"{scheme} {seed}".encode()).digest()
    key = SecretKey(drawn[:16].hex(), drawn[16:32])
    return Protection(scheme, key, drawn[32 : 40 if scheme == "cenc" else 48], "SD", PSSH, lead)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A test picture of 3 s with B-frames, and a tone."""
    return encode(CLIP, tmp_path_factory.mktemp("encoded"), sizes=((64, 36),))


class Bench:
    """Packages tracks, each in a folder of its own, and plays them."""

    def __init__(self, encoded: dict[str, Path], folder: Path) -> None:
        self.encoded, self.folder = encoded, folder

    def package(self, name: str, **said: Any) -> tuple[Track, Path]:
        directory = self.folder / str(len(list(self.folder.iterdir())))
        directory.mkdir()
        work = replace(job(CLIP, name, KINDS[name], self.encoded[name], directory), **said)
        return ShakaPackager(TOOLS, RUNNER).package(work), directory


@pytest.fixture
def bench(encoded: dict[str, Path], tmp_path: Path) -> Bench:
    return Bench(encoded, tmp_path)


def frames(track: Track, folder: Path, *options: str) -> str:
    """Return FFmpeg's digest of each frame of a whole track."""
    whole = folder / "whole"
    names = dict.fromkeys([track.init, *(segment.path for segment in track.segments)])
    whole.write_bytes(b"".join((folder / name).read_bytes() for name in names if name))
    argv = [str(TOOLS.ffmpeg), "-v", "error", *options, "-i", str(whole), "-f", "framemd5", "-"]
    shown = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert not shown.stderr
    return shown.stdout


def read(folder: Path, segment: Segment) -> bytes:
    data = (folder / segment.path).read_bytes()
    return data[segment.offset_bytes or 0 :][: segment.size_bytes]


@pytest.mark.parametrize(
    ("name", "scheme", "layout", "lead"),
    [
        ("h264_36p", "cenc", "cmaf", Fraction(0)),
        ("h264_36p", "cbcs", "ondemand", Fraction(1, 2)),
        ("aac_eng", "cenc", "ondemand", Fraction(0)),
        ("aac_eng", "cbcs", "cmaf", Fraction(1, 2)),
    ],
)
def test_ffmpeg_decrypts_it_to_the_frames_of_the_clear_track(
    bench: Bench, name: str, scheme: str, layout: str, lead: Fraction
) -> None:
    """`trials/drm.py` asks the same of a hundred sets of keys, in every layout."""
    clear, unlocked = bench.package(name, layout=layout)
    asked = protection(scheme, name, lead)
    track, folder = bench.package(name, layout=layout, protection=asked)
    assert frames(track, folder, "-decryption_key", asked.key.value.hex()) == frames(clear, unlocked)
    assert track.clear_segments == (1 if lead else 0)


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
def test_our_own_way_of_decrypting_finds_the_very_samples(bench: Bench, scheme: str) -> None:
    for name in KINDS:
        clear, unlocked = bench.package(name)
        asked = protection(scheme, name, Fraction(1, 2))
        track, folder = bench.package(name, layout="ondemand", protection=asked)
        init, clear_file = init_of(folder / track.init), (folder / track.init).read_bytes()[: track.init_range[1] + 1]
        assert configuration_of(clear_init(clear_file)) == configuration_of((unlocked / clear.init).read_bytes())
        for mine, theirs in zip(track.segments, clear.segments, strict=True):
            found = clear_segment(read(folder, mine), init, asked.key)
            assert list(runs_of(found, init)) == list(runs_of(read(unlocked, theirs), init))


@pytest.mark.parametrize("name", KINDS)
def test_whole_segments_open_with_the_key_and_hold_the_clear_ones(bench: Bench, name: str) -> None:
    """FFmpeg's crypto protocol is the independent opinion."""
    clear, unlocked = bench.package(name, layout="ts")
    asked = protection("aes128", name, Fraction(1, 2))
    track, folder = bench.package(name, layout="ts", protection=asked)
    assert (track.clear_segments, track.iframes, track.iv) == (1, (), asked.iv.hex())
    first, *others = zip(track.segments, clear.segments, strict=True)
    assert read(folder, first[0]) == read(unlocked, first[1])
    for mine, theirs in others:
        assert decrypted_segment(read(folder, mine), asked.key, asked.iv) == read(unlocked, theirs)
    opened = ["-key", asked.key.value.hex(), "-iv", asked.iv.hex(), "-i", f"crypto:{folder / others[0][0].path}"]
    streams = ["-map", "0", "-c", "copy", "-f", "md5", "-"]
    whole = [str(TOOLS.ffmpeg), "-v", "error"]
    expected = subprocess.run([*whole, "-i", str(unlocked / others[0][1].path), *streams], capture_output=True)
    assert expected.stdout == subprocess.run([*whole, *opened, *streams], capture_output=True).stdout != b""


class Lenient:
    """Has the packager leave the first two seconds clear, whatever was asked."""

    def run(self, argv: Sequence[str], **said: Any) -> ToolResult:
        asked = ["--clear_lead=2" if word.startswith("--clear_lead=") else word for word in argv]
        return RUNNER.run(asked, **said)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("lead", [Fraction(0), Fraction(1)])
def test_a_track_that_is_left_clear_for_longer_than_was_asked_is_refused(
    encoded: dict[str, Path], tmp_path: Path, name: str, lead: Fraction
) -> None:
    work = replace(job(CLIP, name, KINDS[name], encoded[name], tmp_path), protection=protection("cbcs", lead=lead))
    with pytest.raises(ToolError, match="after the clear lead are not encrypted"):
        ShakaPackager(TOOLS, Lenient()).package(work)


def test_files_say_scheme_key_pattern_and_signalling_and_nothing_else(bench: Bench) -> None:
    for scheme, pattern in (("cenc", (0, 0)), ("cbcs", (1, 9))):
        asked = protection(scheme)
        track, folder = bench.package("h264_36p", protection=asked)
        init = init_of(folder / track.init)
        (found,) = init.encryption
        assert found is not None
        assert (found.scheme, found.kid, found.pattern, init.pssh) == (scheme, asked.key.kid, pattern, PSSH)
        assert (track.scheme, track.kid, track.track_class) == (scheme, asked.key.kid, "SD")
        assert found.constant_iv == (b"" if scheme == "cenc" else asked.iv)
        assert track.iv == found.constant_iv.hex()
        kinds = [box.kind for box in boxes(mapped(folder / "00001.m4s"))]
        assert "pssh" not in kinds


def test_without_signalling_there_is_no_box_of_the_packagers_own(bench: Bench) -> None:
    """FairPlay has none, and a common one would name a system that nobody asked for."""
    track, folder = bench.package("aac_eng", protection=replace(protection("cbcs"), pssh=()))
    assert init_of(folder / track.init).pssh == ()


@pytest.mark.parametrize(
    ("layout", "scheme"), [("cmaf", "cenc"), ("cmaf", "cbcs"), ("ondemand", "cbcs"), ("ts", "aes128")]
)
def test_equal_jobs_give_equal_bytes(bench: Bench, layout: str, scheme: str) -> None:
    for name in KINDS:
        asked = protection(scheme, name)
        made = [bench.package(name, layout=layout, protection=asked) for _ in range(2)]
        assert made[0][0] == made[1][0]
        assert files(made[0][1]) == files(made[1][1])


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


class Watched:
    """Runs tools and notes what others could see of it."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def run(self, argv: Sequence[str], **options: Any) -> ToolResult:
        self.seen += argv
        folder: Path = options["cwd"]
        result = RUNNER.run(argv, **options)
        self.seen += [path.read_bytes().hex() for path in folder.rglob("*") if path.is_file()]
        return result


def test_no_key_is_on_a_command_line_or_in_a_file(encoded: dict[str, Path], tmp_path: Path) -> None:
    runner, asked = Watched(), protection("cbcs")
    work = job(CLIP, "aac_eng", "audio", encoded["aac_eng"], tmp_path)
    ShakaPackager(TOOLS, runner).package(replace(work, protection=asked))
    key = asked.key.value.hex()
    assert runner.seen
    assert not [word for word in runner.seen if key in word or key.encode().hex() in word]


def test_no_key_is_in_an_error(encoded: dict[str, Path], tmp_path: Path) -> None:
    asked = protection("cbcs")
    bad = replace(asked, key=SecretKey("no hex digits", asked.key.value))  # the packager repeats the whole flag
    work = job(CLIP, "aac_eng", "audio", encoded["aac_eng"], tmp_path)
    with pytest.raises(ToolError, match=r"\(key\)") as caught:
        ShakaPackager(TOOLS, RUNNER).package(replace(work, protection=bad))
    assert asked.key.value.hex() not in f"{caught.value} {caught.value.stderr} {caught.value.__cause__}"
