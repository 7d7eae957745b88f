import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).parent))

from hurting import Patient

from experiment.store import Architecture
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.platform import RunningStore


@pytest.fixture(params=["monolith", "microservices"])
def patient(
    request: pytest.FixtureRequest, running_store: Callable[[Architecture], RunningStore]
) -> Iterator[Patient]:
    """A running store of each architecture, which every test leaves as it was."""
    with requests.Session() as http:
        http.trust_env = False
        store = running_store(request.param)
        yield Patient(request.param, store, http, FaultBoard(store))
