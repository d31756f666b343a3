"""A tracker that says each month whether a lever shows on the margins.

Margins tell long before failures do. Months are the looks, so that what the batches of a month
share is counted once. The record before is only counted: its mean is estimated, so each month is
held against everything before it and divided by how surely that is known (forecast errors; Brown,
Durbin & Evans 1975), and what one month carries over to the next is taken off first.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.savings.programme.savings_tracker import LEFT_OUT_SHARE, MOST_LEFT_OUT
from assets.statistics.anytime_valid import shift_e_value
from assets.statistics.array_types import FloatArray

FEWEST_MONTHS_BEFORE = 6
MOST_CARRIED_OVER = 0.9
FEWEST_OUTSIDE = 5  # batches on either side of the limits before the start that say what it moves


@dataclass(frozen=True)
class MarginEvidence:
    """Running evidence that a margin moved as promised.

    Attributes:
        quantity: The margin that answers most to the lever.
        shift: Promised move of its mean, above 0, in robust spreads.
        months: First days of the months since the start that have such a margin.
        e_values: (months,) running evidence; 20 or more is shown.
    """

    quantity: str
    shift: float
    months: list[date]
    e_values: FloatArray


def margin_evidence(
    inside: pl.DataFrame, margins: pl.DataFrame, started_on: date, adherence: float
) -> MarginEvidence | None:
    """Follow the margin that answers most to a lever.

    Args:
        inside: ``held_batches.with_inside`` of all dated batches.
        margins: Measured rows of ``core.outcome_margins`` of the outcome: batch_id, quantity,
            margin.
        started_on: First day of the programme.
        adherence: Promised share of batches inside, 0 to 1.

    Returns:
        The evidence month by month; None where no margin lies farther from its limit inside the
        limits, or fewer than six months before or none since have one.
    """
    measured = inside.join(margins, on="batch_id")
    before = _without_bad_spell(measured.filter(pl.col("day") < started_on), started_on)
    found: MarginEvidence | None = None
    best = 0.0
    for (quantity,), known in sorted(before.group_by("quantity")):
        means = known.group_by("product").agg(product_mean=pl.col("margin").mean())
        own = _less_product_mean(known, means)
        shift, spread = promised_shift(own, adherence), float(own["margin"].to_numpy().std())
        later = measured.filter((pl.col("quantity") == quantity) & (pl.col("day") >= started_on))
        months, since = monthly_means(_less_product_mean(later, means))
        earlier = monthly_means(own)[1]
        if shift <= best * spread or earlier.size < FEWEST_MONTHS_BEFORE or not months:
            continue
        best = shift / spread
        evidence = months_e_value(earlier, since, shift)
        found = MarginEvidence(str(quantity), shift, months, evidence)
    return found


def _without_bad_spell(earlier: pl.DataFrame, start: date) -> pl.DataFrame:
    """Leave out the last quarter of the record, at most a year, as the tracker on failures does."""
    first = earlier["day"].min()
    if not isinstance(first, date):
        return earlier
    return earlier.filter(
        pl.col("day") < start - min((start - first) * LEFT_OUT_SHARE, MOST_LEFT_OUT)
    )


def _less_product_mean(rows: pl.DataFrame, means: pl.DataFrame) -> pl.DataFrame:
    """Take each product's mean before off its margins; products new since then tell nothing."""
    joined = rows.join(means, on="product", how="inner", maintain_order="left")
    return joined.with_columns(margin=pl.col("margin") - pl.col("product_mean"))


def promised_shift(own: pl.DataFrame, adherence: float) -> float:
    """Return by how much the mean margin moves if so many more batches lie inside.

    Args:
        own: Batches before the start: is_inside, margin less its product's mean.
        adherence: Promised share of batches inside, 0 to 1.

    Returns:
        (promised share - share inside before) x (mean inside - mean outside), in robust spreads; 0
        where either side has fewer than five batches.

    Examples:
        Half lay inside, two spreads farther from the limit; nine of ten promised:

        >>> rows = pl.DataFrame({"is_inside": [True, False] * 5, "margin": [1.0, -1.0] * 5})
        >>> round(promised_shift(rows, 0.9), 9)
        0.8
    """
    known = own.filter(pl.col("is_inside").is_not_null())
    inside, outside = (
        known.filter(pl.col("is_inside") == side)["margin"] for side in (True, False)
    )
    if min(inside.len(), outside.len()) < FEWEST_OUTSIDE:
        return 0.0
    gained = adherence - inside.len() / known.height
    return gained * (float(inside.to_numpy().mean()) - float(outside.to_numpy().mean()))


def monthly_means(own: pl.DataFrame) -> tuple[list[date], FloatArray]:
    """Return the months and the mean margin of each, in order.

    Args:
        own: Batches: month, margin less its product's mean.
    """
    means = own.group_by("month").agg(pl.col("margin").mean()).sort("month")
    return means["month"].to_list(), means["margin"].to_numpy().astype(float)


def months_e_value(before: FloatArray, since: FloatArray, shift: float) -> FloatArray:
    """Return running evidence that monthly means moved up by a shift.

    Args:
        before: (months,) means on the record before, at least six.
        since: (months,) means since the start.
        shift: Promised move, above 0, in the unit of the means.

    Returns:
        (months since,) e-values, as ``anytime_valid.shift_e_value``.
    """
    carried = carried_over(before)
    every = np.concatenate([before, since])
    own = every[1:] - carried * every[:-1]  # what a month does not share with the one before
    known = before.size - 1
    spread = float(own[:known].std(ddof=1))
    if spread <= 0:
        return np.ones(since.size)
    so_far = np.arange(known, own.size)
    mean_so_far = np.cumsum(own)[so_far - 1] / so_far
    errors = (own[known:] - mean_so_far) / np.sqrt(1 + 1 / so_far)
    return shift_e_value(errors, (1 - carried) * shift / spread)


def carried_over(months: FloatArray) -> float:
    """Return which share of a month's mean the next one may keep, 0 to 0.9.

    A share that is taken too low makes drift look like an effect, one too high only costs time: so
    it is taken one standard error above what was found.

    Source: lag-one autocorrelation, corrected for its bias in short records (Kendall 1954), plus
        its standard error without any (Bartlett 1946).
    """
    centred = months - months.mean()
    total = float((centred**2).sum())
    if total <= 0:
        return 0.0
    found = float((centred[1:] * centred[:-1]).sum()) / total
    likely = found + (1 + 3 * found) / months.size
    return float(np.clip(likely + months.size**-0.5, 0.0, MOST_CARRIED_OVER))
