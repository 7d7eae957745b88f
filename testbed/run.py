"""A run: all blocks of a plan, each arm once per block, then the report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis import report
from analysis.summary import Summary
from experiment.integrity import hash_of_plan
from experiment.journal import Journal
from experiment.kept_trace import with_kept_trace
from experiment.record import Plan, RunFolder, TrialRecord
from experiment.rows import write_rows
from experiment.store import Arm
from loadtests.schedule import arrivals_of
from testbed.display import Display
from testbed.generator import warm_up
from testbed.load_workers import workers_of
from testbed.parity_gate import require_parity
from testbed.planning import block_seed
from testbed.platforms.platform import Platform
from testbed.search_run import Bench, run_searches
from testbed.trial import Trial, run_trial

MOST_ATTEMPTS = 3
"""At a void trial, in one go: what made two attempts void will probably make a fourth one void."""

TryOnce = Callable[[Trial, Platform, Display], TrialRecord]
StopAfter = Callable[[int], bool]
"""Whether the run may end after this block, because what is measured decides already."""


def never(_block: int) -> bool:
    return False


@dataclass(frozen=True)
class Run:
    """A run under way: measures blocks of its plan and writes the report."""

    plan: Plan
    folder: RunFolder
    platform: Platform
    display: Display
    try_once: TryOnce = run_trial

    def start(self, stop_after: StopAfter = never) -> Summary:
        """Measure everything that the plan says.

        Raises RunError when the stores differ or a trial fails; KeyboardInterrupt passes through.
        Whatever was measured by then stays on record, and the journal says how it ended.
        """
        blocks = range(1, len(self.plan.order) + 1)
        return self._execute("run-started", blocks, stop_after)

    def resume(self, blocks: Sequence[int], stop_after: StopAfter = never) -> Summary:
        """Measure the blocks that are left; raises like ``start``."""
        return self._execute("run-resumed", blocks, stop_after)

    def _execute(self, event: str, blocks: Sequence[int], stop_after: StopAfter) -> Summary:
        with Journal(self.folder.journal) as journal:
            digest = hash_of_plan(self.folder)
            journal.write(event, run_id=self.plan.run_id, plan_sha256=digest, blocks=[*blocks])
            try:
                self._make_ready(journal)
                self.measure(blocks, stop_after, journal)
            except BaseException as error:
                ended = "failed" if isinstance(error, Exception) else "cut-off"
                journal.write("run-ended", status=ended, reason=str(error))
                raise
            journal.write("run-ended", status="complete", reason="")
        self.display.step("writing the report")
        return report.build(self.folder)

    def _make_ready(self, journal: Journal) -> None:
        workers = workers_of(self.plan).patient()
        self.display.step(workers.says if workers.are_remote else "warming up the load generator")
        warm_up(self.platform.generator_cpus, self.platform.belongings, workers)
        require_parity(self.plan, self.folder, self.platform, self.display, journal)

    def measure(self, blocks: Sequence[int], stop_after: StopAfter, journal: Journal) -> None:
        """Measure these blocks in their order, until ``stop_after`` says that it is enough.

        A search knows by its probes on record where it has to go on.
        """
        if self.plan.scenario.search is not None:
            run_searches(Bench(self.plan, self.folder, self.platform, self.display, journal))
            return
        for block in blocks:
            # Asked before a block and not after one, since a run may be cut off in between.
            if stop_after(block - 1):
                reason = "what is measured decides"
                journal.write("stopped-early", block=block - 1, reason=reason)
                return
            self._run_block(block, journal)

    def _run_block(self, block: int, journal: Journal) -> None:
        plan = self.plan
        self.folder.block(block).mkdir(exist_ok=True)
        scenario = with_kept_trace(plan.scenario, self.folder)
        arrivals = arrivals_of(scenario, plan.profile, block_seed(plan, block))
        write_rows(self.folder.arrivals(block), arrivals)
        counts = True
        for arm in plan.order[block - 1]:
            # Once an arm is void for good the block cannot count any more.
            counts = counts and self._settle(block, plan.arm(arm))
            self.display.trial_done()
        journal.write("block-ended", block=block, counts=counts)

    def _settle(self, block: int, arm: Arm) -> bool:
        """Try a trial until it is complete; False when all attempts were void."""
        for left in reversed(range(MOST_ATTEMPTS)):
            attempt = self.folder.attempts(block, arm.name) + 1
            again = f", attempt {attempt}" if attempt > 1 else ""
            self.display.trial(f"block {block}/{len(self.plan.order)} {arm.name}{again}")
            trial = Trial(self.plan, self.folder, block, arm, attempt, repeat_if_void=left > 0)
            if self.try_once(trial, self.platform, self.display).status == "complete":
                return True
        return False
