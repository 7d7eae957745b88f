"""Asks workers for their time, and learns who they are from their answers."""

import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import gevent
from gevent.event import AsyncResult
from gevent.pool import Group
from locust.runners import MasterRunner

from loadtests.workers.clocks import Offset, measured
from loadtests.workers.messages import ASK, TIME

ANSWER_WITHIN_S = 20.0
ASK_AGAIN_AFTER_S = 0.5
"""A worker that has just connected may miss a question or two."""


class Enquiry:
    """``hear`` gets Locust's id of who answers, and what the answer says of it."""

    def __init__(self, runner: MasterRunner, hear: Callable[[str, dict[str, Any]], None]) -> None:
        self._runner = runner
        self._hear = hear
        self._numbers = count()
        self._asked: dict[int, AsyncResult] = {}
        runner.register_message(TIME, self._take)

    def offsets(self, workers: Iterable[str]) -> dict[str, Offset]:
        """By Locust's id; of those that answer. All are asked at the same time."""
        found: dict[str, Offset] = {}
        asking = Group()
        for worker in workers:
            asking.spawn(self._measure, worker, found)
        asking.join()
        return found

    def _measure(self, worker: str, found: dict[str, Offset]) -> None:
        try:
            found[worker] = measured(lambda: self._ask(worker), time.perf_counter)
        except TimeoutError:
            return  # it is missing in what was found

    def _ask(self, worker: str) -> float:
        """Its time; a question that is asked again only makes the round trip longer."""
        until = time.perf_counter() + ANSWER_WITHIN_S
        while time.perf_counter() < until:
            number, answer = next(self._numbers), AsyncResult()
            self._asked[number] = answer
            self._runner.send_message(ASK, {"number": number}, worker)
            try:
                return float(answer.get(timeout=ASK_AGAIN_AFTER_S))
            except gevent.Timeout:
                del self._asked[number]
        raise TimeoutError

    def _take(self, msg: Any, **_: Any) -> None:
        answer = self._asked.pop(msg.data["number"], None)
        self._hear(msg.node_id, msg.data)
        if answer is not None:
            answer.set(msg.data["told_s"])
