"""Which batches ran on which piece of equipment, and what kind of equipment that is.

Here phases become uses: one batch on one piece of equipment. What happens between two renewals of
the equipment is in ``lives``.
"""

import polars as pl

USE_SCHEMA = {
    "equipment_class": pl.String(),
    "equipment_id": pl.String(),
    "batch_id": pl.String(),
    "started_at": pl.Datetime("us"),
    "ended_at": pl.Datetime("us"),
}


def equipment_use(phases: pl.DataFrame) -> pl.DataFrame:
    """Return when each batch was on each piece of equipment.

    The class of a piece of equipment is the unit procedure in which it ran most phases (the first
    by name among equals), so that presses are compared with presses.

    Args:
        phases: ``core.phases``; rows without equipment or start are left out.

    Returns:
        One row per piece of equipment and batch: equipment_class, equipment_id, batch_id, first
        start and last end (the start where no end is known), sorted by equipment and start.
    """
    dated = phases.drop_nulls(["equipment_id", "started_at"])
    if dated.is_empty():
        return pl.DataFrame(schema=USE_SCHEMA)
    classes = (
        dated.group_by("equipment_id", "unit_procedure")
        .len()
        .sort("len", "unit_procedure", descending=[True, False])
        .unique(subset="equipment_id", keep="first", maintain_order=True)
        .select("equipment_id", equipment_class="unit_procedure")
    )
    return (
        dated.group_by("equipment_id", "batch_id")
        .agg(
            pl.col("started_at").min(),
            ended_at=pl.coalesce("ended_at", "started_at").max(),
        )
        .join(classes, on="equipment_id")
        .select(pl.col(name).cast(kind) for name, kind in USE_SCHEMA.items())
        .sort("equipment_id", "started_at", "batch_id")
    )
