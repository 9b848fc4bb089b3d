"""Whatever changes, a run makes nothing that its plan does not name, and all that it names as certain.

The assets' own bodies run here with stand-ins for the tools, so many changes take seconds (`trials.changes` makes as
many as one likes); that Dagster runs the same bodies to the same effect is shown on real media by `test_planning`.
"""

import random
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from vod_assets_tests.workshop import Workshop

ROUNDS = 3  # through all kinds of changes
TITLES = ("alpha", "beta", "gamma")
ATTEMPT = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
DRM = {"name": "drm", "scheme": "cbcs", "systems": ["widevine"]}
VARIANTS: list[list[dict[str, object]]] = [
    [{"name": "clear"}],
    [{"name": "clear"}, {"name": "second"}],
    [{"name": "main"}],
    [{"name": "clear"}, DRM | {"clear_lead_seconds": 2}, DRM | {"name": "single", "layout": "ondemand"}],
    [DRM | {"video_keys": "2"}, {"name": "stream", "layout": "ts", "scheme": "aes128"}],
]
LINES = ("Good morning.", "Good night.", "Nobody is home.")


def with_titles(folder: Path) -> Workshop:
    """Return a workshop with three finished titles."""
    workshop = Workshop(folder)
    workshop.save_profile(workshop.profile() | {"name": "other", "segment_seconds": 4, "captions": False})
    for title in TITLES:
        workshop.deliver(title)
        workshop.register(title)
        workshop.run(title)
    return workshop


class Fate:
    """Changes something about a title, as chance will have it."""

    def __init__(self, workshop: Workshop, chance: random.Random, title: str) -> None:
        self.workshop, self.chance, self.title = workshop, chance, title
        self.number = chance.randrange(1_000_000)

    @property
    def kept(self) -> Path:
        """The title's folder in the store."""
        return self.workshop.folder / "store" / "titles" / self.title

    def replaced_source(self) -> None:
        size = self.chance.choice([(640, 360), (320, 180), (360, 640)])
        self.workshop.deliver(self.title, size, self.chance.choice([("en",), ("en", "fr"), ()]), self.number)

    def source_written_again(self) -> None:
        if self.workshop.source(self.title).exists():
            data = self.workshop.source(self.title).read_bytes()
            self.workshop.source(self.title).write_bytes(data)

    def lost_source(self) -> None:
        self.workshop.source(self.title).unlink(missing_ok=True)

    def captions_beside_the_source(self) -> None:
        language, line = self.chance.choice(["en", "fr"]), self.chance.choice(LINES)
        file = self.workshop.source(self.title).with_suffix(f".{language}.srt")
        if file.exists() and self.chance.random() < 0.3:
            file.unlink()
        else:
            file.write_text(f"1\n00:00:00,100 --> 00:00:00,900\n{line}\n")
        self._registered()

    def captions_edited_in_place(self) -> None:
        for file in self.workshop.source(self.title).parent.glob(f"{self.title}.*.srt"):
            file.write_text(f"1\n00:00:00,100 --> 00:00:00,900\nNumber {self.number}.\n")

    def dub_beside_the_source(self) -> None:
        language, length = self.chance.choice(["fr", "de.commentary"]), self.chance.choice(["4", "4.05", "9", "noise"])
        file = self.workshop.source(self.title).with_suffix(f".{language}.wav")
        if file.exists() and self.chance.random() < 0.5:
            file.unlink()
        else:
            file.write_text(length)
        self._registered()

    def title_file(self) -> None:
        file = self.workshop.source(self.title).with_suffix(".yaml")
        words = [f"titles: {{en: Film {self.number}}}", "titles: [", "year: 1999", f"chapters: [{self.number % 3}.5]"]
        words += ["chapters: [{at: 1.5, title: Later}]", f"ad_breaks: [{self.number % 5}]"]
        name = self.chance.choice(words)
        file.write_text(f"{name}\n")
        self._registered()

    def policy(self) -> None:
        self._registered(policy={"territories": self.chance.sample(["DE", "FR", "US"], 2)})

    def profile(self) -> None:
        self._registered(profile=self.chance.choice(["tiny", "other"]))

    def edited_rung(self) -> None:
        said = self.workshop.profile()
        self.chance.choice(said["video"][0]["rungs"])["crf"] = self.chance.randrange(20, 40)
        self.workshop.save_profile(said)

    def a_rung_more_or_less(self) -> None:
        said = self.workshop.profile()
        rungs = said["video"][0]["rungs"]
        if len(rungs) > 2:
            rungs.pop()
        else:
            rungs.append({"name": "90p", "box": "160x90", "crf": 30})
        self.workshop.save_profile(said)

    def edited_profile(self) -> None:
        said = self.workshop.profile(self.chance.choice(["tiny", "other"]))
        said |= self.chance.choice(
            [
                {"audio": {"codec": "aac", "bits_per_second": self.chance.choice([64_000, 96_000])}},
                {"captions": not said["captions"]},
                {"thumbnails": {"interval_seconds": self.chance.choice([1, 2])}},
                {"thumbnails": None},
                {"segment_seconds": self.chance.choice([2, 4])},
                {"variants": self.chance.choice(VARIANTS)},
            ]
        )
        self.workshop.save_profile(said)

    def new_keys(self) -> None:
        self._registered(key_generation=self.chance.randrange(3))

    def other_tool(self) -> None:
        tool = self.chance.choice(["prober", "transcoder", "pictures", "sheets", "packager", "inspector"])
        self.workshop.tools[tool].build = self.chance.choice(["1", "2"])

    def lost_file(self) -> None:
        if files := in_order(path for path in self.kept.glob("*/*/*/**/*") if path.is_file()):
            self.chance.choice(files).unlink()

    def cut_file(self) -> None:
        if files := in_order(path for path in self.kept.glob("*/*/*/**/*") if path.is_file()):
            self.chance.choice(files).write_bytes(b"")

    def lost_commit(self) -> None:
        if commits := in_order(self.kept.glob("*/*/artifact.json")):
            self.chance.choice(commits).unlink()

    def lost_pointer(self) -> None:
        if pointers := sorted(self.kept.glob("*/latest.json")):
            self.chance.choice(pointers).unlink()

    def lost_asset(self) -> None:
        if assets := sorted(path for path in self.kept.iterdir() if path.is_dir()):
            shutil.rmtree(self.chance.choice(assets))

    def lost_title(self) -> None:
        for folder in [path for path in self.kept.iterdir() if path.is_dir()]:
            shutil.rmtree(folder)

    def lost_at_the_origin(self) -> None:
        files = self.workshop.origin.files.get(self.title, {})
        if files:
            folder = "/".join(self.chance.choice(sorted(files)).split("/")[:2])
            for path in [path for path in files if path.startswith(f"{folder}/")]:
                del files[path]

    def lost_entry(self) -> None:
        self.workshop.cms.remove(self.title)

    def nothing(self) -> None:
        """Leave everything as it is."""

    def _registered(self, **said: object) -> None:
        if not self.workshop.source(self.title).exists():
            self.workshop.deliver(self.title)
        known = self.workshop.store.record(self.title)
        names = ("profile", "policy", "key_generation")
        before = {name: getattr(known, name) for name in names} if known else {}
        self.workshop.register(self.title, **(before | said))


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Return paths in an order that is the same in every test run: an attempt's name is drawn by lot."""
    return sorted(paths, key=lambda path: ATTEMPT.sub("", path.as_posix()))


