"""Orphans: records that name a batch, a lot or a unit that no other record knows."""

from collections.abc import Callable, Iterator

import polars as pl

from assets.sources.cross_checks.cross_check import CrossCheck, places_of, severity
from data_contracts.codes.records import CrossCheckSeverity

Accepted = Callable[[str], pl.DataFrame]

OF_BATCHES = (
    "phases", "parameters", "lab_results", "deviations", "material_usage", "weighings",
    "inspections", "spectra", "stability_results", "write_offs",
)  # fmt: skip
OF_LOTS = ("material_usage", "material_attributes")
OF_UNITS = ("equipment_events", "deviations", "sensor_tags")
LOT = ("material", "lot")


def unknown_names(accepted: Accepted) -> Iterator[CrossCheck]:
    """Look for orphans in every table; where the known side was not delivered nothing is checked.

    Args:
        accepted: Accepted records of a raw table by its name, without the schema.
    """
    sides = (
        ("unknown_batch", OF_BATCHES, ("batch_id",), accepted("batches")),
        ("unknown_lot", OF_LOTS, LOT, accepted("material_lots")),
        ("unknown_unit", OF_UNITS, ("equipment_id",), accepted("phases")),
    )
    for check, tables, names, known in sides:
        there = known.select(names).drop_nulls().unique()
        if there.height:
            for table in tables:
                yield from _of_table(check, table, accepted(table), names, there)


def _of_table(
    check: str, table: str, rows: pl.DataFrame, names: tuple[str, ...], known: pl.DataFrame
) -> Iterator[CrossCheck]:
    naming = rows.drop_nulls(names)
    if "is_shared_area" in naming.columns:  # a room holds no phase
        naming = naming.filter(~pl.col("is_shared_area").fill_null(value=False))
    if naming.is_empty():
        return
    orphans = naming.join(known, on=names, how="anti")
    what = check.removeprefix("unknown_")
    # A unit may be watched or maintained and hold no recorded phase; a batch or lot must exist.
    worst = CrossCheckSeverity.NOTE if what == "unit" else CrossCheckSeverity.WARNING
    yield CrossCheck(
        check,
        table,
        severity(orphans.height, worst),
        orphans.height,
        naming.height,
        f"{orphans.height} of {naming.height} records of {table} name a {what} no other table has.",
        f"Check how the {what} is written, or deliver its records.",
        places_of(
            orphans, pl.concat_str([pl.lit(f"{what} "), pl.concat_str(names, separator=" ")])
        ),
    )
