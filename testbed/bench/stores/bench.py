"""The sides, up together; what is idle costs next to nothing while another is asked."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from testbed.bench.rounds import Measure
from testbed.bench.stores.features import MeasureSide
from testbed.bench.stores.sides import Side, side_of
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.platform import Deployment
from testbed.undoing import Undoing


class StoresBench(Undoing):
    """Its stores, from ``with`` to its end."""

    def __init__(
        self,
        platform: LocalPlatform,
        folder: Path,
        deployments: Sequence[Deployment],
        customers: int,
    ) -> None:
        self._platform = platform
        self._folder = folder
        self._deployments = deployments
        self._customers = customers

    def _set_up(self, undo: ExitStack) -> None:
        self.sides: dict[str, Side] = {}
        for deployment in self._deployments:
            store = self._platform.up(deployment, self._folder / deployment.name)
            undo.callback(store.down)
            self.sides[deployment.name] = side_of(deployment, store, self._customers, undo)

    def measures(self, measure: MeasureSide) -> dict[str, Measure]:
        """How each side is measured, by its name."""
        return {name: partial(measure, side) for name, side in self.sides.items()}
