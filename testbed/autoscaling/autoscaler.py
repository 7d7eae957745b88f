"""The autoscaler of a running store: looks, decides and acts in threads of its own."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Self

from experiment.autoscaling import SYNC_S, Autoscaling, Bounds
from experiment.errors import RunError
from experiment.journal import Journal
from scaling.autoscaler import Decision, Memory, Metric, decide
from scaling.policy import Policy
from scaling.replicas import Reading
from testbed.autoscaling.history import History
from testbed.beside import Beside
from testbed.clock import Clock
from testbed.platforms.platform import Deployment, RunningStore

LOOKS = 3
"""Per decision: the readings on which it is taken are at most a third of a period older than they
are declared to be."""
SIDE_BY_SIDE = 8


class Autoscaler:
    """From its start to its stop; what it has begun to scale is finished before it has stopped.

    When an error or Ctrl-C stops it, nobody waits for the declared start of what is ready.
    """

    def __init__(
        self,
        autoscaling: Autoscaling,
        scaled: Mapping[str, Bounds],
        *,
        store: RunningStore,
        deployment: Deployment,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._autoscaling = autoscaling
        self._store = store
        self._room = deployment.division.room
        self._journal = journal
        self._clock = clock
        self._wanted = {role: deployment.count(role) for role in deployment.roles}
        factor = autoscaling.compression
        self._period_s = SYNC_S / factor
        self._start_s = autoscaling.start_s / factor
        self._policies = {r: Policy(b.least, b.most).compressed(factor) for r, b in scaled.items()}
        quotas = deployment.division.quotas
        self._histories = {role: History(autoscaling, quotas.get(role)) for role in scaled}
        self._memories = dict.fromkeys(scaled, Memory())
        self._is_shrinking = dict.fromkeys(scaled, False)
        """Whether what is under way, if anything is, takes instances away."""
        self._under_way: dict[str, list[Future[None]]] = {role: [] for role in scaled}
        self._acting = ThreadPoolExecutor(SIDE_BY_SIDE, "scaling")
        self._looking = Beside("autoscaler", self._run)
        self._stopped_short = threading.Event()

    def __enter__(self) -> Self:
        # Threads, and the instances that they start, are as nice as the thread that started them:
        # those that act are started here, before the one that looks steps back.
        ready = threading.Barrier(SIDE_BY_SIDE + 1)
        for _ in range(SIDE_BY_SIDE):
            self._acting.submit(ready.wait)
        ready.wait()
        self._looking.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self._stopped_short.set()
        self._looking.end()
        self._acting.shutdown(wait=True)
        if error is None:
            self.check()

    def check(self) -> None:
        """Raise RunError when it could not go on."""
        failed = [
            each.exception() for all_ in self._under_way.values() for each in all_ if each.done()
        ]
        for error in (self._looking.error, *failed):
            if error is not None:
                raise RunError(f"Scaling failed: {error}.") from error

    def _run(self) -> None:
        look = 0
        while not self._looking.over.wait(max(look * self._period_s / LOOKS - self._now_s(), 0)):
            for role, history in self._histories.items():
                history.add(self._now_s(), self._store.readings(role))
                if look and look % LOOKS == 0:
                    self._decide(role, look * self._period_s / LOOKS, history.readings())
            look += 1

    def _now_s(self) -> float:
        return self._clock.elapsed_s()

    def _decide(self, role: str, now_s: float, readings: tuple[Reading, ...]) -> None:
        """``now_s``: the planned time, so that a late look does not move windows and periods."""
        current = self._wanted[role]
        metric = Metric(self._autoscaling.metric, self._autoscaling.target, readings, self._full)
        policy, bound_by = self._bounded(role, current)
        decision = decide(policy, self._memories[role], now_s, current, [metric])
        self._memories[role] = decision.memory
        self._journal.write(
            "scaling-decided",
            role=role,
            **{"from": current, "to": decision.instances},
            recommended=decision.recommended,
            reason=decision.reason + _why(decision, policy, bound_by),
            metric=metric.name,
            mean=_mean(readings),
            target=metric.target,
            actual_s=self._now_s(),
        )
        if decision.instances != current:
            self._wanted[role] = decision.instances
            decided_s = self._now_s()
            scaling = self._acting.submit(self._scale, role, decision.instances, decided_s)
            self._is_shrinking[role] = decision.instances < current
            self._under_way[role].append(scaling)

    @property
    def _full(self) -> float | None:
        """What an instance that tells nothing is taken to use at most."""
        return 1.0 if self._autoscaling.metric == "cpu" else None

    def _bounded(self, role: str, current: int) -> tuple[Policy, str]:
        """The policy as narrow as the moment allows, and what makes it narrower."""
        policy = self._policies[role]
        fits = self._room.most_of(role, self._wanted)
        if any(not each.done() for each in self._under_way[role]):
            if self._is_shrinking[role]:  # whoever leaves is gone first
                return replace(policy, least=current, most=current), "what is being removed"
            policy = replace(policy, least=current)  # whoever starts serves first
        if fits is not None and fits < policy.most:
            return replace(policy, most=max(fits, policy.least)), "the budget"
        return policy, ""

    def _scale(self, role: str, instances: int, decided_s: float) -> None:
        serving_at = time.monotonic() + self._start_s
        ready_s: list[float] = []

        def hold() -> None:
            ready_s.append(self._now_s())
            self._hold_until(serving_at)

        done = self._store.scale(role, instances, hold)
        self._journal.write(
            "scaling-done",
            role=role,
            instances=instances,
            added=list(done.added),
            removed=list(done.removed),
            decided_s=decided_s,
            ready_s=ready_s[0] if ready_s else None,
            actual_s=self._now_s(),
        )

    def _hold_until(self, serving_at: float) -> None:
        """``serving_at``: of the monotonic clock."""
        self._stopped_short.wait(max(serving_at - time.monotonic(), 0))


def _why(decision: Decision, policy: Policy, bound_by: str) -> str:
    is_bound = bound_by and decision.instances == policy.most < decision.recommended
    return f" by {bound_by}" if is_bound else ""


def _mean(readings: tuple[Reading, ...]) -> float | None:
    known = [each.value for each in readings if each.is_ready and each.value is not None]
    return round(sum(known) / len(known), 4) if known else None
