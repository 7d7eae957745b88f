import socket
import threading
from collections.abc import Sequence

from store.runtime.names import LOOK_UP_EVERY_S, Names


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Answers:
    """Gives one answer after another; the last one for ever."""

    def __init__(self, *answers: Sequence[str] | socket.gaierror) -> None:
        self._answers = list(answers)

    def __call__(self, _: str) -> Sequence[str]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, socket.gaierror):
            raise answer
        return answer


def _after_a_second(answers: Answers) -> tuple[Sequence[str], Sequence[str]]:
    clock = Clock()
    names = Names(answers, clock)
    first = names.addresses("catalog")
    clock.now += LOOK_UP_EVERY_S
    return first, names.addresses("catalog")


def test_a_name_is_looked_up_anew_after_a_second() -> None:
    assert _after_a_second(Answers(["10.0.0.1"], ["10.0.0.2"])) == (["10.0.0.1"], ["10.0.0.2"])


def test_a_name_that_is_gone_has_no_addresses() -> None:
    gone = socket.gaierror(socket.EAI_NONAME, "unknown")
    assert _after_a_second(Answers(["10.0.0.1"], gone)) == (["10.0.0.1"], [])


def test_while_the_name_server_fails_everything_stays_as_it_was() -> None:
    failed = socket.gaierror(socket.EAI_AGAIN, "try again")
    assert _after_a_second(Answers(["10.0.0.1"], failed)) == (["10.0.0.1"], ["10.0.0.1"])


def test_a_slow_name_server_holds_up_one_request_and_not_all() -> None:
    clock, is_asked, may_answer = Clock(), threading.Event(), threading.Event()

    def slowly(_: str) -> Sequence[str]:
        if clock.now > 100:
            is_asked.set()
            may_answer.wait(10)
            return ["10.0.0.2"]
        return ["10.0.0.1"]

    names = Names(slowly, clock)
    names.addresses("catalog")
    clock.now += LOOK_UP_EVERY_S
    waiting = threading.Thread(target=names.addresses, args=["catalog"])
    waiting.start()
    is_asked.wait(10)
    meanwhile = names.addresses("catalog")
    may_answer.set()
    waiting.join(10)
    assert (meanwhile, names.addresses("catalog")) == (["10.0.0.1"], ["10.0.0.2"])
