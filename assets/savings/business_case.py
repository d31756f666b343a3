"""The business case of a run: from counted failures and verdicts to levers, values and scenarios.

The order of the steps lives here: count, value each gate, decide what may be claimed, simulate.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.savings.levers.alert_overlap import one_alert_per_outcome
from assets.savings.levers.claimed_levers import LeverClaim, lever_claims, levers
from assets.savings.levers.evidence import (
    ReleaseEvidence,
    maintenance_evidence,
    release_evidence,
)
from assets.savings.levers.inputs import LeverInputs
from assets.savings.levers.value_by_gate import value_by_gate
from assets.savings.programme.plan_inputs import plan_inputs
from assets.savings.programme.programme import CHOICE_DRAWS, programme
from assets.savings.programme.proof import detectability, savings_tracker
from assets.savings.programme.scenarios import scenarios
from assets.savings.programme.sensitivity import sensitivity
from assets.savings.programme.simulation import batches_per_year, failure_prob, simulate
from assets.savings.records.alarm_evidence import PROCESS_SIGNAL, Evidence
from assets.savings.records.baseline import Baseline, baseline, priced_failures
from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.study import Effects, window_effect_table, window_effects
from assets.statistics.array_types import FloatArray
from data_contracts.assumptions import Assumptions

RESAMPLES = 100


@dataclass(frozen=True)
class Records:
    """The tables a business case is made from, named as in the warehouse.

    Attributes:
        batches: ``core.batches``, one row per batch.
        outcomes: ``core.outcomes``, one row per batch and outcome.
        outcome_definitions: ``core.outcome_definitions``, one row per outcome.
        verdicts: ``model.verdicts``, one row per outcome and gate.
        alarm_performance: ``model.alarm_performance``, one row per outcome, gate and budget.
        alarm_periods: ``model.alarm_periods``, the same by test block; None where unknown.
        predictions: ``model.predictions``; None where unknown.
        replacement_intervals: ``finding.replacement_intervals``; None where unknown.
        outcome_margins: ``core.outcome_margins``; this and the rest None where windows and lots
            have no effect to estimate.
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``.
        drivers: ``finding.drivers``.
    """

    batches: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    verdicts: pl.DataFrame
    alarm_performance: pl.DataFrame
    alarm_periods: pl.DataFrame | None = None
    predictions: pl.DataFrame | None = None
    replacement_intervals: pl.DataFrame | None = None
    outcome_margins: pl.DataFrame | None = None
    gate_values: pl.DataFrame | None = None
    dictionary: pl.DataFrame | None = None
    drivers: pl.DataFrame | None = None

    @property
    def of_windows(self) -> dict[str, pl.DataFrame]:
        """What windows and lots are estimated from, by name; empty where one is unknown."""
        names = ("batches", "outcomes", "outcome_margins", "gate_values", "dictionary", "drivers")
        found = {name: getattr(self, name) for name in names}
        return {} if any(frame is None for frame in found.values()) else found


@dataclass(frozen=True)
class BusinessCase:
    """The tables of a business case, and what they were computed from.

    Attributes:
        value_by_gate: ``economics.value_by_gate``.
        levers: ``economics.levers``.
        scenarios: ``economics.scenarios``.
        window_effects: ``economics.window_effects``.
        sensitivity: ``economics.sensitivity``.
        detectability: ``economics.detectability``.
        savings_tracker: ``economics.savings_tracker``.
        plan_inputs: ``economics.plan_inputs``.
        claims: The decision on each lever.
        kept: The levers of the programme.
        evidence: Verdicts and alarm counts.
        found: The counted baseline.
    """

    value_by_gate: pl.DataFrame
    levers: pl.DataFrame
    scenarios: pl.DataFrame
    window_effects: pl.DataFrame
    sensitivity: pl.DataFrame
    detectability: pl.DataFrame
    savings_tracker: pl.DataFrame
    plan_inputs: pl.DataFrame
    claims: list[LeverClaim]
    kept: list[LeverClaim]
    evidence: Evidence
    found: Baseline


def business_case(
    assumptions: Assumptions,
    records: Records,
    *,
    draws: int,
    seed: int,
    resamples: int = RESAMPLES,
) -> BusinessCase:
    """Work out a run's business case.

    Args:
        assumptions: A set that can price a run (``load_run_assumptions``).
        records: The tables of the run.
        draws: Draws per scenario, at least 1.
        seed: The run's seed.
        resamples: Bootstrap resamples of lots behind a window's interval.

    Returns:
        The tables. Savings are claimed only from levers their evidence supports.
    """
    found = baseline(records.batches, records.outcomes, records.outcome_definitions)
    alert = next(lever for lever in assumptions.levers if lever.kind == "alert")
    budget = float(assumptions[alert.uses["alarm_budget"]].base)
    evidence = Evidence.of(
        records.verdicts, records.alarm_performance, budget, records.alarm_periods
    )
    drawn = Draws(assumptions, "base", draws, seed)
    proxies = set(records.outcome_definitions.filter("is_proxy")["outcome"])
    by_gate = value_by_gate(
        alert,
        evidence,
        _probs_by_outcome(records, evidence, drawn),
        batches_per_year(found, drawn),
        drawn,
        proxies,
    )
    effects = _windows(assumptions, evidence, records, found, resamples, seed)
    inputs = LeverInputs(
        evidence=evidence,
        priced=list(found.failures_by_outcome),
        modes=list(found.failures_by_mode),
        proxies=frozenset(proxies),
        value_by_gate=by_gate,
        windows=effects,
        gates=_gates(records),
        maintenance=maintenance_evidence(records.replacement_intervals),
        release=_release(assumptions, evidence, records, found),
    )
    claims = one_alert_per_outcome(assumptions, lever_claims(assumptions, inputs))
    chosen = Draws(assumptions, "base", min(draws, CHOICE_DRAWS), seed)
    kept, left_out = programme(chosen, evidence, found, claims)
    return BusinessCase(
        sensitivity=sensitivity(chosen, evidence, found, kept, _titles(records)),
        detectability=_detectability(chosen, evidence, found, kept),
        plan_inputs=plan_inputs(chosen, evidence, found, kept),
        savings_tracker=_tracker(chosen, evidence, found, kept, records),
        value_by_gate=by_gate,
        levers=levers(assumptions, claims, {each.claim.name: each.npv_usd for each in left_out}),
        scenarios=scenarios(
            assumptions,
            evidence,
            found,
            claims,
            draws=draws,
            seed=seed,
            left_out=[each.claim for each in left_out],
        ),
        window_effects=window_effect_table(effects),
        claims=claims,
        kept=kept,
        evidence=evidence,
        found=found,
    )


def _promise(
    drawn: Draws, evidence: Evidence, found: Baseline, kept: list[LeverClaim]
) -> tuple[float, float]:
    """Return the median probability of failure today and with the programme."""
    before = failure_prob(found, evidence, drawn)
    simulated = simulate(drawn, evidence, found, kept)
    batches = batches_per_year(found, drawn)
    prevented = sum((each.value.prevented_failures for each in simulated), start=0 * before)
    return float(np.median(before)), float(np.median(before - prevented / batches))


def _detectability(
    drawn: Draws, evidence: Evidence, found: Baseline, kept: list[LeverClaim]
) -> pl.DataFrame:
    before, after = _promise(drawn, evidence, found, kept)
    pace = float(np.median(batches_per_year(found, drawn)))
    return detectability(before, after, pace)


def _tracker(
    drawn: Draws, evidence: Evidence, found: Baseline, kept: list[LeverClaim], records: Records
) -> pl.DataFrame:
    failed = priced_failures(records.batches, records.outcomes, records.outcome_definitions)
    before, after = _promise(drawn, evidence, found, kept)
    return savings_tracker(records.batches, failed, before, after, drawn.assumptions.promise)


def _windows(
    assumptions: Assumptions,
    evidence: Evidence,
    records: Records,
    found: Baseline,
    resamples: int,
    seed: int,
) -> Effects:
    tables = records.of_windows
    if not tables:
        return {}
    names = list(found.failures_by_outcome)
    if not any(evidence.has_signal(name) for name in names):
        names += found.failures_by_mode
    return window_effects(assumptions, evidence, tables, names, resamples=resamples, seed=seed)


def _titles(records: Records) -> dict[str, str]:
    return dict(records.outcome_definitions.select("outcome", "title").iter_rows())


def _gates(records: Records) -> dict[str, int]:
    if records.dictionary is None:
        return {}
    known = records.dictionary.select("feature", "available_at_gate")
    return {str(feature): int(gate) for feature, gate in known.iter_rows()}


def _release(
    assumptions: Assumptions, evidence: Evidence, records: Records, found: Baseline
) -> ReleaseEvidence | str:
    """Bound the risk of a wrong release for the first priced outcome."""
    lever = next((each for each in assumptions.levers if each.kind == "release"), None)
    outcome = next(iter(found.failures_by_outcome), None)
    gate = evidence.primary_gate(outcome) if outcome is not None else None
    if lever is None or outcome is None or gate is None:
        return "No later batch was scored, so the risk of a wrong release is unknown."
    row = evidence.verdicts[outcome, gate]
    if row["verdict"] != PROCESS_SIGNAL or "wrong_release_limit" not in lever.uses:
        return "Without a process signal no batch can be told from another before its result."
    limit = float(assumptions[lever.uses["wrong_release_limit"]].base)
    model = str(row.get("model_used"))
    return release_evidence(records.predictions, records.batches, outcome, gate, model, limit)


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
    for name in records.outcome_definitions["outcome"]:
        failures, known = counted.get(name, (0, 0))
        probs[name] = drawn.rate(f"failure.{name}", failures, known, evidence.design_effect(name))
    return probs
