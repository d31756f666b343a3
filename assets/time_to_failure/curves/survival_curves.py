"""Kaplan-Meier and Nelson-Aalen curves by age since renewal, with the numbers at risk.

For failed batches and for recurrent breakdowns, which do not end a life, the cumulative hazard is
the mean cumulative function: the expected number of events by that age.
"""

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray
from assets.time_to_failure.curves.fit_notes import with_notes
from assets.time_to_failure.lives.strata import Stratum, after
from data_contracts.tables import table

RISK_STEPS = 6
Row = tuple[object, ...]


def survival_curves(strata: Iterable[Stratum]) -> pl.DataFrame:
    """Estimate the curves of every stratum that has a spell at risk.

    Args:
        strata: The questions.

    Returns:
        ``finding.survival_curves``: per stratum age 0, every age with an event, five ages between
        for the table of numbers at risk, and the last age.
        ``at_risk`` counts spells just before the age (at the first age: at it). Intervals are 95%,
        from the log-minus-log of survival and the log of the cumulative hazard.

    Source: Kaplan & Meier (1958); Nelson (1972) and Aalen (1978); for recurrent events Nelson
        (1995); risk sets with entry as in Andersen et al. (1993), section IV.1.
    """
    rows = [(*each.key, *row) for each in strata if each.lives for row in curve(each)]
    return table("finding.survival_curves", rows)


def curve(stratum: Stratum) -> Iterator[Row]:
    """Yield the points of one stratum: the columns after the stratum's."""
    from lifelines import KaplanMeierFitter, NelsonAalenFitter

    risk = stratum.risk
    arguments = {"event_observed": risk.is_event, "entry": after(risk.entry)}
    kept, _ = with_notes(lambda: KaplanMeierFitter().fit(risk.exit, **arguments))
    grown, _ = with_notes(
        lambda: NelsonAalenFitter(nelson_aalen_smoothing=False).fit(risk.exit, **arguments)
    )
    if kept is None or grown is None:
        return
    last = float(risk.exit.max())
    even = [np.round(last * part / RISK_STEPS) for part in range(1, RISK_STEPS)]
    ages = np.unique([0.0, *even, *risk.exit[risk.is_event], last])
    at_risk = ((risk.entry < ages[:, None]) & (risk.exit >= ages[:, None])).sum(axis=1)
    at_risk[0] = int((risk.entry <= 0).sum())
    events = (risk.is_event & (risk.exit == ages[:, None])).sum(axis=1)
    columns = (
        *_at(ages, kept.survival_function_, kept.confidence_interval_),
        *_at(ages, grown.cumulative_hazard_, grown.confidence_interval_),
    )
    sure = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
    for point, age in enumerate(ages):
        values = sure if age == 0 else [_finite(column[point]) for column in columns]
        yield point, float(age), int(at_risk[point]), int(events[point]), *values


def _at(ages: FloatArray, *tables: Any) -> list[FloatArray]:
    """Read step functions, indexed by age, at given ages: one array per column."""
    columns = []
    for steps in tables:
        place = np.searchsorted(steps.index.to_numpy(), ages, side="right") - 1
        columns += list(steps.to_numpy(dtype=float)[place].T)
    return columns


def _finite(value: float) -> float | None:
    """Keep what is a number: before the first event no interval is defined."""
    return float(value) if isfinite(value) else None
