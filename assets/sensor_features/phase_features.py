"""From months of readings to rows of ``feature.sensor_phase_features``.

A month is computed once: its rows are kept beside its readings under a name made of all that they
depend on, so that a new month costs one month and a correction the months it touches.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.registry import COUNTS, NAMES
from assets.sensor_features.series_description import LIMITS, DescribedMonth, described_month
from data_contracts.catalogue import contract
from data_contracts.polars_schema import empty
from warehouse.kept_months import KeptMonths
from warehouse.stored_readings import StoredMonth

Array = np.ndarray[Any, np.dtype[Any]]
Executor = Callable[[Iterable[DescribedMonth]], Iterator[tuple[DescribedMonth, Array]]]

TABLE = "feature.sensor_phase_features"
KEY = ("batch_id", "unit_procedure", "phase", "tag")


def phase_features(
    months: Sequence[StoredMonth],
    sensor_tags: pl.DataFrame,
    executor: Executor,
    kept: KeptMonths | None = None,
) -> pl.DataFrame:
    """Compute the features of every month that has not been computed before.

    Args:
        months: The months on disk.
        sensor_tags: ``core.sensor_tags``.
        executor: Runs the kernel over months.
        kept: Months computed before; by default none is known and none is kept.

    Returns:
        One row per batch, phase and tag, sorted by them; empty where there are no readings.
    """
    described = [described_month(month, sensor_tags) for month in months]
    names = {month.stored.month: version_of(month) for month in described}
    found = {} if kept is None else {n: kept.read(n) for n in names.values() if n in kept}
    missing = [m for m in described if names[m.stored.month] not in found and m.series.height]
    for month, features in executor(missing):
        name, rows = names[month.stored.month], named_features(month.series, features)
        found[name] = rows
        if kept is not None:
            kept.write(name, rows)
    parts = [frame for frame in found.values() if frame.height]
    return pl.concat(parts).sort(KEY) if parts else empty(contract(TABLE))


def version_of(month: DescribedMonth) -> str:
    """Name a month's features by all they depend on: readings, descriptions, kernel."""
    from assets.sensor_features.kernel.compiled import sources_digest
    from warehouse.content_hash import digest

    described = month.series.select("tag", "equipment_id", "unit", *LIMITS).unique().sort(pl.all())
    parts = (month.stored.content_hash, sources_digest(), *described.rows())
    return f"{month.stored.month:%Y-%m}-{digest(parts)}"


def named_features(series: pl.DataFrame, features: Array) -> pl.DataFrame:
    """Give rows of the kernel the names of their series, in the columns of the contract.

    Args:
        series: One row per series with its names, ``unit`` and ``known_at``.
        features: (series, features) in the order of ``registry.NAMES``.
    """
    computed = pl.DataFrame(features, schema=list(NAMES), orient="row").with_columns(
        pl.all().fill_nan(None)
    )
    named = series.select("batch_id", "stage", "unit_procedure", "phase", "tag", "unit")
    return named.hstack(computed.with_columns(pl.col(COUNTS).cast(pl.Int64))).with_columns(
        series["known_at"]
    )
