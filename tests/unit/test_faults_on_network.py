"""Faults on the network as a scenario plans them."""

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

import microservices
from experiment.faults.on_network import Bandwidth, Latency, Partition, Refusal, callees_of
from experiment.faults.plan import FaultPlan
from experiment.phase import Phase, Sized
from microservices.deployables import DEPLOYABLES as SERVICES

ROOM = Path(microservices.__file__).parent


def _phase(*faults: FaultPlan) -> Phase:
    return Phase(name="p", kind="event", seconds=Sized(smoke=9, demo=9, full=9), faults=faults)


@pytest.mark.parametrize("caller", [each.role for each in SERVICES])
def test_the_table_of_calls_is_that_of_the_calls_that_services_make(caller: str) -> None:
    code = "\n".join(file.read_text() for file in (ROOM / caller).glob("*.py"))
    called = re.findall(r'calls\.\w+[(,]\s*"([a-z]+)"', code)
    provider = ["payment-provider"] if "ProviderClient(" in code else []
    assert tuple(sorted({*called, *provider})) == callees_of("microservices", caller)


def test_a_monolith_calls_nobody_but_the_payment_provider() -> None:
    assert callees_of("monolith", "monolith") == ("payment-provider",)


def test_any_caller_means_every_service_that_calls() -> None:
    assert Refusal(callee="catalog").hops == {("storefront", "catalog"), ("carts", "catalog")}


def test_a_hop_that_nobody_uses_is_refused() -> None:
    with pytest.raises(ValidationError, match="carts does not call payments"):
        Refusal(caller="carts", callee="payments")


def test_a_partition_cuts_off_what_the_callee_calls_as_well() -> None:
    cut_off = Partition(callee="carts").hops
    assert cut_off == {("storefront", "carts"), ("orders", "carts"), ("carts", "catalog")}
    assert Partition(caller="orders", callee="carts").hops == {("orders", "carts")}


def test_only_the_way_to_the_payment_provider_exists_in_a_monolith() -> None:
    assert Refusal(callee="payment-provider").exists_in("monolith")
    assert not Refusal(callee="payments").exists_in("monolith")
    assert Refusal(callee="payments").exists_in("microservices")


def test_jitter_cannot_make_bytes_arrive_before_they_were_sent() -> None:
    with pytest.raises(ValidationError, match="jitter_ms must not be larger than delay_ms"):
        Latency(callee="catalog", delay_ms=10, jitter_ms=11)


def test_a_hop_has_one_fault_at_a_time() -> None:
    slow = Latency(callee="catalog", delay_ms=10, for_s=2)
    narrow = Bandwidth(caller="carts", callee="catalog", kb_per_s=5, after_s=1)
    with pytest.raises(ValidationError, match="latency and bandwidth hold on the same hop"):
        _phase(slow, narrow)
    _phase(slow, narrow.model_copy(update={"after_s": 2.0}))
    _phase(slow, Latency(callee="inventory", delay_ms=10))


def test_each_kind_is_told_by_its_name() -> None:
    written = {"kind": "bandwidth", "caller": "orders", "callee": "payments", "kb_per_s": 8}
    plan = TypeAdapter(FaultPlan).validate_python(written)
    assert plan == Bandwidth(caller="orders", callee="payments", kb_per_s=8)
