"""Trials whose price of one request more is known."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.trial import Trial


def with_cpu(trial: Trial, at_rest: float, ms_per_answer: float) -> Trial:
    """The trial with a quarter of its baseline's requests, and exactly this CPU."""
    rows = trial.requests
    kept = rows[(rows["phase"] != "baseline") | (rows["seq"] % 4 == 0)]
    answered_s = np.sort(kept["intended_s"][~kept["failed"]])
    t_s = np.arange(0.0, 40.0)
    cpu_s = at_rest * t_s + ms_per_answer / 1000 * np.searchsorted(answered_s, t_s)
    samples = pd.DataFrame({"t_s": t_s, "role": "monolith", "cpu_s": cpu_s})
    return replace(trial, requests=kept, samples=samples)
