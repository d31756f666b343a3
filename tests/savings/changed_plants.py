"""Plants with lots and carry-over, changed from a day on or not."""

from datetime import date

import numpy as np
import polars as pl

START = date(2024, 1, 1)
BEFORE, SINCE, PER_MONTH = 48, 36, 14  # months on record, months followed, batches a month
LOT = 9  # batches a lot: lots straddle months


def changed_plant(
    seed: int, lift: float = 0.0, effect: float = 1.5
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two products, lots that differ, batches that carry over; a value that decides the margin.

    Seven of ten batches lay inside; from the start on ``lift`` of those outside are brought inside.
    """
    rng = np.random.default_rng(seed)
    count = (BEFORE + SINCE) * PER_MONTH
    noise = rng.standard_normal(count)
    carried = np.zeros(count)
    for i in range(1, count):
        carried[i] = 0.9 * carried[i - 1] + 0.44 * noise[i]
    lots = 0.7 * rng.standard_normal(count // LOT + 1)[np.arange(count) // LOT]
    month = np.arange(count) // PER_MONTH
    is_inside = rng.random(count) < 0.7
    is_inside |= (month >= BEFORE) & (rng.random(count) < lift)
    product = rng.integers(0, 2, count)
    margin = 3.0 + 4.0 * product + effect * is_inside + lots + 0.7 * carried
    margin += 0.7 * rng.standard_normal(count)
    days = [date(2020 + m // 12, m % 12 + 1, 1) for m in month.tolist()]
    ids = [f"B{i:05d}" for i in range(count)]
    inside = pl.DataFrame(
        {
            "batch_id": ids,
            "product": [f"P{each}" for each in product],
            "day": days,
            "month": days,
            "is_inside": is_inside,
        }
    )
    return inside, pl.DataFrame({"batch_id": ids, "quantity": "assay.low", "margin": margin})
