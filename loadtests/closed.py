"""The closed loop, as a contrast: users who wait for their answers leave out what they would ask.

Real visitors do not wait for each other. A closed generator's users do: while one waits for a slow
answer, what it was due to ask is never asked, and the slowness is seen once instead of as often as
visitors would have met it. This is coordinated omission.
"""

from collections.abc import Callable

from loadtests.dispatcher import Dispatcher
from loadtests.recorder import Row
from loadtests.sender import Clock, Sender
from loadtests.steps import Step


class ClosedDispatcher(Dispatcher):
    """Walks the schedule with ``users`` users; journey ``seq`` belongs to user ``seq % users``.

    A user begins a journey at its scheduled time if it is free then; otherwise the journey's steps
    are recorded as omitted. The time of a request counts from its sending, as such tools count it.
    """

    def __init__(
        self, sender: Sender, clock: Clock, record: Callable[[Row], None], users: int
    ) -> None:
        super().__init__(sender, clock, lambda row: record(_counted_from_sending(row)))
        self._users = users
        self._busy: set[int] = set()

    def _begin(self, steps: list[Step]) -> None:
        user = steps[0].seq % self._users
        if user in self._busy:
            for step in steps:
                self._record(Row.unsent(step, step.intended_s, "omitted"))
            return
        self._busy.add(user)
        super()._begin(steps)

    def _walk(self, steps: list[Step]) -> None:
        try:
            super()._walk(steps)
        finally:
            self._busy.remove(steps[0].seq % self._users)


def _counted_from_sending(row: Row) -> Row:
    if row.sent_s is not None:
        row.intended_s = row.sent_s
    return row
