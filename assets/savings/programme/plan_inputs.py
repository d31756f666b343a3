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

import numpy as np
import polars as pl

from assets.savings.arithmetic.planned_levers import FAILURE_RATE
from assets.savings.levers.lever_decisions import ALL_LEVERS, LeverDecision
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws, percentiles
from assets.statistics.array_types import FloatArray
from data_contracts.assumption_schema.recorded import DECIMALS, RECORDS_OWNER, STATED_IN
from data_contracts.assumption_schema.units import NAMED_UNITS
from data_contracts.assumptions import Assumption, Assumptions, Lever
from data_contracts.codes import PriceOrigin
from data_contracts.tables import table

ALARM_ROLE = {"false_alarm_rate": "alarm_budget"}  # what was flagged stands for the budget
PACE = "batches_per_year"


def plan_inputs(drawn: Draws, counts: FailureCounts, kept: Sequence[LeverDecision]) -> pl.DataFrame:
    """Return the measured inputs of the plan.

    Args:
        drawn: Draws of the base scenario.
        counts: Failures and verdicts.
        kept: The levers of the programme.

    Returns:
        ``economics.plan_inputs``: one row per lever (``all`` for the baseline) and measured role,
        P10, P50 and P90 of its draws, never below zero.
    """
    found = counts.baseline
    note = f"{found.failures} failed batches, {found.period}"
    rows = [_row(ALL_LEVERS, FAILURE_RATE, None, counts.failure_prob(drawn), note)]
    if found.batches_per_year is not None:
        rows.append(_row(ALL_LEVERS, PACE, None, counts.batches_per_year(drawn), note))
    probs = counts.outcome_probs({each.outcome for each in kept}, drawn)
    for each in kept:
        if len(probs) > 1 and each.outcome in probs:
            own = probs[each.outcome]
            rows.append(_row(each.name, FAILURE_RATE, each.gate, own, f"{note}, by outcome"))
        measured = each.measured.roles(drawn) if each.measured is not None else {}
        # A lever of which nothing is measured is planned too: one row says that it is.
        for role, values in (measured or {"": np.zeros(1)}).items():
            rows.append(_row(each.name, ALARM_ROLE.get(role, role), each.gate, values, each.reason))
    return table("economics.plan_inputs", rows)


def _row(
    lever: str, role: str, gate: int | None, values: FloatArray, source: str
) -> tuple[object, ...]:
    ends = [max(end or 0.0, 0.0) for end in percentiles(values)]
    return (lever, role, gate, *ends, source)


def measured_assumptions(
    assumptions: Assumptions, plan_inputs: pl.DataFrame, as_of: date
) -> Assumptions:
    """Return the set of a run: assumptions as declared, measured roles as counted.

    Args:
        assumptions: The declared set.
        plan_inputs: ``economics.plan_inputs``.
        as_of: Date of the records.

    Returns:
        A set whose levers are those of the programme, each with measured numbers of its own.
    """
    by_lever: dict[str, list[dict[str, Any]]] = {}
    for row in plan_inputs.iter_rows(named=True):
        by_lever.setdefault(row["lever"], []).append(row)
    baseline = {
        row["role"]: _measured(row, row["role"], NAMED_UNITS[row["role"]], as_of)
        for row in by_lever.pop(ALL_LEVERS, [])
    }
    parameters = {**assumptions.parameters, **baseline}
    declared = {lever.name: lever for lever in assumptions.levers}
    planned = sorted(by_lever)
    stems = [name.partition(".")[0] for name in planned]
    levers: list[Lever] = []
    for name, stem in zip(planned, stems, strict=True):
        rows, lever = by_lever[name], declared[stem]
        own = _own_numbers(assumptions, lever, name, rows, as_of)
        parameters |= {number.name: number for number in own.values()}
        levers.append(
            replace(
                lever,
                name=plan_name(name),
                planning_gate=rows[0]["gate"] or lever.planning_gate,
                uses={**lever.uses, **{role: number.name for role, number in own.items()}},
                shared_by=stems.count(stem),
            )
        )
    return replace(assumptions, parameters=parameters, levers=tuple(levers))


def _own_numbers(
    assumptions: Assumptions, lever: Lever, name: str, rows: list[dict[str, Any]], as_of: date
) -> dict[str, Assumption]:
    """Return the measured numbers of one lever on one outcome, by role."""
    numbers: dict[str, Assumption] = {}
    for row in rows:
        role = row["role"]
        if role == FAILURE_RATE:
            key = plan_name(f"measured_failure_rate_{name.partition('.')[2]}")
            numbers[role] = _measured(row, key, NAMED_UNITS[role], as_of)
        elif role in lever.uses:
            key = plan_name(f"measured_{role}_{name}")
            numbers[role] = _measured(row, key, assumptions[lever.uses[role]].unit, as_of)
    return numbers


def plan_name(text: str) -> str:
    """Return a name that a cell of a spreadsheet may carry.

    Args:
        text: Name of a lever on an outcome, or of one of its numbers.
    """
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
        origin=PriceOrigin.RECORDS,
        stated_in=STATED_IN,
        description=f"P10, median and P90 of what was measured: {row['role'].replace('_', ' ')}.",
    )
