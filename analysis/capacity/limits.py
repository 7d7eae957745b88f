"""What a run of searches does not show, filled from what it really did."""

from collections.abc import Iterator

from analysis.capacity.run import SearchRun
from analysis.capacity.summary import SearchSummary
from analysis.limits import of_blocks, of_code, of_files, of_machine


def limits_of_search(run: SearchRun, summary: SearchSummary) -> list[str]:
    """Sentences, the ones that bear on the verdict first."""
    return [
        *_of_resources(run),
        *of_blocks(run, summary),
        *_of_window(run),
        *_of_bracket(run),
        *of_machine(run),
        *of_files(run),
        *of_code(run),
    ]


def _of_resources(run: SearchRun) -> Iterator[str]:
    unlimited = sorted(
        {
            record.limits["cpu"]
            for record in run.records
            if record.limits.get("cpu", "").startswith("not ")
        }
    )
    for says in unlimited:
        yield (
            f"CPU limits were not enforced ({says}): every probe had the whole machine, so the "
            "axis of resources means nothing. A capacity is that of the machine; a demand is none."
        )
    most = max(probe.probe.cpus for probe in run.probes) if run.probes else 0.0
    cores = run.plan.machine.cores
    if cores > 1 and most > cores - 1:
        yield (
            f"Up to {most:g} CPUs were granted, but the store had {cores - 1} of the machine's "
            f"{cores} cores (the last one is the generator's): beyond that, more was no more."
        )


def _of_window(run: SearchRun) -> Iterator[str]:
    start, end = run.windows[run.scenario.primary.phase]
    yield (
        f"Each probe judged {end - start:g} s. A store that would give in after minutes passes, "
        "and a queue that would have drained later may fail: the limits are those of short loads."
    )
    yield (
        f"One mix of journeys on {run.scenario.sample.products:,} products, and one objective: "
        f"{run.scenario.slo.good_share:.0%} within {run.scenario.slo.latency_ms:g} ms. "
        "Other mixes or objectives may turn the result."
    )


def _of_bracket(run: SearchRun) -> Iterator[str]:
    wide = [
        found
        for found in run.limits
        if found.holds
        and found.fails
        and max(found.holds, found.fails) / min(found.holds, found.fails) > run.resolution**1.5
    ]
    if wide:
        yield (
            f"In {len(wide)} of {len(run.limits)} searches a probe that was repeated contradicted "
            "itself; their brackets are wider. Close to its limit a store answers partly by chance."
        )
