"""Whether one quantity is in one unit: several said, none said, or another than its name says."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from assets.sources.mapping.unit_conversion import IN_UNIT
from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SourceFinding, counted
from data_contracts.measurement_units import conversion, known_unit, same_unit
from data_contracts.profile_schema.units import CARRIES_UNIT

# Suffixes of names that cannot be anything but a unit.
SUFFIXES: Final = (
    "pct",
    "frac",
    "ppm",
    "mg",
    "kg",
    "mm",
    "um",
    "nm",
    "kn",
    "mbar",
    "kpa",
    "mpa",
    "rpm",
)


def unit_findings(source: JudgedSource) -> Iterator[SourceFinding]:
    """Look at the unit of every record that carries one.

    Yields:
        Errors where a quantity is in several units; warnings where some of its records have none,
        and where its name says another.
    """
    records = quantity_units(source)
    for _, own in records.group_by("quantity", maintain_order=True):
        stated = own.drop_nulls("unit")
        if stated["symbol"].n_unique() > 1:
            yield from _mixed(source, stated)
        blank = own.filter(pl.col("unit").is_null())
        if stated.height and blank.height:
            yield _told(
                source,
                blank.row(0, named=True),
                "unit_missing",
                f"'{own['name'][0]}' has no unit on {counted(_count(blank), 'record')} and is in "
                f"{stated['unit'][0]} on {_count(stated):,}; say 'units: {{{own['name'][0]}: "
                f"{stated['unit'][0]}}}' if they all are",
            )
        yield from _against_name(source, stated)


def quantity_units(source: JudgedSource) -> pl.DataFrame:
    """Return how often each quantity comes in each unit.

    Returns:
        One row per quantity, table and unit: quantity (with the material where it belongs to one),
        earlier_name (as ``earlier_delivery`` names it), name, table, unit, symbol (its one
        spelling), records, source_file, source_row.
    """
    parts = []
    for table, name in CARRIES_UNIT.items():
        frame = source.admissions[table].accepted if table in source.admissions else None
        if frame is None:
            continue
        if numbers := IN_UNIT.get(table):  # a record without a number needs no unit
            frame = frame.filter(
                pl.any_horizontal(pl.col(number).is_not_null() for number in numbers)
            )
        if frame.is_empty():
            continue
        is_lot = table == "raw.material_attributes"
        quantity = pl.concat_str("material", pl.lit("/"), name) if is_lot else pl.col(name)
        # A weight of a material is one quantity, wherever it was weighed.
        kind = "weight of " if name == "material" else ("tag " if name == "tag" else "")
        parts.append(
            frame.select(
                quantity=pl.lit(kind) + quantity,
                earlier_name=quantity,
                name=name,
                table=pl.lit(table),
                unit="unit",
                source_file="source_file",
                source_row="source_row",
            )
            .group_by("quantity", "earlier_name", "name", "table", "unit", maintain_order=True)
            .agg(pl.len().alias("records"), pl.col("source_file", "source_row").first())
        )
    if not parts:
        return pl.DataFrame(schema=_SCHEMA)
    every = pl.concat(parts)
    spelt = {unit: same_unit(unit) for unit in every["unit"].drop_nulls().unique()}
    return every.with_columns(
        symbol=pl.col("unit").replace_strict(spelt, default=None, return_dtype=pl.String)
    )


_TEXTS: Final = (*("quantity", "earlier_name", "name", "table", "unit", "source_file", "symbol"),)
_SCHEMA: Final = {
    **dict.fromkeys(_TEXTS, pl.String),
    "records": pl.Int64,
    "source_row": pl.Int64,
}


def _mixed(source: JudgedSource, stated: pl.DataFrame) -> Iterator[SourceFinding]:
    """Every unit but the most frequent one, at the first record that has it."""
    usual = stated.sort("records", descending=True, maintain_order=True).row(0, named=True)
    for row in stated.filter(pl.col("symbol") != usual["symbol"]).iter_rows(named=True):
        wanted = source.profile.units.get(row["name"])
        target = usual["unit"] if wanted is None else wanted.unit
        if conversion(row["unit"], target) is None:
            unknown = [u for u in (row["unit"], target) if known_unit(u) is None]
            why = f"'{unknown[0]}' is no unit known here" if unknown else "they do not convert"
            advice = f"{why}; correct the export, or give the two quantities two names"
        elif row["table"] == "raw.sensor_tags":
            advice = (
                "readings are not converted; give the tags two names, or one unit at the source"
            )
        else:
            advice = (
                f"say 'units: {{{row['name']}: {target}}}' in the profile to have them converted"
            )
        yield _told(
            source,
            row,
            "mixed_units",
            f"'{row['name']}' is in this unit on {counted(row['records'], 'record')} and in "
            f"{usual['unit']} on {usual['records']:,}; one quantity has one unit: {advice}",
            is_error=True,
        )


def _against_name(source: JudgedSource, stated: pl.DataFrame) -> Iterator[SourceFinding]:
    for row in stated.unique("symbol", keep="first", maintain_order=True).iter_rows(named=True):
        suffix = row["name"].lower().rpartition("_")[2]
        own, said = known_unit(suffix), known_unit(row["unit"])
        if suffix not in SUFFIXES or own is None or said is None or own == said:
            continue
        if own.dimension == said.dimension:  # what passes a sieve_015_mm is in percent
            yield _told(
                source,
                row,
                "unit_against_name",
                f"the name '{row['name']}' says {own.symbol} and "
                f"{counted(row['records'], 'record')} {row['unit']}; rename the quantity, or say "
                f"'units: {{{row['name']}: {own.symbol}}}'",
            )


def _told(
    source: JudgedSource, row: dict[str, object], code: str, problem: str, *, is_error: bool = False
) -> SourceFinding:
    table, line, records = str(row["table"]).removeprefix("raw."), row["source_row"], row["records"]
    return SourceFinding(
        code,
        is_error=is_error,
        problem=problem,
        file=str(row["source_file"]),
        line=line if isinstance(line, int) else None,
        column=source.delivered_column(table, "unit"),
        value=None if row["unit"] is None else str(row["unit"]),
        count=records if isinstance(records, int) else None,
    )


def _count(frame: pl.DataFrame) -> int:
    return int(frame["records"].sum())
