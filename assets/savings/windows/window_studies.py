"""The windows studied at the last refit, as a table, and what is read back from it.

Estimating a window takes hundreds of fits to all of history, and rests on drivers that a refit
names; so a study is kept from refit to refit like the verdict it stands under, and a night prices
what was found. Kept is everything an effect says, so that what is read back is what was estimated.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import polars as pl

from assets.savings.windows.effect import Estimate, WindowEffect
from assets.savings.windows.negative_controls import Controls, controlled
from assets.savings.windows.policy import Window
from assets.savings.windows.window_effects import Effects, Studied, StudiedWindow
from data_contracts.codes.money import NegativeControl
from data_contracts.tables import table

STUDIES = "finding.window_studies"
AS_RECORDED = "as_recorded"
_ESTIMATES = {
    "expected": "expected",
    "ledger": "ledger",
    "robust": "robust",
    "share": "failures_share",
    "exposed_ratio": "exposed_ratio",
}
_COLUMNS = {"calibration": "risk_calibration"}
_PLAIN = tuple(
    each.name
    for each in fields(WindowEffect)
    if each.name not in {*_ESTIMATES, "outcome", "feature", "title", "window", "beside"}
)


def window_studies(studied: Studied, *, resamples: int, seed: int) -> pl.DataFrame:
    """Return what was found of every window and of its controls.

    Args:
        studied: ``studied_windows``.
        resamples: Bootstrap resamples of lots.
        seed: The run's seed.

    Returns:
        ``finding.window_studies``.
    """
    rows = [
        {"lever": lever, "outcome": outcome, "subject": subject} | _row(one, found)
        for (lever, outcome), one in studied.items()
        for subject, found in (
            (AS_RECORDED, one.effect),
            *controlled(one, outcome, resamples=resamples, seed=seed).items(),
        )
    ]
    return table(STUDIES, rows)


def kept_effects(studies: pl.DataFrame) -> Effects:
    """Return what was found of every window, or why nothing was.

    Args:
        studies: ``finding.window_studies``.
    """
    rows = studies.filter(pl.col("subject") == AS_RECORDED)
    return {(row["lever"], row["outcome"]): _found(row) for row in rows.iter_rows(named=True)}


def kept_controls(studies: pl.DataFrame) -> Controls:
    """Return what was found of every control, by lever, outcome and control.

    Args:
        studies: ``finding.window_studies``.
    """
    every = {NegativeControl.DEALT_TO_OTHER_LOTS, NegativeControl.NEXT_BATCH}
    return {
        (row["lever"], row["outcome"], row["subject"]): (row["feature"], _found(row))
        for row in studies.sort("lever", "outcome", "subject").iter_rows(named=True)
        if row["subject"] in every
    }


def _row(one: StudiedWindow, found: WindowEffect | str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "feature": one.feature,
        "title": one.title,
        "trimmed_share": one.trimmed_share,
    }
    if isinstance(found, str):
        return row | {"not_estimated_because": found}
    window = found.window
    row["window_low"] = window.low if np.isfinite(window.low) else None
    row["window_high"] = window.high if np.isfinite(window.high) else None
    for name, column in _ESTIMATES.items():
        estimate: Estimate = getattr(found, name)
        row |= {
            column: estimate.value,
            f"{column}_low": estimate.low,
            f"{column}_high": estimate.high,
        }
    return row | {_COLUMNS.get(name, name): getattr(found, name) for name in _PLAIN}


def _found(row: Mapping[str, Any]) -> WindowEffect | str:
    if row["not_estimated_because"] is not None:
        return str(row["not_estimated_because"])
    low, high = row["window_low"], row["window_high"]
    estimates: dict[str, Any] = {
        name: Estimate(row[column], row[f"{column}_low"], row[f"{column}_high"])
        for name, column in _ESTIMATES.items()
    }
    return WindowEffect(
        outcome=row["outcome"],
        feature=row["feature"],
        title=row["title"],
        window=Window(-np.inf if low is None else low, np.inf if high is None else high),
        **estimates,
        **{name: row[_COLUMNS.get(name, name)] for name in _PLAIN},
    )
