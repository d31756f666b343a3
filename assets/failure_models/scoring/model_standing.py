"""May a kept model still raise alarms? Its age, the drift of its scores, how it did in use.

Everything is asked of the score book, so of forecasts as they were given. Evidence may be looked at
every night: it is counted so that a model that is as it was is stopped with at most the probability
the site states, however long one looks. A stop stands until the model is fitted again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.scoring.frozen_model import FrozenModel, frozen_models
from assets.run_settings import ModelLimits
from assets.statistics.anytime_valid import (
    exceedance_e_value,
    miscalibration_e_value,
)
from assets.statistics.array_types import FloatArray
from assets.statistics.drift.group_drift import Grouped, group_drift
from assets.statistics.drift.relation_drift import Missed, relation_drift
from assets.statistics.intervals import CLUSTER_DEFLATION
from data_contracts.codes.records import Validation, Verdict
from data_contracts.tables import table

MODEL_STANDING = "model.model_standing"
IN_FORCE, STOPPED, AWAITS, WITHOUT_SIGNAL = (
    "in_force",
    "stopped",
    "awaits_approval",
    "without_signal",
)
SEED = 1  # of the limits' resamples: the same night says the same
# The last scores a model was tried with, by fits on much of what it was fitted on in the end.
REFERENCE_SCORES = 200
# What each question has of the risk to stop a model that is as it was: scores tell soonest, and an
# e-value hardly ever spends what it has.
RISK = {"drift": 5, "relation": 3, "results": 1, "calibration": 2, "budget": 1}
DAYS_OF_REFERENCE = 360  # about as long as it takes to make so many batches
MOST_LIVES = 5  # of the reference; a site that lets models grow older asks for no wider limits
SECONDS_PER_DAY = 86_400
BOUNDED = 1e-6


@dataclass(frozen=True)
class StandingEvidence:
    """The evidence against a model, at the most it ever was.

    Attributes:
        drift: How far its scores have moved from those it was tried with, as a share of what is
            told.
        relation: The same of how results go with what it expects; 0 for models of the label.
        results: The same of how far margins lie from what it expects; 0 for models of the label.
        calibration: E-value that the odds it gives are wrong by more than the band.
        budget: E-value that it raises more alarms than the budget allows.
        scored: Batches scored in time.
        known: Of these, with a result.
    """

    drift: float
    relation: float
    results: float
    calibration: float
    budget: float
    scored: int
    known: int


def model_standing(
    tables: Mapping[str, pl.DataFrame],
    book: pl.DataFrame,
    before: pl.DataFrame,
    approvals: Mapping[str, str],
    as_of: datetime | None,
    limits: ModelLimits,
    now: datetime,
) -> pl.DataFrame:
    """Say of every kept model, and of each it takes the place of, whether it may raise alarms.

    Args:
        tables: ``boosters``, ``predictions``, ``outcomes``, ``batches`` and ``batch_gates``.
        book: ``history.score_book`` as it was left by the run before.
        before: This table as it was left by the run before.
        approvals: Model version -> who approved it.
        as_of: Instant up to which records count; None where the source has no instants.
        limits: What is tolerated.
        now: This machine's clock, UTC: by it a model grows old whose batches have no instants.

    Returns:
        ``model.model_standing``.
    """
    judged = _with_results(book.filter(pl.col("revision") == 1), tables)
    past = {(row["outcome"], row["gate"], row["model_version"]): row for row in before.to_dicts()}
    rows = []
    for model in frozen_models(tables["boosters"]):
        place = (model.outcome, model.gate)
        known = past.get((*place, model.version), {})
        age = age_days(model, tables["batch_gates"], as_of, known.get("first_kept_at") or now, now)
        row = _standing(model, judged, tables, as_of, limits, age)
        if known.get("state") == STOPPED:  # a stop stands until the model is fitted again
            row |= {"state": STOPPED} | {name: known[name] for name in ("reason", "stopped_at")}
        replaced = _replaced(past, place, model.version)
        if row["state"] == IN_FORCE and replaced is not None:
            row |= {"replaces": replaced["model_version"]}
            if model.version in approvals:
                row["approved_by"] = approvals[model.version]
            else:
                row |= {"state": AWAITS, "reason": _await_reason(replaced, model.version)}
        rows.append(row)
        if row["state"] == AWAITS and replaced is not None:
            rows.append({**replaced, "is_current": False})
    return table(MODEL_STANDING, rows)


def _replaced(
    past: Mapping[tuple[str, int, str], dict[str, Any]], place: tuple[str, int], version: str
) -> dict[str, Any] | None:
    """The stopped version a model takes the place of; None where the one before was in force."""
    own = past.get((*place, version))
    if own is not None and own["replaces"] is None:
        return None
    earlier = [
        row
        for (*where, name), row in past.items()
        if tuple(where) == place and name != version and row["state"] == STOPPED
    ]
    wanted = own["replaces"] if own is not None else None
    named = [row for row in earlier if wanted in (None, row["model_version"])]
    return named[-1] if named else None


def _await_reason(replaced: Mapping[str, Any], version: str) -> str:
    return (
        f"It takes the place of {replaced['model_version']}, which was stopped because "
        f"{replaced['reason']}. Look at both, then: lotwise approve {version} --by NAME"
    )


def _with_results(first: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What was said first of each batch, with its result and its cluster."""
    results = tables["outcomes"].select("batch_id", "outcome", "is_failure", "known_at", "margin")
    return first.join(results, on=["batch_id", "outcome"], how="left").join(
        _clusters(tables["batches"]), on="batch_id", how="left"
    )


