"""The same kernel on an Apache Spark cluster, over the same monthly files.

A task gets the readings of one phase as Arrow columns, puts them in stored order by their row in
the file, and calls the very kernel this machine would. Files must lie where every worker finds them
under the same path, and the project must be importable there (README says how).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from assets.sensor_features.kernel.compiled import Array
from assets.sensor_features.registry import KERNEL_COLUMNS
from assets.sensor_features.series_description import DescribedMonth

# A worker's clock and its idea of a time zone must not reach the readings.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.enabled": "true",
    "spark.ui.showConsoleProgress": "false",
}
_PHASE = ("batch_id", "unit_procedure", "phase")


@dataclass(frozen=True)
class _Shape:
    """Where the series of one file begin, and what is known of each."""

    offsets: Array
    limits: Array
    to_celsius: Array


def features_on_cluster(
    master: str, settings: dict[str, str] | None = None
) -> Callable[[Iterable[DescribedMonth]], Iterator[tuple[DescribedMonth, Array]]]:
    """Return an executor that runs the kernel on a cluster.

    Args:
        master: Address, such as ``spark://host:7077``, ``yarn`` or ``local[2]``.
        settings: Spark's own settings, over the cluster's defaults.

    Returns:
        Takes months and yields each with (series, columns) float64, in order.
    """

    def executor(months: Iterable[DescribedMonth]) -> Iterator[tuple[DescribedMonth, Array]]:
        wanted = [month for month in months if month.series.height]
        if not wanted:
            return
        session = _session(master, settings or {})
        try:
            found = _compute(session, wanted)
        finally:
            session.stop()
        for month in wanted:
            yield month, found[month.stored.file.name]

    return executor


def _session(master: str, settings: dict[str, str]) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("lotwise sensor features")
    for key, value in (SETTINGS | settings).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _compute(session: Any, months: list[DescribedMonth]) -> dict[str, Array]:
    from pyspark.sql import functions as sql

    shapes = {month.stored.file.name: _shape(month) for month in months}
    readings = (
        session.read.parquet(*(str(month.stored.file.resolve()) for month in months))
        .where("phase IS NOT NULL")
        .select(
            *_PHASE,
            sql.col("_metadata.file_name").alias("file"),
            sql.col("_metadata.row_index").alias("row"),
            "recorded_at",
            "value",
            "is_usable",
        )
    )
    columns = ", ".join(f"`{name}` double" for name in KERNEL_COLUMNS)
    rows = (
        readings.groupBy("file", *_PHASE)
        .applyInArrow(_kernel_over(shapes), f"file string, series long, {columns}")
        .toArrow()
    )
    return _in_order(rows, shapes)


def _shape(month: DescribedMonth) -> _Shape:
    offsets = np.concatenate([[0], np.cumsum(month.series["readings"].to_numpy())])
    return _Shape(offsets.astype(np.int64), month.limits, month.to_celsius)


def _kernel_over(shapes: dict[str, _Shape]) -> Callable[[Any], Any]:
    """Return what a worker does with the readings of one phase."""

    def phase_features(readings: Any) -> Any:
        import pyarrow as pa

        from assets.sensor_features.kernel.series import series_features

        file = readings["file"][0].as_py()
        shape, stored = shapes[file], readings.sort_by("row")
        rows = stored["row"].to_numpy()
        first = int(np.searchsorted(shape.offsets, rows[0], "right")) - 1
        last = int(np.searchsorted(shape.offsets, rows[-1], "right"))
        usable, value = stored["is_usable"].to_numpy(), stored["value"].to_numpy()
        features = series_features(
            stored["recorded_at"].to_numpy().astype("datetime64[us]").view(np.int64),
            np.where(usable, value, np.nan),
            shape.offsets[first : last + 1] - shape.offsets[first],
            shape.limits[first:last],
            shape.to_celsius[first:last],
            threads=1,
        )
        series = np.arange(first, last)
        columns = [pa.array([file] * len(series)), pa.array(series)]
        columns += [pa.array(features[:, k]) for k in range(len(KERNEL_COLUMNS))]
        return pa.table(columns, names=["file", "series", *KERNEL_COLUMNS])

    return phase_features


def _in_order(rows: Any, shapes: dict[str, _Shape]) -> dict[str, Array]:
    """Put the rows that came back, in any order, in the order of the series of each file."""
    files, series = np.array(rows["file"].to_pylist()), rows["series"].to_numpy()
    features = np.column_stack([rows[name].to_numpy() for name in KERNEL_COLUMNS])
    found = {}
    for file, shape in shapes.items():
        out = np.full((len(shape.offsets) - 1, len(KERNEL_COLUMNS)), np.nan)
        is_here = files == file
        out[series[is_here]] = features[is_here]
        found[file] = out
    return found
