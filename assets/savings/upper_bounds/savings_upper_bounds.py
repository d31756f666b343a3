"""The bounds as a table: every suspect, what it could cost a year at most, and what can be closed.

A bound answers another question than a saving does. A saving is claimed where an effect is told
from none; a suspect is closed where even the largest effect that the records leave open would not
pay for looking further (equivalence, Schuirmann 1987). Most suspects are neither.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.arithmetic.lever_cost import one_off_cost_usd, shared_cost_usd
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.baseline import Baseline
from assets.savings.records.business_records import BusinessRecords
from assets.savings.upper_bounds.prevention_bound import prevention_bound, tried_windows
from assets.savings.upper_bounds.suspects import Suspect, suspects
from assets.savings.windows.estimation import FEWEST_BATCHES, FEWEST_FAILURES
from assets.savings.windows.records import KnownAtGates, window_records
from assets.statistics.one_thread import one_thread
from data_contracts.assumptions import Assumptions
from data_contracts.codes.money import BoundBasis
from data_contracts.tables import table

LOOK_FURTHER = "look_further_usd_per_year"
USUAL_SHARE = 0.2  # cut off where no lever of the kind declares a share
LEVEL = 0.95


@one_thread()
def savings_upper_bounds(assumptions: Assumptions, records: BusinessRecords) -> pl.DataFrame:
    """Bound what every suspect of every priced outcome could cost a year.

    Args:
        assumptions: The set that prices the run.
        records: The tables of the run.

    Returns:
        ``economics.savings_upper_bounds``; empty where there is no outcome or no feature.
    """
    tables, found = records.of_windows, records.baseline
    if not tables:
        return table("economics.savings_upper_bounds")
    verdicts = records.verdicts.iter_rows(named=True)
    evidence = AlarmEvidence({(row["outcome"], row["gate"]): row for row in verdicts}, {})
    pace = found.batches_per_year or float(assumptions["batches_per_year"].base)
    cost = float(failure_cost_usd(assumptions, corner(assumptions, "base"), is_avoidable_only=True))
    rows = []
    for outcome in found.failures_by_outcome:
        known = KnownAtGates(tables, outcome)
        most = _all_failures(found, records, outcome, evidence.design_effect(outcome))
        for suspect in suspects(tables, outcome, _last_gate(records, outcome)):
            told = _told(tables, outcome, suspect, _trimmed_share(assumptions, suspect), known)
            rows.append(_row(assumptions, outcome, suspect, told, most, pace, cost))
    return table("economics.savings_upper_bounds", rows)


def _told(
    tables: Mapping[str, pl.DataFrame],
    outcome: str,
    suspect: Suspect,
    share: float,
    known: KnownAtGates,
) -> dict[str, Any]:
    """What the records tell of one suspect: counts, the bound per batch, or why there is none."""
    records = window_records(tables, outcome, suspect.feature, suspect.aliases, known)
    if records is None:
        why = "No batch has it on record together with a result and its distance to a limit."
        return {"batches": 0, "failures": 0, "reason": why}
    failures = int(records.is_failed.sum())
    counted = {"batches": records.batches, "failures": failures}
    if records.batches < FEWEST_BATCHES or failures < FEWEST_FAILURES:
        why = f"{failures} failures among {records.batches} batches say no more than that."
        return counted | {"reason": why}
    if np.unique(records.value).size < 3:
        return counted | {"reason": "It has too few different values to be held in a window."}
    bound = prevention_bound(records, tried_windows(records.value, share))
    if bound is None:
        why = "The records leave one of the windows no room, so nothing is known of it there."
        return counted | {"reason": why}
    basis = BoundBasis.MARGINS if bound.is_by_margins else BoundBasis.LABEL
    return counted | {"per_batch": bound.per_batch, "basis": basis}


def _row(
    assumptions: Assumptions,
    outcome: str,
    suspect: Suspect,
    told: Mapping[str, Any],
    most: float,
    pace: float,
    cost_usd: float,
) -> dict[str, Any]:
    per_batch, basis = told.get("per_batch", most), told.get("basis", BoundBasis.ALL_FAILURES)
    if per_batch > most:
        per_batch, basis = most, BoundBasis.ALL_FAILURES
    bound_usd = round(per_batch * pace * cost_usd, 2)
    closing = _closing_usd(assumptions, suspect)
    reason = told.get("reason")
    if basis == BoundBasis.ALL_FAILURES and reason is None:
        reason = "What is left open is more than all failures on record come to."
    return {
        "outcome": outcome,
        "feature": suspect.feature,
        "title": suspect.title,
        "gate": suspect.gate,
        "batches": told["batches"],
        "failures": told["failures"],
        "basis": basis,
        "bound_failures_per_year": per_batch * pace,
        "bound_usd_per_year": bound_usd,
        "closing_usd_per_year": closing,
        "is_closed": closing is not None and bound_usd < closing,
        "reason": reason,
    }


def _all_failures(
    found: Baseline, records: BusinessRecords, outcome: str, design_effect: float
) -> float:
    """Failures per batch at most, were every failure a suspect's doing.

    Source: the exact upper limit of a Poisson mean (Garwood 1936), the count deflated.
    """
    from scipy.stats import chi2

    known = records.failures_and_known[outcome][1]
    counted = found.failures_by_outcome[outcome] / design_effect
    upper = float(chi2.ppf(LEVEL, 2 * (counted + 1))) / 2 * design_effect
    return min(upper / max(known, 1), 1.0)


def _closing_usd(assumptions: Assumptions, suspect: Suspect) -> float | None:
    """Price of looking further, USD a year at base; None where nobody states one."""
    if LOOK_FURTHER in assumptions.parameters:
        return float(assumptions[LOOK_FURTHER].base)
    levers = [each for each in assumptions.levers if each.kind == suspect.lever_kind]
    if not levers or "horizon_years" not in assumptions.parameters:
        return None
    base = corner(assumptions, "base")
    once, yearly = (
        one_off_cost_usd(levers[0], base, base("horizon_years")),
        shared_cost_usd(levers[0], "run_cost", base, base("horizon_years")),
    )
    return round(float(once / base("horizon_years") + yearly), 2)


def _trimmed_share(assumptions: Assumptions, suspect: Suspect) -> float:
    own = [each for each in assumptions.levers if each.kind == suspect.lever_kind]
    return float(own[0].trimmed_share) if own and own[0].trimmed_share else USUAL_SHARE


def _last_gate(records: BusinessRecords, outcome: str) -> int:
    own = records.outcome_definitions.filter(pl.col("outcome") == outcome)
    return int(own["last_gate_before"].item())
