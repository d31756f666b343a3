"""May a kept model still raise alarms? Its age, the drift of its scores, how it did in use.

Everything is asked of the score book, so of forecasts as they were given. Evidence may be looked at
every night: it is counted so that a model that is as it was is stopped with at most the probability
the site states, however long one looks. A stop stands until the model is fitted again.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.anytime_valid import (
    exceedance_e_value,
    miscalibration_e_value,
)
from assets.statistics.array_types import FloatArray
from assets.statistics.group_drift import group_drift, group_means
from assets.statistics.intervals import CLUSTER_DEFLATION

MODEL_STANDING = "model.model_standing"
# The last scores a model was tried with, by fits on nearly all it was fitted on in the end.
REFERENCE_SCORES = 100
TESTS = 2  # that count evidence: calibration, alarm budget; the others have half of the risk
DAYS_OF_REFERENCE = 180  # about as long as it takes to make so many batches
SECONDS_PER_DAY = 86_400
BOUNDED = 1e-6


@dataclass(frozen=True)
class ModelLimits:
    """Beyond what a model raises no alarms until it is fitted again.

    Attributes:
        oldest_days: Age of the newest batch it was fitted on, days.
        wrongly_stopped_prob: Probability that a model which is as it was is ever stopped by
            evidence, above 0 and below 1.
        calibration_band: Factor by which the odds it gives may be wrong, at least 1.
        budget_band: Factor by which the share of alarms may exceed the alarm budget, at least 1.
    """

    oldest_days: float = 400.0
    wrongly_stopped_prob: float = 0.08
    calibration_band: float = 1.25
    budget_band: float = 2.0

    def evidence_needed(self, models: int) -> float:
        """E-value from which a model is stopped, where so many are watched."""
        return 2 * TESTS * max(models, 1) / self.wrongly_stopped_prob


USUAL_LIMITS = ModelLimits()


@dataclass(frozen=True)
class Watched:
    """The evidence against a model, at the most it ever was.

    Attributes:
        drift: How far its scores have moved from those it was tried with, as a share of what is
            told; a quarter of the probability to be wrongly stopped is spent on it.
        results: The same of how far margins lie from what it expects; 0 for models of the label.
        calibration: E-value that the odds it gives are wrong by more than the band.
        budget: E-value that it raises more alarms than the budget allows.
        scored: Batches scored in time.
        known: Of these, with a result.
    """

    drift: float
    results: float
    calibration: float
    budget: float
    scored: int
    known: int


def watched(said: pl.DataFrame, tried: pl.DataFrame, limits: ModelLimits, seed: int) -> Watched:
    """Weigh what a version said first of each batch.

    Args:
        said: Its first entries of ``history.score_book`` in order, with ``cluster`` (a code), and
            ``is_failure``, ``known_at`` and ``margin`` of their result; null while it is to come.
        tried: ``failure_prob``, ``expected_margin``, ``margin`` and ``cluster`` of the last batches
            it was tried on, in order.
        limits: What is tolerated.
        seed: Of the resamples.
    """
    known = said.filter(pl.col("is_failure").is_not_null()).sort("known_at", "entry")
    given = _bounded(known["failure_prob"])
    failed = known["is_failure"].cast(pl.Float64).to_numpy()
    alarm = said["is_alarm"].drop_nulls().cast(pl.Float64).to_numpy()
    tolerated = min(limits.budget_band * float(said["alarm_budget"].max() or 0.0), 0.5)
    together = max(tried.height / max(tried["cluster"].n_unique(), 1), CLUSTER_DEFLATION)
    return Watched(
        drift=_moved(_scores(said), _scores(tried), limits, seed),
        results=_moved(_missed_by(known), _missed_by(tried), limits, seed),
        calibration=_most(
            miscalibration_e_value(
                given, failed, limits.calibration_band, deflation=CLUSTER_DEFLATION
            )
        ),
        budget=_most(exceedance_e_value(alarm, tolerated, deflation=together))
        if tolerated > 0
        else 1.0,
        scored=said.height,
        known=known.height,
    )


def _bounded(probability: pl.Series) -> FloatArray:
    return np.clip(probability.to_numpy(), BOUNDED, 1 - BOUNDED)


def _moved(later: FloatArray, reference: FloatArray, limits: ModelLimits, seed: int) -> float:
    """How far means of groups have moved, as a share of what is told over a model's life."""
    lives = limits.oldest_days / DAYS_OF_REFERENCE
    horizon = max(round(lives * reference.size), later.size, 1)
    wrongly = limits.wrongly_stopped_prob / 4
    return group_drift(later, reference, horizon=horizon, wrongly=wrongly, seed=seed).most


def _scores(scored: pl.DataFrame) -> FloatArray:
    """Mean normal score of the probability of each lot or campaign in a row.

    On this scale, unlike in log odds, a margin that moves in proportion to an input moves the score
    in proportion.
    """
    from scipy.special import ndtri

    return group_means(ndtri(_bounded(scored["failure_prob"])), scored["cluster"].to_numpy())


def _missed_by(judged: pl.DataFrame) -> FloatArray:
    """Mean distance of the margin from what was expected, by lot or campaign in a row."""
    both = judged.drop_nulls(["margin", "expected_margin"])
    distance = (both["margin"] - both["expected_margin"]).to_numpy()
    return group_means(distance, both["cluster"].to_numpy())


def _most(evidence: FloatArray) -> float:
    return float(evidence.max(initial=1.0))


def stop_reason(
    seen: Watched, age_days: float | None, limits: ModelLimits, models: int
) -> str | None:
    """Say why a model may raise no alarms; None where it may.

    Args:
        seen: The evidence against it.
        age_days: Age of the newest batch it was fitted on; None where the source has no instants.
        limits: What is tolerated.
        models: Models watched.
    """
    needed = limits.evidence_needed(models)
    reasons = []
    if age_days is not None and age_days > limits.oldest_days:
        reasons.append(f"it is {age_days:.0f} days old, and {limits.oldest_days:.0f} are allowed")
    if seen.drift >= 1:
        reasons.append(
            "its inputs give other scores than those it was tried with (drift: "
            f"{seen.drift:.2f} of the limit)"
        )
    if seen.results >= 1:
        reasons.append(
            "results lie otherwise about what it expects than when it was tried (results: "
            f"{seen.results:.2f} of the limit)"
        )
    for name, evidence, what in (
        (
            "calibration",
            seen.calibration,
            f"the odds it gives are wrong by more than {limits.calibration_band:g} times",
        ),
        (
            "alarm budget",
            seen.budget,
            f"it raises more than {limits.budget_band:g} times the alarms its budget allows",
        ),
    ):
        if evidence >= needed:
            reasons.append(f"{what} ({name}: evidence {evidence:.3g} of {needed:.3g} needed)")
    return "; ".join(reasons) or None
