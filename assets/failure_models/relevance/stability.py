"""How well an association lasts: in halves of the lots, and from period to period."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

HALVES = 100
STRETCHES = 4


@dataclass(frozen=True)
class Lasting:
    """Where the sign of each association is that over all batches.

    Attributes:
        sign_stability: Per column, share of half samples of whole lots, 0 to 1.
        period_stability: Per column, share of four stretches of time, 0 to 1.
    """

    sign_stability: FloatArray
    period_stability: FloatArray


def lasting(design: FloatArray, target: FloatArray, cluster: IntArray, seed: int) -> Lasting:
    """Follow the sign of associations through parts of the batches.

    Args:
        design: (batches, columns) in production order, each of mean about 0, 0 where missing.
        target: (batches, columns) what each column is held against, NaN where missing.
        cluster: Per batch, code of its lot or campaign.
        seed: Of the half samples.

    Source: Meinshausen & Buehlmann (2010), complementary halves; here of whole lots.
    """
    centred = np.nan_to_num(target - np.nanmean(target, axis=0))
    product = (design - design.mean(axis=0)) * centred
    sign = np.sign(product.sum(axis=0))
    codes, place = np.unique(cluster, return_inverse=True)
    by_lot = np.zeros((codes.size, design.shape[1]))
    np.add.at(by_lot, place, product)
    rng = np.random.default_rng(seed)
    order = rng.random((HALVES // 2, codes.size)).argsort(axis=1)
    half = (order < codes.size // 2).astype(float)
    in_halves = np.vstack([half @ by_lot, (1 - half) @ by_lot])
    stretch = np.arange(len(design)) * STRETCHES // max(len(design), 1)
    in_stretches = np.vstack([product[stretch == i].sum(axis=0) for i in range(STRETCHES)])
    return Lasting(
        (np.sign(in_halves) == sign).mean(axis=0), (np.sign(in_stretches) == sign).mean(axis=0)
    )
