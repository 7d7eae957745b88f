"""Where a run was made, as a limit of what it shows."""

from analysis.measured import MeasuredRun

_NETWORKS = {
    "local": "over loopback. There was no real network between services",
    "compose": "in containers, over bridges of their engine. No call left the machine",
    "swarm": "in containers, over the overlay network of one node. No call left the machine",
}
"""By platform on one machine."""
_RATIOS = "Ratios and differences within a block may hold elsewhere; absolute times do not."


def place_of(run: MeasuredRun) -> str:
    """Who shared a machine or a cluster with whom, and over what they talked."""
    return f"{_load_from(run)}{_stores_at(run)} {_RATIOS}"


def _load_from(run: MeasuredRun) -> str:
    if run.plan.remote_load is None:
        return ""
    workers = run.scenario.load.workers
    return (
        f"The load came from {workers} worker{'s' if workers > 1 else ''} over the network: their "
        "way to the store is in every response time. "
    )


def _stores_at(run: MeasuredRun) -> str:
    machine = run.plan.machine
    network = _NETWORKS.get(run.plan.platform)
    if network is None:
        return (
            f"Stores, edge and database ran in a cluster ({run.plan.platform}), of which nothing "
            f"is on record; the machine that is, with {machine.cores} cores, is the test bed's."
        )
    here = run.plan.remote_load is None
    sharing = "Stores, edge, database and load generator" if here else "Stores, edge and database"
    return (
        f"{sharing} shared one machine with {machine.cores} cores "
        f"(load average before the run: {machine.load_before:g}) {network}, and other programs of "
        "the machine may have taken part."
    )
