"""What a run does not show, filled from what it really did."""

from collections.abc import Iterator

from analysis.disturbance import CLOCK, FOREIGN
from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.place import place_of
from analysis.resources import rules_share
from analysis.setup import limits_in_force, steal_words
from analysis.stage import stage_words
from analysis.statistics import CONFIDENCE
from analysis.summary import Summary
from analysis.verdict import FEWEST_BLOCKS
from analysis.wording import percent, size
from experiment.faults.on_instances import FaultOnInstances
from experiment.faults.plan import FaultPlan
from experiment.phase import phases_by_group

SHIFTED = 0.05
"""Of the requests planned in a phase: from this share on, more or fewer are named."""


def limits_of(run: MeasuredRun, summary: Summary) -> list[str]:
    """Sentences, the ones that bear on the verdict first."""
    return [
        *of_blocks(run, summary),
        *_of_guards(run),
        *_of_slow_clients(run),
        *_of_metric(run),
        *_of_closed_loops(run),
        *_of_waiting_steps(run),
        *_of_load(run),
        *_of_scaling(run),
        *_of_faults(run),
        *of_machine(run),
        *of_files(run),
        *_of_noise(run),
        *_of_rules(run),
        *of_code(run),
    ]


def of_blocks(run: MeasuredRun, summary: Summary) -> Iterator[str]:
    if run.damaged:
        yield (
            f"{len(run.damaged)} of the trials are damaged. What is left is shown, without a "
            "verdict: nobody can tell whether the loss has to do with the result."
        )
    if run.cut_off:
        yield "The run ended early. What was measured until then is shown, without a verdict."
    if run.stopped_at is not None:
        yield (
            f"The run stopped after {run.stopped_at} of {len(run.plan.order)} blocks, by the rule "
            "declared in its plan. The interval allows for that; the estimate itself tends to be "
            "too large, since large ones stop a run."
        )
    yield from _of_few_blocks(len(run.blocks))
    if summary.void_trials:
        yield (
            f"{len(summary.void_trials)} of {len(run.records)} trials did not count. If what made "
            "them void has to do with an architecture, the rest is a selection."
        )
    if run.sessions:
        yield (
            f"{len(run.sessions)} sessions at different hours. They are a sample of the hours of "
            "one machine; another machine is none of them."
        )
    elif run.pooled:
        yield (
            f"The blocks come from {len(run.pooled)} runs. Arms were only compared within a block, "
            "so what differed between the runs cannot favour one, but it adds to the spread."
        )
    if len({arm.architecture for arm in run.scenario.arms}) == 1:
        arms = "Both" if run.is_pair else "All"
        yield f"{arms} arms are the same architecture: this run does not compare architectures."


def _of_few_blocks(n: int) -> Iterator[str]:
    if n == 1:
        yield "One block says nothing about how much the result varies from block to block."
    elif 1 < n < FEWEST_BLOCKS:
        yield (
            f"{n} blocks are few: their spread is known poorly, and the interval rests on normal "
            f"effects, which nobody can check. A verdict takes {FEWEST_BLOCKS}."
        )
    if n > 1:
        rare = 1 - (1 - CONFIDENCE) ** (1 / n)
        yield (
            f"What happens in fewer than {percent(rare)} of all blocks, such as a rare collapse, "
            f"{n} blocks may well not hold; it would be in no number here."
        )


def _of_guards(run: MeasuredRun) -> Iterator[str]:
    for arm in run.every_arm:
        if arm.without:
            yield (
                f"{arm.name} ran without guards of its books that a store would never run without "
                f"({', '.join(arm.without)}), to show what they are for."
            )


def _of_slow_clients(run: MeasuredRun) -> Iterator[str]:
    unprotected = [a.name for a in run.every_arm if a.slow_client_protection == "none"]
    if unprotected:
        yield (
            f"{listed(unprotected)} ran behind an edge that sends a request on before its body is "
            "there, which no store should do, to show what threads that wait for it mean."
        )


def _of_metric(run: MeasuredRun) -> Iterator[str]:
    if run.scenario.primary.metric == "latency_p95_ms":
        yield (
            "A latency counts requests that were answered correctly. An arm that fails much and "
            "answers the rest fast looks good here; read it beside the failures."
        )
    if run.scenario.secondary:
        yield (
            f"{_declared(run)} declared for a verdict. The other metrics are descriptive: among "
            "several intervals, one may miss zero by chance."
        )


