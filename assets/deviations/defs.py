"""Dagster assets of deviations, escapes and paths: loads records, counts, saves."""

from pathlib import Path

import dagster as dg

from assets.defs import asks_only, asset_key, table_asset, written_result
from assets.deviations.capa_effectiveness import capa_effectiveness
from assets.deviations.category_suggestions import deviation_category_suggestions
from assets.deviations.escape_matrix import escape_matrix
from assets.deviations.groups import deviation_groups
from assets.deviations.recurrence import deviation_recurrence
from data_contracts.catalogue import contract

SQL = Path(__file__).parent / "sql"
GROUP = "deviations"

recurrence = table_asset(
    "finding.deviation_recurrence",
    "core.deviations",
    "core.batches",
    "core.phases",
    "core.material_usage",
    group=GROUP,
)(deviation_recurrence)
groups = table_asset("finding.deviation_groups", "core.deviations", group=GROUP)(deviation_groups)
suggestions = table_asset("finding.deviation_category_suggestions", "core.deviations", group=GROUP)(
    deviation_category_suggestions
)
effectiveness = table_asset(
    "finding.capa_effectiveness", "core.capas", "core.deviations", "core.batches", group=GROUP
)(capa_effectiveness)
escapes = table_asset(
    "finding.escape_matrix",
    "economics.copq_ledger",
    "core.deviations",
    "core.outcomes",
    "core.outcome_definitions",
    "feature.dictionary",
    group=GROUP,
)(escape_matrix)


@dg.asset(
    key=asset_key("finding.paths"),
    deps=[asset_key(name) for name in ("core.phases", "core.batches", "core.outcomes")],
    group_name=GROUP,
    required_resource_keys={"warehouse"},
    op_tags=asks_only(),
    description=contract("finding.paths").description,
)
def paths(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Build ``finding.paths`` in SQL."""
    written = context.resources.warehouse.build_from_sql("finding.paths", SQL / "paths.sql")
    return written_result("finding.paths", written)
