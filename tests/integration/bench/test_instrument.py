"""The instrument switched in running stores: counted or not, the same answers."""

import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from experiment.store import Sample
from store.runtime.instrument import OFF, ON
from store.runtime.telemetry import read_counters
from testbed.bench.rounds import interleaved
from testbed.bench.stores.bench import StoresBench
from testbed.bench.stores.features import checkout_measure, page_measure
from testbed.bench.stores.instrument import (
    STORES,
    instrument_figures,
    instrument_measures,
    switched,
)
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine.affinity import split
from testbed.platforms.store.blueprint import INSTRUMENT_SWITCH

SAMPLE = Sample(products=200, customers=100, ratings=3_000)
CUSTOMERS = 3
PAGE = "/api/product-pages/1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instrument")


@pytest.fixture(scope="module")
def stores(local_platform: LocalPlatform, folder: Path) -> Iterator[StoresBench]:
    cores = split(os.sched_getaffinity(0))
    with StoresBench(local_platform, folder, cores, switched(SAMPLE), CUSTOMERS) as stores:
        yield stores


def counted(folder: Path, store: str) -> int:
    files = (folder / store).glob("*.counters")
    return sum(read_counters(file).requests for file in files)


@pytest.mark.parametrize("store", STORES)
def test_a_store_that_is_switched_off_answers_alike_and_counts_nothing(
    store: str, stores: StoresBench, folder: Path
) -> None:
    side, switch = stores.sides[store], folder / store / INSTRUMENT_SWITCH
    found = {}
    for says in (ON, OFF):
        with switch.open("r+b") as file:
            file.write(says)
        before = counted(folder, store)
        page = orjson.loads(side.ask("GET", PAGE))
        found[says] = page, counted(folder, store) - before
    assert found[ON][0] == found[OFF][0]
    assert found[ON][1] >= 1
    assert found[OFF][1] == 0


def test_both_features_of_both_stores_have_figures(stores: StoresBench, folder: Path) -> None:
    for make in (page_measure, checkout_measure):
        ways = instrument_measures(stores.sides, folder, make(SAMPLE.products, CUSTOMERS, 1))
        costs = interleaved(ways, 1, 1, lambda _: None)
        for each in instrument_figures("feature", costs, CUSTOMERS).stores:
            assert each.with_ms.value > 0.05
            assert each.without_ms.value > 0.05
