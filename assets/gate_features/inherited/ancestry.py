"""The ancestors of every batch by the way they came in: how much, by what, known from when."""

import polars as pl

from assets.gate_features.observed.materials import LOT
from data_contracts.codes.records import GenealogyKind, GenealogyNode

LEAST_SHARE = 1e-4  # of the batch: what comes in with the heel of a heel of a heel is left out
DEEPEST = 4  # levels this far up and further are one class
NODE = ["type", "node"]
KIND_WORDS = {
    GenealogyKind.USE: "lots used",
    GenealogyKind.INTERMEDIATE: "intermediates",
    GenealogyKind.SPLIT: "split batches",
    GenealogyKind.BLEND: "blends",
    GenealogyKind.REWORK: "rework",
    GenealogyKind.REPROCESS: "reprocessing",
}


def ancestry(
    batches: pl.DataFrame, genealogy_edges: pl.DataFrame, genealogy_trace: pl.DataFrame
) -> pl.DataFrame:
    """Follow every way into a batch to all that lies behind it.

    Args:
        batches: ``core.batches``: those whose ancestors are asked for.
        genealogy_edges: ``core.genealogy_edges``.
        genealogy_trace: ``core.genealogy_trace``.

    Returns:
        One row per batch, ancestor and what brought it in directly: ``batch_id``; ``type`` and
        ``node`` of the ancestor, ``material`` where it is a lot; ``level`` (steps up, 4 and more in
        one class); ``weight``, the share of the batch that came this way, null where not known;
        ``stage`` at which it came in; ``known_at``, when all of the way was on record, null without
        instants; ``by``, what brought it in, in words. Known shares under a ten-thousandth are
        left out.
    """
    edges = genealogy_edges.filter(~pl.col("is_circular"))
    into_batches = edges.filter(
        pl.col("descendant_type") == GenealogyNode.BATCH,
        pl.col("descendant").is_in(batches["batch_id"].implode()),
    )
    hops = into_batches.select(
        batch_id="descendant",
        via_type="ancestor_type",
        via="ancestor",
        material="ancestor_material",
        part="share",
        stage="stage",
        hop_known_at="known_at",
        by=pl.coalesce(
            pl.col("ancestor_material").str.replace_all("_", " "),
            pl.col("kind").replace_strict(KIND_WORDS, return_dtype=pl.String),
        ),
    )
    behind = genealogy_trace.select(
        via_type="descendant_type",
        via="descendant",
        type="ancestor_type",
        node="ancestor",
        material="ancestor_material",
        inner="share",
        up="levels",
    )
    direct = hops.select(
        *_KEPT,
        type="via_type",
        node="via",
        level=pl.lit(1, pl.Int64),
        weight="part",
        known_at="hop_known_at",
        material="material",
    )
    farther = (
        hops.drop("material")
        .join(behind, on=["via_type", "via"])
        .join(_on_record(edges, genealogy_trace), on=["via_type", "via"], how="left")
        .select(
            *_KEPT,
            type="type",
            node="node",
            level=(pl.col("up") + 1).clip(upper_bound=DEEPEST),
            weight=pl.col("part") * pl.col("inner"),
            known_at=pl.max_horizontal("hop_known_at", "on_record_at"),
            material="material",
        )
    )
    every = pl.concat([direct, farther])
    return every.filter((pl.col("weight") >= LEAST_SHARE) | pl.col("weight").is_null())


_KEPT = ("batch_id", "stage", "by")


def _on_record(edges: pl.DataFrame, trace: pl.DataFrame) -> pl.DataFrame:
    """When all that went into a node, through every level, was on record."""
    own = edges.group_by(via_type="descendant_type", via="descendant").agg(
        at=pl.col("known_at").max()
    )
    inner = (
        trace.select(
            via_type="descendant_type", via="descendant", type="ancestor_type", node="ancestor"
        )
        .join(own.rename({"via_type": "type", "via": "node"}), on=NODE)
        .select("via_type", "via", "at")
    )
    return pl.concat([own, inner]).group_by("via_type", "via").agg(on_record_at=pl.col("at").max())


def goes_beyond(edges: pl.DataFrame, material_usage: pl.DataFrame) -> bool:
    """Whether the genealogy tells more than which lots were used in which batches."""
    return edges.height > material_usage.select("batch_id", *LOT).n_unique()


def level_words(level: int) -> str:
    """Say how far up ancestors are: ``directly in the batch``, ``2 levels up``."""
    if level == 1:
        return "directly in the batch"
    return f"{level} levels up" + (" or more" if level == DEEPEST else "")
