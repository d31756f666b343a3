"""Cox and accelerated-failure models of what goes with breakdowns and failed batches.

On the clock since maintenance each batch of a life is one row at risk from n - 1 to n batches, so
covariates may change from batch to batch and late entry is as natural as censoring. Coefficients
are shrunk a little; proportional hazards are checked covariate by covariate.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.time_to_failure.curves.fit_notes import with_notes

# lifelines' defaults stop early enough to leave the sixth digit open.
COX_OPTIONS = {"precision": 1e-16, "r_precision": 1e-18}
AFT_OPTIONS = {"ftol": 1e-14}
TIME_INTERACTION = "age_interaction"


def cox_rows(rows: pl.DataFrame, covariates: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Fit one penalised Cox model and yield a row per covariate.

    The penalty is a normal prior with standard deviation 1 on the log hazard ratio of one standard
    deviation of the covariate. Ties are Efron's. Proportional hazards are tested by adding the
    covariate times the log of age to the model (Cox 1972), which, unlike residuals, allows for
    late entry.

    Args:
        rows: One row per batch at risk: ``entry_batches``, ``exit_batches``, ``is_event`` and the
            covariates. Rows must be single batches, else the check of proportional hazards, whose
            interaction takes each row's age, means nothing.
        covariates: Name to unit, at least one, each varying.

    Yields:
        Columns of ``finding.hazard_models`` from ``unit`` on; a sentence in ``note`` where a fit is
        missing.

    Source: Cox (1972); Therneau & Grambsch (2000), sections 3.7 and 6.2; Verweij & van Houwelingen
        (1994) for the penalty.
    """
    names = list(covariates)
    fitted, note = with_notes(lambda: _cox(rows, names))
    summary = None if fitted is None else fitted.summary  # computed anew at every look
    for name, unit in covariates.items():
        row: dict[str, Any] = {"covariate": name, "unit": unit, "note": note}
        if summary is not None:
            row |= _effect(summary.loc[name]) | _proportionality(rows, names, name)
        yield row


def aft_rows(rows: pl.DataFrame, covariates: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Fit a Weibull accelerated-failure-time model and yield a row per covariate and its shape.

    Args:
        rows: One row per spell: ``entry_batches``, ``exit_batches``, ``is_event``, the covariates.
        covariates: Name to unit, at least one, each varying.

    Yields:
        As ``cox_rows``. ``ratio`` is the factor by which lives are longer; for ``shape`` it is the
        Weibull shape, given the covariates. Intervals are from the log.

    Source: Kalbfleisch & Prentice (2002), section 2.3.3.
    """
    fitted, note = with_notes(lambda: _aft(rows, list(covariates)))
    places = {name: ("lambda_", name) for name in covariates} | {"shape": ("rho_", "Intercept")}
    for name, place in places.items():
        row: dict[str, Any] = {"covariate": name, "unit": covariates.get(name), "note": note}
        yield row if fitted is None else row | _effect(fitted.summary.loc[place])


def _cox(rows: pl.DataFrame, names: list[str]) -> Any:
    from lifelines import CoxPHFitter

    frame = rows.select(
        *names, "entry_batches", "exit_batches", pl.col("is_event").cast(pl.Int8)
    ).to_pandas()
    # lifelines multiplies its penalty by the number of rows, so this is a prior of spread 1.
    fitter = CoxPHFitter(penalizer=1 / rows.height)
    return fitter.fit(
        frame,
        "exit_batches",
        "is_event",
        entry_col="entry_batches",
        fit_options=COX_OPTIONS,
    )


def _aft(rows: pl.DataFrame, names: list[str]) -> Any:
    from lifelines import WeibullAFTFitter

    chosen = rows.select(*names, "entry_batches", "exit_batches", pl.col("is_event").cast(pl.Int8))
    return WeibullAFTFitter().fit(
        chosen.to_pandas(),
        "exit_batches",
        "is_event",
        entry_col="entry_batches",
        fit_options=AFT_OPTIONS,
    )


def _effect(summary: Any) -> dict[str, float]:
    low, high = float(summary["coef lower 95%"]), float(summary["coef upper 95%"])
    middle = float(summary["coef"])
    with np.errstate(over="ignore"):
        ratios = np.exp([middle, low, high])
    return {
        "coefficient": middle,
        "coefficient_low": low,
        "coefficient_high": high,
        "ratio": float(ratios[0]),
        "ratio_low": float(ratios[1]),
        "ratio_high": float(ratios[2]),
        "p_value": float(summary["p"]),
    }


def _proportionality(rows: pl.DataFrame, names: list[str], name: str) -> dict[str, Any]:
    centre = rows.filter("is_event").select(pl.col("exit_batches").log().mean()).item()
    grown = rows.with_columns(
        (pl.col(name) * (pl.col("exit_batches").log() - centre)).alias(TIME_INTERACTION)
    )
    fitted, _ = with_notes(lambda: _cox(grown, [*names, TIME_INTERACTION]))
    if fitted is None:
        return {}
    p_value = float(fitted.summary.loc[TIME_INTERACTION, "p"])
    return {"ph_p_value": p_value, "is_proportional": p_value > 0.05}
