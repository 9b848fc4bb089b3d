"""The programme as a file of sound beside the master goes with it."""

from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.media_info import MediaInfo, SoundInfo
from vod_assets.domain.programme.sounds import fed_from


@dataclass(frozen=True)
class Dubbed:
    """The programme that a file of sound beside the master is made for, and how long that file ought to be."""

    info: MediaInfo
    fits_seconds: Fraction


def dubbed(info: MediaInfo, sound: SoundInfo) -> Dubbed:
    """Return a programme as a file of sound goes with it: by a clock of its own, cut where the master is cut."""
    alone = {"video": info.from_zero().video, "audio": (sound.stream,), "container": ""}
    timeline = info.timeline
    if timeline is None or timeline.words_count_from == "programme":
        return Dubbed(info.model_copy(update=alone | {"timeline": None}), info.duration_seconds)
    spans = []
    for span in timeline.spans:
        feed = fed_from(timeline.master, sound, span.from_seconds)
        spans.append(span.model_copy(update={"sound": ((feed,),) if span.file == timeline.master else ()}))
    cut = timeline.model_copy(update={"spans": tuple(spans)})
    return Dubbed(info.model_copy(update=alone | {"timeline": cut}), timeline.master_seconds)
