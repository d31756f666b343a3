"""What drives the uncertainty of the net present value, and what knowing an input would be worth.

Read from the draws themselves: no input is moved beyond what was drawn, and inputs keep their
interplay. Both the tornado and the value of information are conditional means over slices of draws.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from assets.savings.arithmetic.cash_flow import Yearly, npv_usd
from assets.savings.levers.claimed_levers import LeverClaim
from assets.savings.programme.simulation import simulate
from assets.savings.records.alarm_evidence import Evidence
from assets.savings.records.baseline import Baseline
from assets.savings.uncertainty.draws import Draws
from assets.savings.uncertainty.input_titles import input_title
from assets.savings.windows.effect import WindowEffect
from assets.statistics.array_types import FloatArray

SLICES = 20
TAIL = 0.1
SCHEMA = {
    "input": pl.String(),
    "title": pl.String(),
    "kind": pl.String(),
    "npv_if_low_usd": pl.Float64(),
    "npv_if_high_usd": pl.Float64(),
    "swing_usd": pl.Float64(),
    "value_of_information_usd": pl.Float64(),
    "rank": pl.Int64(),
}


def sensitivity(
    drawn: Draws,
    evidence: Evidence,
    found: Baseline,
    kept: Sequence[LeverClaim],
    outcomes: Mapping[str, str],
) -> pl.DataFrame:
    """Return how each uncertain input moves the programme's net present value.

    Args:
        drawn: Draws of the base scenario, at least a few thousand.
        evidence: Verdicts and alarm counts.
        found: The counted baseline.
        kept: The levers of the programme.
        outcomes: Outcome to its title.

    Returns:
        ``economics.sensitivity``: one row per input, widest swing first: mean net present value
        among the draws with the input in its lowest and highest tenth, USD, and the expected value
        of perfect information about it alone for the decision to go ahead or not. Empty without a
        programme.
    """
    if not kept:
        return pl.DataFrame(schema=SCHEMA)
    # Draws of its own: the ones handed over may hold inputs of levers outside the programme.
    drawn = Draws(drawn.assumptions, drawn.scenario, drawn.size, drawn.seed, drawn.chunk)
    simulated = simulate(drawn, evidence, found, kept)
    features = {
        held.feature: held.title
        for claim in kept
        if isinstance(held := claim.measured, WindowEffect)
    }
    horizon = int(drawn.assumptions["horizon_years"].base)
    yearly = Yearly.together([Yearly.of(each.programme, horizon) for each in simulated])
    npv = npv_usd(yearly.cash, drawn("discount_rate"))
    rows = [
        (name, _kind(name, drawn), *_tornado(values, npv), _information_usd(values, npv))
        for name, values in drawn.uncertain().items()
    ]
    ordered = sorted(rows, key=lambda row: (-abs(row[3] - row[2]), row[0]))
    return pl.DataFrame(
        [
            (
                name,
                input_title(name, outcomes, features),
                kind,
                low,
                high,
                abs(high - low),
                worth,
                rank,
            )
            for rank, (name, kind, low, high, worth) in enumerate(ordered, start=1)
        ],
        schema=SCHEMA,
        orient="row",
    )


def _kind(name: str, drawn: Draws) -> str:
    return "assumption" if name in drawn.assumptions.parameters else "measured"


def _tornado(values: FloatArray, npv: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(values, [TAIL, 1 - TAIL])
    return float(npv[values <= low].mean()), float(npv[values >= high].mean())


def _information_usd(values: FloatArray, npv: FloatArray) -> float:
    """Return the expected value of perfect information about one input, USD.

    E[max(0, E[NPV | input])] - max(0, E[NPV]) over equal slices of the input (Strong, Oakley &
    Brennan 2014, the binning estimator).
    """
    order = np.argsort(values, kind="stable")
    slices = [float(part.mean()) for part in np.array_split(npv[order], SLICES)]
    informed = float(np.mean(np.maximum(slices, 0.0)))
    return max(informed - max(float(npv.mean()), 0.0), 0.0)
