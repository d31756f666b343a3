"""Scenarios: what failures cost, what levers would save, what that is worth, with intervals.

The summary of simulated draws lives here. Conservative draws every assumption from the unfavourable
half of its range, optimistic from the favourable half, base from all of it; measured rates are
drawn from their posterior in all three. Where every lever is refused, the rows of the claim are
zero, with basis ``refused`` and the reason.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from assets.savings.alarm_evidence import Evidence
from assets.savings.baseline import Baseline
from assets.savings.cash_flow import irr, npv_usd, payback_months, yearly_cash_usd
from assets.savings.draws import SCENARIOS, Draws, FloatArray, percentiles
from assets.savings.failure_cost import failure_cost_usd
from assets.savings.levers import ALL_LEVERS, LeverClaim
from assets.savings.simulation import LeverDraws, batches_per_year, failure_prob, simulate
from data_contracts.assumptions import Assumptions

NO_CLAIM = "No savings from control are claimed."
PROXY_NOTE = "Priced on a proxy: no batch was lost."
SCHEMA = {
    "scenario": pl.String(),
    "lever": pl.String(),
    "measure": pl.String(),
    "p10": pl.Float64(),
    "p50": pl.Float64(),
    "p90": pl.Float64(),
    "unit": pl.String(),
    "basis": pl.String(),
    "note": pl.String(),
}
UNITS = {
    "baseline_failures_per_year": "failures/year",
    "baseline_loss_usd_per_year": "USD/year",
    "baseline_avoidable_loss_usd_per_year": "USD/year",
    "prevented_failures_per_year": "failures/year",
    "annual_savings_usd": "USD/year",
    "annual_allocated_cost_freed_usd": "USD/year",
    "annual_programme_cost_usd": "USD/year",
    "annual_net_savings_usd": "USD/year",
    "first_year_net_savings_usd": "USD",
    "implementation_cost_usd": "USD",
    "npv_usd": "USD",
    "npv_positive_prob": "share",
    "irr": "share/year",
    "irr_undefined_share": "share",
    "payback_months": "months",
    "never_pays_back_share": "share",
}


def scenarios(
    assumptions: Assumptions,
    evidence: Evidence,
    found: Baseline,
    claims: Sequence[LeverClaim],
    *,
    draws: int,
    seed: int,
) -> pl.DataFrame:
    """Simulate the three scenarios.

    Args:
        assumptions: The set, checked for a run.
        evidence: Verdicts and alarm counts.
        found: The counted baseline.
        claims: ``levers.lever_claims``.
        draws: Draws per scenario, at least 1.
        seed: The run's seed.

    Returns:
        ``economics.scenarios``: one row per scenario, lever (``all`` for the joint programme) and
        measure, with P10, P50, P90. Payback is infinite where it is not within the horizon.
    """
    rows: list[tuple[object, ...]] = []
    for scenario in SCENARIOS:
        drawn = Draws(assumptions, scenario, draws, seed)
        rows += [(scenario, *row) for row in _scenario_rows(drawn, evidence, found, claims)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _scenario_rows(
    drawn: Draws, evidence: Evidence, found: Baseline, claims: Sequence[LeverClaim]
) -> Iterable[tuple[object, ...]]:
    """Return lever, measure, P10, P50, P90, unit, basis, note of one scenario."""
    yield from _baseline_rows(drawn, evidence, found)
    simulated = simulate(drawn, evidence, found, claims)
    for claim in claims:
        if not claim.is_carried_out:
            yield from _refused_rows(claim.name, claim.reason)
    alone = [_figures([each], drawn) for each in simulated]
    for each, figures in zip(simulated, alone, strict=True):
        yield from _rows(each.claim.name, figures, each.claim.basis, each.claim.reason)
    if not simulated:
        reason = claims[0].reason if claims else "No alert is declared."
        yield from _refused_rows(ALL_LEVERS, f"{NO_CLAIM} {reason}")
        return
    is_proxy = any(each.claim.basis == "arithmetic" for each in simulated)
    basis, note = ("arithmetic", PROXY_NOTE) if is_proxy else ("evidence", "All levers together.")
    joint = alone[0] if len(simulated) == 1 else _figures(simulated, drawn)
    yield from _rows(ALL_LEVERS, joint, basis, note)


def _baseline_rows(
    drawn: Draws, evidence: Evidence, found: Baseline
) -> Iterable[tuple[object, ...]]:
    failures = batches_per_year(found, drawn) * failure_prob(found, evidence, drawn)
    assumptions = drawn.assumptions
    full = failure_cost_usd(assumptions, drawn, is_avoidable_only=False)
    cash = failure_cost_usd(assumptions, drawn, is_avoidable_only=True)
    figures = {
        "baseline_failures_per_year": failures,
        "baseline_loss_usd_per_year": failures * full,
        "baseline_avoidable_loss_usd_per_year": failures * cash,
    }
    note = f"{found.failures} failed batches, {found.period}."
    if found.batches_per_year is None:
        note += " Batches a year are an assumption."
    if found.is_proxy:
        note += f" {PROXY_NOTE}"
    yield from _rows(ALL_LEVERS, figures, "arithmetic" if found.is_proxy else "count", note)


def _figures(simulated: Sequence[LeverDraws], drawn: Draws) -> dict[str, FloatArray]:
    """Return the measures of levers run together, one array of draws each."""
    programmes = [each.programme for each in simulated]
    horizon = int(drawn.assumptions["horizon_years"].base)
    cash = yearly_cash_usd(programmes, horizon)
    npv = npv_usd(cash, drawn("discount_rate"))
    rate = irr(cash)
    months = payback_months(programmes, horizon)
    savings = _sum(each.savings_usd for each in programmes)
    running = _sum(each.running_usd for each in programmes)
    return {
        "prevented_failures_per_year": _sum(each.value.prevented_failures for each in simulated),
        "annual_savings_usd": savings,
        "annual_allocated_cost_freed_usd": _sum(each.value.allocated_usd for each in simulated),
        "annual_programme_cost_usd": running,
        "annual_net_savings_usd": savings - running,
        "first_year_net_savings_usd": cash[1],
        "implementation_cost_usd": _sum(each.one_off_usd for each in programmes),
        "npv_usd": npv,
        "npv_positive_prob": np.array([np.mean(npv > 0)]),
        "irr": rate[np.isfinite(rate)],
        "irr_undefined_share": np.array([np.mean(~np.isfinite(rate))]),
        "payback_months": months,
        "never_pays_back_share": np.array([np.mean(np.isinf(months))]),
    }


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