def _declared(run: MeasuredRun) -> str:
    n = len(run.scenario.decisive)
    return f"{n} metrics were" if n > 1 else "Only the primary metric was"


def _of_closed_loops(run: MeasuredRun) -> Iterator[str]:
    for arm in run.scenario.arms:
        if arm.loop == "closed" and run.trials:
            omitted = len(run.omitted(arm.name))
            sent = sum(len(trial.requests) for trial in run.of(arm.name))
            yield (
                f"{arm.name} is a closed loop: {omitted:,} of its {omitted + sent:,} scheduled "
                f"requests were never sent, because one of its {run.scenario.load.users} users "
                "still waited. They are in none of its numbers, and its times count from the "
                "sending, which is also why its lateness gate can say nothing. Its numbers show "
                "what such a load generator would have reported, not what visitors would have met."
            )


def _of_waiting_steps(run: MeasuredRun) -> Iterator[str]:
    phase, features = run.scenario.primary.phase, run.scenario.primary.features
    for arm in run.arms:
        planned = sum(trial.planned_in(phase, features) for trial in run.of(arm))
        due = run.shares(arm, phase, features).n
        if abs(due - planned) > SHIFTED * planned:
            yield (
                f"Of the requests in question {planned:,} were planned in {phase} and {due:,} "
                f"count in it in {arm}, since a later step of a journey is due once the one before "
                "was answered, and one that was skipped counts with the one that broke its journey."
            )


def _of_load(run: MeasuredRun) -> Iterator[str]:
    seconds = ", ".join(_lengths(run))
    fixed = run.scenario.autoscaling is None
    slow = "slow recovery or autoscaling" if fixed else "or slow recovery"
    yield (
        f"Profile {run.plan.profile}: phases last {seconds}. What takes longer to show, such as "
        f"leaks, full disks, {slow}, is not seen."
    )
    yield (
        f"One mix of journeys at {run.scenario.load.rate:g} per second on "
        f"{run.scenario.sample.products:,} products. Other loads may turn the result."
    )


def _of_scaling(run: MeasuredRun) -> Iterator[str]:
    autoscaling = run.scenario.autoscaling
    if autoscaling is None:
        return
    if autoscaling.compression > 1:
        yield (
            f"The autoscaler's times ran {autoscaling.compression:g} times as fast as in a "
            "cluster, and so did the declared start of an instance. What is no constant of it, "
            "such as timeouts, warming up and draining, ran as ever and weighs more here."
        )
    yield (
        "Declared quotas, target and start stand for a cluster's. Another target or size of an "
        "instance moves what a spike adds; the steps are as large as the instances are."
    )
    yield (
        f"The whole bill is that of {run.timetable[-1].end_s:g} s of load. The longer a store "
        "rests between spikes, the less what a spike adds weighs in it."
    )


def _lengths(run: MeasuredRun) -> Iterator[str]:
    for group, phases in phases_by_group(run.timetable).items():
        lengths = [run.windows[phase][1] - run.windows[phase][0] for phase in phases]
        times = f"{len(phases)} \N{MULTIPLICATION SIGN} " if len(phases) > 1 else ""
        yield f"{group} {times}{sum(lengths) / len(lengths):g} s"


def _of_faults(run: MeasuredRun) -> Iterator[str]:
    faults = [fault for planned in run.timetable for fault in planned.phase.faults]
    if run.scenario.matrix is not None:
        yield (
            "Faults follow each other within a trial. What one leaves behind falls on whichever "
            "comes next: at random, but it is no property of that one."
        )
    yield from _of_one_sided(run, faults)
    yield from _of_parts(run, faults)
    kinds = {fault.kind for fault in faults}
    if kinds and run.trials and not any(trial.impacts for trial in run.trials):
        yield "Without a phase of kind baseline nobody can tell what the faults cost."
    if "outage" in kinds:
        yield (
            "The outage is total: a service is killed and kept down, and in the monolith the lost "
            "code crashes its process each time it is reached. A fault that only answers with "
            "errors is another question, and likely kinder to the monolith."
        )
    yield "The payment provider is a stand-in with seeded latency and declines, the same for both."


