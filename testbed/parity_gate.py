"""Refuses to measure stores that differ: a short replay against both before the first trial."""

from contextlib import ExitStack
from dataclasses import replace

from experiment.errors import RunError
from experiment.journal import Journal
from experiment.record import Plan, RunFolder
from testbed.deploying import deployment_of
from testbed.display import Display
from testbed.parity.comparison import differences
from testbed.parity.session import Shop
from testbed.platforms.platform import Platform

STEPS = 100


def require_parity(
    plan: Plan, folder: RunFolder, platform: Platform, display: Display, journal: Journal
) -> None:
    """Replay one seeded session against each architecture of the plan and compare the answers.

    Raises RunError that shows the first difference. An A/A run has nothing to compare.
    """
    # The first arm of each: what later ones add or take away is what the scenario asks about.
    arms = {arm.architecture: arm for arm in reversed(plan.scenario.arms)}
    if len(arms) == 1:
        journal.write("parity", checked=False, reason="all arms are the same architecture")
        return
    display.step("checking that both stores answer alike")
    with ExitStack() as stack:
        urls = []
        for architecture, arm in sorted(arms.items()):
            wanted = replace(deployment_of(plan.scenario, arm), instances={}, budget=None)
            store = platform.up(wanted, folder.path / "parity" / architecture)
            stack.callback(store.down)
            urls.append(store.url)
        shop = Shop(plan.scenario.sample.products, plan.scenario.sample.customers)
        found = differences(*urls, shop=shop, steps=STEPS, seed=plan.seed)
    journal.write("parity", checked=True, steps=STEPS, differences=[str(d) for d in found])
    if found:
        raise RunError(f"The two stores differ, so nothing was measured: {found[0]}")
