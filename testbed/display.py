"""What a person sees while a run goes on: a live line on a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import Any, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


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

    def __init__(self, console: Console, trials: int, seconds_per_trial: float) -> None:
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
        self._console.print(f"{time.strftime('%H:%M:%S')} {text}", highlight=False)


class LiveDisplay:
    """A progress bar over the whole run, with phase, time left and the rates of the moment."""

    def __init__(self, console: Console, trials: int, seconds_per_trial: float) -> None:
        self._seconds_per_trial = seconds_per_trial
        self._done = 0
        self._began = 0.0
        self._progress = Progress(
            TextColumn("[bold]{task.fields[title]}"),
            TextColumn("{task.fields[phase]:<14}"),
            BarColumn(bar_width=24),
            TimeRemainingColumn(),
            TextColumn("{task.fields[rates]}"),
            console=console,
        )
        self._bar = self._progress.add_task(
            "", total=trials * seconds_per_trial, title="", phase="", rates=""
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
        self._update(title=title, phase="", rates="")

    def step(self, text: str) -> None:
        self._update(phase=text, rates="")

    def phase(self, name: str, seconds: float) -> None:  # noqa: ARG002 - the bar shows the time
        self._update(phase=name)

    def rates(self, progress: dict[str, Any]) -> None:
        if progress:
            now = progress["rates"]
            good, bad = f"{now['good_per_s']:.0f} good/s", f"{now['bad_per_s']:.0f} bad/s"
            self._update(rates=f"[green]{good}[/] [red]{bad}[/]")

    def trial_done(self) -> None:
        self._done += 1
        self._began = time.monotonic()
        self._update()

    def _update(self, **fields: str) -> None:
        within = min(time.monotonic() - self._began, self._seconds_per_trial) if self._began else 0
        done_s = self._done * self._seconds_per_trial + within
        self._progress.tasks[0].fields.update(fields)
        self._progress.update(self._bar, completed=done_s)


def display_for(
    console: Console, trials: int, seconds_per_trial: float
) -> PlainDisplay | LiveDisplay:
    """The display that suits where the output goes."""
    kind = LiveDisplay if console.is_terminal else PlainDisplay
    return kind(console, trials, seconds_per_trial)
