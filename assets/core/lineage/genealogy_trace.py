"""Everything that went into everything, through any number of levels."""

import polars as pl

from assets.core.lineage.genealogy_edges import coded
from assets.statistics.lineage_graph import lineage_shares
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from data_contracts.tables import key, table


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


def largest_shares(genealogy_edges: pl.DataFrame) -> pl.DataFrame:
    """Say how much of a batch or lot an ancestor can be at most, amounts that are missing and all.

    Args:
        genealogy_edges: ``core.genealogy_edges``. An edge without share is at most what those of
            its descendant that have one leave.

    Returns:
        The key of ``core.genealogy_trace`` and ``largest_share``, from 0 to 1; nothing where every
        edge has its share.
    """
    if not genealogy_edges["share"].null_count():
        genealogy_edges = genealogy_edges.clear()
    made = ["descendant_type", "descendant"]
    left = (1 - pl.col("share").sum().over(made)).clip(lower_bound=0.0)
    filled = genealogy_edges.with_columns(pl.col("share").fill_null(left))
    trace = genealogy_trace(filled)
    return trace.select(
        *key("core.genealogy_trace"), largest_share=pl.col("share").clip(upper_bound=1.0)
    )