KINDS: list[Callable[[Fate], None]] = [
    kind for name, kind in vars(Fate).items() if not name.startswith("_") and callable(kind)
]


def asked(workshop: Workshop, chance: random.Random) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """Return which assets a run is asked for, and which it makes again: mostly all and none."""
    selected = None
    names = workshop.planner().names()
    if chance.random() < 0.2:
        first = chance.randrange(len(names))
        selected = frozenset(names[first : first + chance.randrange(1, 8)])
    force = (chance.choice([*names, "h264_*", "*_tracks"]),) if chance.random() < 0.15 else ()
    return selected, force


def changed(workshop: Workshop, chance: random.Random, count: int) -> tuple[int, int]:
    """Change titles so often, and return how much was made, and how often it was all that was planned."""
    made = exact = 0
    for number in range(count):
        title = chance.choice(TITLES)
        kind = KINDS[number % len(KINDS)]
        kind(Fate(workshop, chance, title))
        if chance.random() < 0.3:  # and another change before anybody looks
            chance.choice(KINDS)(Fate(workshop, chance, title))
        selected, force = asked(workshop, chance)
        plan = workshop.plan(title, selected, force)
        executed = workshop.run(title, selected, force)
        remarks = "\n".join(f"{one.asset}: {one.reason} {one.obstacle} {one.is_certain}" for one in plan.assets)
        wrong = [sorted(executed.difference(plan.executed)), sorted(set(plan.certain) - executed)]
        said = f"{number}: {kind.__name__} of {title}, {selected}, {force}, {wrong}\n{remarks}"
        assert set(plan.certain) <= executed <= set(plan.executed), said
        exact += set(plan.executed) == executed
        made += len(executed)
    return made, exact


def test_every_kind_of_change_makes_what_is_planned_and_mostly_all_of_it(tmp_path: Path) -> None:
    count = ROUNDS * len(KINDS)
    chance = random.Random(20)  # noqa: S311 - any changes do
    made, exact = changed(with_titles(tmp_path), chance, count)
    assert made > count  # most changes lead to something
    assert exact > 0.8 * count, exact
