"""Chapters as WebVTT (``kind="chapters"``), one file a language."""

import re
from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.markers import Chapter
from vod_assets.domain.text.cue import clock

_FILE = re.compile(r"chapters\.([A-Za-z0-9-]+)\.vtt")
_SHORTEST = Fraction(1, 1000)  # as fine as WebVTT can write


def compose_chapters(chapters: Sequence[Chapter], duration_seconds: Fraction) -> dict[str, bytes]:
    """Return the file of every language that a chapter has a title in, by name: ``chapters.en.vtt``.

    A chapter that has no title in a language has the one of no named language there, another, or its number.
    """
    if not chapters:
        return {}
    named = {tag for chapter in chapters for tag in chapter.titles}
    tags = sorted(named - {UNKNOWN}) or [UNKNOWN]
    ends = [*(chapter.start_seconds for chapter in chapters[1:]), duration_seconds]
    return {f"chapters.{tag}.vtt": _file(chapters, ends, tag) for tag in tags}


def chapter_language(path: str) -> str:
    """Return the language of a file of chapters; an empty text for any other file."""
    found = _FILE.fullmatch(path)
    return found[1] if found else ""


def _file(chapters: Sequence[Chapter], ends: Sequence[Fraction], tag: str) -> bytes:
    blocks = ["WEBVTT"]
    for number, (chapter, end) in enumerate(zip(chapters, ends, strict=True), start=1):
        start, words = chapter.start_seconds, _words(chapter, tag, number)
        blocks.append(f"{number}\n{clock(start)} --> {clock(max(end, start + _SHORTEST))}\n{words}")
    return ("\n\n".join(blocks) + "\n").encode()


def _words(chapter: Chapter, tag: str, number: int) -> str:
    titles = chapter.titles
    said = titles.get(tag) or titles.get(UNKNOWN) or next(iter(titles.values()), "")
    text = " ".join(said.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text or str(number)
