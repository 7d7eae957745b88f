"""Principles of reproducible performance evaluation, answered from the run.

Papadopoulos et al., "Methodological Principles for Reproducible Performance Evaluation in Cloud
Computing", IEEE Transactions on Software Engineering 47(8), 2021.
"""

from analysis.measured import MeasuredRun

Answer = tuple[str, str]


def checklist(run: MeasuredRun) -> list[Answer]:
    """Each of the eight principles with what this run did about it."""
    plan, scenario = run.plan, run.scenario
    return [
        (
            "P1 Repeated experiments",
            f"{len(run.blocks)} of {len(plan.order)} blocks, both arms in each, in random order.",
        ),
        (
            "P2 Workload and configuration coverage",
            f"One load, {len(scenario.phases)} phases, one configuration per arm. Not varied here.",
        ),
        (
            "P3 Experimental setup description",
            f"Plan, machine, seed, {len(plan.versions)} versions, {len(plan.factors)} factors.",
        ),
        (
            "P4 Open access artefact",
            f"Code at commit {plan.commit}; raw rows lie beside the report.",
        ),
        (
            "P5 Probabilistic result description",
            "Every block is drawn; distributions by percentiles, only where requests suffice.",
        ),
        (
            "P6 Statistical evaluation",
            f"Paired t over {len(run.blocks)} blocks, 95 % interval, margin declared beforehand.",
        ),
        ("P7 Measurement units", "Every axis and column names its unit."),
        ("P8 Cost", "CPU time and memory are reported; nothing was paid for a cloud."),
    ]
