"""A renewal interval that somebody asks for, weighed by the laws of lives and priced as a lever.

Topics meet through tables, and no table holds every interval: lives are followed again, by the
functions of a run, on its own records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from assets.savings.business_case import failure_counts
from assets.savings.levers.maintenance_evidence import MaintenanceEvidence
from assets.savings.records.business_records import BusinessRecords
from assets.savings.uncertainty.draws import Draws
from assets.savings.what_if.answer import lever_of
from assets.savings.what_if.conditions import AskedCondition
from assets.savings.what_if.refusal import Refusal, RefusalCode
from assets.savings.what_if.worth import Worth, worth
from assets.time_to_failure.findings import LifeRecords, renewal_decisions
from assets.time_to_failure.lives.lives import BREAKDOWN
from assets.time_to_failure.replacement.intervals import Decision
from assets.time_to_failure.replacement.tables import asked_row
from data_contracts.assumptions import Assumptions
from data_contracts.errors import UsageError

LIFE_TABLES = ("phases", "equipment_events", "batches", "outcomes", "outcome_definitions")


@dataclass(frozen=True)
class RenewalAnswer:
    """What renewing a part by some age would avoid.

    Attributes:
        part: Kind of equipment and part.
        interval: Age at which it would be renewed.
        time_scale: Scale of the age, ``batches`` or ``hours``.
        batches_per_year: Batches made in a year.
        row: What it avoids and saves, in columns of ``finding.replacement_intervals``; None where
            it is refused.
        refusal: Why it is no answer; None where it is one.
        worth: What it is worth; None where it is refused.
    """

    part: str
    interval: float
    time_scale: str
    batches_per_year: float
    row: Mapping[str, Any] | None
    refusal: Refusal | None
    worth: Worth | None


def asked_renewal(
    conditions: Sequence[AskedCondition],
    assumptions: Assumptions,
    records: BusinessRecords,
    lives: Mapping[str, pl.DataFrame],
    *,
    draws: int,
    seed: int,
) -> RenewalAnswer:
    """Answer a question about renewal.

    Args:
        conditions: One, as ``granulation <= 60``: renewed by that age.
        assumptions: The prices in force.
        records: The tables of the last run.
        lives: ``LIFE_TABLES`` of it by name.
        draws: Draws of the money.
        seed: The run's seed.

    Raises:
        UsageError: There is more than one condition, or it names no part with a clock.
    """
    if len(conditions) != 1:
        raise UsageError("With --lever maintenance ask about one part at a time.")
    lever = lever_of(assumptions, "maintenance")
    counts = failure_counts(assumptions, records)
    decided = renewal_decisions(LifeRecords(**lives), assumptions, seed=seed)
    own = [each for each in decided if each.stratum.event == BREAKDOWN]
    decision = _meant(conditions[0], own)
    interval, scale = _interval(conditions[0], decision), decision.stratum.time_scale
    pace = float(np.median(counts.batches_per_year(Draws(assumptions, "base", 1_000, seed))))
    refusal = _refusal(decision, interval)
    row, priced = None, None
    if refusal is None:
        row = asked_row(decision, interval)
        evidence = MaintenanceEvidence(row, decision.scale.compared)
        outcome = next(iter(counts.baseline.failures_by_outcome), "")
        if counts.baseline.failures:
            priced = worth(
                assumptions, counts, lever, outcome, lever.planning_gate, evidence,
                draws=draws, seed=seed,
            )  # fmt: skip
    return RenewalAnswer(_name(decision), interval, scale, pace, row, refusal, priced)


def _name(decision: Decision) -> str:
    key = decision.stratum.named_key
    return f"{key['equipment_class']} ({key['part']})"


def _meant(condition: AskedCondition, decided: Sequence[Decision]) -> Decision:
    """Return the question of the part that is meant: by its kind of equipment, or kind and part."""
    by_name: dict[str, Decision] = {}
    for each in decided:
        key = each.stratum.named_key
        for name in (f"{key['equipment_class']}", f"{key['equipment_class']}.{key['part']}"):
            # Of several clocks of one kind the one that can be weighed is meant.
            if name not in by_name or by_name[name].weighed is None:
                by_name[name] = each
    if condition.name in by_name:
        return by_name[condition.name]
    near = get_close_matches(condition.name, by_name, n=3, cutoff=0.4) or sorted(by_name)[:6]
    hint = f"The records have: {', '.join(near)}." if near else "No equipment has a clock here."
    raise UsageError(f"Condition '{condition.text}': no part '{condition.name}'. {hint}")


def _interval(condition: AskedCondition, decision: Decision) -> float:
    """Return the age asked for, on the scale of the question."""
    window, scale = condition.window, decision.stratum.time_scale
    if isfinite(window.low) or not window.high > 0:
        raise UsageError(
            f"Condition '{condition.text}': renewal has one end, an age above 0; write "
            f"'{condition.name} <= 60 {scale}'."
        )
    if condition.unit and condition.unit != scale:
        raise UsageError(
            f"Condition '{condition.text}': the age of this part is told in {scale}, not in "
            f"{condition.unit}."
        )
    return window.high


def _refusal(decision: Decision, interval: float) -> Refusal | None:
    if decision.weighed is None:
        events = decision.stratum.risk.events
        counted = "1 breakdown" if events == 1 else f"{events} breakdowns"
        why = f"{counted} on record" if decision.fit is None else "nobody states what renewal costs"
        return Refusal(
            RefusalCode.NO_REPLACEMENT_LAW, f"{_name(decision)} cannot be weighed: {why}."
        )
    if interval > decision.reach:
        scale = decision.stratum.time_scale
        return Refusal(
            RefusalCode.OUTSIDE_RECORDS,
            f"The longest life on record is {decision.reach:,.0f} {scale}; nothing is known of "
            f"{interval:,.0f}.",
        )
    return None
