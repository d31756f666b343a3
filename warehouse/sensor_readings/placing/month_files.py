"""Writing a month's rows as Parquet: names from the runs, every column in the way it is smallest.

Time is written as differences, a value by a dictionary where it is rounded (few distinct ones) and
byte by byte where it has all its digits. Statistics stand on what questions ask for: batch, tag,
time, and whether readings are usable.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.sensor_readings.placing.columns import QUALITIES
from warehouse.sensor_readings.placing.compiled import BAD
from warehouse.sensor_readings.placing.stored_runs import StoredRuns
from warehouse.sensor_readings.placing.ways import Ways

Array = np.ndarray[Any, np.dtype[Any]]

ROW_GROUP: Final = 122_880
SAMPLE, MOST_DISTINCT = 4096, 0.5
_TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA: Final = pa.schema(
    {
        "batch_id": _TEXT,
        "stage": pa.int64(),
        "unit_procedure": _TEXT,
        "phase": _TEXT,
        "equipment_id": _TEXT,
        "tag": _TEXT,
        "recorded_at": pa.timestamp("us"),
        "value": pa.float64(),
        "quality": pa.dictionary(pa.uint8(), pa.string()),
        "is_usable": pa.bool_(),
    }
)
_TEXTS = [name for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True) if kind == _TEXT]


def write_month(rows: StoredRuns, ways: Ways, file: Path) -> None:
    """Write the rows of a month in the columns of ``core.sensor_readings``, and ``is_usable``."""
    differences = dict.fromkeys(("stage", "recorded_at"), "DELTA_BINARY_PACKED")
    dictionaries = [*_TEXTS, "quality"]
    if _is_rounded(rows.value):
        dictionaries.append("value")
    else:
        differences["value"] = "BYTE_STREAM_SPLIT"
    with pq.ParquetWriter(
        file,
        SCHEMA,
        compression="zstd",
        compression_level=1,
        use_dictionary=dictionaries,
        column_encoding=differences,
        write_statistics=["batch_id", "tag", "recorded_at", "is_usable"],
        max_rows_per_page=ROW_GROUP,  # a page more costs every reader a quarter
        store_schema=False,  # a text is a text to whoever reads it
    ) as writer:
        for table in _row_groups(rows, ways):
            writer.write_table(table, row_group_size=ROW_GROUP)


def _is_rounded(value: Array) -> bool:
    """Whether a sample has few distinct values, so that a dictionary of them is small."""
    sample = value[:: max(1, len(value) // SAMPLE)]
    return len(np.unique(sample)) <= MOST_DISTINCT * len(sample)


def _row_groups(rows: StoredRuns, ways: Ways) -> Iterator[pa.Table]:
    of_run = {
        "batch_id": (rows.batch(ways), ways.batches),
        "unit_procedure": (ways.unit_procedure[rows.interval], ways.texts),
        "phase": (ways.phase[rows.interval], ways.texts),
        "equipment_id": (ways.equipment[rows.channel], ways.texts),
        "tag": (ways.tag[rows.channel], ways.texts),
    }
    names = {name: _few(*numbers) for name, numbers in of_run.items()}
    stage = ways.stage.gather(rows.interval)
    for start in range(0, len(rows.time_us), ROW_GROUP):
        end = min(start + ROW_GROUP, len(rows.time_us))
        here = slice(
            int(np.searchsorted(rows.offsets, start, "right")) - 1,
            int(np.searchsorted(rows.offsets, end, "left")),
        )
        times = np.diff(np.clip(rows.offsets[here.start : here.stop + 1], start, end))
        named = {
            name: pa.DictionaryArray.from_arrays(_repeated(numbers[here], times), texts)
            for name, (numbers, texts) in names.items()
        }
        stages = _repeated(stage[here].fill_null(-1).to_numpy(), times)
        columns = named | {"stage": stages} | _readings(rows, slice(start, end))
        yield pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _repeated(numbers: Array, times: Array) -> pa.Array:
    """Give every row the number of its run; -1 stands for none."""
    of_rows = np.repeat(numbers, times)
    is_none = of_rows < 0
    return pa.array(of_rows, mask=is_none if is_none.any() else None)


def _readings(rows: StoredRuns, here: slice) -> dict[str, pa.Array]:
    value, quality = rows.value[here], rows.quality[here]
    is_none = np.isnan(value)
    return {
        "recorded_at": pa.array(rows.time_us[here].view("datetime64[us]")),
        "value": pa.array(value, mask=is_none if is_none.any() else None),
        "quality": pa.DictionaryArray.from_arrays(pa.array(quality), list(QUALITIES)),
        "is_usable": pa.array(~is_none & (quality != BAD)),
    }


def _few(numbers: Array, texts: pl.Series) -> tuple[Array, pa.Array]:
    """Number anew, in order, only the texts that occur; none stays -1."""
    occurring = np.unique(numbers[numbers >= 0])
    anew = np.where(numbers < 0, -1, np.searchsorted(occurring, numbers)).astype(np.int32)
    return anew, pa.array(texts.gather(occurring).to_list(), pa.string())
