"""Categories suggested for deviations filed without one, with a probability that can be believed.

A text that was filed before (numbers apart) gets the category it was mostly filed under, with the
share of filings that agree. For new texts a logistic model over TF-IDF weights learns from the
categorised deviations; its confidence is calibrated on texts it has not seen: deviations of one
text are kept in one fold, else repeated texts would vouch for themselves. A category is suggested
only where the probability reaches ``ENOUGH``; otherwise the row says why not.

Source: Platt (1999) for the logistic calibration of a confidence.
"""

from typing import Any

import numpy as np
import polars as pl

from assets.deviations.texts import normalised, text_features
from assets.statistics.array_types import FloatArray
from data_contracts.tables import table

TABLE = "finding.deviation_category_suggestions"
ENOUGH = 0.8
FEWEST_EXAMPLES = 20  # categorised deviations in all
FEWEST_TEXTS = 3  # distinct texts of a category before it can be suggested
FOLDS = 5
UNFILED = ("", "other", "uncategorised", "unknown", "miscellaneous")


def deviation_category_suggestions(deviations: pl.DataFrame) -> pl.DataFrame:
    """Suggest a category for every deviation that has none.

    Args:
        deviations: ``core.deviations``.

    Returns:
        ``finding.deviation_category_suggestions``: one row per uncategorised deviation; empty where
        every deviation has a category.
    """
    is_unfiled = pl.col("category").fill_null("").str.to_lowercase().is_in(UNFILED)
    texts = pl.col("description").map_elements(normalised, return_dtype=pl.String, skip_nulls=False)
    told = deviations.with_columns(text=texts).sort("deviation_id")
    unfiled = told.filter(is_unfiled)
    filed = told.filter(~is_unfiled & (pl.col("text") != ""))
    if unfiled.is_empty():
        return table(TABLE)
    again = unfiled.join(filed.select("text").unique(), on="text", how="semi")
    fresh = unfiled.join(again, on="deviation_id", how="anti")
    return table(TABLE, [*_repeated(again, filed), *_new(fresh, filed)])


def _repeated(again: pl.DataFrame, filed: pl.DataFrame) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    counts: dict[str, list[tuple[str, int]]] = {}
    ordered = (
        filed.group_by("text", "category").len().sort("len", "category", descending=[True, False])
    )
    for text, category, count in ordered.rows():
        counts.setdefault(text, []).append((category, count))
    for identifier, text in again.select("deviation_id", "text").rows():
        (first, agreeing), *others = counts[text]
        filings = agreeing + sum(count for _, count in others)
        sure = (agreeing + 1) / (filings + 2)  # Laplace's rule: one filing is no certainty
        second = others[0][0] if others else None
        if sure < ENOUGH:
            reason = (
                f"No suggestion: the same text was filed {filings} times, {agreeing} of them under "
                f"{first}."
            )
            rows.append((identifier, None, sure, second, filed.height, reason))
        else:
            reason = f"The same text was filed under {first} in {agreeing} of {filings} cases."
            rows.append((identifier, first, sure, second, filed.height, reason))
    return rows


def _new(unfiled: pl.DataFrame, filed: pl.DataFrame) -> list[tuple[object, ...]]:
    taught = filed.filter(pl.col("text").n_unique().over("category") >= FEWEST_TEXTS)
    if unfiled.is_empty():
        return []
    if taught.height < FEWEST_EXAMPLES or taught["category"].n_unique() < 2:
        reason = (
            "No suggestion: a new text, and fewer than two categories (or 20 deviations) with "
            "different enough texts to learn from."
        )
        return [(i, None, None, None, taught.height, reason) for i in unfiled["deviation_id"]]
    return _suggested(unfiled, taught)


def _suggested(unfiled: pl.DataFrame, taught: pl.DataFrame) -> list[tuple[object, ...]]:
    learned, weighing = text_features(taught["text"].to_list())
    category = np.array(taught["category"].to_list())
    calibration = _calibration(learned, category, np.array(taught["text"].to_list()))
    model = _model().fit(learned, category)
    asked = weighing.transform(unfiled["text"].to_list())
    scores = model.predict_proba(asked)
    order = np.argsort(-scores, axis=1, kind="stable")
    best = np.take_along_axis(scores, order[:, :1], axis=1)[:, 0]
    confidence = _calibrated(best, calibration)
    known = np.asarray(asked.sum(axis=1)).ravel() > 0
    names = [str(name) for name in model.classes_]
    return [
        _row(identifier, names, places, float(sure), bool(seen), taught.height)
        for identifier, places, sure, seen in zip(
            unfiled["deviation_id"], order, confidence, known, strict=True
        )
    ]


def _row(
    identifier: str, names: list[str], places: Any, sure: float, is_seen: bool, examples: int
) -> tuple[object, ...]:
    first, second = names[places[0]], names[places[1]]
    if not is_seen:
        reason = "No suggestion: the description is empty or shares no words with any other."
        return identifier, None, None, None, examples, reason
    if sure < ENOUGH:
        reason = (
            f"No suggestion: {first} is likeliest, but right with a probability of only "
            f"{sure:.0%}, below {ENOUGH:.0%}."
        )
        return identifier, None, sure, second, examples, reason
    reason = f"Worded like {first}: such suggestions were right in {sure:.0%} of unseen texts."
    return identifier, first, sure, second, examples, reason


def _model() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=5.0, max_iter=500, class_weight="balanced")


def _calibration(learned: Any, category: Any, text: Any) -> tuple[float, float] | None:
    """Fit how often the likeliest category is right on texts held out, by its score.

    Returns:
        Intercept and slope on the logit of the score; None where too few texts could be held out.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    folds = min(FOLDS, np.unique(text).size)
    score, is_right = [], []
    for train, test in GroupKFold(folds).split(learned, category, text):
        if np.unique(category[train]).size < 2:
            continue
        fit = _model().fit(learned[train], category[train])
        probability = fit.predict_proba(learned[test])
        score.append(probability.max(axis=1))
        is_right.append(fit.classes_[probability.argmax(axis=1)] == category[test])
    if not score:
        return None
    x, y = _logit(np.concatenate(score)), np.concatenate(is_right)
    # Platt's correction of the targets: certainty needs infinitely many right answers.
    right, wrong = int(y.sum()), int((~y).sum())
    weight = np.where(y, (right + 1) / (right + 2), (wrong + 1) / (wrong + 2))
    both = np.concatenate([y, ~y])
    weights = np.concatenate([weight, 1 - weight])
    fit = LogisticRegression(C=100.0).fit(np.tile(x, 2)[:, None], both, sample_weight=weights)
    return float(fit.intercept_[0]), max(0.0, float(fit.coef_[0, 0]))


def _logit(p: FloatArray) -> FloatArray:
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _calibrated(score: FloatArray, calibration: tuple[float, float] | None) -> FloatArray:
    if calibration is None:
        return np.zeros(score.size)
    intercept, slope = calibration
    return np.asarray(1 / (1 + np.exp(-(intercept + slope * _logit(score)))))
