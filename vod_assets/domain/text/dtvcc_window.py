"""Windows of digital captions (CTA-708-E, 8.4): rows of characters, a pen that writes them, and a place on the screen.

Colours, fonts, borders and effects are left to the player, as those of every other format.
"""

from dataclasses import dataclass, field

from vod_assets.domain.text.cue import Run
from vod_assets.domain.text.placing import LINE_HEIGHT, USUAL_BOTTOM, Box, settings_of

ROWS, WIDE_COLUMNS, NARROW_COLUMNS = 75, 210, 160  # of the grid that anchors count in: 16:9, and 4:3 (8.2)
SAFE = 10  # per cent at each side of the picture, outside of that grid (8.2)
CELL_COLUMNS = 5  # of the grid that a character of standard size takes
LAST_POINT = 8  # bottom right (8.4.4)
MOST_COLUMNS = 64  # that a pen location can name

_JUSTIFY = ("start", "end", "center", "start")  # left, right, centre, full (8.10.5.8)
_CENTRED_STYLES = (3, 6)  # of the predefined ones (8.10.5.2, table 17)
_BOTTOM_TO_TOP, _TOP_TO_BOTTOM = 3, 2
_RIGHT_TO_LEFT = 1
Cell = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Anchor:
    """Where a window is held: its point, 0 (top left) to 8 (bottom right), at per cent of the grid (8.4.3, 8.4.4)."""

    point: int = 0
    across: float = 0
    down: float = 0


