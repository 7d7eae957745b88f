"""The sides, up together; what is idle costs next to nothing while another is asked."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import orjson

from experiment.errors import RunError
from testbed.bench.rounds import Measure
from testbed.bench.stores import fastest
from testbed.bench.stores.features import MeasureSide
from testbed.bench.stores.instrument import make_switch
from testbed.bench.stores.sides import Side, side_of
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine.affinity import Cores
from testbed.platforms.machine.processes import stop_all
from testbed.platforms.platform import Deployment
from testbed.platforms.store.instances import InstancePlan, RunningInstance, start_instance
from testbed.platforms.store.readiness import await_ready
from testbed.platforms.store.store import Store
from testbed.undoing import Undoing

READY_WITHIN_S = 30.0
BARE = "bare"


class StoresBench(Undoing):
    """Its stores, from ``with`` to its end."""

    def __init__(
        self,
        platform: LocalPlatform,
        folder: Path,
        cores: Cores,
        deployments: Sequence[Deployment],
        customers: int,
    ) -> None:
        self._platform = platform
        self._folder = folder
        self._cores = cores
        self._deployments = deployments
        self._customers = customers

    def _set_up(self, undo: ExitStack) -> None:
        self.sides: dict[str, Side] = {}
        for deployment in self._deployments:
            folder = self._folder / deployment.name
            if deployment.switched_instrument:
                make_switch(folder)
            store = self._platform.up(deployment, folder)
            undo.callback(store.down)
            self.sides[deployment.name] = side_of(deployment, store, self._customers, undo)
            if deployment.name == BARE:
                self.sides[fastest.NAME] = self._asgi_side(store, undo)

    def _asgi_side(self, store: Store, undo: ExitStack) -> Side:
        def started(plan: InstancePlan) -> RunningInstance:
            instance = start_instance(plan, self._platform.belongings, self._cores.store)
            undo.callback(lambda: stop_all([instance.process]))
            await_ready([instance], READY_WITHIN_S)
            return instance

        side = fastest.asgi_side(self.sides[BARE], store, self._folder, started)
        for connection in side.connections.values():
            undo.callback(connection.close)
        return side

    def measures(self, measure: MeasureSide, leave_out: Collection[str] = ()) -> dict[str, Measure]:
        """How each side is measured, by its name."""
        sides = {name: side for name, side in self.sides.items() if name not in leave_out}
        return {name: partial(measure, side) for name, side in sides.items()}

    def require_same_pages(self, product_ids: Collection[int]) -> None:
        """RunError unless all sides answer alike, and those without a store to the byte."""
        for product_id in product_ids:
            path = f"/api/product-pages/{product_id}"
            answers = {name: side.ask("GET", path) for name, side in self.sides.items()}
            alike = all(
                orjson.loads(each) == orjson.loads(answers[BARE]) for each in answers.values()
            )
            if not alike or answers[fastest.NAME] != answers[BARE]:
                raise RunError(f"The sides answer {path} differently, so nothing can be compared.")
