"""How far what a manifest declares may be from what its files are, and whether they are there at all."""

from fractions import Fraction

from vod_assets.domain.package_view import PackageView

TOLERANCE_SECONDS = Fraction(1, 1000)
RATE_TOLERANCE = Fraction(1, 100)  # frames per second; FRAME-RATE has three decimals
HIGHEST_EXCESS = Fraction(3, 2)  # of a declared over a measured bandwidth: more would starve slow viewers of a rung


def file_fault(view: PackageView, uri: str, address: str | None, name: str) -> str:
    """Return why a media file cannot be what a manifest means, or an empty string.

    Args:
        view: The package.
        uri: The file as the manifest writes it.
        address: The file below the package's root; None when it is elsewhere.
        name: What the segment is called in messages.
    """
    if address is None:
        return f"the address {uri} leads out of the package"
    size, described = view.size(address), view.described_size(address)
    if not size:
        return f"{name} is {'empty' if size == 0 else 'not there'}"
    if described is not None and size != described:
        return f"{name} has {size} bytes, its descriptor says {described}"
    return ""
