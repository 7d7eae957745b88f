"""The verdicts of a run that has more than one, as rows of text."""

from analysis.summary import Result, Summary
from analysis.tables import Row
from analysis.wording import NOTHING, figures

COLUMNS = ("verdict", "why", "sign-flip p")


def verdict_rows(summary: Summary) -> list[Row]:
    """One for each metric that was declared for a verdict, the primary first."""
    results = (summary.primary, *summary.judged)
    return [
        Row(result.metric.says, _cells(result), strong=not index)
        for index, result in enumerate(results)
    ]


def note(summary: Summary) -> str:
    """How the verdicts share the error."""
    share = 0.05 / (1 + len(summary.judged))
    return (
        "Each of these was declared for a verdict of its own. They share the error of 5 %: each "
        f"has a {100 * (1 - share):.4g} % interval and needs a p of at most {share:.2g}."
    )


def _cells(result: Result) -> tuple[str, ...]:
    if result.verdict is None or result.p is None:
        return NOTHING, NOTHING, NOTHING
    return result.verdict.outcome, result.verdict.why, figures(result.p)
