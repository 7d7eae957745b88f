"""What a store in a cluster has used, by role."""

from collections.abc import Iterable, Mapping

from store.payment_provider.client import PAYMENT_PROVIDER
from store.runtime.telemetry import Counters
from testbed.platforms.division import Division
from testbed.platforms.kubernetes.groups import Group
from testbed.platforms.machine.usage import add_up
from testbed.platforms.platform import InstanceReading, RoleUsage


def of_role(group: Group, division: Division, shed: Mapping[str, int]) -> RoleUsage:
    """Of a deployable, or of the payment provider."""
    instances = sum(place.is_expected for place in group.places)
    all_places = [*group.places, *group.retired]
    counters = add_up(place.meter.counters for place in all_places)
    counters.shed = shed.get(group.name, 0)
    is_outside = group.name == PAYMENT_PROVIDER
    return RoleUsage(
        role=group.name,
        instances=instances,
        cpu_s=sum(place.meter.cpu_s for place in all_places),
        memory_mb=sum(place.meter.memory_mb for place in group.taken),
        counters=counters,
        ready=None if is_outside else len(group.taken),
        cpus=None if is_outside else division.reserved_cpus(group.name, instances),
    )


def of_others(name: str, groups: Iterable[Group], cpus: float | None = None) -> RoleUsage:
    """Of what is not ours: the edge, or all database servers."""
    places = [place for group in groups for place in group.places]
    return RoleUsage(
        role=name,
        instances=sum(place.is_taken for place in places),
        cpu_s=sum(place.meter.cpu_s for place in places),
        memory_mb=sum(place.meter.memory_mb for place in places),
        counters=Counters(),
        cpus=cpus,
    )


def readings(group: Group) -> list[InstanceReading]:
    """A pod that has its place is ready."""
    return [
        InstanceReading(place.name, place.meter.cpu_s, place.meter.in_flight)
        for place in group.taken
    ]
