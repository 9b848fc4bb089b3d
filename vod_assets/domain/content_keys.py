"""Content keys: what is known of them outside the key server, and never the keys themselves."""

from typing import Literal

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError

Scheme = Literal["none", "cenc", "cbcs", "aes128"]
System = Literal["widevine", "playready", "fairplay", "clearkey"]
ENCRYPTED = ("cenc", "cbcs", "aes128")
ALL = "ALL"  # the class of all tracks, where one key is for everything
SYSTEM_IDS: dict[str, str] = {
    "widevine": "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",
    "playready": "9a04f079-9840-4286-ab92-e65be0885f95",
    "fairplay": "94ce86fb-07ff-4f43-adb8-93d2fa968ca2",  # as SPEKE names it
    "clearkey": "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b",  # the common system, by which ClearKey is found
    "aes128": "3ea8778f-7742-4bf9-b18b-e834b2acbd47",  # no DRM: HLS's own whole-segment encryption, as SPEKE names it
}
DASH_SYSTEM_IDS = SYSTEM_IDS | {  # of ContentProtection@schemeIdUri
    "clearkey": "e2719d58-a985-b3c9-781a-b030af78d30e",  # DASH-IF's; in files it is the common system's
}


class SystemSignalling(Document):
    """How one DRM system finds out about one key: what files and manifests say of it.

    Attributes:
        system: ``widevine``, ``playready``, ``fairplay``, ``clearkey`` or, under the scheme of that name, ``aes128``.
        pssh: Whole PSSH boxes (ISO/IEC 23001-7, 8.1), base64; empty when the system has none (FairPlay).
        content_protection: XML to stand inside the system's ``ContentProtection`` in an MPD; empty when it has none.
            Each element declares its own namespaces.
        hls_media: The ``#EXT-X-KEY`` line of a media playlist, without IV; empty when HLS does not know the system.
        hls_session: The ``#EXT-X-SESSION-KEY`` line of a multivariant playlist, likewise.
        licence_url: Where players ask for a licence, or for the key itself (``aes128``); empty when nothing was set.
    """

    system: str
    pssh: str = ""
    content_protection: str = ""
    hls_media: str = ""
    hls_session: str = ""
    licence_url: str = ""


class TrackKey(Document):
    """One content key, for the tracks of one class under one scheme.

    What is encrypted with it depends on ``kid``, ``checksum`` and the PSSH boxes; all else is for manifests.

    Attributes:
        scheme: ``cenc``, ``cbcs`` (ISO/IEC 23001-7) or ``aes128`` (RFC 8216, 4.3.2.4).
        track_class: ``ALL``, ``AUDIO``, ``SD``, ``HD1`` and so on: SPEKE's names.
        kid: Key id, 32 hex digits.
        checksum: First 8 bytes of the KID encrypted by the key (AES-ECB), 16 hex digits, as PlayReady publishes it:
            tells whether a provider still gives the same key, and nothing else.
        systems: Of every variant of the scheme; a variant signals its own only, see `signalled`.
    """

    scheme: str
    track_class: str
    kid: str
    checksum: str
    systems: tuple[SystemSignalling, ...] = ()

    def signalled(self, systems: tuple[str, ...]) -> tuple[SystemSignalling, ...]:
        """Return the signalling of a variant's systems, in the variant's order; that of aes128 has no systems."""
        named = {one.system: one for one in self.systems}
        return tuple(named[system] for system in systems or ("aes128",) if system in named)


class Contract(Document):
    """What is encrypted under one protection scheme, and for which DRM systems.

    Attributes:
        video_preset: SPEKE's encryption contract for video: ``1``, ``2``, ``3``, ``5``, ``8``, ``shared`` or
            ``unencrypted``.
        audio_preset: Likewise for audio: ``1``, ``2``, ``3``, ``shared`` or ``unencrypted``.
        classes: Classes of tracks that the title has, each with a key of its own.
        systems: DRM systems that have to know of the keys; none for aes128.
    """

    video_preset: str = "1"
    audio_preset: str = "1"
    classes: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()


class KeyRequest(Document):
    """Which keys a title needs.

    Attributes:
        title: Its id, by which keys stay the same.
        generation: How many times it was given new keys.
        contracts: What is encrypted under each protection scheme.
    """

    title: str
    generation: int = 0
    contracts: dict[str, Contract] = {}


class ContentKeys(Document):
    """The document of ``content_keys``: key ids and signalling of every protected variant, never a key.

    Attributes:
        provider: Which kind of provider gave them: ``local``, ``static`` or ``speke``.
        request: What was asked for, and is asked for again by whoever needs the keys.
    """

    provider: str
    request: KeyRequest
    keys: tuple[TrackKey, ...] = ()

    def of(self, scheme: str, track_class: str) -> TrackKey:
        """Return the key of a class under a scheme.

        Raises:
            ConfigError: ``content_key_missing``: nothing that should be encrypted is ever left clear instead.
        """
        for key in self.keys:
            if (key.scheme, key.track_class) == (scheme, track_class):
                return key
        raise ConfigError(
            "content_key_missing",
            f"there is no content key for {track_class or 'an unnamed class of'} tracks under {scheme}",
            "Run content_keys again, and what follows it",
            title=self.request.title,
        )

    def named(self, kid: str) -> TrackKey | None:
        """Return what is known of a key id, or None."""
        return next((key for key in self.keys if key.kid == kid), None)
