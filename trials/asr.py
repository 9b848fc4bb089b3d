"""Speech of a machine, heard by another: does the optional extra work on this computer?

``python -m trials.asr [SOUND]``, in an environment with the extra ``asr``; without a file, espeak-ng speaks.
"""

import re
import shutil
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.speech.whisper import WhisperRecogniser
from vod_assets.adapters.tools import Tools
from vod_assets.domain.media_info import AudioStream
from vod_assets.domain.text.speech import cues_of
from vod_assets.settings import Settings

SPOKEN = "Please transcode this video and deliver it to the customer today. The captions were written by a machine."
EXPECTED = {"transcode", "video", "deliver", "customer", "today", "captions", "written", "machine"}
LEAST_HEARD = 6  # a synthetic voice is hard to understand


def main(sound: str = "") -> int:
    """Print the cues, and fail when too little was understood."""
    with TemporaryDirectory() as scratch:
        path = Path(sound) if sound else Path(scratch) / "spoken.wav"
        if not sound:
            speaker = shutil.which("espeak-ng") or sys.exit("espeak-ng is not there: give a file of speech")
            subprocess.run([speaker, "-v", "en-us", "-s", "140", "-w", str(path), SPOKEN], check=True)
        runner = SupervisedRunner(Unguarded())
        recogniser = WhisperRecogniser(Tools.from_settings(Settings()), runner, runner)
        stream = AudioStream(index=0, codec="pcm_s16le", channels=1, sample_rate=22_050, duration_seconds=Fraction(1))
        started = time.monotonic()
        words = recogniser.recognise(path, stream, Path(scratch))
        spent = time.monotonic() - started
    for cue in cues_of(words):
        print(f"{float(cue.start_seconds):8.3f} {float(cue.end_seconds):8.3f}  {cue.text!r}")
    heard = EXPECTED & {re.sub(r"\W", "", word.text).lower() for word in words}
    print(f"{len(words)} words in {spent:.1f} s; of {len(EXPECTED)} that were expected {len(heard)} were heard")
    return 0 if sound or len(heard) >= LEAST_HEARD else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
