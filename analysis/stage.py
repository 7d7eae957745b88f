"""What the cores under a store do to its times: few of them lengthen those of many processes."""

import re

from analysis.measured import MeasuredRun
from experiment.metric import MetricName
from experiment.record import Plan

_STORE = re.compile(r"^store on cores? (\d+(?:, \d+)*), generator on ")
_ONLY = "store and generator share the only core"
OF_TIME: frozenset[MetricName] = frozenset({"latency_p95_ms", "bad_share", "slo_bad_events"})
"""Metrics that a longer response time moves by itself."""
ON_ONE_CORE = (
    "The store had one core, on which all of its processes took turns. When two services of a "
    "product page were moved to a second core, it took 0.69 to 0.76 of its time, at the same CPU "
    "time: so one core makes the services' response times about a third longer, and such a ratio "
    "against the monolith about a third larger, than two would. CPU time and ratios of it are not "
    "moved by that."
)
IN_SHORT = "On its one core, the services' times are about a third longer than on two."


def store_cores(plan: Plan) -> int | None:
    """How many cores the stores of a run had, by the factors of its plan; None: not on record."""
    says = plan.factors.get("cores", "")
    if says == _ONLY:
        return 1
    found = _STORE.match(says)
    return len(found[1].split(", ")) if found else None


def stage_words(run: MeasuredRun) -> str:
    """What has to be said beside response times of both architectures; empty: nothing."""
    architectures = {arm.architecture for arm in run.every_arm}
    compares = not run.plan.aa and len(architectures) > 1
    return ON_ONE_CORE if compares and store_cores(run.plan) == 1 else ""


def words_of_metrics(run: MeasuredRun) -> str:
    """The same beside a table of metrics, where one of them is moved by response times."""
    metrics = {metric.metric for metric in (run.scenario.primary, *run.scenario.secondary)}
    return stage_words(run) if metrics & OF_TIME else ""