def _clusters(batches: pl.DataFrame) -> pl.DataFrame:
    code = pl.col("cluster_id").rank("dense").cast(pl.Int64)
    return batches.select("batch_id", "production_order", cluster=code)


def _standing(
    model: FrozenModel,
    judged: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    as_of: datetime | None,
    limits: ModelLimits,
    age: dict[str, Any],
) -> dict[str, Any]:
    """The row of a model by itself, whatever was before it but its age."""
    row: dict[str, Any] = {
        "outcome": model.outcome,
        "gate": model.gate,
        "model_version": model.version,
        "is_current": True,
        **age,
    }
    if model.verdict != Verdict.PROCESS_SIGNAL:
        return row | {"state": WITHOUT_SIGNAL, "reason": f"Its verdict is {model.verdict}."}
    own = (pl.col("outcome") == model.outcome) & (pl.col("gate") == model.gate)
    said = judged.filter(own & (pl.col("model_version") == model.version)).sort("entry")
    seen = watched(said, _tried(model, tables), limits, SEED)
    reason = stop_reason(seen, row["age_days"], limits)
    return row | {
        "state": IN_FORCE if reason is None else STOPPED,
        "reason": reason,
        "stopped_at": as_of if reason is not None else None,
        **asdict(seen),
    }


def age_days(
    model: FrozenModel,
    batch_gates: pl.DataFrame,
    as_of: datetime | None,
    first_kept_at: datetime,
    now: datetime,
) -> dict[str, Any]:
    """How old a model is: by the batches it was fitted on, else by the clock since it was kept.

    Args:
        model: The kept model.
        batch_gates: ``feature.batch_gates``.
        as_of: Instant up to which records count; None where the source has no instants.
        first_kept_at: When this version was first judged.
        now: This machine's clock.

    Returns:
        ``age_days``, and ``first_kept_at`` where it was asked.
    """
    fitted = pl.col("batch_id").is_in(model.numbers["fitted_on"])
    newest = batch_gates.filter(fitted & (pl.col("gate") == model.gate))["gate_at"].max()
    if as_of is not None and isinstance(newest, datetime):
        return {"age_days": _days(newest, as_of), "first_kept_at": None}
    return {"age_days": _days(first_kept_at, now), "first_kept_at": first_kept_at}


def _days(earlier: datetime, later: datetime) -> float:
    return max((later - earlier).total_seconds() / SECONDS_PER_DAY, 0.0)


