"""A fault on the network: the hops that it is aimed at, impaired from ``inject`` to ``lift``."""

from experiment.errors import RunError
from experiment.faults.on_network import Bandwidth, Latency
from experiment.faults.on_network import NetworkFault as NetworkPlan
from testbed.faults.fault import Bite
from testbed.network.impairment import Impairment
from testbed.network.observation import observed
from testbed.platforms.platform import Hop, ImpairedNetwork, RunningStore


class NetworkFault:
    def __init__(self, store: RunningStore, hops: frozenset[Hop], impairment: Impairment) -> None:
        self._store = store
        self._hops = hops
        self._impairment = impairment
        self._impaired: ImpairedNetwork | None = None

    def inject(self) -> None:
        self._impaired = self._store.impair(self._hops, self._impairment)

    def lift(self) -> None:
        if self._impaired is not None:
            self._impaired.mend()

    def bite(self) -> Bite:
        if self._impaired is None:
            return Bite(felt=False, says="it did not come to hold")
        try:
            tally = self._impaired.tally()
        except RunError as error:
            return Bite(felt=False, says=str(error))
        times, says = observed(self._impairment, tally)
        return Bite(times > 0, says)


def on_network(store: RunningStore, plan: NetworkPlan, seed: int) -> NetworkFault:
    """The fault that ``plan`` describes, on the hops between the processes of ``store``."""
    roles = {instance.role for instance in store.instances()}
    return NetworkFault(store, hops_in(roles, plan), _impairment(plan, seed))


def hops_in(roles: set[str], plan: NetworkPlan) -> frozenset[Hop]:
    """A caller that is a module goes out of the process of all modules."""
    return frozenset(
        Hop(caller if caller in roles else "monolith", callee) for caller, callee in plan.hops
    )


def _impairment(plan: NetworkPlan, seed: int) -> Impairment:
    match plan:
        case Latency():
            return Impairment(plan.kind, plan.delay_ms, plan.jitter_ms, seed=seed)
        case Bandwidth():
            return Impairment(plan.kind, kb_per_s=plan.kb_per_s)
        case _:
            return Impairment(plan.kind)
