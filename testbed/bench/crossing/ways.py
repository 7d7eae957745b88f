"""The ways, and what follows from their differences. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from testbed.bench.cost import Cost
from testbed.bench.figure import Figure, difference, mean, ratio
from testbed.bench.record import Part, Ratio, WayFigures
from testbed.bench.rounds import Costs

GOAL = 1.5
"""A crossing costs at most this many times what the leanest client and a bare handler cost."""


@dataclass(frozen=True)
class Way:
    """Who calls whom for what."""

    name: str
    client: str
    callee: str
    path: str
    says: str


LEANEST = Way("leanest", "http.client", "flask", "nothing", "http.client to a bare Flask handler")
CROSSING = Way("crossing", "services", "service", "nothing", "the services' client to a service")
LEAN = Way("lean", "services-lean", "service", "nothing", "the same, its library http.client")
WAYS = (
    Way("floor", "http.client", "wsgi", "nothing", "http.client to a bare WSGI function"),
    LEANEST,
    Way("pooled", "urllib3", "flask", "nothing", "a urllib3 pool to a bare Flask handler"),
    Way("client", "services", "flask", "nothing", "the services' client to a bare Flask handler"),
    Way("service", "http.client", "service", "nothing", "http.client to a service"),
    CROSSING,
    LEAN,
    Way("proxied", "services", "mesh", "nothing", "the services' client to a service by Envoy"),
    Way("bytes", "undecoded", "wsgi", "bytes", "nine products as bytes, from a WSGI function"),
    Way("json", "http.client", "wsgi", "products", "the same as JSON, made and read"),
)

PARTS = (
    ("gunicorn, sockets, http.client", "floor", None),
    ("framework: Flask", "leanest", "floor"),
    ("framework: what every service does", "service", "leanest"),
    ("client library: urllib3", "pooled", "leanest"),
    ("client library: guard, trace, turns", "client", "pooled"),
    ("proxy: Envoy (not in the way by default)", "proxied", "crossing"),
    ("serialisation: nine products", "json", "bytes"),
)
"""Name, and the two ways by whose difference it is known."""


def figures(costs: Costs) -> list[WayFigures]:
    return [_figures_of(way, costs) for way in WAYS]


def _figures_of(way: Way, costs: Costs) -> WayFigures:
    found = costs[way.name]
    return WayFigures(
        name=way.name,
        says=way.says,
        wall_ms=mean(_walls(found)),
        cpu_ms=mean(_cpus(found)),
        cpu_ms_by_part={
            part: mean([cost.cpu_ms[part] for cost in found]).value for part in found[0].cpu_ms
        },
        ratio_to_leanest=ratio(_cpus(found), _cpus(costs[LEANEST.name])),
    )


def parts(costs: Costs) -> list[Part]:
    return [
        Part(
            name=name,
            wall_ms=_by(_walls, costs, way, without),
            cpu_ms=_by(_cpus, costs, way, without),
        )
        for name, way, without in PARTS
    ]


def ratios(costs: Costs) -> list[Ratio]:
    """The goal's, by CPU time and by the clock, that of the client alone, and of its library."""
    leanest, crossing, lean = costs[LEANEST.name], costs[CROSSING.name], costs[LEAN.name]
    client = costs["client"]
    return [
        Ratio(
            says="a crossing, CPU time", figure=ratio(_cpus(crossing), _cpus(leanest)), most=GOAL
        ),
        Ratio(says="a crossing, time", figure=ratio(_walls(crossing), _walls(leanest)), most=GOAL),
        Ratio(says="the client alone, CPU time", figure=ratio(_cpus(client), _cpus(leanest))),
        Ratio(
            says="a crossing by http.client / by urllib3, CPU time",
            figure=ratio(_cpus(lean), _cpus(crossing)),
        ),
    ]


def _by(
    values: Callable[[Sequence[Cost]], list[float]], costs: Costs, way: str, without: str | None
) -> Figure:
    found = values(costs[way])
    return mean(found) if without is None else difference(found, values(costs[without]))


def _walls(costs: Sequence[Cost]) -> list[float]:
    return [cost.wall_ms for cost in costs]


def _cpus(costs: Sequence[Cost]) -> list[float]:
    return [cost.whole_cpu_ms for cost in costs]
