"""The answer to "what if this were held there": effect, money, and what it rests on.

The order of the steps lives here: find what is meant, guard, estimate, price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import polars as pl

from assets.savings.arithmetic.lever_kinds.kind import kind_of
from assets.savings.business_case import failure_counts
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.savings.what_if.conditions import AskedCondition
from assets.savings.what_if.held_effect import HeldEffect, held_effect
from assets.savings.what_if.parameters import AskedParameter, asked_parameters, meaning_refusal
from assets.savings.what_if.worth import Worth, worth
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.errors import UsageError


@dataclass(frozen=True)
class WhatIfAnswer:
    """What the records say to a question.

    Attributes:
        outcome: The outcome that would be prevented.
        outcome_title: What a reader calls it.
        lever: The lever that would hold the parameters.
        parameters: What is held where, the parameter known last first.
        verdict: What the run says of the outcome at the last gate before its result; None where
            none was reached.
        batches_per_year: Batches made in a year.
        held: The effect, or why there is none.
        worth: What it is worth; None where it is refused.
        is_proxy: Whether no batch was lost with the outcome, so that money is arithmetic alone.
    """

    outcome: str
    outcome_title: str
    lever: Lever
    parameters: Sequence[AskedParameter]
    verdict: str | None
    batches_per_year: float
    held: HeldEffect
    worth: Worth | None
    is_proxy: bool


def answer(
    conditions: Sequence[AskedCondition],
    kind: str,
    assumptions: Assumptions,
    records: BusinessRecords,
    refused_features: pl.DataFrame,
    *,
    outcome: str | None = None,
    draws: int,
    resamples: int,
    seed: int,
) -> WhatIfAnswer:
    """Answer a question.

    Args:
        conditions: At least one; several are held at once.
        kind: Kind of the lever, ``window`` or ``lots``.
        assumptions: The prices in force.
        records: The tables of the last run, those of windows among them (drivers may be empty).
        refused_features: ``evidence.refused_features``.
        outcome: The outcome; None for the priced one with the most failures.
        draws: Draws of the money, at least 1.
        resamples: Bootstrap resamples of lots, at least 20.
        seed: The run's seed.

    Raises:
        UsageError: A parameter, the outcome or the lever is not one the records know.
    """
    lever = lever_of(assumptions, kind)
    counts = failure_counts(assumptions, records)
    chosen = _outcome(outcome, records, counts)
    tables = records.of_windows
    parameters = asked_parameters(conditions, tables["dictionary"], kind)
    last_gate = _last_gate(records, chosen)
    acting_gate = max(lever.stages) if kind_of(lever).acts_in_its_stages else last_gate
    refusal = meaning_refusal(
        parameters, chosen, last_gate, acting_gate, tables["withheld_features"], refused_features
    )
    if refusal is not None:
        held = HeldEffect(None, None, refusal)
    else:
        held = held_effect(tables, chosen, parameters, resamples=resamples, seed=seed)
    priced = None
    if held.refusal is None and held.effect is not None and counts.baseline.failures:
        gate = parameters[0].gate
        priced = worth(
            assumptions, counts, lever, chosen, gate, held.effect, draws=draws, seed=seed
        )
    found = counts.evidence.at(chosen, last_gate)
    return WhatIfAnswer(
        chosen,
        records.titles.get(chosen, chosen),
        lever,
        parameters,
        found.verdict,
        float(np.median(counts.batches_per_year(Draws(assumptions, "base", 1_000, seed)))),
        held,
        priced,
        chosen in records.proxies,
    )


def lever_of(assumptions: Assumptions, kind: str) -> Lever:
    """Return the lever of a kind.

    Args:
        assumptions: The set that declares it.
        kind: Kind of the lever.

    Raises:
        UsageError: None of the kind is declared.
    """
    for lever in assumptions.levers:
        if lever.kind == kind:
            return lever
    declared = ", ".join(sorted({lever.kind for lever in assumptions.levers}))
    raise UsageError(
        f"{assumptions.where}: no lever of kind '{kind}' is declared; declared are: {declared}."
    )


def _outcome(asked: str | None, records: BusinessRecords, counts: FailureCounts) -> str:
    losing = records.failures_and_known
    if asked is not None and asked in losing:
        return asked
    if asked is not None and asked in records.titles:
        by = ", ".join(losing) or "no outcome"
        raise UsageError(f"No batch is lost by '{asked}', so it has no price; lost by: {by}.")
    if asked is not None:
        near = get_close_matches(asked, losing, n=3, cutoff=0.4) or sorted(losing)
        raise UsageError(f"There is no outcome '{asked}'; the records have: {', '.join(near)}.")
    failures = counts.baseline.failures_by_outcome
    if not failures:
        raise UsageError("By no outcome of the last run is a batch lost: nothing to prevent.")
    return max(sorted(failures), key=lambda name: failures[name])


def _last_gate(records: BusinessRecords, outcome: str) -> int:
    own = records.outcome_definitions.filter(pl.col("outcome") == outcome)
    return int(own["last_gate_before"].item())
