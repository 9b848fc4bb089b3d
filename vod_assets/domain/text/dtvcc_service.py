"""One service of digital captions (CTA-708-E, 8): its windows, and what they showed when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.domain.text import dtvcc_codes as codes
from vod_assets.domain.text.cue import OPEN_END, Cue, Run, cue_text
from vod_assets.domain.text.dtvcc_codes import Command, codes_of
from vod_assets.domain.text.dtvcc_window import WIDE_COLUMNS, Window

WINDOWS = 8
GROWS_WITHIN = Fraction(1, 2)  # seconds; rows that follow each other so soon are one caption that is still being sent
MOST_WAITING = 128  # bytes that may wait for a delay; more end it (8.10.5.4)


@dataclass
class _Shown:
    """What a window shows, and since when."""

    since: Fraction
    runs: tuple[Run, ...]
    settings: str

    @property
    def rows(self) -> list[str]:
        """Its rows that hold anything."""
        text = "".join(characters for characters, _ in self.runs)
        return [row.rstrip() for row in text.split("\n") if row.strip()]

    def goes_on_as(self, later: "_Shown") -> bool:
        """Whether what is shown later is the same caption, to which characters were added or from which some went."""
        mine, others = self.rows, later.rows
        if len(mine) == len(others):
            return mine[:-1] == others[:-1] and _begin_alike(mine[-1], others[-1])
        if len(mine) > len(others):
            return False
        begins = others[: len(mine) - 1] == mine[:-1] and others[len(mine) - 1].startswith(mine[-1])
        return begins and later.since - self.since < GROWS_WITHIN


def _begin_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


@dataclass
class Service:
    """Takes the blocks of one service in their order, and keeps a cue for each text that a window showed."""

    grid_columns: int = WIDE_COLUMNS
    cues: list[Cue] = field(default_factory=list)
    _windows: dict[int, Window] = field(default_factory=dict)
    _current: int | None = None
    _shown: dict[int, _Shown] = field(default_factory=dict)
    _waiting: bytes = b""
    _waits_until: Fraction | None = None

    def feed(self, seconds: Fraction, block: bytes) -> None:
        """Take what the service is told at a time; while a delay lasts, it waits (8.10.5.4)."""
        self._end_delay(seconds)
        if self._waits_until is None:
            self._obey(seconds, block)
            return
        self._waiting += block
        ends = any(isinstance(code, Command) and code.number in _END_DELAY for code, _ in codes_of(block))
        if ends or len(self._waiting) > MOST_WAITING:
            self._waits_until = seconds
            self._end_delay(seconds)

    def finish(self) -> list[Cue]:
        """Return all cues in order; what is still shown lasts until its title ends."""
        if self._waits_until is not None:
            self._end_delay(self._waits_until)
        for shown in self._shown.values():
            self._add(shown, OPEN_END)
        self._shown = {}
        return sorted(self.cues, key=lambda cue: (cue.start_seconds, cue.end_seconds, cue.text))

    def _end_delay(self, seconds: Fraction) -> None:
        while self._waits_until is not None and self._waits_until <= seconds:
            at, block = self._waits_until, self._waiting
            self._waiting, self._waits_until = b"", None
            self._obey(at, block)

    def _obey(self, seconds: Fraction, block: bytes) -> None:
        """Do all that a block says, then look at the screen: what stood there in between, nobody saw."""
        for code, end in codes_of(block):
            if isinstance(code, str):
                self._write(code)
            elif code.number == codes.DELAY:
                self._waiting = block[end:]
                self._waits_until = seconds + Fraction(code.parameters[0], 10)
                break
            else:
                self._do(code)
        self._look(seconds)

    def _write(self, character: str) -> None:
        window = self._window
        if window is not None:
            window.write(character)

    @property
    def _window(self) -> Window | None:
        return None if self._current is None else self._windows.get(self._current)

    def _do(self, command: Command) -> None:
        number, parameters = command.number, command.parameters
        if number in codes.CURRENT_WINDOW:
            self._current = number - codes.CURRENT_WINDOW.start
        elif number in codes.DEFINE_WINDOW:
            self._current = number - codes.DEFINE_WINDOW.start
            self._windows.setdefault(self._current, Window(self.grid_columns)).define(parameters)
        elif number in _OF_WINDOWS:
            for index in range(WINDOWS):
                if parameters[0] >> index & 1 and index in self._windows:
                    self._change(number, index)
        elif number == codes.RESET:
            self._windows, self._current = {}, None
        elif self._window is not None:
            _tell(self._window, command)

    def _change(self, number: int, index: int) -> None:
        """Clear, display, hide, toggle or delete one window (8.10.5.3 to 8.10.5.7)."""
        window = self._windows[index]
        if number == codes.DELETE:
            del self._windows[index]
        elif number == codes.CLEAR:
            window.clear()
        else:
            window.is_visible = number == codes.DISPLAY or (number == codes.TOGGLE and not window.is_visible)

    def _look(self, seconds: Fraction) -> None:
        """End the cues of what is gone or changed, and begin those of what is new."""
        for index in range(WINDOWS):
            window, before = self._windows.get(index), self._shown.get(index)
            now = None
            if window is not None and window.is_visible and any(window.cells):
                now = _Shown(seconds, window.runs(), window.settings())
                now = now if now.rows else None
            if before and now and before.goes_on_as(now):
                now.since = before.since
            elif before:
                self._add(before, seconds)
            if now:
                self._shown[index] = now
            else:
                self._shown.pop(index, None)

    def _add(self, shown: _Shown, end: Fraction) -> None:
        text = cue_text(shown.runs)
        start, end = (Fraction(round(time * 1000), 1000) for time in (shown.since, end))
        if text and end > start:
            self.cues.append(Cue(start_seconds=start, end_seconds=end, text=text, settings=shown.settings))


_OF_WINDOWS = (codes.CLEAR, codes.DISPLAY, codes.HIDE, codes.TOGGLE, codes.DELETE)
_END_DELAY = (codes.DELAY_CANCEL, codes.RESET)
_PLAIN: dict[int, Callable[[Window], None]] = {
    codes.BACKSPACE: Window.backspace,
    codes.FORM_FEED: Window.clear,
    codes.CARRIAGE_RETURN: Window.carriage_return,
    codes.ERASE_LINE: Window.erase_line,
}
_WITH_PARAMETERS: dict[int, Callable[[Window, bytes], None]] = {
    codes.PEN_ATTRIBUTES: Window.set_pen,
    codes.PEN_LOCATION: Window.move_pen,
    codes.WINDOW_ATTRIBUTES: Window.set_attributes,
}


def _tell(window: Window, command: Command) -> None:
    """Have the current window do what concerns it alone."""
    if command.number in _PLAIN:
        _PLAIN[command.number](window)
    elif command.number in _WITH_PARAMETERS:
        _WITH_PARAMETERS[command.number](window, command.parameters)
