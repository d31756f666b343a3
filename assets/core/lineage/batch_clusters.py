"""Which batches depend on each other through what they are made of.

Two batches share an ancestor that counts if it is more than half of either (of a lot: of what the
batch has of that material) and few batches descend from it. A batch has few such ancestors, each
within the other, so that sharing does not run on from batch to batch by itself. Together with the
campaigns or lots that batches are grouped by without it, it may: where joining both would run
through the plant, the coarser of the two stands, and the other is counted by itself alone.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from data_contracts.codes.records import GenealogyNode
from data_contracts.tables import key, table

PARENT_BATCH, NAMED = "parent_batch", "lineage/"
TRACED = key("core.genealogy_trace")
MORE_THAN = 0.5  # of the batch, for an ancestor that counts
FEW_SHARE, FEW_BATCHES = 0.1, 5  # descendants of an ancestor, batches of a cluster: which is more


def lineages(
    genealogy_trace: pl.DataFrame, batches: pl.DataFrame, largest_shares: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Group batches by the ancestors they share, one lineage after the other.

    A lineage is the parent batches, or the lots of one material that reach some batch through more
    than one level: lots weighed directly into batches are told apart without it.

    Args:
        genealogy_trace: ``core.genealogy_trace``.
        batches: All batches: batch_id, cluster_id as it is without shared ancestors.
        largest_shares: ``genealogy_trace.largest_shares``, for shares that are not known.

    Returns:
        ``core.lineages``: one row per lineage and batch, without lineages in which no two batches
        share an ancestor; and ``core.batch_clusters``.
    """
    own = batches.select("batch_id", "cluster_id").sort("batch_id")
    most = max(_largest(own), FEW_SHARE * own.height, FEW_BATCHES)
    seen: dict[str, pl.DataFrame] = {}
    part_of: set[str] = set()
    inherited = _inherited(genealogy_trace.join(largest_shares, on=TRACED, how="left"), own)
    for lineage, pairs in _in_turn(_counting(inherited, own.height)):
        seen[lineage] = pairs
        wanted = [lineage]
        instead = _named_instead(own, pairs, lineage)
        if _largest(_with_joined(own, pairs)) > most and _is_coarser(instead, own, most):
            own, part_of = instead, {lineage}
            wanted = [
                each for each in seen if each != lineage
            ]  # what may lie within the new groups
        for each in wanted:
            joined = _with_joined(own, seen[each])
            if _largest(joined) <= most:
                own = joined
                part_of.add(each)
    told = [
        pl.DataFrame(
            {
                "batch_id": own["batch_id"],
                "lineage": lineage,
                "group_id": _joined(own["batch_id"], own["batch_id"], pairs),
                "is_clustered": lineage in part_of,
            }
        )
        for lineage, pairs in seen.items()
    ]
    found = table("core.lineages", pl.concat(told)) if told else table("core.lineages")
    return found, batch_clusters(own)


def batch_clusters(batches: pl.DataFrame) -> pl.DataFrame:
    """Return ``core.batch_clusters``.

    Args:
        batches: batch_id, cluster_id. A cluster that nothing joined keeps its name; others begin
            with ``lineage/``.
    """
    return table("core.batch_clusters", batches)


