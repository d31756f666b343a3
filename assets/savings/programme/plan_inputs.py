"""What a run measured, as inputs of the plan a spreadsheet can follow.

Measured rates enter the plan beside the assumptions, each with its P10, median and P90, the records
as owner and what was counted as source. Only levers of the programme are planned.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from assets.savings.arithmetic.planned_levers import FAILURE_RATE
from assets.savings.levers.claimed_levers import ALL_LEVERS, LeverClaim
from assets.savings.programme.simulation import batches_per_year, failure_prob, outcome_probs
from assets.savings.records.alarm_evidence import Evidence
from assets.savings.records.baseline import Baseline
from assets.savings.uncertainty.draws import Draws, percentiles
from assets.statistics.array_types import FloatArray
from data_contracts.assumptions import Assumption, Assumptions, Lever

ALARM_ROLE = {"false_alarm_rate": "alarm_budget"}  # what was flagged stands for the budget
NAMED = {"batches_per_year": "batches/year", "failure_rate": "share"}
RECORDS_OWNER = "Counted from the records of this run"
DECIMALS = 12
SCHEMA = {
    "lever": pl.String(),
    "role": pl.String(),
    "gate": pl.Int64(),
    "low": pl.Float64(),
    "base": pl.Float64(),
    "high": pl.Float64(),
    "source": pl.String(),
}


def plan_inputs(
    drawn: Draws, evidence: Evidence, found: Baseline, kept: Sequence[LeverClaim]
) -> pl.DataFrame:
    """Return the measured inputs of the plan.

    Args:
        drawn: Draws of the base scenario.
        evidence: Verdicts and alarm counts.
        found: The counted baseline.
        kept: The levers of the programme.

    Returns:
        ``economics.plan_inputs``: one row per lever (``all`` for the baseline) and measured role,
        P10, P50 and P90 of its draws, never below zero.
    """
    total = failure_prob(found, evidence, drawn)
    baseline = {"failure_rate": total}
    if found.batches_per_year is not None:
        baseline["batches_per_year"] = batches_per_year(found, drawn)
    note = f"{found.failures} failed batches, {found.period}"
    rows = [_row(ALL_LEVERS, role, None, values, note) for role, values in baseline.items()]
    probs = outcome_probs(found, evidence, kept, drawn)
    for claim in kept:
        if len(probs) > 1 and claim.outcome in probs:
            own = probs[claim.outcome]
            rows.append(_row(claim.name, FAILURE_RATE, claim.gate, own, f"{note}, by outcome"))
        measured = claim.measured.roles(drawn) if claim.measured is not None else {}
        for role, values in measured.items():
            name = ALARM_ROLE.get(role, role)
            rows.append(_row(claim.name, name, claim.gate, values, claim.reason))
        if not measured:
            rows.append((claim.name, "", claim.gate, 0.0, 0.0, 0.0, claim.reason))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("lever", "role")


def _row(
    lever: str, role: str, gate: int | None, values: FloatArray, source: str
) -> tuple[object, ...]:
    ends = [max(end or 0.0, 0.0) for end in percentiles(values)]
    return (lever, role, gate, *ends, source)


def measured_assumptions(
    assumptions: Assumptions, inputs: pl.DataFrame, as_of: date
) -> Assumptions:
    """Return the set of a run: assumptions as declared, measured roles as counted.

    Args:
        assumptions: The declared set.
        inputs: ``economics.plan_inputs``.
        as_of: Date of the records.

    Returns:
        A set whose levers are those of the programme, each with measured numbers of its own.
    """
    rows = inputs.rows(named=True)
    parameters = dict(assumptions.parameters)
    for row in rows:
        if row["lever"] == ALL_LEVERS:
            parameters[row["role"]] = _measured(row, row["role"], NAMED[row["role"]], as_of)
    declared = {lever.name: lever for lever in assumptions.levers}
    levers: list[Lever] = []
    planned = sorted({row["lever"] for row in rows} - {ALL_LEVERS})
    for name in planned:
        own = [row for row in rows if row["lever"] == name]
        declared_name, _, outcome = name.partition(".")
        lever = declared[declared_name]
        uses = dict(lever.uses)
        for row in own:
            if row["role"] == FAILURE_RATE:
                uses[FAILURE_RATE] = key = _key(f"measured_failure_rate_{outcome}")
                parameters[key] = _measured(row, key, NAMED[FAILURE_RATE], as_of)
                continue
            if row["role"] not in uses:
                continue
            key = _key(f"measured_{row['role']}_{name}")
            parameters[key] = _measured(row, key, assumptions[_use(lever, row)].unit, as_of)
            uses[row["role"]] = key
        gate = own[0]["gate"] or lever.planning_gate
        sharing = sum(other.partition(".")[0] == declared_name for other in planned)
        levers.append(
            replace(lever, name=_key(name), planning_gate=gate, uses=uses, shared_by=sharing)
        )
    return replace(assumptions, parameters=parameters, levers=tuple(levers))


def _use(lever: Lever, row: dict[str, Any]) -> str:
    return lever.uses[row["role"]]


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", text.lower())


def _measured(row: dict[str, Any], name: str, unit: str, as_of: date) -> Assumption:
    low, base, high = (Fraction(f"{row[end]:.{DECIMALS}f}") for end in ("low", "base", "high"))
    return Assumption(
        name=name,
        low=low,
        base=base,
        high=high,
        unit=unit,
        distribution="fixed" if low == high else "triangular",
        owner=RECORDS_OWNER,
        source=row["source"],
        as_of=as_of,
        kind="measured",
        favourable="low" if row["role"] in ("alarm_budget", "events_planned") else "high",
        description=f"P10, median and P90 of what was measured: {row['role'].replace('_', ' ')}.",
    )
