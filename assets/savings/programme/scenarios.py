"""Scenarios: what failures cost, what levers would save, what that is worth, with intervals.

The summary of simulated draws lives here. Conservative draws every assumption from the unfavourable
half of its range, optimistic from the favourable half, base from all of it; measured rates are
drawn from their posterior in all three. Where every lever is refused, the rows of savings are zero,
with basis ``refused`` and the reason.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from assets.savings.arithmetic.cash_flow import Yearly, irr, npv_usd, payback_months
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.levers.lever_decisions import ALL_LEVERS, LeverDecision
from assets.savings.programme.simulation import LeverDraws, horizon_years, simulate
from assets.savings.records.baseline import Baseline
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import SCENARIOS, Draws, percentiles
from assets.statistics.array_types import FloatArray
from data_contracts.tables import table

BASELINE = "baseline"
CHUNK = 16_384  # draws of a chunk, so that its arrays stay in the processor's cache
PROXY = "no batch was lost"
NO_SAVINGS = "No savings from control are claimed."
PROXY_NOTE = "Priced on a proxy: no batch was lost."
UNITS = {
    "baseline_failures_per_year": "failures/year",
    "baseline_loss_usd_per_year": "USD/year",
    "baseline_avoidable_loss_usd_per_year": "USD/year",
    "prevented_failures_per_year": "failures/year",
    "annual_savings_usd": "USD/year",
    "annual_savings_shapley_usd": "USD/year",
    "annual_allocated_cost_freed_usd": "USD/year",
    "annual_programme_cost_usd": "USD/year",
    "annual_net_savings_usd": "USD/year",
    "first_year_net_savings_usd": "USD",
    "implementation_cost_usd": "USD",
    "npv_usd": "USD",
    "npv_positive_prob": "share",
    "break_even_effect_share": "share",
    "irr": "share/year",
    "irr_undefined_share": "share",
    "payback_months": "months",
    "never_pays_back_share": "share",
}


def scenarios(
    drawn: Draws,
    counts: FailureCounts,
    decisions: Sequence[LeverDecision],
    left_out: Collection[str] = (),
) -> pl.DataFrame:
    """Simulate the three scenarios.

    Args:
        drawn: Draws of any scenario; their set, number and seed are those of all three.
        counts: Failures and verdicts.
        decisions: ``lever_decisions``.
        left_out: Names of supported levers outside the programme; they have no rows.

    Returns:
        ``economics.scenarios``: one row per scenario, lever (``all`` for the joint programme) and
        measure, with P10, P50, P90. Payback is infinite where it is not within the horizon.
    """
    kept = [each for each in decisions if each.name not in left_out]
    rows: list[tuple[object, ...]] = []
    for scenario in SCENARIOS:
        figures = simulated_figures(drawn.anew(scenario=scenario), counts, kept)
        rows += [(scenario, *row) for row in _scenario_rows(figures, counts.baseline, decisions)]
    return table("economics.scenarios", rows)


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


def worth(yearly: Yearly, discount_rate: FloatArray) -> dict[str, FloatArray]:
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
    simulated: Sequence[LeverDraws], yearly: Yearly, horizon: int
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
    }


def _scenario_rows(
    figures: Figures, found: Baseline, decisions: Sequence[LeverDecision]
) -> Iterable[tuple[object, ...]]:
    """Return lever, measure, P10, P50, P90, unit, basis, note of one scenario."""
    basis = "arithmetic" if found.is_proxy else "count"
    yield from _rows(ALL_LEVERS, figures[BASELINE], basis, _baseline_note(found))
    carried = [each for each in decisions if each.name in figures]
    for each in carried:
        yield from _rows(each.name, _summarised(figures[each.name]), each.basis, each.reason)
    for each in decisions:
        if not each.is_carried_out:
            yield from _refused_rows(each.name, each.reason)
    if not carried:
        reason = decisions[0].reason if decisions else "No lever is declared."
        yield from _refused_rows(ALL_LEVERS, f"{NO_SAVINGS} {reason}")
        return
    is_proxy = any(PROXY in each.reason for each in carried)
    together = "All levers of the programme together."
    basis, note = ("arithmetic", PROXY_NOTE) if is_proxy else ("evidence", together)
    yield from _rows(ALL_LEVERS, _summarised(figures[ALL_LEVERS]), basis, note)


def _baseline_note(found: Baseline) -> str:
    note = f"{found.failures} failed batches, {found.period}."
    if found.batches_per_year is None:
        note += " Batches a year are an assumption."
    return f"{note} {PROXY_NOTE}" if found.is_proxy else note


def _summarised(figures: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Add the shares over draws, and drop draws without a rate of return."""
    shown = dict(figures)
    shown["npv_positive_prob"] = np.array([np.mean(figures["npv_usd"] > 0)])
    if "irr" in figures:
        is_known = np.isfinite(figures["irr"])
        shown["irr"] = figures["irr"][is_known]
        shown["irr_undefined_share"] = np.array([np.mean(~is_known)])
        never = np.isinf(figures["payback_months"])
        shown["never_pays_back_share"] = np.array([np.mean(never)])
    return {name: shown[name] for name in UNITS if name in shown}


def _refused_rows(lever: str, reason: str) -> Iterable[tuple[object, ...]]:
    zero = np.zeros(1)
    figures = {"prevented_failures_per_year": zero, "annual_savings_usd": zero}
    yield from _rows(lever, figures, "refused", reason)


def _rows(
    lever: str, figures: dict[str, FloatArray], basis: str, note: str
) -> Iterable[tuple[object, ...]]:
    for measure, values in figures.items():
        yield (lever, measure, *percentiles(values), UNITS[measure], basis, note)


def _sum(arrays: Iterable[FloatArray]) -> FloatArray:
    total: FloatArray = np.sum(list(arrays), axis=0)
    return total
