"""Boosted trees, small on purpose: a few hundred batches cannot feed a large model.

The only place where xgboost is called. Attributions come from its own ``pred_contribs``, which
equals ``shap.TreeExplainer`` to rounding.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

LABEL_ROUNDS, LABEL_ETA = 150, 0.05
SETTINGS: dict[str, Any] = {
    "max_depth": 3,
    "subsample": 0.7,
    "colsample_bytree": 0.5,
    "min_child_weight": 10,
    "lambda": 5.0,
    "tree_method": "hist",
    "max_bin": 32,
    "nthread": 1,
    "verbosity": 0,
}
# On what lines leave of a margin, seen through the few columns that were chosen: shallow and short.
MARGIN_ROUNDS = 40
MARGIN_SETTINGS: dict[str, Any] = {
    "max_depth": 2,
    "min_child_weight": 20,
    "colsample_bytree": 1.0,
    "eta": 0.1,
}
# xgboost takes no brackets and no less-than in a name; a level may be any text.
_ALLOWED = str.maketrans("[]<", "()‹")


class BinnedDesigns:
    """One design binned for the trees once per set of rows; quantities measured together share it.

    Args:
        design: (rows, columns).
        weights: Per row, how often it counts; None for once each.
    """

    def __init__(self, design: FloatArray, weights: FloatArray | None = None) -> None:
        self._design = design
        self._weights = weights
        self._known: dict[bytes, Any] = {}

    def of(self, rows: IntArray, target: FloatArray) -> Any:
        """The binned rows, with their target per row (no NaN)."""
        import xgboost as xgb

        key = rows.tobytes()
        if key not in self._known:
            own = None if self._weights is None else self._weights[rows]
            self._known[key] = xgb.QuantileDMatrix(
                self._design[rows], weight=own, max_bin=SETTINGS["max_bin"], nthread=1
            )
        binned = self._known[key]
        binned.set_label(target)
        return binned


def fit_margin_trees(designs: BinnedDesigns, rows: IntArray, target: FloatArray, seed: int) -> Any:
    """Fit what lines leave of a margin, by squared error.

    Args:
        designs: The chosen columns and the weights of their rows.
        rows: Which of its rows to fit on.
        target: Per row of ``rows``, around 0, no NaN.
        seed: Of row and column sampling.

    Returns:
        The booster.
    """
    import xgboost as xgb

    settings = SETTINGS | MARGIN_SETTINGS | {"seed": seed, "base_score": 0.0}
    return xgb.train(settings, designs.of(rows, target), MARGIN_ROUNDS)


def fit_label_trees(values: FloatArray, label: FloatArray, seed: int) -> Any:
    """Fit failures by log likelihood; NaN values are handled by the trees.

    Args:
        values: (rows, columns), NaN where missing.
        label: Per row 0 or 1, both present.
        seed: Of row and column sampling.

    Returns:
        The booster.
    """
    import xgboost as xgb

    settings = SETTINGS | {
        "objective": "binary:logistic",
        "eta": LABEL_ETA,
        "seed": seed,
        "base_score": float(np.clip(label.mean(), 1e-4, 1 - 1e-4)),
        # Weight is p(1-p) per row here: ten of it would forbid every split at 3% failures.
        "min_child_weight": 0.5,
    }
    return xgb.train(settings, xgb.DMatrix(values, label, nthread=1), LABEL_ROUNDS)


def predict(booster: Any, values: FloatArray) -> FloatArray:
    """Prediction per row: a margin, or a probability, as the booster was fitted."""
    import xgboost as xgb

    rows = xgb.DMatrix(values, nthread=1)
    return np.asarray(booster.predict(rows, validate_features=False), dtype=float)


def contributions(booster: Any, values: FloatArray) -> FloatArray:
    """SHAP values per row and column (the bias term left out)."""
    import xgboost as xgb

    rows = xgb.DMatrix(values, nthread=1)
    parts = booster.predict(rows, pred_contribs=True, validate_features=False)
    return np.asarray(parts[:, :-1], dtype=float)


def as_text(booster: Any, names: Sequence[str]) -> str:
    """The booster in xgboost's JSON format, the same on every machine.

    Args:
        booster: It is left as it was: what is fitted on goes without names.
        names: Of its columns, in order, so that whoever loads it sees what it is about.
    """
    booster.feature_names = [name.translate(_ALLOWED) for name in names]
    try:
        return bytes(booster.save_raw("json")).decode()
    finally:
        booster.feature_names = None


def from_text(text: str) -> Any:
    """A booster from xgboost's JSON format."""
    import xgboost as xgb

    return xgb.Booster(model_file=bytearray(text.encode()))
