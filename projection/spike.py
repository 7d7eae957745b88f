"""A spike on one operation, followed by the autoscaler: load and instances as a fluid.

At the sizes that are asked for here, single requests no longer matter to an autoscaler: the use of
a role is its offered CPU time over the CPUs of the instances that serve (a fluid limit). Decisions
are those of ``scaling.decide``, the function that scales stores on a machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from projection.roles import Role
from projection.sizing import MIB_PER_GIB, Sized, cpu_s_per_journey
from scaling.autoscaler import Memory, Metric, decide
from scaling.replicas import Reading

CALM_S, SPIKE_S, AFTER_S = 60.0, 300.0, 600.0
"""Before the spike, its length, and the time watched after it."""


@dataclass(frozen=True)
class Spiked:
    """What a spike cost one store."""

    cpu_quota_s: float
    """CPU-quota seconds beyond those of the resting numbers."""
    instance_s: float
    memory_gb_s: float
    short_s: float
    """Seconds during which some role had more work than its instances had CPUs."""


def spike(sized: Sized, mix: Mapping[str, float], operation: str, factor: float) -> Spiked:
    """All roles through a spike that multiplies the requests of one operation."""
    roles, step_s = sized.store.roles, _step_s(sized)
    ways = [follow(role, _offered(sized, role, mix, operation, factor), sized) for role in roles]
    instance_s = [step_s * sum(moment.beyond for moment in way) for way in ways]
    memory_mb_s = sum(
        role.memory_mb * more_s for role, more_s in zip(roles, instance_s, strict=True)
    )
    together = zip(*ways, strict=True)
    return Spiked(
        sum(instance_s) * sized.assumed.instance_cpus,
        sum(instance_s),
        memory_mb_s / MIB_PER_GIB,
        step_s * sum(any(moment.short for moment in moments) for moments in together),
    )


@dataclass(frozen=True)
class Moment:
    """A role during one sync period."""

    at_s: float
    ready: int
    alive: int
    beyond: int
    """Instances alive beyond the resting number."""
    short: bool
    """Whether there was more work than CPUs."""


def follow(role: Role, offered: Callable[[float], float], sized: Sized) -> list[Moment]:
    """The role under a load of ``offered`` CPUs, from its resting number on, sync by sync."""
    assumed, resting = sized.assumed, sized.instances[role.name]
    start_s = assumed.schedule_s + role.start_cpu_s / assumed.instance_cpus
    due_s = [0.0] * resting
    memory = Memory()
    usages: list[float] = []
    moments: list[Moment] = []
    lag = max(1, round(assumed.metrics_delay_s / _step_s(sized)))
    for sync in range(round((CALM_S + SPIKE_S + AFTER_S) / _step_s(sized))):
        now_s = sync * _step_s(sized)
        ready = sum(each <= now_s for each in due_s)
        wish = offered(now_s) / ready + role.background
        usages.append(min(1.0, wish / assumed.instance_cpus))
        moments.append(
            Moment(now_s, ready, len(due_s), len(due_s) - resting, wish > assumed.instance_cpus)
        )
        if sync < lag:
            continue
        known = (Reading(usages[-1 - lag]),) * ready
        unready = (Reading(None, is_ready=False),) * (len(due_s) - ready)
        metric = Metric("cpu", assumed.target, (*known, *unready), full=1.0)
        decision = decide(assumed.policy, memory, now_s, len(due_s), [metric])
        memory = decision.memory
        # Scaling down takes those that do not serve yet, then any other.
        due_s = due_s[: decision.instances]
        due_s += [now_s + start_s] * (decision.instances - len(due_s))
    return moments


def _step_s(sized: Sized) -> float:
    return sized.assumed.policy.sync_s


def _offered(
    sized: Sized, role: Role, mix: Mapping[str, float], operation: str, factor: float
) -> Callable[[float], float]:
    """CPUs of work that come to a role at each time."""
    calm = sized.journeys_per_s * cpu_s_per_journey(role, mix)
    surged = {**mix, operation: mix.get(operation, 0.0) * factor}
    high = sized.journeys_per_s * cpu_s_per_journey(role, surged)
    return lambda now_s: high if CALM_S <= now_s < CALM_S + SPIKE_S else calm
