"""The principles of reproducible evaluation, answered from a run of searches."""

from dataclasses import replace

from analysis.capacity.run import SearchRun
from analysis.checklist import Answer, checklist


def checklist_of_search(run: SearchRun) -> list[Answer]:
    """Those of every run, with what is different in a search."""
    own = {
        "P2": (
            f"{len(run.probes)} probes between {run.search.lowest:g} and {run.search.highest:g}, "
            f"at {len(run.at)} fixed value{'s' if len(run.at) > 1 else ''}, each with arrivals of "
            "its own. Not varied: one mix of journeys, one configuration per arm."
        ),
        "P4": "The code's commit is on record; the raw rows of all probes lie beside the report.",
        "P5": "Every bracket and every probe is shown, also those that contradict each other.",
        "P8": "The resource is the CPU budget itself. Money is counted by declared prices. "
        "Not measured: energy.",
    }
    return [
        replace(answer, says=own.get(answer.principle[:2], answer.says))
        for answer in checklist(run)
    ]
