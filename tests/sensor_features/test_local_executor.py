"""Streaming: whatever the row groups, the stretches and the threads, each series is one series."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.series_description import DescribedMonth
from warehouse.reading_files import series_file
from warehouse.sensor_readings import stored_readings
from warehouse.sensor_readings.stored_readings import StoredMonth

LENGTHS = [7, 450, 1, 33, 120, 64, 3]
BEYOND = 50  # readings of no phase, stored last


@pytest.fixture
def month(tmp_path: Path) -> DescribedMonth:
    rng = np.random.default_rng(5)
    n = sum(LENGTHS) + BEYOND
    frame = pl.DataFrame(
        {
            "recorded_at": pl.Series(np.arange(n) * 10_000_000).cast(pl.Datetime("us")),
            "value": rng.normal(50, 2, n).round(2),
            "is_usable": np.arange(n) % 97 != 0,
        }
    )
    file = tmp_path / "2024-01-x.parquet"
    pq.write_table(frame.to_arrow(), file, row_group_size=50)
    series = pl.DataFrame({"readings": LENGTHS, "unit": "degC"}).with_columns(
        nor_low=48.0, nor_high=52.0, par_low=45.0, par_high=55.0
    )
    series.write_parquet(file.with_name(series_file(file.name)))
    return DescribedMonth(StoredMonth(date(2024, 1, 1), file, "x"), series)


@pytest.mark.parametrize(("readings", "threads"), [(1, 1), (1, 3), (120, 2), (10_000, 2)])
def test_stretches_and_threads_change_no_figure(
    month: DescribedMonth, monkeypatch: pytest.MonkeyPatch, readings: int, threads: int
) -> None:
    frame = pl.read_parquet(month.stored.file).head(sum(LENGTHS))
    whole = series_features(
        frame["recorded_at"].dt.epoch("us").to_numpy(),
        np.where(frame["is_usable"], frame["value"], np.nan),
        np.cumsum([0, *LENGTHS]),
        month.limits,
        month.to_celsius,
    )
    monkeypatch.setattr(stored_readings, "STRETCH_READINGS", readings)
    ((_, streamed),) = features_of_months([month], threads)
    np.testing.assert_array_equal(streamed, whole)


def test_months_come_in_order_and_an_empty_one_has_no_rows(month: DescribedMonth) -> None:
    empty = DescribedMonth(month.stored, month.series.head(0))
    sizes = [len(rows) for _, rows in features_of_months([empty, month, empty])]
    assert sizes == [0, len(LENGTHS), 0]
    assert list(features_of_months([])) == []