def _of_parts(run: MeasuredRun, faults: list[FaultPlan]) -> Iterator[str]:
    shares = [fault.share for fault in faults if isinstance(fault, FaultOnInstances)]
    spare = _with_a_spare_alone(run)
    if shares and min(shares) < 1 and spare:
        yield (
            f"Faults on {percent(min(shares))} of the instances hit one at least. {listed(spare)} "
            "had more than one of some role, so these faults compare spare instances as much as "
            "architectures."
        )


def _with_a_spare_alone(run: MeasuredRun) -> list[str]:
    """Arms with several instances of a role that a metric compares with an arm without."""
    spare = {arm.name for arm in run.every_arm if max(arm.instances.values(), default=1) > 1}
    pairs = [run.compared_by(metric).arms for metric in run.scenario.metrics]
    uneven = [spare.intersection(pair) for pair in pairs]
    return sorted(set().union(*(found for found in uneven if len(found) == 1)))


def _of_one_sided(run: MeasuredRun, faults: list[FaultPlan]) -> Iterator[str]:
    for arm in run.scenario.arms:
        lacking = [fault for fault in faults if not fault.exists_in(arm.architecture)]
        if lacking:
            named = " and ".join(sorted({f"{fault.kind} from {fault.target}" for fault in lacking}))
            yield (
                f"One-sided faults: {named} could not be injected in {arm.name}, whose modules "
                "call each other in one process. It passed that time without a fault."
            )


def of_machine(run: MeasuredRun) -> Iterator[str]:
    yield place_of(run)
    if words := stage_words(run):
        yield words
    if stolen := steal_words(run):
        yield (
            f"Of the CPU time under load, a hypervisor took {stolen}. What it takes shows up as "
            "latency."
        )
    yield from _of_disturbance(run)
    for name, says in limits_in_force(run):
        if says.startswith(("not ", "no ", "none")):
            yield f"The budget of {name} was not enforced ({says}): an arm may have used more."


def _of_disturbance(run: MeasuredRun) -> Iterator[str]:
    unwatched = {
        FOREIGN: "what other programs took of the store's cores and the generator's under load",
        CLOCK: "whether the clock was set under load",
    }
    ended = [record for record in run.records if record.status == "complete"]
    for name, what in unwatched.items():
        watched = [any(gate.name == name for gate in record.gates) for record in ended]
        if not all(watched):
            some = "In some trials it" if any(watched) else "It"
            yield f"{some} was not watched {what}. It may have favoured an arm."


def of_files(run: MeasuredRun) -> Iterator[str]:
    hashed = [bool(r.hashes) for r in run.records if r.status in ("complete", "void")]
    if not all(hashed):
        which = "Some of the" if any(hashed) else "The"
        yield (
            f"{which} records hold no hashes of their raw files, as none of earlier code do: rows "
            "that were edited or exchanged since would not be noticed."
        )


def _of_noise(run: MeasuredRun) -> Iterator[str]:
    plan = run.plan
    if plan.aa:
        yield (
            "The noise floor holds for this machine at this load. Near saturation, under faults or "
            "with other neighbours on the machine, it is likely higher."
        )
    elif not run.noise_floor:
        yield (
            "No A/A run of this machine is on record, so its noise floor is unknown: how large a "
            "difference it shows between two copies of the same store."
        )
    else:
        floors = ", ".join(f"{m} {size(m, f)}" for m, f in sorted(run.noise_floor.items()))
        yield (
            f"Smaller effects than the noise floor of this machine cannot be told from noise: "
            f"{floors}. It comes from A/A runs ({'; '.join(run.noise_floor_from)}), whose load "
            "may have been another."
        )


def _of_rules(run: MeasuredRun) -> Iterator[str]:
    window = run.reported_window
    for arm in run.arms:
        shares = [rules_share(trial.samples, window) for trial in run.of(arm)]
        known = [share for share in shares if share is not None]
        if known:
            yield (
                f"In {arm}, {percent(sum(known) / len(known))} of the CPU time of request handlers "
                "went into business rules that both architectures share. They cannot differ "
                "there, so nothing is said about stores whose architectures lead to other rules."
            )


def of_code(run: MeasuredRun) -> Iterator[str]:
    yield (
        "One store, written twice in Python with Flask. Another language, framework or team "
        "would move both sides, and not by the same amount."
    )
    if not run.plan.is_of_a_commit:
        yield f"The code is not the one of a commit ({run.plan.commit}): others cannot rebuild it."
