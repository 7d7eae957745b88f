"""Whether a run may stop at a look: sequential stopping that keeps its error rate.

The rule is fixed in the plan (``Plan.stopping``): the numbers of blocks at which somebody looks,
and by ``analysis.spending`` how wide the interval of each look is. All intervals together hold the
true effect with 95 %, so it does not matter why a run stops at one of them; here it stops as soon
as the verdict is one of those that blocks are run for.
"""

from analysis.comparison import compare, judged
from analysis.measured import load_run
from experiment.record import RunFolder


def decided(folder: RunFolder) -> bool:
    """Whether the verdict at this look decides; False where the plan declared no look.

    Decided is anything but too little evidence. A damaged
    record decides nothing. To be called when all trials of a block are recorded. Raises InputError
    when the plan is broken or was edited.
    """
    run = load_run(folder)
    if run.plan.stopping is None or run.damaged or run.blocks_measured not in run.looks:
        return False
    primary = compare(run, run.scenario.primary)
    return primary.estimate is not None and judged(run, primary).outcome != "too little evidence"
