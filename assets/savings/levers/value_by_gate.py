"""Value by gate: what an alert would be worth at each of the seven gates.

The value curve is drawn up here from draws of the base scenario; at gates without a process
signal there is no figure, and at release gross is zero whatever the model.
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.savings.arithmetic.failure_cost import manufacturing_cost_usd
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure
from assets.savings.arithmetic.lever_value import lever_value
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.uncertainty.draws import Draws, percentiles
from assets.statistics.array_types import FloatArray
from data_contracts.assumption_schema.model import STAGES
from data_contracts.assumptions import Lever
from data_contracts.tables import table

RELEASE_GATE = 7


def value_by_gate(
    lever: Lever,
    evidence: AlarmEvidence,
    failure_probs: Mapping[str, FloatArray],
    batches_per_year: FloatArray,
    draws: Draws,
    proxies: Collection[str],
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
        with basis ``refused`` where the verdict supports no saving. At release gross is 0 and net
        the programme's cost, by arithmetic, where the outcome has a programme at all.
    """
    rows: list[dict[str, Any]] = []
    for outcome, probs in failure_probs.items():
        at_gates = [evidence.at(outcome, gate) for gate in STAGES]
        has_programme = any(each.refusal is None for each in at_gates)
        for each in at_gates:
            row = {"gate": each.gate, "outcome": outcome, "basis": "refused"}
            row["sunk_cost_usd"] = _sunk_cost_usd(lever, each.gate, draws)
            if each.gate == RELEASE_GATE and has_programme:
                row |= _at_release(lever, draws)
            elif each.refusal is None and each.alarms is not None:
                exposure = LeverExposure(batches_per_year, probs, each.alarms.roles(draws))
                row |= _figures(lever, each.gate, exposure, draws)
                row["basis"] = "arithmetic" if outcome in proxies else "evidence"
            rows.append(row)
    return table("economics.value_by_gate", rows)


def _figures(
    lever: Lever, gate: int, exposure: LeverExposure[FloatArray], draws: Draws
) -> dict[str, Any]:
    """Return what the records measure at a gate, and what that is worth a year."""
    value = lever_value(draws.assumptions, lever, gate, draws, exposure)
    net = value.gross_usd - value.false_alarm_usd - draws(lever.uses["run_cost"])
    measured = {role: float(np.median(values)) for role, values in exposure.measured.items()}
    return measured | _spread("gross_usd", value.gross_usd) | _spread("net_usd", net)


def _at_release(lever: Lever, draws: Draws) -> dict[str, Any]:
    """Return what is left at release: nothing to save, and the programme's cost."""
    cost = _spread("net_usd", -draws(lever.uses["run_cost"]))
    return {**_spread("gross_usd", np.zeros(1)), **cost, "basis": "arithmetic"}


def _spread(name: str, values: FloatArray) -> dict[str, float | None]:
    ends = (f"{name}_{end}" for end in ("p10", "p50", "p90"))
    return dict(zip(ends, percentiles(values), strict=True))


def _sunk_cost_usd(lever: Lever, gate: int, draws: Draws) -> float:
    """Return the avoidable cost already spent on a batch at a gate, median of draws, USD."""
    spent = manufacturing_cost_usd(draws.assumptions, draws)
    share = draws(draws.assumptions.name_at_gate(lever.uses["sunk_cost_share"], gate))
    return float(np.median(spent * share))