@dataclass
class Window:
    """One of the eight windows of a service, as ``DefineWindow`` made it and later commands changed it."""

    grid_columns: int = WIDE_COLUMNS
    anchor: Anchor = Anchor()
    rows: int = 1
    columns: int = 1
    is_visible: bool = False
    justify: str = "start"
    prints: int = 0
    scrolls: int = _BOTTOM_TO_TOP
    cells: list[dict[int, Cell]] = field(default_factory=list)
    row: int = 0
    column: int = 0
    styles: frozenset[str] = frozenset()

    def define(self, parameters: bytes) -> None:
        """Take ``DefineWindow``; a window that is there keeps its text, its pen and its attributes (8.10.5.2)."""
        flags, down, across, point, columns, style = parameters
        is_relative = bool(down & 0x80)
        width, height = (100, 100) if is_relative else (self.grid_columns, ROWS)
        self.anchor = Anchor(
            min(point >> 4, LAST_POINT), min(across * 100 / width, 100), min((down & 0x7F) * 100 / height, 100)
        )
        self.rows, self.columns = (point & 0x0F) + 1, (columns & 0x3F) + 1
        self.is_visible = bool(flags & 0x20)
        number = style >> 3 & 0x07
        if number or not self.cells:
            self.justify = "center" if number in _CENTRED_STYLES else "start"
        if not self.cells:
            self.clear()
        self.cells = (self.cells + [{} for _ in range(self.rows)])[: self.rows]
        self.row = min(self.row, self.rows - 1)

    def set_attributes(self, parameters: bytes) -> None:
        """Take ``SetWindowAttributes``: justification and directions (8.10.5.8)."""
        self.justify = _JUSTIFY[parameters[2] & 0x03]
        self.prints, self.scrolls = parameters[2] >> 4 & 0x03, parameters[2] >> 2 & 0x03
        if not any(self.cells):
            self.column = self._first_column()

    def set_pen(self, parameters: bytes) -> None:
        """Take ``SetPenAttributes``: italics and underlined text (8.10.5.9)."""
        self.styles = frozenset(name for name, bit in (("i", 0x80), ("u", 0x40)) if parameters[1] & bit)

    def move_pen(self, parameters: bytes) -> None:
        """Take ``SetPenLocation`` (8.10.5.11)."""
        self.row, self.column = min(parameters[0] & 0x0F, self.rows - 1), parameters[1] & 0x3F

    def write(self, character: str) -> None:
        """Put a character where the pen is; beyond the last column the row grows, lest words be lost."""
        if abs(self.column) >= MOST_COLUMNS:
            self.carriage_return()
        self.cells[self.row][self.column] = (character, self.styles)
        self.column += self._step()

    def backspace(self) -> None:
        """Move the pen back by a character, and take that away."""
        self.column -= self._step()
        self.cells[self.row].pop(self.column, None)

    def carriage_return(self) -> None:
        """Begin the next row; beyond the last one, all rows scroll."""
        self.column = self._first_column()
        if self.scrolls == _TOP_TO_BOTTOM:
            if self.row == 0:
                self.cells = [{}, *self.cells[:-1]]
            self.row = max(0, self.row - 1)
        else:
            if self.row == self.rows - 1:
                self.cells = [*self.cells[1:], {}]
            self.row = min(self.row + 1, self.rows - 1)

    def erase_line(self) -> None:
        """Take away the row of the pen, and begin it again."""
        self.cells[self.row] = {}
        self.column = self._first_column()

    def clear(self) -> None:
        """Take away all text; the pen goes home."""
        self.cells = [{} for _ in range(self.rows)]
        self.row, self.column = 0, self._first_column()

    def runs(self) -> tuple[Run, ...]:
        """Return the text in the order of reading, a line break after each row; columns left out are spaces."""
        return tuple(run for row in self.cells for run in (*self._row(row), ("\n", frozenset[str]())))

    def settings(self) -> str:
        """Return the WebVTT cue settings of the place where the text stands.

        That is the place of the rows and columns that hold text, not of the window, which many make larger than the
        screen. Its width is left open: lines are as they were sent.
        """
        left, top, width, height = self._extent()
        align = self.justify if self.justify != "start" else self._align()
        bottom, vertical = top + height, self.anchor.point // 3
        stands = "after" if bottom >= USUAL_BOTTOM or vertical == 2 else ("before", "center")[vertical]
        if stands == "after":
            top, height = 0, bottom
        words = settings_of(Box(left, top, width, height, stands, align)).split()
        return " ".join(word for word in words if not word.startswith("size:"))

    def _step(self) -> int:
        return -1 if self.prints == _RIGHT_TO_LEFT else 1

    def _first_column(self) -> int:
        return self.columns - 1 if self.prints == _RIGHT_TO_LEFT else 0

    def _row(self, row: dict[int, Cell]) -> list[Run]:
        if not row:
            return []
        columns = range(min(row), max(row) + 1)
        blank: Cell = (" ", frozenset())
        return [row.get(column, blank) for column in (reversed(columns) if self.prints == _RIGHT_TO_LEFT else columns)]

    def _extent(self) -> tuple[float, float, float, float]:
        """Return left, top, width and height of the text, in per cent of the picture, none of it outside."""
        scale = (100 - 2 * SAFE) / 100
        cell = scale * 100 * CELL_COLUMNS / self.grid_columns
        used = [number for number, row in enumerate(self.cells) if row] or [0]
        filled = [column for row in self.cells for column in row] or [0]
        point_across, point_down = self.anchor.point % 3, self.anchor.point // 3
        left = SAFE + self.anchor.across * scale - self.columns * cell * point_across / 2
        top = SAFE + self.anchor.down * scale - self.rows * LINE_HEIGHT * point_down / 2
        first, last = (min(filled), max(filled) + 1) if self.justify == "start" else (0, self.columns)
        left, right = max(0.0, left + first * cell), min(100.0, left + last * cell)
        top, bottom = max(0.0, top + used[0] * LINE_HEIGHT), min(100.0, top + (used[-1] + 1) * LINE_HEIGHT)
        return min(left, 99), min(top, 100 - LINE_HEIGHT), max(right - left, 1), max(bottom - top, LINE_HEIGHT)

    def _align(self) -> str:
        """Return ``center`` for rows that are indented so that their middles lie above each other."""
        spans = [(min(row), max(row)) for row in self.cells if row]
        starts, middles = {start for start, _ in spans}, [start + end for start, end in spans]
        return "center" if len(starts) > 1 and max(middles) - min(middles) <= 3 else "start"
