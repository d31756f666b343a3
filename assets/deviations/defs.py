"""Dagster assets of deviations, escapes and paths: loads records, counts, saves."""

from pathlib import Path

import dagster as dg
import polars as pl

from assets.defs import WAREHOUSE_IO, table_outs

SQL = Path(__file__).parent / "sql"
GROUP = "deviations"
DEVIATION_TABLES = {
    "finding.deviation_recurrence": "Where deviations come back: equipment, lot, shift, season.",
    "finding.deviation_groups": "Deviations whose descriptions say nearly the same.",
    "finding.deviation_category_suggestions": (
        "Categories suggested for deviations filed without one, or why not."
    ),
    "finding.capa_effectiveness": (
        "Deviations before and after each corrective action took effect."
    ),
}


@dg.multi_asset(
    name="deviation_intelligence",
    ins={
        name: dg.AssetIn(key=["core", name])
        for name in ("deviations", "capas", "batches", "phases", "material_usage")
    },
    outs=table_outs(DEVIATION_TABLES),
    group_name=GROUP,
)
def deviation_intelligence(
    deviations: pl.DataFrame,
    capas: pl.DataFrame,
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    material_usage: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Count, group and compare deviations."""
    from assets.deviations.capa_effectiveness import capa_effectiveness
    from assets.deviations.category_suggestions import category_suggestions
    from assets.deviations.groups import deviation_groups
    from assets.deviations.recurrence import deviation_recurrence

    return (
        deviation_recurrence(deviations, batches, phases, material_usage),
        deviation_groups(deviations),
        category_suggestions(deviations),
        capa_effectiveness(capas, deviations, batches),
    )


@dg.asset(
    key=["finding", "escape_matrix"],
    ins={
        "ledger": dg.AssetIn(key=["economics", "copq_ledger"]),
        "deviations": dg.AssetIn(key=["core", "deviations"]),
        "outcomes": dg.AssetIn(key=["core", "outcomes"]),
        "definitions": dg.AssetIn(key=["core", "outcome_definitions"]),
        "dictionary": dg.AssetIn(key=["feature", "dictionary"]),
    },
    group_name=GROUP,
    io_manager_key=WAREHOUSE_IO,
    description="Where failures began by where they were detected, with their cost.",
)
def escapes(
    ledger: pl.DataFrame,
    deviations: pl.DataFrame,
    outcomes: pl.DataFrame,
    definitions: pl.DataFrame,
    dictionary: pl.DataFrame,
) -> pl.DataFrame:
    """Build ``finding.escape_matrix``."""
    from assets.deviations.escape_matrix import escape_matrix

    return escape_matrix(ledger, deviations, outcomes, definitions, dictionary)


@dg.asset(
    key=["finding", "paths"],
    deps=[["core", "phases"], ["core", "batches"], ["core", "outcomes"]],
    group_name=GROUP,
    required_resource_keys={"warehouse"},
    description="Failure rates of the ways batches took: routes, holds, repeats, rework.",
)
def paths(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Build ``finding.paths`` in SQL."""
    written = context.resources.warehouse.build_from_sql("finding.paths", SQL / "paths.sql")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": written.rows, "content_hash": written.content_hash}
    )
