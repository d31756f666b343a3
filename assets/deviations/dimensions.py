"""By what deviations are compared: the equipment, lot, shift or season they fall to.

Here records become levels that batches met and deviations fell to; counting and comparing them is
in ``recurrence``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

ALL = "all"
SEASONS = {1: "Q1", 2: "Q2", 3: "Q3", 4: "Q4"}


@dataclass(frozen=True)
class Dimension:
    """One way of comparing deviations.

    Attributes:
        name: equipment, lot, shift or season.
        met: One row per batch and level it met: batch_id, level.
        located: Deviations with the level they fall to: deviation_id, level, category.
        peers: Level to the group within which levels are compared; equipment is compared with
            equipment of the same unit procedure, lots with lots of the same material.
    """

    name: str
    met: pl.DataFrame
    located: pl.DataFrame
    peers: dict[str, str]


def dimensions(
    filed: pl.DataFrame, batches: pl.DataFrame, phases: pl.DataFrame, material_usage: pl.DataFrame
) -> Iterator[Dimension]:
    """Yield equipment, lot, shift and season.

    Args:
        filed: ``core.deviations``, each with a category.
        batches: ``core.batches``.
        phases: ``core.phases``, for equipment and shift.
        material_usage: ``core.material_usage``.
    """
    on_equipment = phases.drop_nulls("equipment_id").select(
        "batch_id", "unit_procedure", level="equipment_id"
    )
    yield Dimension(
        "equipment",
        on_equipment.select("batch_id", "level").unique(),
        filed.drop_nulls("equipment_id").select("deviation_id", "category", level="equipment_id"),
        dict(on_equipment.sort("level", "unit_procedure").select("level", "unit_procedure").rows()),
    )
    lots = material_usage.select(
        "batch_id", "material", level=pl.concat_str("material", "supplier", "lot", separator=" ")
    )
    yield Dimension(
        "lot",
        lots.select("batch_id", "level").unique(),
        filed.join(lots.unique(["batch_id", "level"]), on="batch_id").select(
            "deviation_id", "level", category=pl.lit(ALL)
        ),
        dict(lots.select("level", "material").rows()),
    )
    shifts = phases.drop_nulls("shift").select(
        "batch_id", "stage", "started_at", level=pl.concat_str(pl.lit("stage "), "stage",
        pl.lit(" "), "shift"),
    )  # fmt: skip
    yield Dimension(
        "shift",
        shifts.select("batch_id", "level").unique(),
        _in_shift(filed, shifts),
        dict(shifts.select("level", pl.col("stage").cast(pl.String)).rows()),
    )
    quarter = pl.col("started_at").dt.quarter().replace_strict(SEASONS, return_dtype=pl.String)
    dated = batches.filter(pl.col("started_at_precision").fill_null("instant") != "order")
    yield Dimension(
        "season",
        dated.drop_nulls("started_at").select("batch_id", level=quarter),
        filed.join(dated.drop_nulls("started_at"), on="batch_id").select(
            "deviation_id", "category", level=quarter
        ),
        dict.fromkeys(SEASONS.values(), "season"),
    )


def _in_shift(filed: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Return the shift of the last phase of the deviation's stage begun before it was opened."""
    return (
        filed.select("deviation_id", "category", "batch_id", "stage", "opened_at")
        .join(shifts, on=["batch_id", "stage"])
        .filter(pl.col("started_at") <= pl.col("opened_at"))
        .sort("deviation_id", "started_at")
        .unique("deviation_id", keep="last", maintain_order=True)
        .select("deviation_id", "category", "level")
    )
