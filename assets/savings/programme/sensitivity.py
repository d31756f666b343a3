"""What drives the uncertainty of the net present value, and what knowing an input would be worth.

Read from the draws themselves: no input is moved beyond what was drawn, and inputs keep their
interplay. Both the tornado and the value of information are conditional means over slices of draws.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.programme.simulation import joint_npv_usd, simulate
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.savings.uncertainty.input_titles import input_title
from assets.savings.windows.effect import WindowEffect
from assets.statistics.array_types import FloatArray
from data_contracts.tables import table

SLICES = 20
TAIL = 0.1


def sensitivity(
    drawn: Draws,
    counts: FailureCounts,
    kept: Sequence[LeverDecision],
    titles: Mapping[str, str],
) -> pl.DataFrame:
    """Return how each uncertain input moves the programme's net present value.

    Args:
        drawn: Draws of the base scenario, at least a few thousand.
        counts: Failures and verdicts.
        kept: The levers of the programme.
        titles: Outcome to its title.

    Returns:
        ``economics.sensitivity``: one row per input, ranked by swing: mean net present value among
        the draws with the input in its lowest and highest tenth, USD, and the expected value of
        perfect information about it alone for the decision to go ahead or not. Empty without a
        programme.
    """
    if not kept:
        return table("economics.sensitivity")
    drawn = drawn.anew()  # what was drawn before may hold inputs of levers outside the programme
    npv = joint_npv_usd(simulate(drawn, counts, kept), drawn)
    held = [each.measured for each in kept if isinstance(each.measured, WindowEffect)]
    features = {effect.feature: effect.title for effect in held}
    swings: list[dict[str, Any]] = []
    for name, values in drawn.uncertain().items():
        low, high = _tornado(values, npv)
        swings.append(
            {
                "input": name,
                "title": input_title(name, titles, features),
                "kind": "assumption" if name in drawn.assumptions.parameters else "measured",
                "npv_if_low_usd": low,
                "npv_if_high_usd": high,
                "swing_usd": abs(high - low),
                "value_of_information_usd": _information_usd(values, npv),
            }
        )
    widest_first = sorted(swings, key=lambda row: (-row["swing_usd"], row["input"]))
    return table(
        "economics.sensitivity",
        [row | {"rank": rank} for rank, row in enumerate(widest_first, start=1)],
    )


def _tornado(values: FloatArray, npv: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(values, [TAIL, 1 - TAIL])
    return float(npv[values <= low].mean()), float(npv[values >= high].mean())


def _information_usd(values: FloatArray, npv: FloatArray) -> float:
    """Return the expected value of perfect information about one input, USD, to the cent.

    E[max(0, E[NPV | input])] - max(0, E[NPV]) over slices of the input (Strong, Oakley &
    Brennan 2014, the binning estimator).
    """
    order = np.argsort(values, kind="stable")
    slices = np.array_split(npv[order], SLICES)
    sizes = [part.size for part in slices]  # one more in the first where they do not come out even
    informed = float(np.average([max(float(part.mean()), 0.0) for part in slices], weights=sizes))
    # Where no slice changes the decision both means are the same sum in another order.
    return round(max(informed - max(float(npv.mean()), 0.0), 0.0), 2)
