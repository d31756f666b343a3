"""The genealogy as known on a date, from the raw records to the clusters of batches."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.core.known_versions import known_versions_sql
from assets.core.lineage.batch_clusters import lineages
from assets.core.lineage.genealogy_edges import genealogy_edges
from assets.core.lineage.genealogy_trace import genealogy_trace, largest_shares

GENEALOGY_TABLES = (
    "core.genealogy_edges",
    "core.genealogy_trace",
    "core.lineages",
    "core.batch_clusters",
)
RECORDS = ("raw.genealogy", "raw.material_usage", "raw.material_lots")
CLUSTERS_SQL = Path(__file__).parents[1] / "sql" / "batch_clusters.sql"

Query = Callable[[str, Mapping[str, Any]], pl.DataFrame]


def known_genealogy(query: Query, as_of: datetime) -> dict[str, pl.DataFrame]:
    """Build what follows from the genealogy, by full name of the table.

    Batches nobody delivered, such as intermediates, are part of it.

    Args:
        query: Runs one SELECT with its parameters over the raw tables.
        as_of: Instant up to which records count as known, UTC.

    Returns:
        The tables of ``GENEALOGY_TABLES``.
    """
    known = {"as_of": as_of}
    delivered, usage, lots = (
        query(known_versions_sql(f"core.{raw.partition('.')[2]}", of_any_batch=True), known)
        for raw in RECORDS
    )
    batches = query(CLUSTERS_SQL.read_text(encoding="utf-8").rstrip().rstrip(";"), known)
    graph = genealogy_edges(delivered, usage, lots)
    trace = genealogy_trace(graph)
    found = (graph, trace, *lineages(trace, batches, largest_shares(graph)))
    return dict(zip(GENEALOGY_TABLES, found, strict=True))
