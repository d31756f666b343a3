"""What the evidence tables say about an alert at a gate: its verdict and its alarm counts.

Reading of ``model.verdicts`` and ``model.alarm_counts`` lives here; what follows from them in
money does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Any

import polars as pl

from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.records.silenced_models import reasons
from assets.savings.uncertainty.draws import Draws
from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import CLUSTER_DEFLATION
from data_contracts.codes.money import LeverRefusal
from data_contracts.codes.records import Verdict, VerdictRoute

OutcomeGate = tuple[str, int]


@dataclass(frozen=True)
class AlarmCounts:
    """Counts on batches later than the model, at thresholds that saw earlier scores only.

    A batch is flagged within the alarm budget and above the risk from which an alarm pays.

    Attributes:
        outcome: The outcome foreseen.
        gate: Gate of the alert, 1 to 7.
        failures: Failed batches scored.
        detected: Of these, flagged.
        good_batches: Good batches scored.
        false_alarms: Of these, flagged.
        sensitivity_design_effect: By how much flags among failures come together, at least 1.
        false_alarm_design_effect: The same among good batches.
        least_prob: Probability of failure above which batches were flagged, 0 to 1.
    """

    outcome: str
    gate: int
    failures: int
    detected: int
    good_batches: int
    false_alarms: int
    sensitivity_design_effect: float = 1.0
    false_alarm_design_effect: float = 1.0
    least_prob: float = 0.0

    def plus(self, other: "AlarmCounts") -> "AlarmCounts":
        """Return these counts and those of other batches together, under this gate."""
        return replace(
            self,
            failures=self.failures + other.failures,
            detected=self.detected + other.detected,
            good_batches=self.good_batches + other.good_batches,
            false_alarms=self.false_alarms + other.false_alarms,
            sensitivity_design_effect=max(
                self.sensitivity_design_effect, other.sensitivity_design_effect
            ),
            false_alarm_design_effect=max(
                self.false_alarm_design_effect, other.false_alarm_design_effect
            ),
        )

    @property
    def sentence(self) -> str:
        """What was counted, for a reader."""
        return (
            f"Process signal at gate {self.gate}; among later batches {self.detected} of "
            f"{self.failures} failures and {self.false_alarms} of {self.good_batches} good "
            f"batches were flagged: within the alarm budget, and at a risk above "
            f"{100 * self.least_prob:.0f}%, from which an alarm pays."
        )

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of the measured roles of an alert."""
        return {
            "sensitivity": self.sensitivity(draws),
            "false_alarm_rate": self.false_alarm_rate(draws),
        }

    def sensitivity(self, draws: Draws) -> FloatArray:
        """Return posterior draws of the share of failures flagged, deflated as measured."""
        name = f"sensitivity.{self.outcome}.{self.gate}"
        return draws.rate(name, self.detected, self.failures, self.sensitivity_design_effect)

    def false_alarm_rate(self, draws: Draws) -> FloatArray:
        """Return posterior draws of the share of good batches flagged, deflated as measured."""
        name = f"false_alarms.{self.outcome}.{self.gate}"
        effect = self.false_alarm_design_effect
        return draws.rate(name, self.false_alarms, self.good_batches, effect)


@dataclass(frozen=True)
class GateEvidence:
    """What is known about foreseeing an outcome at a gate.

    Attributes:
        outcome: The outcome.
        gate: Gate, 1 to 7.
        verdict: As in ``model.verdicts``; None where none was reached.
        route: What a process signal rests on; None without one.
        reason: The verdict in a sentence; None where none was reached.
        is_primary: Whether this is the last gate before the result.
        alarms: Alarm counts at the declared budget; None where none were taken.
        silenced: Why its model may claim nothing for now; None where it is in force.
    """

    outcome: str
    gate: int
    verdict: str | None
    route: str | None
    reason: str | None
    is_primary: bool
    alarms: AlarmCounts | None
    silenced: str | None = None

    @property
    def refusal(self) -> RefusedLever | None:
        """Why an alert here is not carried out, or None if it may be."""
        return self.supported if isinstance(self.supported, RefusedLever) else None

    @property
    def supported(self) -> AlarmCounts | RefusedLever:
        """The alarms that may be priced here, or why none may."""
        gate, alarms = self.gate, self.alarms
        unclaimed = self._unclaimed
        if unclaimed is not None:
            return unclaimed
        if self.route == VerdictRoute.RULE:
            return RefusedLever(
                LeverRefusal.SIGNAL_IS_A_RULE,
                f"The signal at gate {gate} is a rule; no model whose alarms could be counted "
                "tells failures apart.",
            )
        if alarms is not None and alarms.least_prob >= 1:
            return RefusedLever(
                LeverRefusal.NO_ALARM_PAYS,
                f"At gate {gate} no alarm would be raised: at these prices a false one costs "
                "more than a caught failure saves at every risk that is counted.",
            )
        if alarms is None or alarms.failures == 0:
            return RefusedLever(
                LeverRefusal.NO_LATER_FAILURE,
                f"There is a signal at gate {gate}, but no failure among later batches, "
                "so the share of failures an alert would catch is unknown.",
            )
        return alarms

    @property
    def _unclaimed(self) -> RefusedLever | None:
        """Why no model here claims anything; None where one does."""
        if self.verdict is None:
            sentence = f"No verdict was reached for '{self.outcome}' at gate {self.gate}."
            return RefusedLever(LeverRefusal.NO_VERDICT, sentence)
        if self.verdict != Verdict.PROCESS_SIGNAL:
            sentence = f"Verdict {self.verdict} at gate {self.gate}: {self.reason}"
            return RefusedLever(LeverRefusal.VERDICT, sentence, self.verdict, self.gate)
        if self.silenced is not None:
            return RefusedLever(LeverRefusal.MODEL_STOPPED, self.silenced)
        return None


