"""Two gunicorn processes and an Envoy on the store's core; the caller is told which way to go."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_hex

import orjson

from experiment.errors import RunError
from experiment.record import write_whole
from store.runtime.settings import Settings
from testbed.bench.cost import Cost, Parts, metered
from testbed.bench.crossing.callees import SERVICE
from testbed.bench.crossing.caller import CALLER
from testbed.bench.crossing.ways import WAYS, Way
from testbed.bench.rounds import Measure
from testbed.janitor import Belongings
from testbed.platforms.machine.affinity import Cores
from testbed.platforms.machine.processes import stop_all
from testbed.platforms.running import Running
from testbed.platforms.store.edge import Edge, as_process
from testbed.platforms.store.envoy import EdgePlan
from testbed.platforms.store.instances import InstancePlan, RunningInstance, start_instance
from testbed.platforms.store.readiness import await_ready
from testbed.socket_places import private_place
from testbed.undoing import Undoing

READY_WITHIN_S = 30.0
ANSWER_WITHIN_S = 60.0
_CALLEES = {"wsgi": "create_wsgi", "flask": "create_flask", "service": "create_service_app"}
_OK = 200


class CrossingBench(Undoing):
    """Its processes, from ``with`` to its end."""

    def __init__(self, folder: Path, cores: Cores, belongings: Belongings) -> None:
        self._folder = folder
        self._cores = cores
        self._belongings = belongings
        self._processes: list[Running] = []

    def _set_up(self, undo: ExitStack) -> None:
        undo.callback(lambda: stop_all(self._processes))
        self._callees = {
            callee: self._start(self._plan(f"testbed.bench.crossing.callees:{create}()", callee))
            for callee, create in _CALLEES.items()
        }
        await_ready(self._callees.values(), READY_WITHIN_S)
        admin_socket = undo.enter_context(private_place(self._belongings)) / "admin"
        mesh, self._envoy = self._start_envoy(self._callees["service"], admin_socket)
        peers = self._write_peers(mesh)
        self._caller = self._start(
            self._plan("testbed.bench.crossing.caller:create_app()", CALLER, peers)
        )
        await_ready([self._caller], READY_WITHIN_S)
        self._connection = HTTPConnection(*self._caller.address, timeout=ANSWER_WITHIN_S)
        undo.callback(self._connection.close)

    def measures(self, calls: int) -> dict[str, Measure]:
        """How each way is measured, by its name."""
        return {way.name: partial(self._measure, way, calls) for way in WAYS}

    def _measure(self, way: Way, calls: int, _round: int) -> Cost:
        path = f"/calls/{way.client}/{way.callee}/{way.path}/{calls}"
        with metered(self._parts(way)) as meter:
            self._connection.request("GET", path)
            response = self._connection.getresponse()
            body = response.read()
        if response.status != _OK:
            raise RunError(f"The way {way.says!r} cannot be measured: {body.decode()}")
        meter.wall_s = orjson.loads(body)["wall_s"]
        return meter.per_call(calls)

    def _parts(self, way: Way) -> Parts:
        """Only those in the way: that of others would be noise."""
        is_proxied = way.callee == "mesh"
        callee = self._callees["service" if is_proxied else way.callee]
        parts = {"caller": [self._caller.process.pid], "callee": [callee.process.pid]}
        return {**parts, "proxy": [self._envoy.pid]} if is_proxied else parts

    def _plan(self, app: str, name: str, peers: Path | None = None) -> InstancePlan:
        role = SERVICE if name == "service" else name
        settings = Settings(
            role=role,
            instance=name,
            # Calls between services carry one.
            service_token=token_hex(16),
            peers_file=peers,
            # As in a store, where nothing is armed but the files are there to be looked at.
            faults_file=_written(self._folder / "faults.json", {"faults": []}),
            telemetry_file=self._folder / f"{name}.counters",
        )
        return InstancePlan(app, settings, self._folder)

    def _start(self, plan: InstancePlan) -> RunningInstance:
        instance = start_instance(plan, self._belongings, self._cores.store)
        self._processes.append(instance.process)
        return instance

    def _start_envoy(self, callee: RunningInstance, admin_socket: Path) -> tuple[str, Running]:
        """URL at which it leads to the callee."""
        members = self._folder / "members"
        plan = EdgePlan({}, [SERVICE], members, mesh=True, admin_socket=admin_socket)
        edge = Edge(plan, self._folder)
        edge.announce(SERVICE, [callee.address])
        envoy = edge.start(as_process(self._belongings, self._cores.store, ()))
        self._processes.append(envoy)
        edge.await_members([SERVICE], READY_WITHIN_S)
        return edge.mesh_urls(SERVICE)[0], envoy

    def _write_peers(self, mesh: str) -> Path:
        urls = {callee: [instance.url] for callee, instance in self._callees.items()}
        return _written(self._folder / "peers.json", {**urls, "mesh": [mesh]})


def _written(file: Path, content: Mapping[str, Sequence[object]]) -> Path:
    write_whole(file, orjson.dumps(content))
    return file
