"""The account of every stratum: lives, events, rate with its interval, and the Weibull fit.

Every question has a row, also where no fit is possible; its ``note`` then says why.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from assets.time_to_failure.curves.weibull import MAX_SHAPE, WeibullFit, weibull_fit
from assets.time_to_failure.lives.strata import FAILED_PREFIX, KEY_SCHEMA, Stratum

FEWEST_EVENTS = 3
SCHEMA = {
    **KEY_SCHEMA,
    "units": pl.Int64(),
    "lives": pl.Int64(),
    "lives_truncated": pl.Int64(),
    "lives_unknown": pl.Int64(),
    "events": pl.Int64(),
    "exposure": pl.Float64(),
    "rate": pl.Float64(),
    "rate_low": pl.Float64(),
    "rate_high": pl.Float64(),
    "shape": pl.Float64(),
    "shape_low": pl.Float64(),
    "shape_high": pl.Float64(),
    "scale": pl.Float64(),
    "scale_low": pl.Float64(),
    "scale_high": pl.Float64(),
    "p_value": pl.Float64(),
    "p_adjusted": pl.Float64(),
    "is_season_locked": pl.Boolean(),
    "status": pl.String(),
    "note": pl.String(),
}
NO_RECORDS = (
    "The source records no equipment events or no phases on equipment: the age of equipment is "
    "unknown, so no life is followed."
)
ALPHA = 0.05
RISES = "The hazard rises with age."
RISES_ALONE = (
    "The hazard rises with age taken alone, but not once all questions of this clock are counted."
)
_NOTHING = (
    *("none", "none", "none", "breakdown", "batches"),
    *(0, 0, 0, 0, 0, 0.0),
    *[None] * 11,
    *(False, "no_records", NO_RECORDS),
)
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
        says so. Sorted by key.
    """
    rows = [_row(each, fits.get(each.key)) for each in strata] or [_NOTHING]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    families = [
        rows.with_columns(p_adjusted=holm(rows["p_value"]))
        for _, rows in frame.group_by("origin", "time_scale", maintain_order=True)
    ]
    is_alone = (pl.col("note") == RISES) & (pl.col("p_adjusted") > ALPHA)
    is_question = pl.col("event").str.starts_with(FAILED_PREFIX) & is_alone
    return (
        pl.concat(families)
        .with_columns(note=pl.when(is_question).then(pl.lit(RISES_ALONE)).otherwise("note"))
        .sort(list(KEY_SCHEMA))
    )


def holm(p_values: pl.Series) -> pl.Series:
    """Return p-values adjusted over the family (Holm 1979); null where there was none."""
    order = p_values.rank("ordinal")
    tests = p_values.len() - p_values.null_count()
    frame = pl.DataFrame({"p": p_values, "order": order}).with_row_index("row").sort("order")
    raised = (pl.col("p") * (tests + 1 - pl.col("order"))).clip(upper_bound=1.0)
    return (
        frame.with_columns(adjusted=raised)
        .with_columns(pl.col("adjusted").cum_max())
        .sort("row")["adjusted"]
    )


def rate_interval(events: int, exposure: float) -> tuple[float, float]:
    """Return the exact 95% interval of a Poisson rate (Garwood 1936).

    Args:
        events: Number of events.
        exposure: Time at risk, above zero.
    """
    from scipy.stats import chi2

    low = 0.0 if events == 0 else float(chi2.ppf(0.025, 2 * events)) / 2
    return low / exposure, float(chi2.ppf(0.975, 2 * events + 2)) / 2 / exposure


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


def _row(stratum: Stratum, fit: WeibullFit | None) -> tuple[object, ...]:
    risk = stratum.risk
    counts = (
        stratum.units,
        stratum.lives,
        stratum.lives_truncated,
        stratum.lives_unknown,
        risk.events,
        risk.exposure,
    )
    rates: tuple[float | None, ...] = (None, None, None)
    if risk.exposure > 0:
        rates = (risk.events / risk.exposure, *rate_interval(risk.events, risk.exposure))
    if fit is None:
        status = "no_events" if stratum.lives and not risk.events else "too_few_events"
        note = _why_not_fitted(stratum)
        return (*stratum.key, *counts, *rates, *[None] * 8, stratum.is_season_locked, status, note)
    estimates = (fit.shape, fit.shape_low, fit.shape_high, fit.scale, fit.scale_low, fit.scale_high)
    finite = [value if np.isfinite(value) else None for value in estimates]
    tests = (fit.p_value, None, stratum.is_season_locked)
    said = _said(fit, is_season_locked=stratum.is_season_locked)
    return (*stratum.key, *counts, *rates, *finite, *tests, "fitted", said)


def _said(fit: WeibullFit, *, is_season_locked: bool) -> str:
    if is_season_locked:
        return "Renewals recur at the same time of year: age and season cannot be told apart."
    if fit.shape >= MAX_SHAPE * 0.99:
        return "All events come at nearly the same age: the shape has no finite estimate."
    if fit.shape_low > 1:
        return RISES
    if fit.shape_high < 1:
        return "The hazard falls with age: events come early after the renewal."
    return "A constant hazard is not excluded."
