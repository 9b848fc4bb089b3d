"""What a mezzanine holds, as measured: streams, rates, colours, and what its index promises."""

from fractions import Fraction
from typing import Literal

from vod_assets.domain.containers import zero_of_what_is_read
from vod_assets.domain.documents import Document
from vod_assets.domain.markers import Chapter
from vod_assets.domain.timeline import Timeline


class Finding(Document):
    """Something worth saying about a source that is accepted all the same.

    Attributes:
        code: A code of ``domain/codes.py``.
        kind: ``warning`` (a person may want to look) or ``normalised`` (``cause`` says how).
        cause: One sentence with the numbers.
    """

    code: str
    kind: str
    cause: str


class Colour(Document):
    """Colour description of ISO/IEC 23091-2, in FFmpeg's words; empty where the source does not say."""

    primaries: str = ""
    transfer: str = ""
    matrix: str = ""
    range: str = ""


DynamicRange = Literal["sdr", "hlg", "hdr10", "hdr10plus", "dolby_vision"]


class LightLevels(Document):
    """What HDR10 says of its mastering display and its pictures; None where the source does not say.

    Attributes:
        primaries: x and y of red, green, blue and white (CIE 1931), of the display (SMPTE ST 2086).
        least_nits: Its lowest luminance, in cd/m².
        most_nits: Its highest.
        max_cll: Brightest pixel of the title, in cd/m² (CTA-861.3).
        max_fall: Brightest average of a picture.
    """

    primaries: tuple[Fraction, ...] = ()
    least_nits: Fraction | None = None
    most_nits: Fraction | None = None
    max_cll: int | None = None
    max_fall: int | None = None


class Crop(Document):
    """The part of the coded picture that holds something: what is around it is black throughout."""

    left: int
    top: int
    width: int
    height: int


