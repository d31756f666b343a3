"""What a run measured, as inputs of the plan a spreadsheet can follow.

Measured rates enter the plan beside the assumptions, each with its P10, median and P90, the records
as owner and what was counted as source. Only levers of the programme are planned.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from data_contracts.codes.money import PriceOrigin
from data_contracts.tables import table

ALARM_ROLE = {"false_alarm_rate": "alarm_budget"}  # what was flagged stands for the budget
PACE = "batches_per_year"


@dataclass(frozen=True)
class MeasuredRole:
    """What was measured of one role.

    Attributes:
        lever: Lever of the programme; ``all`` for the baseline.
        role: Role in the arithmetic; empty where nothing is measured of a lever that is planned.
        gate: Gate the lever acts at, or None.
        values: Its draws.
        source: What was counted, in a sentence.
    """

    lever: str
    role: str
    gate: int | None
    values: FloatArray
    source: str

    @property
    def row(self) -> tuple[object, ...]:
        """Its row of ``economics.plan_inputs``: P10, P50 and P90, never below zero."""
        ends = [max(end or 0.0, 0.0) for end in percentiles(self.values)]
        return (self.lever, self.role, self.gate, *ends, self.source)


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
    measured = measured_roles(drawn, counts, kept)
    return table("economics.plan_inputs", [each.row for each in measured])


def measured_roles(
    drawn: Draws, counts: FailureCounts, kept: Sequence[LeverDecision]
) -> list[MeasuredRole]:
    """Return everything the plan rests on that was measured, as draws.

    Args:
        drawn: Draws of one scenario.
        counts: Failures and verdicts.
        kept: The levers of the programme.
    """
    found = counts.baseline
    note = f"{found.failures} failed batches, {found.period}"
    prob = counts.failure_prob(drawn)
    roles = [MeasuredRole(ALL_LEVERS, FAILURE_RATE, None, prob, note)]
    if found.batches_per_year is not None:
        roles.append(MeasuredRole(ALL_LEVERS, PACE, None, counts.batches_per_year(drawn), note))
    probs = counts.outcome_probs({each.outcome for each in kept}, drawn)
    for each in kept:
        if len(probs) > 1 and each.outcome in probs:
            own, by_mode = probs[each.outcome], f"{note}, by outcome"
            roles.append(MeasuredRole(each.name, FAILURE_RATE, each.gate, own, by_mode))
        measured = each.measured.roles(drawn) if each.measured is not None else {}
        # A lever of which nothing is measured is planned too: one row says that it is.
        for role, values in (measured or {"": np.zeros(1)}).items():
            planned = ALARM_ROLE.get(role, role)
            roles.append(MeasuredRole(each.name, planned, each.gate, values, each.reason))
    return roles


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
                name=planned_name(name),
                planning_gate=rows[0]["gate"] or lever.planning_gate,
                uses={**lever.uses, **{role: number.name for role, number in own.items()}},
                shared_by=stems.count(stem),
            )
        )
    return replace(assumptions, parameters=parameters, levers=tuple(levers))


def planned_name(text: str) -> str:
    """Return the name a lever, or one of its numbers, has in the plan and in a spreadsheet's cells.

    Args:
        text: Name of a lever on an outcome, or of one of its numbers.
    """
    return re.sub(r"[^a-z0-9_]", "_", text.lower())


def _own_numbers(
    assumptions: Assumptions, lever: Lever, name: str, rows: list[dict[str, Any]], as_of: date
) -> dict[str, Assumption]:
    """Return the measured numbers of one lever on one outcome, by role."""
    numbers: dict[str, Assumption] = {}
    for row in rows:
        role = row["role"]
        if role == FAILURE_RATE:
            key = planned_name(f"measured_failure_rate_{name.partition('.')[2]}")
            numbers[role] = _measured(row, key, NAMED_UNITS[role], as_of)
        elif role in lever.uses:
            key = planned_name(f"measured_{role}_{name}")
            numbers[role] = _measured(row, key, assumptions[lever.uses[role]].unit, as_of)
    return numbers


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
