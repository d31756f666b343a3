"""One month's features per batch, phase and tag, computed once and kept beside its readings.

A month's rows are kept under a name made of all that they depend on, so that a new month costs one
month and a correction the months it touches. A month is written as soon as it is computed: memory
holds one or two of them, however many there are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.registry import COUNTS, NAMES, STEPS
from assets.sensor_features.series_description import LIMITS, DescribedMonth, described_month
from warehouse.content_hash import digest
from warehouse.sensor_readings.kept_months import KeptMonths
from warehouse.sensor_readings.stored_readings import StoredMonth
from warehouse.store import Warehouse

Array = np.ndarray[Any, np.dtype[Any]]
Executor = Callable[[Iterable[DescribedMonth]], Iterator[tuple[DescribedMonth, Array]]]

NAMED = (
    "batch_id", "stage", "unit_procedure", "phase", "tag", "unit", "equipment_id", "known_at",
    "first_at", "last_at", "started_at", "ended_at",
)  # fmt: skip


def kept_features(warehouse: Warehouse) -> KeptMonths:
    """Return where a source's features are kept, month by month.

    A kept frame has one row per batch, phase and tag: ``NAMED``, the features of the kernel,
    ``month`` and ``trajectory`` (a list of ``STEPS`` numbers, null where no time passes).
    """
    return KeptMonths(warehouse.home.kept_dir(warehouse.source_key, "phase_features"))


def keep_features(
    months: Iterable[StoredMonth],
    sensor_tags: pl.DataFrame,
    executor: Executor,
    kept: KeptMonths,
    known: Mapping[date, str] | None = None,
) -> dict[date, str]:
    """Compute and keep every month that has not been computed before.

    Args:
        months: The months on disk, in order.
        sensor_tags: ``core.sensor_tags``.
        executor: Runs the kernel over months.
        kept: The months computed before; those missing are added.
        known: Names of months taken as they are, without asking what they depend on.

    Returns:
        The name under which each month with series is kept, in order of month.
    """
    names: dict[date, str] = {}

    def missing() -> Iterator[DescribedMonth]:
        for stored in months:
            name = (known or {}).get(stored.month, "")
            if name in kept:
                names[stored.month] = name
                continue
            month = described_month(stored, sensor_tags)
            if month.series.height:
                names[stored.month] = version_of(month)
                if names[stored.month] not in kept:
                    yield month

    for month, columns in executor(missing()):
        kept.write(names[month.stored.month], named_rows(month, columns))
    return names


def version_of(month: DescribedMonth) -> str:
    """Name a month's features by all they depend on: readings, descriptions, kernel."""
    from assets.sensor_features.kernel.compiled import sources_digest

    described = month.series.select("tag", "equipment_id", "unit", *LIMITS).unique().sort(pl.all())
    parts = (month.stored.content_hash, sources_digest(), *NAMED, *described.rows())
    return f"{month.stored.month:%Y-%m}-{digest(parts)}"


def named_rows(month: DescribedMonth, columns: Array) -> pl.DataFrame:
    """Give rows of the kernel the names of their series.

    Args:
        month: The month; its series in stored order.
        columns: (series, columns) in the order of ``registry.KERNEL_COLUMNS``.
    """
    by_feature = np.ascontiguousarray(columns[:, : len(NAMES)].T)
    features = pl.DataFrame(
        [pl.Series(*one, nan_to_null=True) for one in zip(NAMES, by_feature, strict=True)]
    ).cast(dict.fromkeys(COUNTS, pl.Int64))
    steps = np.ascontiguousarray(columns[:, len(NAMES) :])
    trajectory = pl.Series("trajectory", steps, dtype=pl.Array(pl.Float64, STEPS)).arr.to_list()
    named = month.series.select(NAMED).hstack(features).with_columns(trajectory)
    has_trajectory = pl.Series(~np.isnan(steps).any(axis=1))
    return named.with_columns(
        trajectory=pl.when(has_trajectory).then("trajectory"), month=pl.lit(month.stored.month)
    )
