"""Everything that went into everything, through any number of levels."""

import polars as pl

from assets.core.lineage.genealogy_edges import coded
from assets.statistics.lineage_graph import lineage_shares
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from data_contracts.tables import table


def genealogy_trace(genealogy_edges: pl.DataFrame) -> pl.DataFrame:
    """List every ancestor of every batch and lot.

    Read by descendant it says what went in, by ancestor what came of it.

    Args:
        genealogy_edges: ``core.genealogy_edges``; edges of a circle are not followed.

    Returns:
        ``core.genealogy_trace``: one row per pair.
    """
    edges = genealogy_edges.filter(~pl.col("is_circular"))
    if edges.is_empty():
        return table("core.genealogy_trace")
    child, parent, nodes = coded(edges)
    share = edges["share"].cast(pl.Float64).to_numpy().astype(float)
    found = lineage_shares(child, parent, share, nodes.height)
    kinds = pl.Enum(nodes["type"].unique().sort())
    kind, name = nodes["type"].cast(kinds), nodes["node"]
    rows = pl.DataFrame(
        {
            "descendant_type": kind.gather(found.descendant).cast(pl.String),
            "descendant": name.gather(found.descendant),
            "ancestor_type": kind.gather(found.ancestor).cast(pl.String),
            "ancestor": name.gather(found.ancestor),
            "ancestor_material": nodes["material"].gather(found.ancestor),
            "share": pl.Series(found.share).fill_nan(None),
            "levels": found.levels,
            "most_levels": found.most_levels,
        }
    )
    return conform(rows, contract("core.genealogy_trace"))  # in the order of its key already
