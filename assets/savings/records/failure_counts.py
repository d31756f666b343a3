"""How often batches fail, as draws: at all, and in each way that levers act on.

The step from counted failures to probabilities lives here; what levers do about them belongs to
``programme``.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass

import numpy as np

from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.baseline import Baseline
from assets.savings.uncertainty.draws import Draws
from assets.statistics.array_types import FloatArray

OTHER = "other"  # failed batches of no outcome by mode


@dataclass(frozen=True)
class FailureCounts:
    """Failures as counted, with what says how much the counts weigh.

    Attributes:
        baseline: The counted baseline.
        evidence: Verdicts and alarm counts.
    """

    baseline: Baseline
    evidence: AlarmEvidence

    def batches_per_year(self, drawn: Draws) -> FloatArray:
        """Return batches a year: observed where the records carry dates, else as assumed."""
        if self.baseline.batches_per_year is None:
            return drawn("batches_per_year")
        return np.full(drawn.size, self.baseline.batches_per_year)

    @property
    def effective_batches(self) -> float:
        """Independent batches that the batches on record amount to."""
        return self.baseline.batches / self._deflation(sorted(self.baseline.failures_by_outcome))

    def failure_prob(self, drawn: Draws) -> FloatArray:
        """Return posterior draws of the probability that a batch fails, 0 to 1.

        Counts are deflated by the largest design effect of the priced outcomes. Without a recorded
        failure it is 0: a rate that a prior alone gives prices nothing.
        """
        found, names = self.baseline, sorted(self.baseline.failures_by_outcome)
        if not found.failures:
            return np.zeros(drawn.size)
        deflation = self._deflation(names)
        return drawn.rate(f"failure.{'+'.join(names)}", found.failures, found.batches, deflation)

    def outcome_probs(self, acted_on: Set[str], drawn: Draws) -> dict[str, FloatArray]:
        """Return draws of the probability of failing each outcome that levers act on.

        Each failed batch belongs to one outcome, so the probabilities never sum to more than that
        of failing at all.

        Args:
            acted_on: Outcomes of the levers carried out: priced ones, or else modes.
            drawn: Draws of the scenario.
        """
        total, found = self.failure_prob(drawn), self.baseline
        if acted_on <= found.failures_by_outcome.keys():
            counts = dict(found.failures_by_outcome)
        else:
            counts = dict(found.failures_by_mode)
            counts[OTHER] = found.failures - sum(counts.values())
        if len(counts) == 1:
            return dict.fromkeys(counts, total)
        split = drawn.shares("failure_split", counts, self._deflation(acted_on))
        return {name: total * share for name, share in split.items()}

    def _deflation(self, outcomes: Iterable[str]) -> float:
        return max((self.evidence.design_effect(name) for name in outcomes), default=1.0)
