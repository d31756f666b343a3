"""Delivered Parquet files that are cut, corrupt, swollen, or hold what no table has."""

import datetime as dt
import struct
from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.bad_inputs.ground import BadInput, Ground

Spoil = Callable[[Ground], object]
FILE = r"results\.parquet"
READINGS = r"readings"


def octets(change: Callable[[bytes], bytes], *, of_readings: bool = False) -> Spoil:
    """Change the bytes of a sound file."""

    def spoil(ground: Ground) -> None:
        file = ground.readings() if of_readings else ground.parquet()
        file.write_bytes(change(file.read_bytes()))

    return spoil


def values(column: pa.Array) -> Spoil:
    """Put another kind of column where the values should be."""

    def spoil(ground: Ground) -> None:
        file = ground.parquet()
        table = pq.read_table(file).slice(0, len(column))
        place = table.column_names.index("value")
        pq.write_table(table.set_column(place, "value", column), file)

    return spoil


def reading_values(column: pa.Array) -> Spoil:
    def spoil(ground: Ground) -> None:
        file = ground.readings()
        table = pq.read_table(file).slice(0, len(column))
        place = table.column_names.index("value")
        pq.write_table(table.set_column(place, "value", column), file)

    return spoil


def bomb(rows: int, *, of_readings: bool = False) -> Spoil:
    """Write the same row very many times: a file of a few kilobytes."""

    def spoil(ground: Ground) -> None:
        file = ground.readings() if of_readings else ground.parquet()
        one = pq.read_table(file).slice(0, 1)
        part = 16_000_000
        many = pa.table({name: pa.repeat(one[name][0], part) for name in one.column_names})
        with pq.ParquetWriter(file, many.schema, compression="zstd") as writer:
            for _ in range(rows // part):
                writer.write_table(many, row_group_size=part)

    return spoil


def long_text(ground: Ground) -> None:
    """Write one text of 400 MB: some kilobytes when packed."""
    file = ground.parquet()
    table = pq.read_table(file)
    texts = pa.array(["x" * 400_000_000] + ["%"] * (table.num_rows - 1), pa.large_string())
    table = table.set_column(table.column_names.index("unit"), "unit", texts)
    pq.write_table(table, file, compression="zstd", use_dictionary=False)


def million_columns(ground: Ground) -> None:
    file = ground.parquet()
    table = pq.read_table(file)
    more = {f"c{n}": pa.nulls(table.num_rows, pa.int8()) for n in range(50_000)}
    whole = pa.table({**{name: table[name] for name in table.column_names}, **more})
    pq.write_table(whole, file)


def footer_of(length: int) -> Callable[[bytes], bytes]:
    """Let the file claim that its footer is this long."""
    return lambda data: data[:-8] + struct.pack("<I", length) + data[-4:]


def zeroed(start: int, length: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:start] + b"\0" * length + data[start + length :]


def twisted(data: bytes) -> bytes:
    """Turn over every seventh byte of the pages."""
    body = bytearray(data)
    end = len(data) - 8 - struct.unpack("<I", data[-8:-4])[0]
    for place in range(4, end, 7):
        body[place] ^= 0xFF
    return bytes(body)


def footer_twisted(data: bytes) -> bytes:
    body = bytearray(data)
    start = len(data) - 8 - struct.unpack("<I", data[-8:-4])[0]
    for place in range(start, len(data) - 8, 11):
        body[place] ^= 0xFF
    return bytes(body)


def twice(ground: Ground) -> None:
    """A file whose footer names one column twice."""
    file = ground.parquet()
    table = pq.read_table(file)
    names = [*table.column_names[:-1], "value"]
    pq.write_table(table.rename_columns(names), file)


def empty_rows(ground: Ground) -> None:
    ground.swap("batches.csv", "batches.parquet")
    frame = pl.read_csv(ground.batches)
    frame.clear().write_parquet(ground.data / "batches.parquet")


def locked(ground: Ground) -> None:
    """The magic of an encrypted file."""
    file = ground.parquet()
    data = file.read_bytes()
    file.write_bytes(b"PARE" + data[4:-4] + b"PARE")


LISTS = pa.array([[1.0, 2.0]] * 100)
STRUCTS = pa.array([{"a": 1}] * 100)
MAPS = pa.array([[("a", 1)]] * 100, pa.map_(pa.string(), pa.int64()))
BINARY = pa.array([b"\xff\xfe\x00"] * 100, pa.binary())
DEEP = pa.array([[[[[1]]]]] * 100)
DAY = dt.timedelta(days=1)

CASES = [
    BadInput("parquet_empty", octets(lambda _: b""), FILE),
    BadInput("parquet_of_four_letters", octets(lambda _: b"PAR1"), FILE),
    BadInput("parquet_of_twice_four_letters", octets(lambda _: b"PAR1PAR1"), FILE),
    BadInput("parquet_cut_in_half", octets(lambda data: data[: len(data) // 2]), FILE),
    BadInput("parquet_cut_at_the_end", octets(lambda data: data[:-1]), FILE),
    BadInput("parquet_cut_at_the_start", octets(lambda data: data[100:]), FILE),
    BadInput("parquet_that_is_csv", octets(lambda _: b"batch_id,stage\n1,2\n"), FILE),
    BadInput("parquet_footer_of_4_gb", octets(footer_of(0xFFFFFFFF)), FILE),
    BadInput("parquet_footer_of_0_bytes", octets(footer_of(0)), FILE),
    BadInput("parquet_pages_of_zeros", octets(zeroed(4, 600)), FILE),
    BadInput("parquet_pages_twisted", octets(twisted), FILE),
    BadInput("parquet_footer_twisted", octets(footer_twisted), FILE),
    BadInput("parquet_encrypted", locked, FILE),
    BadInput("parquet_column_named_twice", twice, FILE),
    BadInput("parquet_without_rows", empty_rows, "no batches"),
    BadInput("parquet_with_lists", values(LISTS), FILE),
    BadInput("parquet_with_structures", values(STRUCTS), FILE),
    BadInput("parquet_with_maps", values(MAPS), FILE),
    BadInput("parquet_with_binary_values", values(BINARY), FILE),
    BadInput("parquet_with_deep_lists", values(DEEP), FILE),
    BadInput("parquet_with_durations", values(pa.array([DAY] * 100)), "value"),
    BadInput(
        "parquet_of_dates_no_calendar_has",
        values(pa.array([99_999_999] * 100, pa.int32()).cast(pa.date32())),
        "99999999",
    ),
    BadInput("parquet_with_truths", values(pa.array([True] * 100)), "value"),
    BadInput("parquet_with_numbers_without_end", values(pa.array([float("inf")] * 100)), "value"),
    BadInput(
        "parquet_with_very_long_decimals",
        values(pa.array([Decimal("9" * 70)] * 100, pa.decimal256(76, 0))),
        FILE,
    ),
    BadInput("parquet_of_16_million_equal_rows", bomb(16_000_000), FILE),
    BadInput("parquet_of_one_text_of_400_mb", long_text, FILE),
    BadInput("parquet_of_50_000_columns", million_columns, FILE),
    BadInput("readings_cut_in_half", octets(lambda d: d[:900], of_readings=True), READINGS),
    BadInput("readings_twisted", octets(twisted, of_readings=True), READINGS),
    BadInput("readings_footer_twisted", octets(footer_twisted, of_readings=True), READINGS),
    BadInput("readings_with_lists", reading_values(pa.array([[1.0]] * 50)), READINGS),
    BadInput("readings_with_structures", reading_values(pa.array([{"a": 1}] * 50)), READINGS),
    BadInput("readings_with_binary_values", reading_values(pa.array([b"\xff"] * 50)), READINGS),
    BadInput("readings_of_48_million_equal_rows", bomb(48_000_000, of_readings=True), READINGS),
]
