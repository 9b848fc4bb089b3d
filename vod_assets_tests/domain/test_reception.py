"""Loss is counted from the first whole frame to the last, whatever a stream begins with."""

from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.reception import reception

SENT = [f"frame {number}" for number in range(100)]


@given(first=st.integers(0, 99), dropped=st.sets(st.integers(1, 148), max_size=60))
def test_every_frame_that_is_missing_between_two_is_lost(first: int, dropped: set[int]) -> None:
    """The file is sent over and over, and a player comes in anywhere."""
    came = [SENT[(first + number) % 100] for number in range(150) if number not in dropped]
    found = reception(SENT, came)
    assert (found.first, found.expected, found.received) == (first, 150, 150 - len(dropped))
    assert (found.lost, found.damaged, found.joining) == (len(dropped), 0, 0)


def test_what_loss_leaves_behind_is_damaged_and_not_whole() -> None:
    came = ["grey", "grey", *SENT[10:20], "smeared", "smeared", *SENT[22:30]]
    found = reception(SENT, came)
    assert (found.joining, found.damaged, found.lost, found.loss_in_10000) == (2, 2, 2, 1000)


def test_still_pictures_are_no_loss() -> None:
    still = ["black"] * 50 + SENT
    assert reception(still, ["black"] * 20 + SENT[:30]).lost in (0, 30)  # where in the black it began, nobody can say
    assert reception(["black"] * 50, ["black"] * 80).lost == 0


def test_a_stream_of_something_else_has_no_whole_frame() -> None:
    found = reception(SENT, ["other"] * 5)
    assert (found.first, found.expected, found.joining, found.loss_in_10000) == (None, 0, 5, 0)
