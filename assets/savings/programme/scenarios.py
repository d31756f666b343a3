"""Scenarios: what failures cost, what levers would save, what that is worth, with intervals.

The summary of simulated draws lives here. Conservative draws every assumption from the unfavourable
half of its range, optimistic from the favourable half, base from all of it; measured rates are
drawn from their posterior in all three. Where every lever is refused, the rows of savings are zero,
with basis ``refused`` and the reason.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from assets.savings.levers.lever_decisions import ALL_LEVERS, LeverDecision
from assets.savings.programme.scenario_figures import (
    BASELINE,
    CASH_SINCE_START,
    Figures,
    simulated_figures,
)
from assets.savings.records.baseline import Baseline
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import SCENARIOS, Draws, percentiles
from assets.statistics.array_types import FloatArray
from data_contracts.tables import table

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


@dataclass(frozen=True)
class ScenarioTables:
    """What the simulation of three scenarios is kept as.

    Attributes:
        scenarios: ``economics.scenarios``: one row per scenario, lever (``all`` for the joint
            programme) and measure, with P10, P50, P90. Payback is infinite where it is not within
            the horizon.
        cash_by_year: ``economics.cash_by_year``: one row per scenario and year of the horizon,
            the start first, with P10, P50, P90 of the joint programme's cash until its end, USD,
            undiscounted. Empty where no lever is carried out.
    """

    scenarios: pl.DataFrame
    cash_by_year: pl.DataFrame


def scenarios(
    drawn: Draws,
    counts: FailureCounts,
    decisions: Sequence[LeverDecision],
    left_out: Collection[str] = (),
    owed: Mapping[str, str] = MappingProxyType({}),
) -> ScenarioTables:
    """Simulate the three scenarios.

    Args:
        drawn: Draws of any scenario; their set, number and seed are those of all three.
        counts: Failures and verdicts.
        decisions: ``lever_decisions``.
        left_out: Names of supported levers outside the programme; they have no rows.
        owed: The same of those that lack the evidence of their tier, to what is owed.
    """
    kept = [each for each in decisions if each.name not in {*left_out, *owed}]
    rows: list[tuple[object, ...]] = []
    cash: list[tuple[object, ...]] = []
    for scenario in SCENARIOS:
        figures = simulated_figures(drawn.anew(scenario=scenario), counts, kept)
        stated = _scenario_rows(figures, counts.baseline, decisions, owed)
        rows += [(scenario, *row) for row in stated]
        cash += [(scenario, *row) for row in _cash_rows(figures)]
    return ScenarioTables(table("economics.scenarios", rows), cash_by_year(cash))


def cash_by_year(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Return ``economics.cash_by_year``.

    Args:
        rows: Scenario, year, and P10, P50, P90 of the joint programme's cash until its end.
    """
    return table("economics.cash_by_year", rows)


def _cash_rows(figures: Figures) -> Iterable[tuple[object, ...]]:
    """Return year, P10, P50, P90 of the cash of the levers together."""
    for measure, values in figures.get(ALL_LEVERS, {}).items():
        name, _, year = measure.partition("/")
        if name == CASH_SINCE_START:
            yield (int(year), *percentiles(values))


def _scenario_rows(
    figures: Figures,
    found: Baseline,
    decisions: Sequence[LeverDecision],
    owed: Mapping[str, str],
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
        if owed:
            reason = " ".join(owed.values())
        yield from _refused_rows(ALL_LEVERS, f"{NO_SAVINGS} {reason}")
        return
    is_proxy = any(each.is_on_proxy for each in carried)
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
