"""The business case of a run: from counted failures and verdicts to levers, values and scenarios.

The order of the steps lives here: count, value each gate, decide on each lever, choose the
programme, simulate it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.savings.arithmetic.break_even import alarm_prices
from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.levers.alert_overlap import one_alert_per_outcome
from assets.savings.levers.evidence_gate import OwedEvidence, evidence_owed
from assets.savings.levers.inputs import LeverInputs
from assets.savings.levers.lever_decisions import LeverDecision, lever_decisions
from assets.savings.levers.levers import levers
from assets.savings.levers.value_by_gate import value_by_gate
from assets.savings.live_case.live_case import live_case
from assets.savings.programme.detectability import detectability
from assets.savings.programme.owed_worth import owed_evidence
from assets.savings.programme.plan_inputs import plan_inputs
from assets.savings.programme.price_shares import PricedWorth, price_shares, price_standing
from assets.savings.programme.programme import CHOICE_DRAWS, programme
from assets.savings.programme.programme_arithmetic import programme_arithmetic
from assets.savings.programme.savings_tracker import savings_tracker
from assets.savings.programme.scenarios import ScenarioTables, scenarios
from assets.savings.programme.sensitivity import sensitivity
from assets.savings.programme.simulation import simulate
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.negative_controls import negative_controls
from assets.savings.windows.window_effects import studied_windows, window_effects
from assets.savings.windows.window_studies import (
    STUDIES,
    kept_controls,
    kept_effects,
    window_studies,
)
from assets.statistics.array_types import FloatArray
from data_contracts.assumption_schema.lever_kinds import holding_values, raising_alarms
from data_contracts.assumptions import Assumptions
from data_contracts.tables import table

RESAMPLES = 100


@dataclass(frozen=True)
class BusinessCase:
    """The tables of a business case, and what they were computed from.

    Attributes:
        value_by_gate: ``economics.value_by_gate``.
        levers: ``economics.levers``.
        scenarios: ``economics.scenarios``.
        cash_by_year: ``economics.cash_by_year``.
        window_effects: ``economics.window_effects``.
        negative_controls: ``economics.negative_controls``.
        sensitivity: ``economics.sensitivity``.
        detectability: ``economics.detectability``.
        savings_tracker: ``economics.savings_tracker``.
        plan_inputs: ``economics.plan_inputs``.
        programme_arithmetic: ``economics.programme_arithmetic``.
        price_shares: ``economics.price_shares``.
        price_standing: ``economics.price_standing``.
        live_steps: ``economics.live_steps``.
        live_inputs: ``economics.live_inputs``.
        live_draws: ``economics.live_draws``.
        kept: The levers of the programme.
        counts: Failures and verdicts.
    """

    value_by_gate: pl.DataFrame
    levers: pl.DataFrame
    scenarios: pl.DataFrame
    cash_by_year: pl.DataFrame
    window_effects: pl.DataFrame
    negative_controls: pl.DataFrame
    sensitivity: pl.DataFrame
    detectability: pl.DataFrame
    savings_tracker: pl.DataFrame
    plan_inputs: pl.DataFrame
    programme_arithmetic: pl.DataFrame
    price_shares: pl.DataFrame
    price_standing: pl.DataFrame
    live_steps: pl.DataFrame
    live_inputs: pl.DataFrame
    live_draws: pl.DataFrame
    kept: list[LeverDecision]
    counts: FailureCounts


def business_case(
    assumptions: Assumptions,
    records: BusinessRecords,
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
        The tables. Only levers that the records support and that have the evidence of their tier
        save anything.
    """
    made = _decided(assumptions, records, draws, seed, resamples)
    before, after = _promise(made.chosen, made.counts, made.kept)
    pace = float(np.median(made.counts.batches_per_year(made.chosen)))
    worth = PricedWorth(made.chosen, made.counts, made.kept)
    shares = price_shares(worth, records.titles)
    stated = made.scenarios()
    planned = plan_inputs(made.chosen, made.counts, made.kept)
    live = live_case(made.drawn, made.counts, made.kept, planned, records.titles)
    return BusinessCase(
        value_by_gate=made.by_gate,
        levers=levers(assumptions, made.decisions, made.left_out, made.owed_evidence()),
        scenarios=stated.scenarios,
        cash_by_year=stated.cash_by_year,
        window_effects=window_effects(kept_effects(made.studies)),
        negative_controls=negative_controls(
            kept_controls(made.studies),
            usd_per_failure=float(
                failure_cost_usd(assumptions, corner(assumptions, "base"), is_avoidable_only=True)
            ),
            batches_per_year=pace,
        ),
        sensitivity=sensitivity(made.chosen, made.counts, made.kept, records.titles),
        detectability=detectability(before, after, pace, made.counts.effective_batches),
        savings_tracker=savings_tracker(
            records.batches, records.priced_failures, before, after, assumptions.promise
        ),
        plan_inputs=planned,
        programme_arithmetic=programme_arithmetic(assumptions, planned, stated.scenarios),
        price_shares=shares,
        price_standing=price_standing(worth, shares),
        live_steps=live.live_steps,
        live_inputs=live.live_inputs,
        live_draws=live.live_draws,
        kept=made.kept,
        counts=made.counts,
    )


