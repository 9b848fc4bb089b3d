"""Read init segments: what a track is, and its RFC 6381 codec string, from its sample entry."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

from vod_assets.domain.audio_entries import channels_in
from vod_assets.domain.isobmff import Box, Buffer, Fragment, MalformedError, SampleDefaults, boxes
from vod_assets.domain.sample_encryption import TrackEncryption, read_encryption

VIDEO_FIELDS = 78  # bytes of a visual sample entry before its boxes, 14496-12, 12.1.3
AUDIO_FIELDS = 28  # bytes of an audio sample entry before its boxes, 14496-12, 12.2.3
TAKEN_FOR_GRANTED = (
    (1, 1, 1, 0),
    (2, 2, 2, 0),
)  # BT.709 in limited range, said or not said: primaries, transfer, matrix
RANGES = {16: "PQ", 18: "HLG"}  # transfer characteristics of ISO/IEC 23091-2
UNSPECIFIED = 2


@dataclass(frozen=True)
class InitSegment:
    """One track, as its init segment describes it.

    Attributes:
        kind: ``video``, ``audio`` or ``text``; empty for anything else.
        codecs: RFC 6381 string.
        start: Media time of the edit list: where presentation time zero lies, in ticks.
        video_range: ``SDR``, ``PQ`` or ``HLG``, as HLS calls it (RFC 8216bis, 4.4.6.2); empty: the sample entry
            does not say, only the stream itself may.
        nal_length_bytes: Size of the length before each NAL unit (AVC, HEVC); 0 for other codecs.
        encryption: Of each sample entry, in order: how its samples are encrypted, or None.
        pssh: Whole PSSH boxes, in order.
    """

    kind: str
    codecs: str
    timescale: int
    start: int = 0
    width: int = 0
    height: int = 0
    channels: int = 0
    sample_rate: int = 0
    nal_length_bytes: int = 0
    defaults: SampleDefaults = field(default_factory=SampleDefaults)
    encryption: tuple[TrackEncryption | None, ...] = ()
    pssh: tuple[bytes, ...] = ()
    video_range: str = ""

    @property
    def default_kid(self) -> str:
        """Key id of an encrypted track, as 32 hex digits; empty for clear ones."""
        return next((one.kid for one in self.encryption if one), "")

    def encryption_of(self, fragment: Fragment) -> TrackEncryption | None:
        """Return how a fragment's samples are encrypted; None when they are clear.

        Raises:
            MalformedError: It belongs to a sample entry that is not there.
        """
        if not 1 <= fragment.entry <= len(self.encryption):
            raise MalformedError(f"the fragment at byte {fragment.moof_offset} is of no sample entry that is there")
        return self.encryption[fragment.entry - 1]


def read_init(data: Buffer) -> InitSegment:
    """Return what the first track of an init segment is.

    Raises:
        MalformedError: It is no init segment, or names no codec that we know how to name.
    """
    moov = next((box for box in boxes(data) if box.kind == "moov"), None)
    if moov is None:
        raise MalformedError("there is no movie box (moov) in the init segment")
    trak = moov.find("trak")
    stsd = trak.find("mdia", "minf", "stbl", "stsd")
    entries = list(stsd.children(8))
    if not entries:
        raise MalformedError("the sample description (stsd) is empty")
    mdhd = trak.find("mdia", "mdhd")
    timescale = mdhd.u32(20 if mdhd.version else 12)
    if not timescale:
        raise MalformedError("the media header (mdhd) has a timescale of zero")
    return replace(
        _described(entries[0], timescale, _edit_start(trak), _defaults(moov)),
        encryption=tuple(_encryption(entry) for entry in entries),
        pssh=tuple(bytes(data[box.offset : box.end]) for box in moov.children() if box.kind == "pssh"),
    )


def protection_of(entry: Box) -> Box | None:
    """Return the box (sinf) that says how an entry's samples are encrypted; None for a clear entry.

    Raises:
        MalformedError: The entry is of an encrypted kind and has none.
    """
    fields = {"encv": VIDEO_FIELDS, "enca": AUDIO_FIELDS}.get(entry.kind)
    return None if fields is None else _part(entry, fields, "sinf")


def _described(entry: Box, timescale: int, start: int, defaults: SampleDefaults) -> InitSegment:
    sample_format = _clear_name(entry)
    if sample_format in ("avc1", "avc3", "hvc1", "hev1", "av01"):
        width, height = entry.unpack(">HH", 24)
        codecs, nal_length = _video_codecs(entry, sample_format)
        shape = (width, height, 0, 0, nal_length, defaults)
        return InitSegment("video", codecs, timescale, start, *shape, video_range=_range(_colours(entry)))
    if sample_format in ("mp4a", "ac-3", "ec-3", "Opus", "fLaC"):
        channels, _, _, _, rate = entry.unpack(">HHHHI", 16)
        found = next((channels_in(box) for box in entry.children(AUDIO_FIELDS) if channels_in(box)), channels)
        return InitSegment(
            "audio", _audio_codecs(entry, sample_format), timescale, start, 0, 0, found, rate >> 16, 0, defaults
        )
    if sample_format in ("wvtt", "stpp"):
        codecs = _text_codecs(entry) if sample_format == "stpp" else sample_format
        return InitSegment("text", codecs, timescale, start, defaults=defaults)
    raise MalformedError(f"the sample entry {sample_format!r} is none that a package may hold")


def _encryption(entry: Box) -> TrackEncryption | None:
    sinf = protection_of(entry)
    return read_encryption(sinf) if sinf else None


def _clear_name(entry: Box) -> str:
    """Return what a sample entry is called before encryption (14496-12, 8.12.2)."""
    sinf = protection_of(entry)
    return bytes(sinf.find("frma").body[:4]).decode("latin-1") if sinf else entry.kind


def _text_codecs(entry: Box) -> str:
    """Return the RFC 6381 name of timed text: of IMSC1 where its media type says so (14496-30, 5)."""
    strings = bytes(entry.body[8:]).split(
        b"\0", 3
    )  # namespace, schemas and media types of what it refers to, then boxes
    skip = 8 + sum(len(string) + 1 for string in strings[:3])
    mime = next((box for box in entry.children(skip) if box.kind == "mime"), None) if len(strings) == 4 else None
    said = bytes(mime.body[4:]).rstrip(b"\0").decode("latin-1") if mime else ""
    return f"stpp.ttml.{said.partition('codecs=')[2]}" if "ttml+xml;codecs=im" in said else "stpp"


def _part(entry: Box, skip: int, kind: str) -> Box:
    found = next((box for box in entry.children(skip) if box.kind == kind), None)
    if found is None:
        raise MalformedError(f"the sample entry {entry.kind} has no {kind}")
    return found


def _video_codecs(entry: Box, sample_format: str) -> tuple[str, int]:
    if sample_format.startswith("avc"):
        avcc = _part(entry, VIDEO_FIELDS, "avcC")
        return f"{sample_format}.{bytes(avcc.body[1:4]).hex()}", (avcc.unpack(">B", 4)[0] & 3) + 1
    if sample_format == "av01":
        return _av1_codecs(_part(entry, VIDEO_FIELDS, "av1C"), _colours(entry)), 0
    hvcc = _part(entry, VIDEO_FIELDS, "hvcC")
    return f"{sample_format}.{_hevc_profile(hvcc)}", (hvcc.unpack(">B", 21)[0] & 3) + 1


def _hevc_profile(hvcc: Box) -> str:
    """Return profile, compatibility, tier, level and constraints (14496-15, E.3)."""
    profile, compatibility = hvcc.unpack(">BI", 1)
    space = ("", "A", "B", "C")[profile >> 6]
    tier = "H" if profile & 0x20 else "L"
    constraints = bytes(hvcc.body[6:12]).rstrip(b"\0")
    reversed_bits = int(f"{compatibility:032b}"[::-1], 2)
    parts = [f"{space}{profile & 0x1F}", f"{reversed_bits:X}", f"{tier}{hvcc.unpack('>B', 12)[0]}"]
    return ".".join([*parts, *(f"{byte:X}" for byte in constraints)])


def _colours(entry: Box) -> tuple[int, int, int, int] | None:
    """Return primaries, transfer, matrix and full range of a sample entry (14496-12, 12.1.5); None: it says nothing."""
    with suppress(MalformedError):  # what stands behind the boxes that a decoder needs is not judged here
        for box in entry.children(VIDEO_FIELDS):
            if box.kind == "colr" and bytes(box.body[:4]) == b"nclx":
                primaries, transfer, matrix, flags = box.unpack(">HHHB", 4)
                return primaries, transfer, matrix, flags >> 7
    return None


def _range(colours: tuple[int, int, int, int] | None) -> str:
    transfer = colours[1] if colours else UNSPECIFIED
    return "" if transfer == UNSPECIFIED else RANGES.get(transfer, "SDR")


def _av1_codecs(av1c: Box, colours: tuple[int, int, int, int] | None) -> str:
    """Return profile, level, tier and bit depth (AV1 in ISOBMFF, section 5).

    The rest, from monochrome to range, is said where the entry names colours that players do not take for granted.
    """
    _, first, second = av1c.unpack(">BBB")
    depth = 8 if not second & 0x40 else 12 if second & 0x20 else 10
    required = f"av01.{first >> 5}.{first & 0x1F:02d}{'H' if second & 0x80 else 'M'}.{depth:02d}"
    if colours is None or colours in TAKEN_FOR_GRANTED:
        return required
    primaries, transfer, matrix, full_range = colours
    sampling = f"{second >> 3 & 1}{second >> 2 & 1}{second & 3}"
    return f"{required}.{second >> 4 & 1}.{sampling}.{primaries:02d}.{transfer:02d}.{matrix:02d}.{full_range}"


def _audio_codecs(entry: Box, sample_format: str) -> str:
    """Return the RFC 6381 name; of Opus the one that browsers know, which is in small letters."""
    if sample_format == "mp4a":
        return _aac_codecs(_part(entry, AUDIO_FIELDS, "esds"))
    return "opus" if sample_format == "Opus" else sample_format


def _aac_codecs(esds: Box) -> str:
    """Return ``mp4a.40.2`` and the like, walking the descriptors of ISO/IEC 14496-1, 7.2.6."""
    body, at = bytes(esds.body), 4
    object_type = 0
    while at + 2 <= len(body):
        tag, at = body[at], at + 1
        while at < len(body) and body[at] & 0x80:  # lengths take seven bits a byte
            at += 1
        at += 1
        if tag == 0x03:  # ES descriptor: id, flags; its optional fields are absent in MP4 files
            at += 3
        elif tag == 0x04 and at + 13 <= len(body):
            object_type, at = body[at], at + 13
        elif tag == 0x05 and at + 2 <= len(body):
            return f"mp4a.{object_type:x}.{_audio_object_type(body[at], body[at + 1])}"
        else:
            break
    if not object_type:
        raise MalformedError("the elementary stream descriptor (esds) names no codec")
    return f"mp4a.{object_type:x}"


def _audio_object_type(first: int, second: int) -> int:
    kind = first >> 3
    return kind if kind != 31 else 32 + ((first & 7) << 3 | second >> 5)  # the escape of 14496-3, 1.6.2.1


def _edit_start(trak: Box) -> int:
    """Return the media time at which the edit list starts; empty edits do not occur in our own tracks."""
    edts = next((box for box in trak.children() if box.kind == "edts"), None)
    if edts is None:
        return 0
    elst = edts.find("elst")
    if not elst.u32(4):
        return 0
    return max(0, elst.unpack(">q", 16)[0] if elst.version else elst.unpack(">i", 12)[0])


def _defaults(moov: Box) -> SampleDefaults:
    trex = moov.find("mvex", "trex")
    entry, duration, size, flags = trex.unpack(">IIII", 8)
    return SampleDefaults(duration, size, flags, entry)
