"""Files of sound beside a source: which of their streams is used, and how long it really is."""

from fractions import Fraction

from vod_assets.adapters.probe import streams as typed
from vod_assets.adapters.probe.raw import Json
from vod_assets.adapters.probe.scan import Scan
from vod_assets.domain.acceptance import refusal, warning
from vod_assets.domain.containers import container_of
from vod_assets.domain.media_info import SoundInfo


def described_sound(file: str, header: Json, scan: Scan) -> SoundInfo:
    """Return what a file holds: the stream that it calls its default, or the first.

    Raises:
        SourceError: ``no_sound``.
    """
    found = [raw for raw in header["streams"] if _sounds(raw, scan)]
    if not found:
        raise refusal("no_sound", "it holds no sound that can be read", file)
    chosen = max(found, key=lambda raw: (bool(raw.get("disposition", {}).get("default")), -raw["index"]))
    stream = typed.audio_stream(chosen, scan.spans[chosen["index"]], Fraction(0))
    others = ", ".join(str(raw["index"]) for raw in found if raw is not chosen)
    findings = (warning("second_audio_ignored", f"stream {stream.index} is used, not {others}"),) if others else ()
    return SoundInfo(container=container_of(header["format"]["format_name"]), stream=stream, findings=findings)


def _sounds(raw: Json, scan: Scan) -> bool:
    is_audio = raw.get("codec_type") == "audio" and bool(raw.get("codec_name"))
    return is_audio and bool(raw.get("channels")) and bool(scan.spans[raw["index"]].packets)
