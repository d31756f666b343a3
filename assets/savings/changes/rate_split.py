"""Why the failure rate moved: other products were made, or the same failed at other rates.

Kitagawa (1955), Components of a difference between two rates, Journal of the American Statistical
Association 50:1168-1194, equation 6: with weights w and rates r by product before (0) and after
(1), mix is the sum of (w1 - w0)(r0 + r1)/2 and rate that of (r1 - r0)(w0 + w1)/2; they add up.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.savings.uncertainty.draws import stream
from assets.statistics.array_types import FloatArray
from assets.statistics.dependence import deflation
from data_contracts.codes.money import RatePart

DRAWS = 4_000
LEVEL = 0.9
FEWEST = 20  # batches on each side; below, a rate moves by several points with one batch


@dataclass(frozen=True)
class RateMove:
    """One part of a move.

    Attributes:
        part: ``mix``, ``rate`` or ``total``.
        move: By how much the failure rate moved, a share.
        low: Lower end of the 90% interval.
        high: Upper end.
    """

    part: str
    move: float
    low: float
    high: float


@dataclass(frozen=True)
class Side:
    """Batches with a known outcome on one side of a comparison.

    Attributes:
        batches: One row per batch: product, is_failure, cluster_id.
    """

    batches: pl.DataFrame

    @property
    def failures(self) -> int:
        """Failed batches."""
        return int(self.batches["is_failure"].sum())

    def by_product(self, products: list[str]) -> tuple[FloatArray, FloatArray]:
        """Return failures and batches by product, shape (products,) each."""
        counted = self.batches.group_by("product").agg(
            failures=pl.col("is_failure").sum(), batches=pl.len()
        )
        found = {name: (bad, number) for name, bad, number in counted.iter_rows()}
        pairs = np.array([found.get(name, (0, 0)) for name in products], dtype=float)
        return pairs[:, 0], pairs[:, 1]

    def deflation(self) -> float:
        """What counts are divided by because batches share lots and campaigns."""
        _, cluster = np.unique(self.batches["cluster_id"].to_numpy(), return_inverse=True)
        return deflation(self.batches["is_failure"].to_numpy(), cluster)


def rate_moves(before: Side, after: Side, seed: int) -> list[RateMove]:
    """Split the move of the failure rate between two sets of batches that share none.

    A product made on one side only has the rate it has there on both: its coming or going is mix.
    Intervals come from draws of each product's rate (Jeffreys' prior on counts divided by the
    design effect); the mix is counted and so is certain.

    Args:
        before: The earlier batches, at least one.
        after: The later ones, at least one.
        seed: The run's seed.

    Returns:
        Mix, rate and total, in this order.
    """
    products = sorted({*before.batches["product"], *after.batches["product"]})
    (bad_0, made_0), (bad_1, made_1) = before.by_product(products), after.by_product(products)
    weights = made_0 / made_0.sum(), made_1 / made_1.sum()
    with np.errstate(invalid="ignore"):
        rates = bad_0 / made_0, bad_1 / made_1
    point = _parts(*_one_sided(rates, made_0, made_1), *weights)
    by = max(before.deflation(), after.deflation())
    drawn = tuple(
        stream(seed, f"rate_split.{side}").beta(
            0.5 + bad / by, 0.5 + (made - bad) / by, size=(DRAWS, made.size)
        )
        for side, bad, made in (("before", bad_0, made_0), ("after", bad_1, made_1))
    )
    spread = _parts(*_one_sided(drawn, made_0, made_1), *weights)
    tails = ((1 - LEVEL) / 2, 1 - (1 - LEVEL) / 2)
    names = (RatePart.MIX, RatePart.RATE, RatePart.TOTAL)
    return [
        RateMove(name, float(value), *(float(end) for end in np.quantile(values, tails)))
        for name, value, values in zip(names, point, spread, strict=True)
    ]


def _one_sided(
    rates: tuple[FloatArray, ...], made_0: FloatArray, made_1: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give a product that one side did not make the rate it has on the other."""
    r0, r1 = rates
    return np.where(made_0 > 0, r0, r1), np.where(made_1 > 0, r1, r0)


def _parts(
    r0: FloatArray, r1: FloatArray, w0: FloatArray, w1: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    mix = ((w1 - w0) * (r0 + r1) / 2).sum(axis=-1)
    rate = ((r1 - r0) * (w0 + w1) / 2).sum(axis=-1)
    return mix, rate, mix + rate
