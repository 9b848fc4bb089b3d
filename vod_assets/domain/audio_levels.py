"""How loud sound is, as measured: loudness (ITU-R BS.1770), peaks, silence and the state of each channel."""

from fractions import Fraction

from vod_assets.domain.audio_channels import Layout
from vod_assets.domain.documents import Document

SILENCE_DB = -60  # below this, nothing is heard
SHORTEST_SILENCE_SECONDS = 1
MOST_SILENCES = 1_000
CLIPPED_DBFS = Fraction(-1, 10)  # where converters and decoders end, rounding included


class Loudness(Document):
    """How loud a sound is in one layout that it is delivered in: behind the downmix, before any gain.

    Mono counts as it is heard, from two loudspeakers. All levels are None where there is nothing but silence.

    Attributes:
        integrated_lufs: Of the whole programme, gated (EBU R 128).
        range_lu: Loudness range (EBU Tech 3342).
        true_peak_dbtp: Highest level between the samples, too.
    """

    layout: Layout
    integrated_lufs: Fraction | None = None
    range_lu: Fraction = Fraction(0)
    true_peak_dbtp: Fraction | None = None


class ChannelLevels(Document):
    """One channel as it lies in the source.

    Attributes:
        stream: Index of its stream.
        channel: Its number in the stream, from 1.
        position: Where it is heard from (``FL``, ``LFE``); empty: it is left out.
        peak_dbfs: None: digital silence.
        rms_dbfs: Likewise.
        flat_factor: How long the samples at its highest and lowest levels follow one another; 0: they never do.
        peak_count: How many samples lie at these levels.
    """

    stream: int
    channel: int
    position: str = ""
    peak_dbfs: Fraction | None = None
    rms_dbfs: Fraction | None = None
    flat_factor: Fraction = Fraction(0)
    peak_count: int = 0

    @property
    def is_silent(self) -> bool:
        """Whether nothing is ever heard of it."""
        return self.peak_dbfs is None or self.peak_dbfs < SILENCE_DB

    @property
    def is_clipped(self) -> bool:
        """Whether samples follow one another at full scale."""
        return self.peak_dbfs is not None and self.peak_dbfs >= CLIPPED_DBFS and self.flat_factor > 0


class Silence(Document):
    """A time at which no channel of a sound is heard, in seconds of the programme."""

    start_seconds: Fraction
    end_seconds: Fraction


class SoundLevels(Document):
    """All that was measured of one sound.

    Attributes:
        name: ``en``, ``en_2``: its track's without the codec; of a file beside the source, the file's.
        language: BCP 47 tag.
        loudness: In each layout that it is delivered in.
        silences: Times of a second or longer, the first `MOST_SILENCES` of them.
    """

    name: str
    language: str = "und"
    loudness: tuple[Loudness, ...] = ()
    channels: tuple[ChannelLevels, ...] = ()
    silences: tuple[Silence, ...] = ()

    def of(self, layout: str) -> Loudness | None:
        """Return how loud it is in a layout; None: that was not measured."""
        return next((one for one in self.loudness if one.layout == layout), None)

    @property
    def is_silent(self) -> bool:
        """Whether nothing of it is ever heard."""
        return all(channel.is_silent for channel in self.channels)


class AudioLevels(Document):
    """The document of a leaf of ``audio_levels``: the sounds of the source, or one file beside it.

    Attributes:
        seconds: How long the programme is that they were measured in.
        refused: Why a file beside the source could not be measured; ``audio_aac`` says more.
    """

    sounds: tuple[SoundLevels, ...] = ()
    seconds: Fraction = Fraction(0)
    refused: str = ""
