"""Value by gate: what an alert would be worth at each of the seven gates.

The value curve is drawn up here from draws of the base scenario; at gates without a process
signal there is no figure, and at release gross is zero whatever the model.
"""

import numpy as np
import polars as pl

from assets.savings.arithmetic.failure_cost import manufacturing_cost_usd
from assets.savings.arithmetic.lever_value import Exposure, lever_value
from assets.savings.records.alarm_evidence import Evidence, GateEvidence
from assets.savings.uncertainty.draws import Draws, percentiles
from assets.statistics.array_types import FloatArray
from data_contracts.assumption_schema.model import STAGES
from data_contracts.assumptions import Lever

RELEASE_GATE = 7
SCHEMA = {
    "gate": pl.Int64(),
    "outcome": pl.String(),
    "sensitivity": pl.Float64(),
    "false_alarm_rate": pl.Float64(),
    "sunk_cost_usd": pl.Float64(),
    "gross_usd_p10": pl.Float64(),
    "gross_usd_p50": pl.Float64(),
    "gross_usd_p90": pl.Float64(),
    "net_usd_p10": pl.Float64(),
    "net_usd_p50": pl.Float64(),
    "net_usd_p90": pl.Float64(),
    "basis": pl.String(),
}


def value_by_gate(
    lever: Lever,
    evidence: Evidence,
    failure_probs: dict[str, FloatArray],
    batches_per_year: FloatArray,
    draws: Draws,
    proxies: set[str],
) -> pl.DataFrame:
    """Return what an alert is worth a year at each gate, for each outcome on its own.

    Outcomes overlap (a failed batch also fails by mode), so values of different outcomes must not
    be added up.

    Args:
        lever: The alert.
        evidence: Verdicts and alarm counts.
        failure_probs: Outcome -> draws of the probability that a batch fails it.
        batches_per_year: Draws of batches a year.
        draws: Draws of the base scenario.
        proxies: Outcomes that are proxies; their basis is arithmetic, since no batch was lost.

    Returns:
        ``economics.value_by_gate``: one row per gate and outcome, USD a year, P10, P50, P90. Null
        with basis ``refused`` where the verdict supports no claim. At release gross is 0 and net
        the programme's cost, by arithmetic, where the outcome has a programme at all.
    """
    rows: list[tuple[object, ...]] = []
    for outcome, probs in sorted(failure_probs.items()):
        at_gates = [evidence.at(outcome, gate) for gate in STAGES]
        has_programme = any(each.refusal is None for each in at_gates)
        for each in at_gates:
            if each.gate == RELEASE_GATE and has_programme:
                rows.append(_release_row(lever, outcome, draws))
            elif each.refusal is not None or each.alarms is None:
                rows.append(_refused_row(lever, each, draws))
            else:
                exposure = Exposure(batches_per_year, probs, each.alarms.roles(draws))
                basis = "arithmetic" if outcome in proxies else "evidence"
                rows.append(_row(lever, each, exposure, draws, basis))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("outcome", "gate")


def _row(
    lever: Lever,
    evidence: GateEvidence,
    exposure: Exposure[FloatArray],
    draws: Draws,
    basis: str,
) -> tuple[object, ...]:
    value = lever_value(draws.assumptions, lever, evidence.gate, draws, exposure)
    net = value.gross_usd - value.false_alarm_usd - draws(lever.uses["run_cost"])
    return (
        evidence.gate,
        evidence.outcome,
        float(np.median(exposure.measured["sensitivity"])),
        float(np.median(exposure.measured["false_alarm_rate"])),
        _sunk_cost_usd(lever, evidence.gate, draws),
        *percentiles(value.gross_usd),
        *percentiles(net),
        basis,
    )


def _release_row(lever: Lever, outcome: str, draws: Draws) -> tuple[object, ...]:
    sunk = _sunk_cost_usd(lever, RELEASE_GATE, draws)
    cost = percentiles(-draws(lever.uses["run_cost"]))
    return (RELEASE_GATE, outcome, None, None, sunk, 0.0, 0.0, 0.0, *cost, "arithmetic")


def _refused_row(lever: Lever, evidence: GateEvidence, draws: Draws) -> tuple[object, ...]:
    sunk = _sunk_cost_usd(lever, evidence.gate, draws)
    return (evidence.gate, evidence.outcome, None, None, sunk, *[None] * 6, "refused")


def _sunk_cost_usd(lever: Lever, gate: int, draws: Draws) -> float:
    """Return the avoidable cost already spent on a batch at a gate, median of draws, USD."""
    spent = manufacturing_cost_usd(draws.assumptions, draws)
    share = draws(draws.assumptions.name_at_gate(lever.uses["sunk_cost_share"], gate))
    return float(np.median(spent * share))