def _with_joined(own: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Join clusters; they keep their names where nothing was added, else take that of the first."""
    joined = _joined(own["batch_id"], own["cluster_id"], pairs)
    several = pl.col("cluster_id").n_unique().over(joined.alias("joined")) > 1
    named = pl.lit(NAMED) + joined.str.strip_prefix(NAMED)
    return own.with_columns(
        pl.when(several).then(named).otherwise("cluster_id").alias("cluster_id")
    )


def _named_instead(own: pl.DataFrame, pairs: pl.DataFrame, lineage: str) -> pl.DataFrame:
    """Put a lineage's groups in the place of clusters; a batch that shares none keeps its own."""
    group = _joined(own["batch_id"], own["batch_id"], pairs)
    named = pl.lit(f"{NAMED}{lineage}/") + group
    return own.with_columns(
        pl.when(pl.len().over(group.alias("group")) > 1)
        .then(named)
        .otherwise("cluster_id")
        .alias("cluster_id")
    )


def _is_coarser(instead: pl.DataFrame, own: pl.DataFrame, most: float) -> bool:
    counts = [each["cluster_id"].n_unique() for each in (instead, own)]
    return counts[0] < counts[1] and _largest(instead) <= most


def _inherited(trace: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Ancestors of batches by lineage: batches, and lots that reach some batch over two levels."""
    rows = trace.filter(
        pl.col("descendant_type") == GenealogyNode.BATCH,
        pl.col("descendant").is_in(batches["batch_id"].implode()),
    )
    is_batch = pl.col("ancestor_type") == GenealogyNode.BATCH
    reaches = (pl.col("most_levels") > 1).any().over("ancestor_type", "ancestor")
    return rows.filter(is_batch | reaches).select(
        batch_id="descendant",
        ancestor=pl.concat_str("ancestor_type", "ancestor", separator="/"),
        lineage=pl.when(is_batch).then(pl.lit(PARENT_BATCH)).otherwise("ancestor_material"),
        part="share",
        largest_share="largest_share",
        levels="levels",
        is_batch=is_batch,
    )


def _counting(pairs: pl.DataFrame, batches: int) -> pl.DataFrame:
    """Keep ancestors that are more than half of a batch and of few batches.

    Of a lot its part is that of the material's nearest lots. Where amounts are missing, ancestors
    of one level have equal parts of what the known ones leave, each at most what its ways let in.
    """
    level = ["batch_id", "lineage", "levels"]
    of_material = ["batch_id", "lineage"]
    part = pl.col("part")
    nearest = pl.col("levels") == pl.col("levels").min().over(of_material)
    whole = part.filter(nearest).sum().over(of_material)
    is_whole_known = part.is_not_null().filter(nearest).all().over(of_material)
    known = pl.when("is_batch").then(part).when(is_whole_known).then(part / whole)
    left = (1 - known.sum().over(level)).clip(lower_bound=0.0)
    equal = left / known.is_null().sum().over(level)
    most = pl.when("is_batch").then("largest_share")  # of a lot: of the batch, not of its material
    part = pl.coalesce(known, pl.min_horizontal(equal, most))
    counted = pairs.with_columns(part=part, batches=pl.len().over("ancestor"))
    return counted.filter(
        pl.col("part") > MORE_THAN + 1e-9,
        pl.col("batches").is_between(1, max(FEW_BATCHES, FEW_SHARE * batches)),
    )


def _in_turn(pairs: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Lineages in which batches share: parent batches first, then materials of most lots."""
    names = (
        pairs.group_by("lineage")
        .agg(pl.col("is_batch").any(), ancestors=pl.col("ancestor").n_unique())
        .sort("is_batch", "ancestors", "lineage", descending=[True, True, False])
    )
    for name in names["lineage"]:
        own = pairs.filter(pl.col("lineage") == name)
        # a batch that others are made of belongs to what is made of it
        itself = (
            own.select("ancestor")
            .unique()
            .with_columns(batch_id=pl.col("ancestor").str.strip_prefix(f"{GenealogyNode.BATCH}/"))
        )
        ends = own.select("batch_id", "ancestor")
        with_itself = pl.concat([ends, itself.select("batch_id", "ancestor")])
        yield str(name), with_itself if name == PARENT_BATCH else ends


def _joined(batch_ids: pl.Series, own: pl.Series, pairs: pl.DataFrame) -> pl.Series:
    """Join the groups of batches that share an ancestor; the first name of each stands for all."""
    batches = pl.DataFrame({"batch_id": batch_ids, "own": own}).with_row_index("row")
    shared = pairs.join(batches, on="batch_id")
    group = batches["own"].rank("dense").to_numpy().astype(np.int64) - 1
    ancestor = shared["ancestor"].rank("dense").to_numpy().astype(np.int64)
    groups = int(group.max(initial=-1)) + 1
    nodes = groups + int(ancestor.max(initial=0)) + 1
    ends = group[shared["row"].to_numpy()], ancestor + groups
    graph = sparse.csr_matrix((np.ones(ancestor.size), ends), shape=(nodes, nodes))
    component = csgraph.connected_components(graph, directed=False)[1][group]
    return batches.select(
        pl.col("own").min().over(pl.Series("component", component)).alias("joined")
    )["joined"]


def _largest(clusters: pl.DataFrame) -> int:
    return clusters.group_by("cluster_id").len()["len"].max() or 0  # type: ignore[return-value]
