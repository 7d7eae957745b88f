"""What a person sees while a run goes on: a live line on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from rich.columns import Columns
from rich.console import RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from testbed.terminal import Terminal, Words, text_of

_USUAL = {"title": 24, "phase": 14, "rates": 20}
"""Widths of texts, in columns; shorter ones do not change how a display is laid out."""
_BAR, _TIME_LEFT = 24, len("0:00:00")


class Display(Protocol):
    """Receives what happens; decides how to show it."""

    def trial(self, title: str) -> None:
        """A trial begins."""

    def step(self, text: str) -> None:
        """Something other than a phase goes on."""

    def phase(self, name: str, seconds: float) -> None:
        """A phase of the load begins."""

    def rates(self, progress: dict[str, Any]) -> None:
        """Live counts of the load generator; empty before the first."""

    def trial_done(self) -> None:
        """A trial has ended."""


class PlainDisplay:
    """One line per event, for logs and pipes."""

    def __init__(self, console: Terminal, trials: int, seconds_per_trial: float) -> None:
        self._console = console
        self._left = trials
        self._seconds_per_trial = seconds_per_trial

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def trial(self, title: str) -> None:
        left_s = max(0, self._left) * self._seconds_per_trial
        self._say(f"{title}  (about {left_s / 60:.1f} min left)")

    def step(self, text: str) -> None:
        self._say(f"  {text}")

    def phase(self, name: str, seconds: float) -> None:
        self._say(f"  {name}, {seconds:g} s")

    def rates(self, progress: dict[str, Any]) -> None:
        pass

    def trial_done(self) -> None:
        self._left -= 1

    def _say(self, text: str) -> None:
        self._console.say(f"{time.strftime('%H:%M:%S')} {text}")


class _Said(ProgressColumn):
    """One of the texts of a display."""

    def __init__(self, name: str) -> None:
        super().__init__(Column(min_width=_USUAL[name], no_wrap=True))
        self._name = name

    def render(self, task: Task) -> Text:
        said: Text = task.fields[self._name]
        return said


class _Lines(Progress):
    """All in one line where it fits; else each text in a line of its own, wrapped and never cut."""

    def get_renderables(self) -> Iterable[RenderableType]:
        if all(self._fits(task) for task in self.tasks):
            yield from super().get_renderables()
            return
        columns = [column for column in self.columns if isinstance(column, ProgressColumn)]
        for task in self.tasks:
            yield from (column(task) for column in columns if isinstance(column, _Said))
            yield Columns(column(task) for column in columns if not isinstance(column, _Said))

    def _fits(self, task: Task) -> bool:
        said: int = sum(max(task.fields[name].cell_len, least) for name, least in _USUAL.items())
        return said + _BAR + _TIME_LEFT + len(self.columns) <= self.console.width


class LiveDisplay:
    """A progress bar over the whole run, with phase, time left and the rates of the moment."""

    def __init__(self, console: Terminal, trials: int, seconds_per_trial: float) -> None:
        self._seconds_per_trial = seconds_per_trial
        self._done = 0
        self._began = 0.0
        self._progress = _Lines(
            _Said("title"),
            _Said("phase"),
            BarColumn(bar_width=_BAR),
            TimeRemainingColumn(),
            _Said("rates"),
            console=console,
        )
        self._bar = self._progress.add_task(
            "", total=trials * seconds_per_trial, title=Text(), phase=Text(), rates=Text()
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def trial(self, title: str) -> None:
        self._began = time.monotonic()
        self._update(title=[(title, "bold")], phase=[], rates=[])

    def step(self, text: str) -> None:
        self._update(phase=[text], rates=[])

    def phase(self, name: str, seconds: float) -> None:  # noqa: ARG002 - the bar shows the time
        self._update(phase=[name])

    def rates(self, progress: dict[str, Any]) -> None:
        if progress:
            now = progress["rates"]
            good, bad = f"{now['good_per_s']:.0f} good/s", f"{now['bad_per_s']:.0f} bad/s"
            self._update(rates=[(good, "green"), " ", (bad, "red")])

    def trial_done(self) -> None:
        self._done += 1
        self._began = time.monotonic()
        self._update()

    def _update(self, **fields: Sequence[Words]) -> None:
        within = min(time.monotonic() - self._began, self._seconds_per_trial) if self._began else 0
        done_s = self._done * self._seconds_per_trial + within
        said = {name: text_of(*parts) for name, parts in fields.items()}
        self._progress.tasks[0].fields.update(said)
        self._progress.update(self._bar, completed=done_s)


def display_for(
    console: Terminal, trials: int, seconds_per_trial: float
) -> PlainDisplay | LiveDisplay:
    """The display that suits where the output goes."""
    kind = LiveDisplay if console.is_terminal else PlainDisplay
    return kind(console, trials, seconds_per_trial)
