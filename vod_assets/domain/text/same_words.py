"""Whether two texts say the same at the same times: captions that are sent twice, in two standards."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction

SPAN_SECONDS = 30  # in which letters are compared: what one standard sends, the other shows some seconds later
SAME = Fraction(1, 2)  # a clip a third of whose letters were lost had 0.56; other texts of one language had 0.12
_TOGETHER = 3  # letters that count as one: fewer are alike in any two texts

Said = Iterable[tuple[Fraction, str]]
Letters = dict[int, Counter[str]]  # groups of letters that follow each other, by the span in which they are said


def letters_of(said: Said) -> Letters:
    """Return the letters of pieces of text and when each is said, without accents, cases and all between them."""
    spans: Letters = defaultdict(Counter)
    last = ""
    for seconds, text in said:
        for letter in unicodedata.normalize("NFKD", text.casefold()):
            if letter.isalnum():
                last = (last + letter)[-_TOGETHER:]
                spans[int(seconds // SPAN_SECONDS)][last] += 1
    return spans


def likeness(one: Letters, other: Letters) -> Fraction:
    """Return the part of the longer text, 0 to 1, that is in the other one at the same time."""
    common = sum((one[span] & other[span]).total() for span in one.keys() & other.keys())
    longer = max(sum(letters.total() for letters in text.values()) for text in (one, other))
    return Fraction(common, max(longer, 1))
