"""What the records say, gathered for the decision on levers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from assets.savings.levers.maintenance_evidence import MaintenanceEvidence, maintenance_evidence
from assets.savings.levers.release_evidence import ReleaseEvidence, supported_release
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.windows.effect import WindowEffect
from data_contracts.assumptions import Assumptions
from data_contracts.codes import Verdict


@dataclass(frozen=True)
class LeverInputs:
    """Everything a decision on levers rests on.

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
    """

    evidence: AlarmEvidence
    priced: Sequence[str]
    modes: Sequence[str]
    proxies: frozenset[str]
    value_by_gate: pl.DataFrame
    windows: Mapping[tuple[str, str], WindowEffect | str] = field(default_factory=dict)
    gates: Mapping[str, int] = field(default_factory=dict)
    maintenance: MaintenanceEvidence | str = "No replacement interval was estimated."
    release: ReleaseEvidence | str = "No later batch was scored."

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
        )

    def no_driver(self, outcome: str, gate: int) -> str:
        """Say why no window was tried for an outcome."""
        found = self.evidence.at(outcome, gate)
        if found.verdict != Verdict.PROCESS_SIGNAL:
            return found.refusal or "The verdict supports no claim."
        if outcome in self.modes and any(self.evidence.has_signal(each) for each in self.priced):
            return f"Not tried: the signal on '{self.priced[0]}' itself comes first."
        return f"No driver of this kind is named for '{outcome}', so there is nothing to hold."
