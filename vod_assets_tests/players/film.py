"""A film of twelve seconds that says, in picture, sound and text, where it is and in which language."""

from pathlib import Path

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets_tests.adapters.transcode.clips import make

SECONDS = 12
RED_SECONDS = 6  # as long as the left half of the picture is red
LANGUAGES = {"en": ("English", "eng", 440), "fr": ("Français", "fra", 1760)}


def film(folder: Path) -> Path:
    """Write ``film.mp4``: a moving picture, red on the left at first, a tone for each language, and captions beside it.

    The English tone is 440 Hz and the French one 1760 Hz; each second has a cue: “English 3” from 3 s to 4 s.
    """
    red = f"drawbox=w=iw/2:h=ih:color=red:t=fill:enable='lt(t,{RED_SECONDS})'"
    picture = generated_input(f"testsrc2=s=640x360:r=25:d={SECONDS},{red}")
    tones = [generated_input(f"sine=f={hertz}:r=48000:d={SECONDS}") for _, _, hertz in LANGUAGES.values()]
    tags = {f"metadata:s:a:{number}": f"language={code}" for number, (_, code, _) in enumerate(LANGUAGES.values())}
    options = {"c:v": "libx264", "preset": "ultrafast", "g": 25, "pix_fmt": "yuv420p", "threads": 1, "c:a": "aac"}
    source = make(folder / "film.mp4", picture, *tones, **options, **tags)
    for language, (name, _, _) in LANGUAGES.items():
        cues = (_cue(second, name) for second in range(SECONDS))
        (folder / f"film.{language}.srt").write_text("\n".join(cues), encoding="utf-8")
    return source


def _cue(second: int, name: str) -> str:
    return f"{second + 1}\n00:00:{second:02},000 --> 00:00:{second:02},990\n{name} {second}\n"
