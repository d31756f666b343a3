"""Edges of the genealogy that run in a circle: nothing can be made of what it went into.

A contract judges a record by itself; a circle is seen only in all of them together. Which of its
edges is wrong nobody can tell from them, so all that one delivery holds are refused, each with the
circle by name.
"""

import json

import numpy as np
import polars as pl

from assets.sources.admission import Admission
from assets.statistics.lineage_graph import cycles_by_node, in_cycles
from data_contracts.catalogue import contract
from data_contracts.codes.records import GenealogyNode

GENEALOGY = "raw.genealogy"
RULE = "no_circle"
MOST_NAMED = 8  # nodes of a circle that a reason names
SIDES = ("descendant", "ancestor")


def without_circles(admission: Admission) -> Admission:
    """Move the accepted edges that lie on a circle into quarantine.

    Args:
        admission: That of ``raw.genealogy``.

    Returns:
        The admission; received stays the sum of accepted and quarantined.
    """
    edges = admission.accepted
    if edges.is_empty():
        return admission
    child, parent, names = _coded(edges)
    is_circular = in_cycles(child, parent, len(names))
    if not is_circular.any():
        return admission
    inside = pl.Series(is_circular)
    circular = edges.filter(inside)
    circles = _circles(child[is_circular], parent[is_circular], names)
    refused = _refused(circular, circles, admission.quarantined.columns)
    return Admission(
        table=admission.table,
        accepted=edges.filter(~inside),
        quarantined=pl.concat([admission.quarantined, refused]),
        duplicates_identical=admission.duplicates_identical,
        max_quarantine_share=admission.max_quarantine_share,
    )


def _coded(edges: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, list[str]]:
    ends = [
        edges.select(
            pl.when(pl.col(f"{side}_type") == GenealogyNode.BATCH)
            .then(pl.format("batch {}", f"{side}_id"))
            .otherwise(
                pl.format("lot {}/{}/{}", f"{side}_material", f"{side}_supplier", f"{side}_id")
            )
        ).to_series()
        for side in SIDES
    ]
    names = pl.concat(ends).unique().sort()
    codes = [names.search_sorted(end).cast(pl.Int64).to_numpy() for end in ends]
    return codes[0], codes[1], names.to_list()


def _circles(child: np.ndarray, parent: np.ndarray, names: list[str]) -> list[str]:
    """The circle each edge is part of, as words: one through what the edge used."""
    ways = cycles_by_node(child, parent)
    return [_in_words([names[node] for node in ways[start]]) for start in parent.tolist()]


def _in_words(way: list[str]) -> str:
    if len(way) > MOST_NAMED:
        way = [*way[: MOST_NAMED - 2], f"{len(way) - MOST_NAMED} more", *way[-2:]]
    return " -> ".join(way)


def _refused(edges: pl.DataFrame, circles: list[str], columns: list[str]) -> pl.DataFrame:
    own = [column.name for column in contract(GENEALOGY).columns if column.name in edges.columns]
    content = edges.select(name for name in own if name not in ("source_file", "source_row"))
    texts = [
        json.dumps(row, ensure_ascii=False, default=str)
        for row in content.drop("content_hash", strict=False).iter_rows(named=True)
    ]
    reason = pl.format(
        "nothing can be made of what it went into: {}; correct one of these edges, or leave it out",
        pl.Series("circle", circles),
    )
    return edges.select(
        table_name=pl.lit(GENEALOGY),
        source_file="source_file",
        source_row="source_row",
        column_name=pl.lit("descendant_id, ancestor_id"),
        rule=pl.lit(RULE),
        value=pl.format("descendant_id = {}, ancestor_id = {}", "descendant_id", "ancestor_id"),
        reason=reason,
        record=pl.Series("record", texts, dtype=pl.String),
    ).select(columns)
