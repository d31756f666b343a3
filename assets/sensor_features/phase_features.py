"""From months of readings to features per batch, phase and tag.

A month is computed once: its rows are kept beside its readings under a name made of all that they
depend on, so that a new month costs one month and a correction the months it touches.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.golden import KEY, Envelope, golden_distances
from assets.sensor_features.registry import COUNTS, GOLDEN, NAMES, STEPS
from assets.sensor_features.series_description import LIMITS, DescribedMonth, described_month
from data_contracts.catalogue import contract
from data_contracts.polars_schema import empty
from warehouse.content_hash import digest
from warehouse.kept_months import KeptMonths
from warehouse.stored_readings import StoredMonth

Array = np.ndarray[Any, np.dtype[Any]]
Executor = Callable[[Iterable[DescribedMonth]], Iterator[tuple[DescribedMonth, Array]]]

TABLE = "feature.sensor_phase_features"
ENVELOPES = "feature.golden_trajectories"
NAMED = (
    "batch_id", "stage", "unit_procedure", "phase", "tag", "unit", "equipment_id", "known_at",
    "first_at", "last_at", "started_at", "ended_at",
)  # fmt: skip


def series_features(
    months: Sequence[StoredMonth],
    sensor_tags: pl.DataFrame,
    executor: Executor,
    kept: KeptMonths | None = None,
) -> pl.DataFrame | None:
    """Compute every month that has not been computed before.

    Args:
        months: The months on disk.
        sensor_tags: ``core.sensor_tags``.
        executor: Runs the kernel over months.
        kept: Months computed before; by default none is known and none is kept.

    Returns:
        One row per batch, phase and tag, sorted by them: ``NAMED``, the features of the kernel,
        ``month`` and ``trajectory`` (a list of ``STEPS`` numbers); None without readings.
    """
    described = [described_month(month, sensor_tags) for month in months]
    names = {month.stored.month: version_of(month) for month in described}
    found = {} if kept is None else {n: kept.read(n) for n in names.values() if n in kept}
    missing = [m for m in described if names[m.stored.month] not in found and m.series.height]
    for month, columns in executor(missing):
        name, rows = names[month.stored.month], named_rows(month, columns)
        found[name] = rows
        if kept is not None:
            kept.write(name, rows)
    parts = [frame for frame in found.values() if frame.height]
    return pl.concat(parts).sort(KEY) if parts else None


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
    features = pl.DataFrame(columns[:, : len(NAMES)], schema=list(NAMES), orient="row")
    features = features.with_columns(pl.all().fill_nan(None)).cast(dict.fromkeys(COUNTS, pl.Int64))
    steps = np.ascontiguousarray(columns[:, len(NAMES) :])
    trajectory = pl.Series("trajectory", steps, dtype=pl.Array(pl.Float64, STEPS)).arr.to_list()
    named = month.series.select(NAMED).hstack(features).with_columns(trajectory)
    has_trajectory = pl.Series(~np.isnan(steps).any(axis=1))
    return named.with_columns(
        trajectory=pl.when(has_trajectory).then("trajectory"), month=pl.lit(month.stored.month)
    )


def phase_features(
    series: pl.DataFrame | None, batches: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compare trajectories with the golden ones and lay out the tables.

    Args:
        series: From ``series_features``.
        batches: ``core.batches``.

    Returns:
        ``feature.sensor_phase_features`` and ``feature.golden_trajectories``.
    """
    if series is None:
        return empty(contract(TABLE)), empty(contract(ENVELOPES))
    distances, envelopes = golden_distances(series, batches)
    wide = series.join(distances, on=KEY, how="left", maintain_order="left")
    columns = [*NAMED[:6], *NAMES, *(feature.name for feature in GOLDEN), "known_at"]
    return wide.select(columns), _envelope_table(envelopes)


def _envelope_table(envelopes: list[Envelope]) -> pl.DataFrame:
    described = contract(ENVELOPES)
    if not envelopes:
        return empty(described)
    steps = pl.DataFrame(
        {
            "month": [envelope.month for envelope in envelopes],
            "unit_procedure": [envelope.names[0] for envelope in envelopes],
            "phase": [envelope.names[1] for envelope in envelopes],
            "tag": [envelope.names[2] for envelope in envelopes],
            "product": [envelope.product or "any product" for envelope in envelopes],
            "step": [list(range(1, STEPS + 1))] * len(envelopes),
            "centre": [envelope.centre.tolist() for envelope in envelopes],
            "spread": [envelope.spread.tolist() for envelope in envelopes],
            "batches": [envelope.batches for envelope in envelopes],
        }
    )
    key = ["month", "unit_procedure", "phase", "tag", "product"]
    return (
        steps.unique(key, maintain_order=True)
        .explode("step", "centre", "spread")
        .sort([*key, "step"])
        .select(described.column_names)
    )
