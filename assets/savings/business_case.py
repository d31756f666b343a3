"""The business case of a run: from counted failures and verdicts to levers, values and scenarios.

The order of the steps lives here: count, value each gate, decide what may be claimed, simulate.
"""

from dataclasses import dataclass

import polars as pl

from assets.savings.alarm_evidence import Evidence
from assets.savings.baseline import baseline
from assets.savings.draws import Draws, FloatArray
from assets.savings.levers import lever_claims, levers
from assets.savings.scenarios import scenarios
from assets.savings.simulation import batches_per_year
from assets.savings.value_by_gate import value_by_gate
from data_contracts.assumptions import Assumptions


@dataclass(frozen=True)
class Records:
    """The tables a business case is made from, named as in the warehouse.

    Attributes:
        batches: ``core.batches``, one row per batch.
        outcomes: ``core.outcomes``, one row per batch and outcome.
        definitions: ``core.outcome_definitions``, one row per outcome.
        verdicts: ``model.verdicts``, one row per outcome and gate.
        alarm_performance: ``model.alarm_performance``, one row per outcome, gate and budget.
        alarm_periods: ``model.alarm_periods``, the same by test block; None where unknown.
    """

    batches: pl.DataFrame
    outcomes: pl.DataFrame
    definitions: pl.DataFrame
    verdicts: pl.DataFrame
    alarm_performance: pl.DataFrame
    alarm_periods: pl.DataFrame | None = None


@dataclass(frozen=True)
class BusinessCase:
    """The tables of a business case: ``economics.value_by_gate``, ``levers``, ``scenarios``."""

    value_by_gate: pl.DataFrame
    levers: pl.DataFrame
    scenarios: pl.DataFrame


def business_case(
    assumptions: Assumptions, records: Records, *, draws: int, seed: int
) -> BusinessCase:
    """Work out a run's business case.

    Args:
        assumptions: A set that can price a run (``load_run_assumptions``).
        records: The tables of the run.
        draws: Draws per scenario, at least 1.
        seed: The run's seed.

    Returns:
        The tables. Savings are claimed only from alerts whose gate has a process signal.
    """
    found = baseline(records.batches, records.outcomes, records.definitions)
    alert = next(lever for lever in assumptions.levers if lever.kind == "alert")
    budget = float(assumptions[alert.uses["alarm_budget"]].base)
    evidence = Evidence.of(
        records.verdicts, records.alarm_performance, budget, records.alarm_periods
    )
    drawn = Draws(assumptions, "base", draws, seed)
    proxies = set(records.definitions.filter("is_proxy")["outcome"])
    by_gate = value_by_gate(
        alert,
        evidence,
        _probs_by_outcome(records, evidence, drawn),
        batches_per_year(found, drawn),
        drawn,
        proxies,
    )
    claims = lever_claims(
        assumptions,
        evidence,
        list(found.failures_by_outcome),
        list(found.failures_by_mode),
        proxies,
        by_gate,
    )
    return BusinessCase(
        value_by_gate=by_gate,
        levers=levers(assumptions, claims),
        scenarios=scenarios(assumptions, evidence, found, claims, draws=draws, seed=seed),
    )


def batches_known(outcomes: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Return, per outcome, how many batches failed it and for how many it is known.

    Args:
        outcomes: ``core.outcomes``; a null ``is_failure`` is pending.
    """
    counts = outcomes.group_by("outcome").agg(
        failures=pl.col("is_failure").sum(), known=pl.col("is_failure").count()
    )
    return {name: (int(failures), int(known)) for name, failures, known in counts.iter_rows()}


def _probs_by_outcome(records: Records, evidence: Evidence, drawn: Draws) -> dict[str, FloatArray]:
    """Draw the probability of failing each outcome, on its own."""
    counted = batches_known(records.outcomes)
    probs: dict[str, FloatArray] = {}
    for name in records.definitions["outcome"]:
        failures, known = counted.get(name, (0, 0))
        probs[name] = drawn.rate(f"failure.{name}", failures, known, evidence.design_effect(name))
    return probs
