"""What holding is worth a year: a lever priced as in a run, with the effect that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.levers.measured import Measured
from assets.savings.programme.price_shares import PricedWorth, price_shares, price_standing
from assets.savings.programme.programme import CHOICE_DRAWS
from assets.savings.programme.scenario_figures import simulated_figures
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws, percentiles
from data_contracts.assumptions import Assumption, Assumptions, Lever

MEASURES = (
    "prevented_failures_per_year",
    "annual_savings_usd",
    "annual_programme_cost_usd",
    "annual_net_savings_usd",
    "implementation_cost_usd",
    "npv_usd",
)
Percentiles = tuple[float | None, ...]


@dataclass(frozen=True)
class Worth:
    """What holding is worth, at the adherence and the prices assumed.

    Attributes:
        figures: Measure of ``economics.scenarios`` -> P10, P50, P90 of the base scenario.
        npv_positive_prob: Probability that the net present value is above zero, 0 to 1.
        adherence: Low, base and high share of batches that can in fact be held.
        placeholder_share: Share of the variance of the net present value that prices carry which
            came with lotwise, 0 to 1.
        is_own: Whether so little rests on them that the money may be asked for.
        asked_prices: The fewest numbers to state before it may.
    """

    figures: Mapping[str, Percentiles]
    npv_positive_prob: float
    adherence: tuple[float, float, float] | None
    placeholder_share: float
    is_own: bool
    asked_prices: tuple[str, ...]


def worth(
    assumptions: Assumptions,
    counts: FailureCounts,
    lever: Lever,
    outcome: str,
    gate: int,
    measured: Measured,
    *,
    draws: int,
    seed: int,
) -> Worth:
    """Price a lever with a measured effect.

    Args:
        assumptions: The set that declares it.
        counts: Failures as counted.
        lever: The lever.
        outcome: The outcome it acts on.
        gate: Gate it acts at, 1 to 7.
        measured: What the records measure of it.
        draws: Draws, at least 1.
        seed: The run's seed.
    """
    decision = LeverDecision(
        f"{lever.name}.{outcome}", lever, outcome, gate, "evidence", "", measured
    )
    drawn = Draws(assumptions, "base", draws, seed)
    figures = simulated_figures(drawn, counts, [decision])[decision.name]
    priced = PricedWorth(drawn.anew(size=min(draws, CHOICE_DRAWS)), counts, [decision])
    shares = price_shares(priced, {})
    standing = price_standing(priced, shares).row(0, named=True)
    held = lever.uses.get("adherence")
    return Worth(
        {name: percentiles(figures[name]) for name in MEASURES},
        float(np.mean(figures["npv_usd"] > 0)),
        None if held is None else _ends(assumptions[held]),
        float(standing["placeholder_share"] or 0.0),
        bool(standing["is_own"]),
        tuple(shares.filter("is_asked")["name"]),
    )


def _ends(number: Assumption) -> tuple[float, float, float]:
    return float(number.low), float(number.base), float(number.high)