class VideoStream(Document):
    """One video stream. Sizes are as coded, before the sample aspect and the rotation are applied.

    Attributes:
        rotation: Degrees clockwise that a player turns the picture: 0, 90, 180 or 270.
        mirrored: Whether the display matrix mirrors the picture (horizontally, before turning).
        frame_rate: The exact rate the renditions are made at; for variable frame rate, the measured base rate.
        field_order: ``progressive``, ``tt`` or ``bb``, by which field is shown first; measured where enough pictures
            move, else what is declared.
        declared_field_order: What the container or the bitstream says; empty where it does not.
        telecine: ``3:2`` where film was put into fields by pulldown; empty otherwise.
        colour: What is believed.
        declared_colour: What the source says, where something else is believed; None otherwise.
        dynamic_range: By the transfer function and the metadata of the pictures; ``dolby_vision`` only where nothing
            else can be shown, otherwise that of the base layer.
        dolby_vision_profile: Of its configuration record; None without one.
        light: Mastering display and light levels; None where there are none.
        crop: The picture inside its black bars; None where there are none.
        promised_frames: Frames the sample table or the packets promise; None when nothing does.
        leading_frames: Packets before the first key frame, which no decoder can use.
        start_seconds: Time of the first frame since the zero of the file; see
            `vod_assets.domain.containers.zero_of_what_is_read`.
        duration_seconds: From the track's own sample table or packet times, never from the movie header.
        keyframe_gap_seconds: The longest distance between two key frames.
    """

    index: int
    codec: str
    profile: str = ""
    width: int
    height: int
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    mirrored: bool = False
    frame_rate: Fraction
    is_variable_rate: bool = False
    field_order: str = "progressive"
    declared_field_order: str = ""
    telecine: str = ""
    pixel_format: str = "yuv420p"
    bit_depth: int = 8
    colour: Colour = Colour()
    declared_colour: Colour | None = None
    dynamic_range: DynamicRange = "sdr"
    dolby_vision_profile: int | None = None
    light: LightLevels | None = None
    crop: Crop | None = None
    start_seconds: Fraction = Fraction(0)
    duration_seconds: Fraction
    promised_frames: int | None = None
    leading_frames: int = 0
    keyframe_gap_seconds: Fraction | None = None
    bits_per_second: int | None = None

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height in square pixels as a viewer sees them: sample aspect and rotation applied."""
        width, height = max(1, round(self.width * self.sample_aspect)), self.height
        return (height, width) if self.rotation in (90, 270) else (width, height)


class AudioStream(Document):
    """One audio stream. ``language`` is a BCP 47 tag, ``und`` when unknown."""

    index: int
    codec: str
    channels: int
    layout: str = ""
    sample_rate: int
    language: str = "und"
    label: str = ""
    role: str = "main"
    is_default: bool = False
    start_seconds: Fraction = Fraction(0)
    duration_seconds: Fraction
    bits_per_second: int | None = None


CLOSED_CAPTIONS = "cea_608"


class TextStream(Document):
    """One text or subtitle stream. ``is_text`` is false for bitmaps, which cannot become WebVTT.

    Captions inside the pictures have the codec `CLOSED_CAPTIONS` and the index of their video stream. ``start_seconds``
    is when the first packet comes, relative to the earliest picture or sound.
    """

    index: int
    codec: str
    is_text: bool
    language: str = "und"
    label: str = ""
    is_forced: bool = False
    is_hearing_impaired: bool = False
    start_seconds: Fraction = Fraction(0)


def closed_caption_stream(index: int, language: str) -> TextStream:
    """Return the captions inside the pictures of a video stream, in the language that is spoken."""
    return TextStream(
        index=index, codec=CLOSED_CAPTIONS, is_text=True, language=language, label="CC", is_hearing_impaired=True
    )


class PartText(Document):
    """A stream of text in a file of a programme that is not its master.

    Attributes:
        file: Its name.
        starts_at: When the picture begins by the clock of the text that is taken out of the file.
    """

    file: str
    stream: TextStream
    starts_at: Fraction


class SoundInfo(Document):
    """What a file of sound beside a source holds: the stream that is used of it."""

    container: str
    stream: AudioStream
    findings: tuple[Finding, ...] = ()


class Splice(Document):
    """A ``splice_info_section`` (SCTE 35) of a transport stream, as hex digits, and when it arrives."""

    section: str
    arrives_seconds: Fraction


class MediaInfo(Document):
    """The typed document of the ``media_info`` asset.

    Attributes:
        video: The stream that the renditions are made from: the largest programme, never cover art.
        duration_seconds: Duration of ``video``; every track is cut or padded to it.
        chapters: The source's own, from the video's first frame on; one may begin before it, or after the end.
        splices: Sections of the video's programme, each once, mere signs of life left out.
        clock_zero: Ticks of the stream's clock (90 kHz) at the video's first frame, where there are splices.
        timecode: Time code of the first frame, ``HH:MM:SS:FF``, with ``;`` before the frames when it drops some.
        timecode_base: Frames that a second of it counts, where a track of time code says so; 0: nothing does.
        scene_cuts: When new scenes begin, as far as key frames tell that are some seconds apart: the time of the key
            frame that the encoder put there out of turn, else of the first that was looked at in the new scene.
        mezzanine: Digest of the mezzanine that was inspected.
        part_text: Text in the other files of a programme; ``text`` is the master's.
        timeline: Of what stretches of which files the programme is made; None: it is the master, whole. All times
            above are the programme's; its ``splices`` alone count from the master's first frame.
    """

    container: str
    size_bytes: int
    duration_seconds: Fraction
    video: VideoStream
    audio: tuple[AudioStream, ...] = ()
    text: tuple[TextStream, ...] = ()
    other_video: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    splices: tuple[Splice, ...] = ()
    clock_zero: int = 0
    timecode: str = ""
    timecode_base: int = 0
    scene_cuts: tuple[Fraction, ...] = ()
    mezzanine: str = ""
    part_text: tuple[PartText, ...] = ()
    timeline: Timeline | None = None

    def first_picture_in(self, stream: TextStream) -> Fraction:
        """Return when the picture begins by the clock of a text that was taken out; negative before it began.

        A caption file knows no times below zero: text that begins before the file's zero counts from its own start.
        """
        began = min(stream.start_seconds, zero_of_what_is_read(self.container, stream.start_seconds))
        picture = self.timeline.picture if self.timeline else self.video
        return picture.start_seconds - began

    @property
    def first_shown_seconds(self) -> Fraction:
        """When FFmpeg shows the first picture of the file, read alone and from its start."""
        start = self.video.start_seconds
        return start - zero_of_what_is_read(self.container, start)

    def from_zero(self) -> "MediaInfo":
        """Return the same for sound that has a clock of its own, which begins with the picture."""
        return self.model_copy(update={"video": self.video.model_copy(update={"start_seconds": Fraction(0)})})
