"""What the records say about early release: which share of batches, at which risk, or why none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import CLUSTER_DEFLATION, clopper_pearson
from data_contracts.assumptions import Assumptions
from data_contracts.codes.money import LeverRefusal
from data_contracts.codes.records import Validation

RECENT_SCORES = 100
BOUND_LEVEL = 0.9  # of a two-sided interval, whose upper end is a bound at 95%
UNSCORED = RefusedLever(
    LeverRefusal.NOT_SCORED,
    "No later batch was scored, so the risk of a wrong release is unknown.",
)
UNBOUNDED = RefusedLever(
    LeverRefusal.WRONG_RELEASE_RISK,
    "Without a process signal no batch can be told from another before its result.",
)
TOO_FEW_SCORED = RefusedLever(
    LeverRefusal.NOT_SCORED,
    "Too few later batches were scored to bound the risk of a wrong release.",
)


@dataclass(frozen=True)
class ReleaseEvidence:
    """Which share of batches may be released early, with the risk of a wrong release bounded.

    Attributes:
        eligible: Later batches with a score in the lower half of the hundred before them.
        batches: Later batches scored.
        wrong: Failures among the eligible.
        bound: Upper 95% bound of the share of failures among the eligible.
    """

    eligible: int
    batches: int
    wrong: int
    bound: float

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""
        return (
            f"{self.eligible} of {self.batches} later batches scored in the lower half and would "
            f"have been released early; {self.wrong} of them failed, so the risk of a wrong "
            f"release is at most {self.bound:.2%} (95% bound)."
        )

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of the eligible share."""
        return {
            "eligible_share": draws.rate(
                "release.eligible", self.eligible, self.batches, CLUSTER_DEFLATION
            )
        }


def supported_release(
    assumptions: Assumptions, records: BusinessRecords, counts: FailureCounts
) -> ReleaseEvidence | RefusedLever:
    """Return what early release may rest on for the first priced outcome, or why on nothing.

    Args:
        assumptions: The set; its release lever states the largest risk allowed.
        records: The tables of the run.
        counts: Failures and verdicts.
    """
    evidence = counts.evidence
    lever = next((each for each in assumptions.levers if "lead_time_after" in each.uses), None)
    outcome = next(iter(counts.baseline.failures_by_outcome), None)
    gate = evidence.primary_gate(outcome) if outcome is not None else None
    if lever is None or outcome is None or gate is None:
        return UNSCORED
    if not evidence.has_signal(outcome) or "wrong_release_limit" not in lever.uses:
        return UNBOUNDED
    limit = float(assumptions[lever.uses["wrong_release_limit"]].base)
    model = str(evidence.verdicts[outcome, gate].get("model_used"))
    return release_evidence(records.predictions, records.batches, outcome, gate, model, limit)


def release_evidence(
    predictions: pl.DataFrame | None,
    batches: pl.DataFrame,
    outcome: str,
    gate: int,
    model: str,
    limit: float,
) -> ReleaseEvidence | RefusedLever:
    """Return how many batches could be released early, or why none may.

    Args:
        predictions: ``model.predictions``; None where it was not made.
        batches: ``core.batches``, for the order in which the scores came: a batch's number need
            not follow it.
        outcome: The outcome a release must not let through.
        gate: Last gate before its result.
        model: Model the verdict rests on.
        limit: Largest share of failures allowed among batches released early, 0 to 1.
    """
    if predictions is None:
        return UNSCORED
    own = (
        predictions.filter(
            outcome=outcome, gate=gate, model=model, validation=Validation.ROLLING_ORIGIN
        )
        .join(batches.select("batch_id", "production_order"), on="batch_id")
        .sort("production_order", "batch_id")
    )
    score, failed = own["failure_prob"].to_numpy(), own["is_failure"].to_numpy()
    later = range(RECENT_SCORES, len(score))
    is_low = np.array([score[i] <= np.median(score[i - RECENT_SCORES : i]) for i in later], bool)
    eligible, wrong = int(is_low.sum()), int((failed[RECENT_SCORES:] & is_low).sum())
    if not eligible:
        return TOO_FEW_SCORED
    hits, trials = wrong / CLUSTER_DEFLATION, eligible / CLUSTER_DEFLATION
    bound = clopper_pearson(hits, trials, BOUND_LEVEL)[1]
    found = ReleaseEvidence(eligible, len(later), wrong, bound)
    if found.bound <= limit:
        return found
    said = f"{found.sentence} The limit is {limit:.2%}."
    return RefusedLever(LeverRefusal.WRONG_RELEASE_RISK, said)
