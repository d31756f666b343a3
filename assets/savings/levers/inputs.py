"""What the records say, gathered for the decision on levers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.levers.alert_gate import alert_choice
from assets.savings.levers.evidence_shown import evidence_shown
from assets.savings.levers.gate_choice import GateChoice
from assets.savings.levers.maintenance_evidence import (
    NO_HISTORIES,
    MaintenanceEvidence,
    maintenance_evidence,
)
from assets.savings.levers.release_evidence import UNSCORED, ReleaseEvidence, supported_release
from assets.savings.records.alarm_evidence import AlarmCounts, AlarmEvidence
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.windows.effect import WindowEffect
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.codes.money import LeverRefusal
from data_contracts.codes.records import Verdict


@dataclass(frozen=True)
class LeverInputs:
    """Everything a decision on levers rests on, and what a kind of lever may ask of it.

    Attributes:
        evidence: Verdicts and alarm counts.
        priced: Outcomes whose failures are priced.
        modes: Outcomes by mode, parts of a priced any-failure; empty where there is none.
        proxies: Outcomes that are proxies.
        value_by_gate: ``economics.value_by_gate``, for levers whose gate is ``best_value``.
        windows: (lever, outcome) -> effect of its window, or why there is none.
        gates: Parameter -> gate from which it is known.
        maintenance: What the fitted hazards support, or why they support nothing.
        release: Which share may be released early, or why none.
        shown: Levers and outcomes whose tier's evidence was frozen, run and met.
    """

    evidence: AlarmEvidence
    priced: Sequence[str]
    modes: Sequence[str]
    proxies: frozenset[str]
    value_by_gate: pl.DataFrame
    windows: Mapping[tuple[str, str], WindowEffect | str] = field(default_factory=dict)
    gates: Mapping[str, int] = field(default_factory=dict)
    maintenance: MaintenanceEvidence | RefusedLever = NO_HISTORIES
    release: ReleaseEvidence | RefusedLever = UNSCORED
    shown: frozenset[str] = frozenset()

    @classmethod
    def from_records(
        cls,
        assumptions: Assumptions,
        records: BusinessRecords,
        counts: FailureCounts,
        value_by_gate: pl.DataFrame,
        windows: Mapping[tuple[str, str], WindowEffect | str],
    ) -> "LeverInputs":
        """Gather what the records of a run say.

        Args:
            assumptions: The set with the levers.
            records: The tables of the run.
            counts: Failures and verdicts.
            value_by_gate: ``economics.value_by_gate``.
            windows: ``studied_windows``.
        """
        return cls(
            evidence=counts.evidence,
            priced=list(counts.baseline.failures_by_outcome),
            modes=list(counts.baseline.failures_by_mode),
            proxies=records.proxies,
            value_by_gate=value_by_gate,
            windows=windows,
            gates=records.gates,
            maintenance=maintenance_evidence(records.replacement_intervals),
            release=supported_release(assumptions, records, counts),
            shown=evidence_shown(records.lever_standing),
        )

    def has_evidence(self, lever: Lever, outcome: str) -> bool:
        """Tell whether a frozen protocol of its tier was run and met."""
        return f"{lever.name}.{outcome}" in self.shown

    def primary_gate(self, outcome: str) -> int | None:
        """Return the last gate before the result of an outcome, or None without a verdict."""
        return self.evidence.primary_gate(outcome)

    def alarms(self, outcome: str, gate: int) -> AlarmCounts | RefusedLever:
        """Return what an alert at a gate would catch, or why nothing is claimed of one."""
        return self.evidence.at(outcome, gate).supported

    def alert_choice(
        self, assumptions: Assumptions, lever: Lever, outcome: str
    ) -> GateChoice | None:
        """Choose the gate of an alert; None where the outcome has no verdict to go by."""
        return alert_choice(assumptions, lever, outcome, self.evidence, self.value_by_gate)

    def held(
        self, lever: Lever, outcome: str, gate: int
    ) -> tuple[int, WindowEffect | RefusedLever]:
        """Return the gate judged and what holding a parameter does, or why nothing is held.

        Args:
            lever: A lever that holds values in a window.
            outcome: The outcome it acts on.
            gate: Last gate before the result; judged where no parameter is held.
        """
        found = self.windows.get((lever.name, outcome))
        if found is None:
            return gate, self._no_driver(outcome, gate)
        if not isinstance(found, WindowEffect):
            return gate, RefusedLever(LeverRefusal.NOT_ESTIMATED, found)
        named_by = self.evidence.at(outcome, gate)
        if named_by.silenced is not None:
            return gate, RefusedLever(LeverRefusal.MODEL_STOPPED, named_by.silenced)
        gate = self.gates[found.feature]
        if found.refusal is None:
            return gate, found
        code = LeverRefusal.NO_ROOM if found.no_room else LeverRefusal.EFFECT_NOT_USABLE
        return gate, RefusedLever(code, f"{found.sentence} {found.refusal}")

    def _no_driver(self, outcome: str, gate: int) -> RefusedLever:
        """Say why no window was tried for an outcome."""
        found = self.evidence.at(outcome, gate)
        if found.refusal is not None and found.verdict != Verdict.PROCESS_SIGNAL:
            return found.refusal
        if outcome in self.modes and any(self.evidence.has_signal(each) for each in self.priced):
            sentence = f"Not tried: the signal on '{self.priced[0]}' itself comes first."
            return RefusedLever(LeverRefusal.PRICED_OUTCOME_FIRST, sentence)
        sentence = f"No driver of this kind is named for '{outcome}', so there is nothing to hold."
        return RefusedLever(LeverRefusal.NO_DRIVER, sentence)
