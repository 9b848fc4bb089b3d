"""A process of its own that listens: ``python -I listen.py MODEL SOUND THREADS`` prints each word as a line of JSON.

It imports nothing of ours, so that it starts wherever the optional extra is installed, and ends as any tool does.
"""

import importlib
import json
import os
import sys


def main(model: str, sound: str, threads: str) -> None:
    """Print the words of a file of sound with their times in seconds."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is fetched, whatever the library would like to
    whisper = importlib.import_module("faster_whisper")  # of an optional extra
    recogniser = whisper.WhisperModel(
        model, device="cpu", compute_type="int8", cpu_threads=int(threads), local_files_only=True
    )
    segments, _ = recogniser.transcribe(sound, language="en", word_timestamps=True, vad_filter=True, beam_size=1)
    for segment in segments:
        for word in segment.words or ():
            said = {"start": round(float(word.start), 3), "end": round(float(word.end), 3), "word": word.word.strip()}
            sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:4])
