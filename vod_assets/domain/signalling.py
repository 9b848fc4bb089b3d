"""How files and manifests tell DRM systems of a key, where no key server says it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from vod_assets.domain.content_keys import SYSTEM_IDS, KeyRequest, SystemSignalling
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.pssh import playready_object, pssh_box

PREVIEWED = "/clearkey"  # of `vod serve`, on whatever port; nothing of ClearKey is shown anywhere else
FAIRPLAY_URI = "skd://{kid}"
MEDIA, SESSION = "#EXT-X-KEY", "#EXT-X-SESSION-KEY"
METHODS = {"cbcs": "SAMPLE-AES", "cenc": "SAMPLE-AES-CTR", "aes128": "AES-128"}


@dataclass(frozen=True)
class KeyAddresses:
    """Where players ask for licences and keys; ``{kid}`` and ``{title}`` stand for a key's and a title's id.

    Attributes:
        licences: By system.
        fairplay_uri: What FairPlay's key lines say; an application makes a request of it.
        aes128_url: Where players fetch the keys of aes128; empty: nowhere.
    """

    licences: Mapping[str, str] = field(default_factory=dict)
    fairplay_uri: str = FAIRPLAY_URI
    aes128_url: str = ""

    def as_document(self) -> dict[str, object]:
        """Return the addresses as a recipe names them."""
        return {"licences": dict(self.licences), "fairplay_uri": self.fairplay_uri, "aes128_url": self.aes128_url}

    def licence(self, system: str, title: str, kid: str) -> str:
        """Return where a system's players ask for a key's licence; empty when nothing was set."""
        return filled(self.licences.get(system, PREVIEWED if system == "clearkey" else ""), title, kid)


def filled(template: str, title: str, kid: str) -> str:
    """Return an address of a template."""
    return template.replace("{kid}", kid).replace("{title}", title)


def signalling(
    request: KeyRequest, scheme: str, kid: str, checksum: str, addresses: KeyAddresses
) -> tuple[SystemSignalling, ...]:
    """Return how every system that a scheme is for finds a key.

    Raises:
        ConfigError: ``key_address_missing``: aes128 needs an address that players fetch keys from.
    """
    if scheme == "aes128":
        return (_aes128(request.title, kid, addresses),)
    asked = request.contracts[scheme].systems
    return tuple(_of_system(system, scheme, (kid, checksum), request.title, addresses) for system in asked)


def laurl(url: str) -> str:
    """Return the element by which an MPD names a licence address (DASH-IF IOP, part 6); empty for none."""
    return f'<dashif:Laurl xmlns:dashif="https://dashif.org/CPS">{escape(url)}</dashif:Laurl>' if url else ""


def pssh_element(pssh: str) -> str:
    """Return the element that carries a PSSH box, in base64, in an MPD (ISO/IEC 23001-7, 11.2.2.3); empty for none."""
    return f'<cenc:pssh xmlns:cenc="urn:mpeg:cenc:2013">{pssh}</cenc:pssh>' if pssh else ""


def hls_lines(attributes: str) -> tuple[str, str]:
    """Return the key line of media playlists and that of a multivariant playlist; both empty for no attributes."""
    return (f"{MEDIA}:{attributes}", f"{SESSION}:{attributes}") if attributes else ("", "")


def hls_attributes(system: str, scheme: str, kid: str, said: bytes, key_uri: str = "") -> str:
    """Return the attributes of a system's HLS key lines, without IV; empty for ClearKey.

    Args:
        system: Whose lines.
        scheme: ``cbcs`` or ``cenc``.
        kid: Key id, 32 hex digits.
        said: What the lines carry: the PSSH box of Widevine, the object of PlayReady.
        key_uri: What FairPlay's lines say.
    """
    method = METHODS[scheme]
    if system == "widevine":
        data = f"data:text/plain;base64,{base64.b64encode(said).decode()}"
        known = f'KEYID=0x{kid},KEYFORMAT="urn:uuid:{SYSTEM_IDS[system]}",KEYFORMATVERSIONS="1"'
        return f'METHOD={method},URI="{data}",{known}'
    if system == "playready":
        data = f"data:text/plain;charset=UTF-16;base64,{base64.b64encode(said).decode()}"
        return f'METHOD={method},URI="{data}",KEYFORMAT="com.microsoft.playready",KEYFORMATVERSIONS="1"'
    if system == "fairplay":
        return f'METHOD={method},URI="{key_uri}",KEYFORMAT="com.apple.streamingkeydelivery",KEYFORMATVERSIONS="1"'
    return ""  # ClearKey's are the composer's: they name the KID in the words of one player


def _of_system(system: str, scheme: str, key: tuple[str, str], title: str, addresses: KeyAddresses) -> SystemSignalling:
    kid, checksum = key
    box = pssh_box(system, scheme, kid, checksum)
    licence = addresses.licence(system, title, kid)
    pro = playready_object(scheme, kid, checksum) if system == "playready" else b""
    key_uri = filled(addresses.fairplay_uri, title, kid)
    media, session = hls_lines(hls_attributes(system, scheme, kid, pro or box, key_uri))
    pssh = base64.b64encode(box).decode()
    return SystemSignalling(
        system=system,
        pssh=pssh,
        content_protection=pssh_element(pssh) + _mspr(pro) + laurl(licence),
        hls_media=media,
        hls_session=session,
        licence_url=licence,
    )


def _mspr(pro: bytes) -> str:
    if not pro:
        return ""
    return f'<mspr:pro xmlns:mspr="urn:microsoft:playready">{base64.b64encode(pro).decode()}</mspr:pro>'


def _aes128(title: str, kid: str, addresses: KeyAddresses) -> SystemSignalling:
    if not addresses.aes128_url:
        raise ConfigError(
            "key_address_missing",
            "a variant of scheme aes128 needs an address that players fetch its keys from",
            "Set VOD_AES128_URL, as in https://keys.example.com/{title}/{kid}",
            title=title,
        )
    url = filled(addresses.aes128_url, title, kid)
    media, session = hls_lines(f'METHOD={METHODS["aes128"]},URI="{url}",KEYFORMAT="identity"')
    return SystemSignalling(system="aes128", hls_media=media, hls_session=session, licence_url=url)