def _tried(model: FrozenModel, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The last batches a model was tried on, as ``watched`` takes them."""
    tried = tables["predictions"].filter(
        (pl.col("outcome") == model.outcome)
        & (pl.col("gate") == model.gate)
        & (pl.col("model") == model.model)
        & (pl.col("validation") == Validation.ROLLING_ORIGIN)
        & pl.col("failure_prob").is_not_null()
    )
    margins = tables["outcomes"].filter(pl.col("outcome") == model.outcome)
    return (
        tried.select("batch_id", "failure_prob", "expected_margin")
        .join(margins.select("batch_id", "margin"), on="batch_id", how="left")
        .join(_clusters(tables["batches"]), on="batch_id")
        .sort("production_order")
        .tail(REFERENCE_SCORES)
    )


def watched(
    said: pl.DataFrame, tried: pl.DataFrame, limits: ModelLimits, seed: int
) -> StandingEvidence:
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
    budget = float(said["alarm_budget"].to_numpy().max(initial=0.0))
    tolerated = min(limits.budget_band * budget, 0.5)
    together = max(tried.height / max(tried["cluster"].n_unique(), 1), CLUSTER_DEFLATION)
    return StandingEvidence(
        drift=_moved("drift", _scores(said), _scores(tried), limits, seed),
        relation=_turned(_missed(known), _missed(tried), limits, seed),
        results=_moved("results", _missed_by(known), _missed_by(tried), limits, seed),
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
    return np.asarray(np.clip(probability.to_numpy(), BOUNDED, 1 - BOUNDED))


def _wrongly(question: str, limits: ModelLimits) -> float:
    """Probability with which a question may stop a model that is as it was."""
    return limits.wrongly_stopped_prob * RISK[question] / sum(RISK.values())


def _horizon(reference: int, later: int, limits: ModelLimits) -> int:
    """Groups of a model's life, as long as it may be."""
    lives = min(limits.oldest_days / DAYS_OF_REFERENCE, MOST_LIVES)
    return max(round(lives * reference), later, 1)


def _moved(
    question: str, later: Grouped, reference: Grouped, limits: ModelLimits, seed: int
) -> float:
    """How far means of groups have moved, as a share of what is told over a model's life."""
    horizon = _horizon(reference.starts.size, later.starts.size, limits)
    wrongly = _wrongly(question, limits)
    return group_drift(later, reference, horizon=horizon, wrongly=wrongly, seed=seed).most


def _turned(later: Missed, reference: Missed, limits: ModelLimits, seed: int) -> float:
    """How far the relation of results to what was expected has turned, likewise."""
    before, since = (Grouped(each.residual, each.group).starts.size for each in (reference, later))
    horizon, wrongly = _horizon(before, since, limits), _wrongly("relation", limits)
    return relation_drift(later, reference, horizon=horizon, wrongly=wrongly, seed=seed).most


def _scores(scored: pl.DataFrame) -> Grouped:
    """Normal score of each probability, by lot or campaign in a row.

    On this scale, unlike in log odds, a margin that moves in proportion to an input moves the score
    in proportion.
    """
    from scipy.special import ndtri

    return Grouped(ndtri(_bounded(scored["failure_prob"])), scored["cluster"].to_numpy())


def _missed(judged: pl.DataFrame) -> Missed:
    """What was expected of each batch and how far its margin lay from it."""
    both = judged.drop_nulls(["margin", "expected_margin"])
    expected = both["expected_margin"].to_numpy()
    return Missed(expected, both["margin"].to_numpy() - expected, both["cluster"].to_numpy())


def _missed_by(judged: pl.DataFrame) -> Grouped:
    """Distance of the margin from what was expected, by lot or campaign in a row."""
    missed = _missed(judged)
    return Grouped(missed.residual, missed.group)


def _most(evidence: FloatArray) -> float:
    return float(evidence.max(initial=1.0))


def stop_reason(seen: StandingEvidence, age_days: float, limits: ModelLimits) -> str | None:
    """Say why a model may raise no alarms; None where it may.

    Args:
        seen: The evidence against it.
        age_days: Its age.
        limits: What is tolerated.
    """
    reasons = []
    if age_days > limits.oldest_days:
        reasons.append(f"it is {age_days:.0f} days old, and {limits.oldest_days:.0f} are allowed")
    if seen.drift >= 1:
        reasons.append(
            "its inputs give other scores than those it was tried with (drift: "
            f"{seen.drift:.2f} of the limit)"
        )
    if seen.relation >= 1:
        reasons.append(
            "results no longer follow what it expects as they did when it was tried (relation: "
            f"{seen.relation:.2f} of the limit)"
        )
    if seen.results >= 1:
        reasons.append(
            "results lie otherwise about what it expects than when it was tried (results: "
            f"{seen.results:.2f} of the limit)"
        )
    for name, question, evidence, what in (
        (
            "calibration",
            "calibration",
            seen.calibration,
            f"the odds it gives are wrong by more than {limits.calibration_band:g} times",
        ),
        (
            "alarm budget",
            "budget",
            seen.budget,
            f"it raises more than {limits.budget_band:g} times the alarms its budget allows",
        ),
    ):
        needed = 1 / _wrongly(question, limits)
        if evidence >= needed:
            reasons.append(f"{what} ({name}: evidence {evidence:.3g} of {needed:.3g} needed)")
    return "; ".join(reasons) or None
