"""What of a stream arrived: frames sent and received are compared, in order, also where a stream begins anew."""

from collections.abc import Sequence

from vod_assets.domain.documents import Document


class Reception(Document):
    """How a stretch of a stream came through.

    Attributes:
        first: Number of the first frame that arrived whole, counted in the file; None: not one did.
        expected: Frames from the first to the last that arrived whole.
        received: Those of them that arrived whole.
        damaged: Frames that arrived between them and are none of the file's: what was lost left its marks there.
        joining: Frames before the first whole one, while a player waits for a key frame.
    """

    first: int | None
    expected: int
    received: int
    damaged: int
    joining: int

    @property
    def lost(self) -> int:
        """Frames that did not arrive whole."""
        return self.expected - self.received

    @property
    def loss_in_10000(self) -> int:
        """Lost frames of ten thousand, rounded up: a single one shows."""
        return -(-10_000 * self.lost // self.expected) if self.expected else 0


def reception(sent: Sequence[str], received: Sequence[str], within: int = 250) -> Reception:
    """Return what arrived of a file that is sent again and again.

    A frame that looks like several of the file's is taken for the next of them, so still pictures count as whole.

    Args:
        sent: A digest of each of the file's frames, in order.
        received: Likewise of the frames that came, from anywhere in the file.
        within: How many frames may be lost at a stretch; what matches farther away is taken for damaged.
    """
    whole: list[int] = []  # positions in the endless stream
    damaged = joining = 0
    for digest in received:
        reach = range(whole[-1] + 1, whole[-1] + 1 + min(within, len(sent))) if whole else range(len(sent))
        place = next((one for one in reach if sent[one % len(sent)] == digest), None)
        if place is not None:
            whole.append(place)
        elif whole:
            damaged += 1
        else:
            joining += 1
    if not whole:
        return Reception(first=None, expected=0, received=0, damaged=0, joining=joining)
    expected = whole[-1] - whole[0] + 1
    return Reception(first=whole[0], expected=expected, received=len(whole), damaged=damaged, joining=joining)
