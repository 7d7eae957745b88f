"""A run: all blocks of a plan, each arm once per block, then the report."""

import pyarrow.parquet as pq

from analysis import report
from analysis.summary import Summary
from experiment.journal import Journal
from experiment.record import Plan, RunFolder
from experiment.scenario import Arm
from loadtests.schedule import arrivals_of
from testbed.display import Display
from testbed.generator import warm_up
from testbed.parity_gate import require_parity
from testbed.planning import block_seed
from testbed.platforms.platform import Platform
from testbed.search_run import Bench, run_searches
from testbed.trial import Trial, run_trial


def execute(plan: Plan, folder: RunFolder, platform: Platform, display: Display) -> Summary:
    """Measure everything the plan says and write the report.

    Raises RunError when the stores differ or a trial fails; KeyboardInterrupt passes through.
    Whatever was measured by then stays on record, and the journal says how it ended.
    """
    with Journal(folder.journal) as journal:
        journal.write("run-started", run_id=plan.run_id)
        try:
            display.step("warming up the load generator")
            warm_up(platform.generator_cpus)
            require_parity(plan, folder, platform, display, journal)
            if plan.scenario.search is not None:
                run_searches(Bench(plan, folder, platform, display, journal))
            else:
                for block in range(1, len(plan.order) + 1):
                    _run_block(plan, folder, block, platform, display)
        except BaseException as error:
            ended = "failed" if isinstance(error, Exception) else "cut-off"
            journal.write("run-ended", status=ended, reason=str(error))
            raise
        journal.write("run-ended", status="complete", reason="")
    display.step("writing the report")
    return report.build(folder)


def _run_block(
    plan: Plan, folder: RunFolder, block: int, platform: Platform, display: Display
) -> None:
    folder.block(block).mkdir()
    arrivals = arrivals_of(plan.scenario, plan.profile, block_seed(plan, block))
    pq.write_table(arrivals, folder.arrivals(block))
    for arm in (_arm(plan, name) for name in plan.order[block - 1]):
        display.trial(f"block {block}/{len(plan.order)} {arm.name}")
        run_trial(Trial(plan, folder, block, arm), platform, display)
        display.trial_done()


def _arm(plan: Plan, name: str) -> Arm:
    return next(arm for arm in plan.scenario.arms if arm.name == name)
