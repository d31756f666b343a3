"""Features from ancestor lots: what the lots behind a batch's intermediates were like."""

import polars as pl

from assets.gate_features.inherited.ancestry import level_words
from assets.gate_features.observed.accumulation import AT_LIMIT, summaries
from assets.gate_features.observed.materials import ATTRIBUTES, LOT, LOT_STATISTICS
from assets.gate_features.observed.observations import Observations, nothing, placed, stage_name
from assets.gate_features.observed.titles import phrase, printed_unit, title
from data_contracts.codes.records import GenealogyNode

LOTS = "core.genealogy_trace"


def ancestor_lot_features(
    ancestors: pl.DataFrame, material_attributes: pl.DataFrame, material_usage: pl.DataFrame
) -> Observations:
    """Build ``ancestor.<material>.<attribute>.level<k>`` of lots k levels up.

    The mean is weighted by the share of the batch that came from each lot (equal weights where a
    share is not known); ``.minimum`` and ``.maximum`` follow where some batch has several. With a
    lot at its reporting limit they are missing; ``.at_limit_share`` says how many are. A value
    counts from the latest of its result and of the records of the whole way.

    Args:
        ancestors: ``ancestry``.
        material_attributes: ``core.material_attributes``.
        material_usage: ``core.material_usage``: those lots are features of their own, and left out.

    Returns:
        Observations of all materials, attributes and levels.
    """
    results = placed(material_attributes, ATTRIBUTES, "value").select(
        "attribute",
        "value",
        "censoring",
        node=pl.concat_str(LOT, separator="/"),
        attribute_unit=pl.col("unit"),
        result_stage=pl.col("stage"),
        result_known_at=pl.col("known_at"),
    )
    used = material_usage.select("batch_id", node=pl.concat_str(LOT, separator="/"))
    lots = ancestors.filter(pl.col("type") == GenealogyNode.LOT)
    direct = lots.filter(pl.col("level") == 1).join(used, on=["batch_id", "node"], how="anti")
    rows = (
        pl.concat([direct, lots.filter(pl.col("level") > 1)])
        .join(results, on="node")
        .with_columns(
            feature=pl.format("ancestor.{}.{}.level{}", "material", "attribute", "level"),
            stage=pl.max_horizontal("stage", "result_stage"),
            known_at=pl.max_horizontal("known_at", "result_known_at"),
        )
        .sort("feature", "batch_id", "node")
    )
    if rows.is_empty():
        return nothing()
    named = rows.group_by("feature", maintain_order=True).agg(
        pl.col("material", "attribute", "level").first(),
        pl.col("attribute_unit").drop_nulls().first(),
        stage=pl.col("stage").min(),
        by=pl.col("by").unique().sort().str.join(", "),
    )
    return summaries(rows, named, LOT_STATISTICS, _described)


def _described(named: pl.DataFrame, suffix: str, words: str) -> pl.DataFrame:
    recorded = named.select("material", "attribute", "attribute_unit", "level", "by").rows()
    is_share = suffix == AT_LIMIT
    units = [
        "1" if is_share else printed_unit(attribute, unit) for _, attribute, unit, _, _ in recorded
    ]
    titles = [
        title(
            f"{phrase(material)} {phrase(attribute, own)} of lots {level_words(level)}"
            f"{f', by {by}' if level > 1 else ''}{f', {words}' if suffix else ''}",
            None if is_share else unit,
        )
        for (material, attribute, own, level, by), unit in zip(recorded, units, strict=True)
    ]
    return named.with_columns(
        feature=pl.col("feature") + suffix,
        title=pl.Series(titles, dtype=pl.String),
        unit=pl.Series(units, dtype=pl.String),
        unit_operation=stage_name(pl.col("stage")),
        kind=pl.lit("material"),
        source_table=pl.lit(ATTRIBUTES),
        source_column=pl.lit("value"),
        quantity=pl.format("{}.{}", "material", "attribute"),
        measured_quantity=pl.col("attribute"),
        formula=pl.lit(words.replace("quantity-weighted", "share-weighted")),
        description=pl.format(
            "Attribute '{}' of the lots of {} that went into what the batch is made of, {} "
            "level(s) up.",
            "attribute",
            "material",
            "level",
        ),
    )