def stated_figures(
    assumptions: Assumptions,
    records: BusinessRecords,
    *,
    draws: int,
    seed: int,
    resamples: int = RESAMPLES,
) -> pl.DataFrame:
    """Work out what a business case would state, and nothing that explains it.

    Args:
        assumptions: A set that can price a run.
        records: The tables of the run.
        draws: Draws per scenario, at least 1.
        seed: The run's seed.
        resamples: Bootstrap resamples of lots behind a window's interval.

    Returns:
        ``economics.scenarios``, the same as in ``business_case``.
    """
    return _decided(assumptions, records, draws, seed, resamples).scenarios().scenarios


@dataclass(frozen=True)
class _Decided:
    """A programme, and what it was decided on."""

    drawn: Draws
    chosen: Draws
    counts: FailureCounts
    by_gate: pl.DataFrame
    studies: pl.DataFrame
    decisions: Sequence[LeverDecision]
    kept: list[LeverDecision]
    left_out: Mapping[str, float]
    owed: Mapping[str, str]

    def scenarios(self) -> ScenarioTables:
        return scenarios(self.drawn, self.counts, self.decisions, self.left_out, self.owed)

    def owed_evidence(self) -> dict[str, OwedEvidence]:
        return owed_evidence(self.chosen, self.counts, self.kept, self.decisions, self.owed)


def _decided(
    assumptions: Assumptions, records: BusinessRecords, draws: int, seed: int, resamples: int
) -> _Decided:
    """Count, value each gate, decide on each lever and choose the programme."""
    drawn = Draws(assumptions, "base", draws, seed)
    alert = raising_alarms(assumptions.levers)[0]
    counts = failure_counts(assumptions, records)
    by_gate = value_by_gate(
        alert,
        counts.evidence,
        _probs_by_outcome(records, counts, drawn),
        counts.batches_per_year(drawn),
        drawn,
        records.proxies,
    )
    studies = _studies(assumptions, records, resamples, seed)
    effects = kept_effects(studies)
    inputs = LeverInputs.from_records(assumptions, records, counts, by_gate, effects)
    decisions = one_alert_per_outcome(assumptions, lever_decisions(assumptions, inputs))
    owed = evidence_owed(decisions, records.lever_standing)
    chosen = drawn.anew(size=min(draws, CHOICE_DRAWS))
    shown = [each for each in decisions if each.name not in owed]
    kept, left_out = programme(chosen, counts, shown)
    return _Decided(drawn, chosen, counts, by_gate, studies, decisions, kept, left_out, owed)


def failure_counts(assumptions: Assumptions, records: BusinessRecords) -> FailureCounts:
    """Count failures, and alarms within the declared budget and above the risk that pays.

    Args:
        assumptions: The set; its first alert is the one priced.
        records: The tables of the run.
    """
    prices = alarm_prices(assumptions, records.alarm_counts)
    evidence = AlarmEvidence.from_tables(
        records.verdicts, records.alarm_counts, prices, records.silenced_models
    )
    return FailureCounts(records.baseline, evidence)


def _probs_by_outcome(
    records: BusinessRecords, counts: FailureCounts, drawn: Draws
) -> dict[str, FloatArray]:
    """Draw the probability of failing each outcome, on its own; 0 where none failed."""
    return {
        name: drawn.rate(f"failure.{name}", failures, known, counts.evidence.design_effect(name))
        if failures
        else np.zeros(drawn.size)
        for name, (failures, known) in records.failures_and_known.items()
    }


def studied(
    assumptions: Assumptions, records: BusinessRecords, *, resamples: int, seed: int
) -> pl.DataFrame:
    """Study windows on the priced outcomes and, where none of these has a signal, on the modes.

    Args:
        assumptions: The set; its levers say how windows are cut.
        records: The tables of the run.
        resamples: Bootstrap resamples of lots behind a window's interval.
        seed: The run's seed.

    Returns:
        ``finding.window_studies``.
    """
    tables = records.of_windows
    if not tables:
        return table(STUDIES)
    counts = failure_counts(assumptions, records)
    found, evidence = counts.baseline, counts.evidence
    names = list(found.failures_by_outcome)
    if not any(evidence.has_signal(name) for name in names):
        names += found.failures_by_mode
    windows = studied_windows(assumptions, evidence, tables, names, resamples=resamples, seed=seed)
    return window_studies(windows, resamples=resamples, seed=seed)


def _studies(
    assumptions: Assumptions, records: BusinessRecords, resamples: int, seed: int
) -> pl.DataFrame:
    """Keep the studies of the last refit; a lever declared otherwise since then is studied now."""
    kept = table(STUDIES) if records.window_studies is None else records.window_studies
    found = dict(kept.select("lever", "trimmed_share").iter_rows())
    of_windows = holding_values(assumptions.levers)
    as_found = {e.name for e in of_windows if found.get(e.name) == float(e.trimmed_share)}
    others = tuple(lever for lever in assumptions.levers if lever.name not in as_found)
    anew = studied(replace(assumptions, levers=others), records, resamples=resamples, seed=seed)
    return pl.concat([kept.filter(pl.col("lever").is_in(as_found)), anew])


def _promise(
    drawn: Draws, counts: FailureCounts, kept: Sequence[LeverDecision]
) -> tuple[float, float]:
    """Return the median probability of failure today and with the programme."""
    before, batches = counts.failure_prob(drawn), counts.batches_per_year(drawn)
    simulated = simulate(drawn, counts, kept)
    prevented = sum((each.value.prevented_failures for each in simulated), start=0 * before)
    return float(np.median(before)), float(np.median(before - prevented / batches))
