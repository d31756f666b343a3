"""Wide tables of any size, a row per batch, whose failures depend on two columns."""

from pathlib import Path

import numpy as np
import polars as pl
import yaml

FAILURE_RATE = 0.03


def write_wide_table(folder: Path, rows: int, columns: int, seed: int = 1) -> Path:
    """Write a table and its profile.

    Args:
        folder: Where ``batches.csv`` and ``profile.yaml`` are written.
        rows: Batches, in the order in which they were made.
        columns: Numeric columns; the first two drive failures, every third moves slowly.
        seed: Of everything drawn.

    Returns:
        The profile.
    """
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, columns))
    slow = np.cumsum(rng.normal(size=(rows, len(range(2, columns, 3)))), axis=0)
    values[:, 2::3] += slow / np.sqrt(rows)
    risk = 1.2 * values[:, 0] + 0.8 * values[:, 1] + rng.logistic(size=rows)
    failed = risk > np.quantile(risk, 1 - FAILURE_RATE)
    names = [f"c{place:04d}" for place in range(columns)]
    frame = pl.DataFrame(values, schema=names).with_columns(pl.all().round(5))
    ids = pl.Series("batch", [f"B{place:06d}" for place in range(rows)])
    folder.mkdir(parents=True, exist_ok=True)
    frame.insert_column(0, ids).with_columns(pl.Series("failed", failed.astype(int))).write_csv(
        folder / "batches.csv"
    )
    described = {
        "profile": "made_table",
        "title": "One wide table, a row per batch",
        "wide_table": {
            "path": "batches.csv",
            "batch_id": "batch",
            "numeric": {4: names},
            "label": {"column": "failed", "failed": ["1"], "stage": 6},
        },
    }
    profile = folder / "profile.yaml"
    profile.write_text(yaml.safe_dump(described, sort_keys=False), encoding="utf-8")
    return profile