@dataclass(frozen=True)
class AlarmEvidence:
    """Everything the verdicts and alarm counts say, by outcome and gate.

    Attributes:
        verdicts: Row of ``model.verdicts`` by outcome and gate.
        periods: Counts block by block, by outcome and gate and then by number of the block.
        silenced: Why a model may claim nothing for now, by outcome and gate.
    """

    verdicts: Mapping[OutcomeGate, Mapping[str, Any]]
    periods: Mapping[OutcomeGate, Mapping[int, AlarmCounts]]
    silenced: Mapping[OutcomeGate, str] = field(default_factory=dict)

    @classmethod
    def from_tables(
        cls,
        verdicts: pl.DataFrame,
        alarm_counts: pl.DataFrame,
        alarm_prices: pl.DataFrame,
        silenced: pl.DataFrame | None = None,
    ) -> "AlarmEvidence":
        """Read the evidence tables.

        Args:
            verdicts: ``model.verdicts``, one row per outcome and gate.
            alarm_counts: ``model.alarm_counts``; per outcome and gate the budget nearest to the
                declared one counts, and of it the risk above which alarms are raised.
            alarm_prices: ``economics.alarm_prices``, which says both.
            silenced: ``silenced_models``; None where every model is in force.
        """
        periods: dict[OutcomeGate, dict[int, AlarmCounts]] = {}
        for row in _asked_for(alarm_counts, alarm_prices).iter_rows(named=True):
            periods.setdefault(_place(row), {})[row["fold"]] = _counts(row)
        read = {_place(row): row for row in verdicts.iter_rows(named=True)}
        return cls(read, periods, reasons(silenced))

    @cached_property
    def alarms(self) -> Mapping[OutcomeGate, AlarmCounts]:
        """Counts pooled over the blocks, by outcome and gate."""
        return {
            place: reduce(AlarmCounts.plus, blocks.values())
            for place, blocks in self.periods.items()
        }

    def at(self, outcome: str, gate: int) -> GateEvidence:
        """Return the evidence for one outcome at one gate, 1 to 7."""
        row = self.verdicts.get((outcome, gate), {})
        return GateEvidence(
            outcome=outcome,
            gate=gate,
            verdict=row.get("verdict"),
            route=row.get("route"),
            reason=row.get("reason"),
            is_primary=bool(row.get("is_primary_gate")),
            alarms=self.alarms.get((outcome, gate)),
            silenced=self.silenced.get((outcome, gate)),
        )

    def primary_gate(self, outcome: str) -> int | None:
        """Return the last gate before the result of an outcome, or None without a verdict."""
        gates = [
            gate
            for (name, gate), row in self.verdicts.items()
            if name == outcome and row["is_primary_gate"]
        ]
        return max(gates, default=None)

    def has_signal(self, outcome: str) -> bool:
        """Return whether the last gate before the result of an outcome has a process signal."""
        gate = self.primary_gate(outcome)
        return (
            gate is not None and self.verdicts[outcome, gate]["verdict"] == Verdict.PROCESS_SIGNAL
        )

    def design_effect(self, outcome: str) -> float:
        """Return by how much clustering inflates the variance of an outcome's failure rate.

        The verdict at the primary gate says so; without it, ``CLUSTER_DEFLATION``.
        """
        gate = self.primary_gate(outcome)
        found = self.verdicts[outcome, gate].get("design_effect") if gate is not None else None
        return max(float(found), 1.0) if found is not None else CLUSTER_DEFLATION


def _place(row: Mapping[str, Any]) -> OutcomeGate:
    return row["outcome"], row["gate"]


def _asked_for(counts: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Keep, per outcome and gate, the budget nearest to the declared one and the risk that pays."""
    asked = prices.select("gate", "least_prob", declared="alarm_budget")
    distance = (pl.col("alarm_budget") - pl.col("declared")).abs()
    nearest = pl.col("alarm_budget").sort_by(distance, "alarm_budget").first()
    return (
        counts.join(asked, on=["gate", "least_prob"])
        .filter(pl.col("alarm_budget") == nearest.over("outcome", "gate"))
        .sort("outcome", "gate", "fold")
    )


def _counts(row: Mapping[str, Any]) -> AlarmCounts:
    return AlarmCounts(**{name: row[name] for name in AlarmCounts.__dataclass_fields__})
