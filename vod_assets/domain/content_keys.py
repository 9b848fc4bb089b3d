"""Content keys: what is known of them outside the key server, and never the keys themselves."""

from typing import Literal

from vod_assets.domain.documents import Document

Scheme = Literal["none", "cenc", "cbcs", "aes128"]
System = Literal["widevine", "playready", "fairplay", "clearkey"]
ENCRYPTED = ("cenc", "cbcs", "aes128")
SYSTEM_IDS: dict[str, str] = {
    "widevine": "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",
    "playready": "9a04f079-9840-4286-ab92-e65be0885f95",
    "fairplay": "94ce86fb-07ff-4f43-adb8-93d2fa968ca2",  # as SPEKE names it
    "clearkey": "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b",  # the common system, by which ClearKey is found
}


class SystemSignalling(Document):
    """How one DRM system finds out about one key: what files and manifests say of it.

    Attributes:
        system: ``widevine``, ``playready``, ``fairplay`` or ``clearkey``.
        pssh: Whole PSSH boxes (ISO/IEC 23001-7, 8.1), base64; empty when the system has none (FairPlay).
        content_protection: XML to stand inside the system's ``ContentProtection`` in an MPD; empty when it has none.
        hls_media: The ``#EXT-X-KEY`` line of a media playlist, without IV; empty when HLS does not know the system.
        hls_session: The ``#EXT-X-SESSION-KEY`` line of a multivariant playlist, likewise.
        licence_url: Where players ask for a licence; empty when nothing was set.
    """

    system: str
    pssh: str = ""
    content_protection: str = ""
    hls_media: str = ""
    hls_session: str = ""
    licence_url: str = ""


class TrackKey(Document):
    """One content key, for the tracks of one class under one scheme.

    Attributes:
        scheme: ``cenc``, ``cbcs`` (ISO/IEC 23001-7) or ``aes128`` (RFC 8216, 4.3.2.4).
        track_class: ``ALL``, ``AUDIO``, ``SD``, ``HD1`` and so on: SPEKE's names.
        kid: Key id, 32 hex digits.
        checksum: First 8 bytes of the KID encrypted by the key (AES-ECB), 16 hex digits, as PlayReady publishes it:
            tells whether a provider still gives the same key, and nothing else.
    """

    scheme: str
    track_class: str
    kid: str
    checksum: str
    systems: tuple[SystemSignalling, ...] = ()


class ContentKeys(Document):
    """The document of ``content_keys``: key ids and signalling of every protected variant, never a key.

    Attributes:
        provider: Which kind of provider gave them: ``local``, ``static`` or ``speke``.
        generation: How many times the title was given new keys.
    """

    provider: str
    generation: int = 0
    keys: tuple[TrackKey, ...] = ()

    def of(self, scheme: str, track_class: str) -> TrackKey | None:
        """Return the key of a class under a scheme; None when that class is not encrypted."""
        return next((key for key in self.keys if (key.scheme, key.track_class) == (scheme, track_class)), None)

    def named(self, kid: str) -> TrackKey | None:
        """Return what is known of a key id, or None."""
        return next((key for key in self.keys if key.kid == kid), None)
