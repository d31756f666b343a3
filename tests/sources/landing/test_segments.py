"""Rows go to disk as they come: memory does not grow with them, and a check stops in time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.sources.landing.segments import Bounds, write_segment
from data_contracts.errors import SourceError

READINGS = Bounds(becomes_frame=False, columns=0)


class Rows:
    """Batches of rows made when they are asked for."""

    def __init__(self, schema: pa.Schema, batches: int, rows: int) -> None:
        self.schema, self.batches, self.rows, self.made = schema, batches, rows, 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for number in range(self.batches):
            self.made += 1
            first = number * self.rows
            numbers = pa.array(np.arange(first, first + self.rows))
            own = [numbers.cast(kind) for kind in self.schema.types]
            yield pa.record_batch(own, schema=self.schema)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Sixty megabytes pass through a few."""
    before = pa.total_allocated_bytes()
    most = 0

    class Watched(Rows):
        def __iter__(self) -> Iterator[pa.RecordBatch]:
            nonlocal most
            for batch in super().__iter__():
                most = max(most, pa.total_allocated_bytes() - before)
                yield batch

    rows = Watched(pa.schema({"id": pa.int64(), "value": pa.float64()}), 200, 20_000)
    found = write_segment(rows, tmp_path / "a.parquet", ("id",), READINGS, {}, "here")
    assert (found.rows, found.is_whole) == (4_000_000, True)
    assert found.last is not None
    assert found.last.values == (3_999_999,)
    assert most < 16 << 20
    written = pq.read_metadata(tmp_path / "a.parquet")
    assert written.num_rows == 4_000_000
    assert written.num_row_groups == 50, "small batches become larger row groups"


def test_a_check_reads_no_further_than_it_needs(tmp_path: Path) -> None:
    rows = Rows(pa.schema({"id": pa.int64()}), 100, 70_000)
    bounds = Bounds(becomes_frame=False, columns=0, most_rows=100_000)
    found = write_segment(rows, tmp_path / "a.parquet", ("id",), bounds, {}, "here")
    assert (found.rows, found.is_whole, found.last) == (100_000, False, None)
    assert pq.read_metadata(tmp_path / "a.parquet").num_rows == 100_000
    assert rows.made == 2


def test_rows_that_become_a_table_are_bounded_before_they_are_all_read(tmp_path: Path) -> None:
    rows = Rows(pa.schema({"id": pa.int64()}), 1_000, 70_000)
    with pytest.raises(SourceError, match="at most 15,000,000 cells"):
        write_segment(rows, tmp_path / "a.parquet", (), Bounds(True, 20), {}, "here")
    assert rows.made == 11


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (pa.float32(), "comes as float"),
        (pa.timestamp("us"), "comes as timestamp"),
        (pa.binary(), "comes as binary"),
        (pa.list_(pa.int64()), "comes as list"),
    ],
)
def test_what_lost_something_on_the_way_does_not_land(
    tmp_path: Path, kind: pa.DataType, told: str
) -> None:
    rows = Rows(pa.schema({"x": kind}), 0, 0)
    with pytest.raises(SourceError, match=told):
        write_segment(rows, tmp_path / "a.parquet", (), READINGS, {}, "here")


def test_a_text_that_is_no_number_is_told(tmp_path: Path) -> None:
    class Texts(Rows):
        def __iter__(self) -> Iterator[pa.RecordBatch]:
            yield pa.record_batch({"x": ["1.5", "$2"]})

    rows = Texts(pa.schema({"x": pa.string()}), 1, 2)
    with pytest.raises(SourceError, match=r"here: the column 'x' holds what is no double.*\$2"):
        write_segment(rows, tmp_path / "a.parquet", (), READINGS, {"x": "number"}, "here")
