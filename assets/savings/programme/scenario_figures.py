"""Every measure of one scenario as draws: baseline, each lever, and the levers together.

Draws are made in chunks, so that their arrays stay in the processor's cache. What a reader sees of
them is in ``scenarios``.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate

import numpy as np

from assets.savings.arithmetic.cash_flow import Yearly, irr, npv_usd, payback_months
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.levers.lever_decisions import ALL_LEVERS, LeverDecision
from assets.savings.programme.simulation import LeverDraws, horizon_years, simulate
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.statistics.array_types import FloatArray

BASELINE = "baseline"
CHUNK = 16_384
CASH_SINCE_START = "cash_since_start_usd"  # joint cash until the end of a year, one measure a year
Figures = dict[str, dict[str, FloatArray]]


def simulated_figures(
    drawn: Draws, counts: FailureCounts, decisions: Sequence[LeverDecision]
) -> Figures:
    """Simulate one scenario, in chunks on every processor.

    Chunks have random streams of their own, so the figures do not depend on how many run at once.

    Args:
        drawn: What to draw: set, scenario, number and seed.
        counts: Failures and verdicts.
        decisions: ``lever_decisions``.

    Returns:
        Lever (``all`` for the joint programme, ``baseline`` without levers) -> measure -> draws.
    """
    sizes = [min(CHUNK, drawn.size - start) for start in range(0, drawn.size, CHUNK)]

    def one(chunk: int) -> Figures:
        return _chunk_figures(drawn.anew(size=sizes[chunk], chunk=chunk), counts, decisions)

    if len(sizes) == 1:
        return one(0)
    merged: Figures = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for chunk, part in enumerate(pool.map(one, range(len(sizes)))):
            start = chunk * CHUNK
            for lever, measures in part.items():
                for measure, values in measures.items():
                    kept = merged.setdefault(lever, {}).setdefault(measure, np.empty(drawn.size))
                    kept[start : start + values.size] = values
    return merged


def _chunk_figures(
    drawn: Draws, counts: FailureCounts, decisions: Sequence[LeverDecision]
) -> Figures:
    figures: Figures = {BASELINE: _baseline_figures(drawn, counts)}
    simulated = simulate(drawn, counts, decisions)
    yearly = [each.yearly(drawn) for each in simulated]
    rate = drawn("discount_rate")
    for each, own in zip(simulated, yearly, strict=True):
        figures[each.decision.name] = _lever_figures(each) | worth(own, rate)
    if simulated:
        together, horizon = Yearly.together(yearly), horizon_years(drawn)
        figures[ALL_LEVERS] = _joint_figures(simulated, together, horizon) | worth(together, rate)
    return figures


def _baseline_figures(drawn: Draws, counts: FailureCounts) -> dict[str, FloatArray]:
    failures = counts.batches_per_year(drawn) * counts.failure_prob(drawn)
    full, cash = (
        failure_cost_usd(drawn.assumptions, drawn, is_avoidable_only=only) for only in (False, True)
    )
    return {
        "baseline_failures_per_year": failures,
        "baseline_loss_usd_per_year": failures * full,
        "baseline_avoidable_loss_usd_per_year": failures * cash,
    }


def _lever_figures(each: LeverDraws) -> dict[str, FloatArray]:
    """Return the measures of one lever, as the chain credits it."""
    cash = each.cash
    return {
        "prevented_failures_per_year": each.value.prevented_failures,
        "annual_savings_usd": cash.savings_usd,
        "annual_savings_shapley_usd": each.shapley_usd,
        "annual_allocated_cost_freed_usd": each.value.allocated_usd,
        "annual_programme_cost_usd": cash.running_usd,
        "annual_net_savings_usd": cash.savings_usd - cash.running_usd,
        "implementation_cost_usd": cash.one_off_usd,
    }


def worth(yearly: Yearly[FloatArray], discount_rate: FloatArray) -> dict[str, FloatArray]:
    """Return the net present value, and the share of the savings that would just pay for itself.

    The value is a straight line in the savings, so the break-even share is its costs over the
    value of the savings; infinite where nothing is saved.

    Args:
        yearly: Cash and cost by year.
        discount_rate: Yearly rate per draw.
    """
    value, cost = npv_usd(yearly.cash, discount_rate), npv_usd(yearly.cost, discount_rate)
    saved = value + cost
    share = np.divide(cost, saved, out=np.full(cost.size, np.inf), where=saved > 0)
    return {"npv_usd": value, "break_even_effect_share": share}


def _joint_figures(
    simulated: Sequence[LeverDraws], yearly: Yearly[FloatArray], horizon: int
) -> dict[str, FloatArray]:
    """Return the measures of levers run together, one array of draws each."""
    levers = [each.cash for each in simulated]
    savings = _sum(each.savings_usd for each in levers)
    running = _sum(each.running_usd for each in levers)
    return {
        "prevented_failures_per_year": _sum(each.value.prevented_failures for each in simulated),
        "annual_savings_usd": savings,
        "annual_allocated_cost_freed_usd": _sum(each.value.allocated_usd for each in simulated),
        "annual_programme_cost_usd": running,
        "annual_net_savings_usd": savings - running,
        "first_year_net_savings_usd": yearly.cash[1],
        "implementation_cost_usd": _sum(each.one_off_usd for each in levers),
        "irr": irr(yearly.cash),
        "payback_months": payback_months(levers, horizon),
        **{
            f"{CASH_SINCE_START}/{year}": cash
            for year, cash in enumerate(accumulate(yearly.cash, np.add))
        },
    }


def _sum(arrays: Iterable[FloatArray]) -> FloatArray:
    total: FloatArray = np.sum(list(arrays), axis=0)
    return total
