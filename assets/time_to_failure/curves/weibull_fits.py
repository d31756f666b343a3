"""The account of every stratum: lives, events, rate with its interval, and the Weibull fit.

Every question has a row, also where no fit is possible; its ``note`` then says why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.intervals import garwood
from assets.statistics.reliability.weibull import MAX_SHAPE, WeibullFit, weibull_fit
from assets.statistics.resampling.multiplicity import holm
from assets.time_to_failure.lives.lives import FIRST_RECORD
from assets.time_to_failure.lives.strata import FAILED_PREFIX, Stratum
from data_contracts.codes.records import FitStatus
from data_contracts.tables import table

TABLE = "finding.weibull_fits"
FAMILY = ["origin", "time_scale"]  # questions asked of one clock on one scale of time
FEWEST_EVENTS = 3
NO_RECORDS = (
    "The source records no equipment events or no phases on equipment: the age of equipment is "
    "unknown, so no life is followed."
)
ALPHA = 0.05
RISES = "The hazard rises with age."
RISES_ALONE = (
    "The hazard rises with age taken alone, but not once all questions of this clock are counted."
)
UNKNOWN_AGE = (
    "as the records go on: a trend over the records, not over an age, for how old the equipment "
    "was when they began is not known."
)
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("equipment_class", "origin", "part"), "none"),
    "event": "breakdown",
    "time_scale": "batches",
    **dict.fromkeys(("units", "lives", "lives_truncated", "lives_unknown", "events"), 0),
    "exposure": 0.0,
    "is_season_locked": False,
    "status": FitStatus.NO_RECORDS,
    "note": NO_RECORDS,
}
Fits = Mapping[tuple[str, str, str, str, str], WeibullFit]


def fits_of(strata: Iterable[Stratum]) -> dict[tuple[str, str, str, str, str], WeibullFit]:
    """Fit every stratum with at least three events at two ages or more.

    Args:
        strata: The questions.

    Returns:
        Fits by key of the stratum.
    """
    return {each.key: weibull_fit(each.risk) for each in strata if not _why_not_fitted(each)}


def weibull_fits(strata: Iterable[Stratum], fits: Fits) -> pl.DataFrame:
    """Return the account of every stratum.

    Args:
        strata: The questions.
        fits: ``fits_of``.

    Returns:
        ``finding.weibull_fits``: one row per stratum; rates per batch or hour at risk with exact
        95% Poisson intervals (Garwood 1936), Weibull estimates with profile-likelihood intervals,
        the likelihood-ratio test against a constant hazard, also adjusted over all rows of the
        same clock and scale (Holm 1979). A source without equipment events has one row that
        says so.
    """
    rows = [_row(each, fits.get(each.key)) for each in strata] or [NOTHING]
    families = [
        part.with_columns(p_adjusted=holm(part["p_value"].to_numpy()))
        for _, part in table(TABLE, rows).group_by(FAMILY, maintain_order=True)
    ]
    is_alone = (pl.col("note") == RISES) & (pl.col("p_adjusted") > ALPHA)
    is_question = pl.col("event").str.starts_with(FAILED_PREFIX) & is_alone
    note = pl.when(is_question).then(pl.lit(RISES_ALONE)).otherwise("note")
    return table(TABLE, pl.concat(families).with_columns(note=note))


def _why_not_fitted(stratum: Stratum) -> str | None:
    risk = stratum.risk
    if not stratum.lives:
        return "No life of known age is on record."
    if risk.events == 0:
        return f"No event in {stratum.lives} lives: only an upper bound of the rate is known."
    if risk.events < FEWEST_EVENTS:
        return (
            f"Too few events ({risk.events}) in {stratum.lives} lives to tell whether the hazard "
            "rises with age: the rate and its interval are all that is known."
        )
    if np.unique(risk.exit[risk.is_event]).size < 2:
        return "All events fall on one age: a shape cannot be estimated."
    return None


def _row(stratum: Stratum, fit: WeibullFit | None) -> dict[str, Any]:
    risk = stratum.risk
    row: dict[str, Any] = {
        **stratum.named_key,
        "units": stratum.units,
        "lives": stratum.lives,
        "lives_truncated": stratum.lives_truncated,
        "lives_unknown": stratum.lives_unknown,
        "events": risk.events,
        "exposure": risk.exposure,
        "is_season_locked": stratum.is_season_locked,
    }
    if risk.exposure > 0:
        low, high = map(float, garwood(risk.events, risk.exposure))
        row |= {"rate": risk.events / risk.exposure, "rate_low": low, "rate_high": high}
    if fit is None:
        status = (
            FitStatus.NO_EVENTS if stratum.lives and not risk.events else FitStatus.TOO_FEW_EVENTS
        )
        return row | {"status": status, "note": _why_not_fitted(stratum)}
    row |= {name: value for name, value in asdict(fit).items() if isfinite(value)}
    said = _said(fit, stratum)
    return row | {"status": "fitted", "note": said}


def _said(fit: WeibullFit, stratum: Stratum) -> str:
    if stratum.is_season_locked:
        return "Renewals recur at the same time of year: age and season cannot be told apart."
    if fit.shape >= MAX_SHAPE * 0.99:
        return "All events come at nearly the same age: the shape has no finite estimate."
    if stratum.origin == FIRST_RECORD and (fit.shape_low > 1 or fit.shape_high < 1):
        way = "more" if fit.shape_low > 1 else "less"
        return f"{way.capitalize()} often {UNKNOWN_AGE}"
    if fit.shape_low > 1:
        return RISES
    if fit.shape_high < 1:
        return "The hazard falls with age: events come early after the renewal."
    return "A constant hazard is not excluded."
