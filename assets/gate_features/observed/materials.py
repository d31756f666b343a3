"""Features from materials through genealogy: what the lots in a batch were like.

A batch may take several lots of a material, and a lot may reach it before its results do. Every
summary is over the lots dispensed and reported by then, weighted by the quantity used.
"""

import polars as pl

from assets.gate_features.observed.accumulation import AT_LIMIT, accumulate, summaries
from assets.gate_features.observed.observations import (
    Observations,
    nothing,
    placed,
    shaped,
    together,
)
from assets.gate_features.observed.titles import phrase, printed_unit, title

USAGE, ATTRIBUTES, WEIGHINGS = "core.material_usage", "core.material_attributes", "core.weighings"
LOT = ["material", "supplier", "lot"]
UNKNOWN_SUPPLIER = "unknown"
NO_SUPPLIER = ("", "not_stated")  # how an export or the contract says that nobody said
# suffix of the feature, column of the running summary, words for the title and the formula
LOT_STATISTICS = (
    ("", "mean", "quantity-weighted mean of lots"),
    (".minimum", "minimum", "lowest of lots"),
    (".maximum", "maximum", "highest of lots"),
    (AT_LIMIT, "at_limit_share", "share of lots at a reporting limit"),
)
OPERATION = "dispensing"


def material_features(
    material_usage: pl.DataFrame, material_attributes: pl.DataFrame
) -> Observations:
    """Build lot attributes, number of lots and supplier per batch and material.

    ``material.<material>.<attribute>`` is the mean over lots weighted by quantity (equal weights
    where a quantity is missing); ``.minimum`` and ``.maximum`` follow where some batch blends
    lots; with a lot at its reporting limit they are missing, and ``.at_limit_share`` says how many
    are. ``material.<material>.lots`` counts lots, and ``material.<material>.supplier`` names the
    supplier of the largest lot. A lot attribute counts from the later of its use and its result.

    Args:
        material_usage: ``core.material_usage``.
        material_attributes: ``core.material_attributes``.

    Returns:
        Observations of all materials.
    """
    if material_usage.is_empty():
        return nothing()
    used = placed(material_usage, USAGE, "quantity")
    return together(
        [_attribute_features(used, material_attributes), _lot_counts(used), _suppliers(used)]
    )


def _attribute_features(used: pl.DataFrame, attributes: pl.DataFrame) -> Observations:
    results = placed(attributes, ATTRIBUTES, "value").select(
        *LOT,
        "attribute",
        "value",
        "censoring",
        pl.col("unit").alias("attribute_unit"),
        pl.col("stage").alias("result_stage"),
        pl.col("known_at").alias("result_known_at"),
    )
    measurements = (
        used.join(results, on=LOT, how="inner", nulls_equal=True)
        .with_columns(
            feature=pl.format("material.{}.{}", "material", "attribute"),
            stage=pl.max_horizontal("stage", "result_stage"),
            known_at=pl.max_horizontal("known_at", "result_known_at"),
            weight=pl.col("quantity"),
        )
        .sort("feature", "batch_id")
    )
    if measurements.is_empty():
        return nothing()
    named = measurements.group_by("feature", maintain_order=True).agg(
        pl.col("material", "attribute").first(), pl.col("attribute_unit").drop_nulls().first()
    )
    return summaries(measurements, named, LOT_STATISTICS, _described)


def _described(named: pl.DataFrame, suffix: str, words: str) -> pl.DataFrame:
    recorded = named.select("material", "attribute", "attribute_unit").rows()
    is_share = suffix == AT_LIMIT
    units = ["1" if is_share else printed_unit(attribute, unit) for _, attribute, unit in recorded]
    titles = [
        title(
            f"{phrase(material)} {phrase(attribute, own)}{f', {words}' if suffix else ''}",
            None if is_share else unit,
        )
        for (material, attribute, own), unit in zip(recorded, units, strict=True)
    ]
    return named.with_columns(
        feature=pl.col("feature") + suffix,
        title=pl.Series(titles, dtype=pl.String),
        unit=pl.Series(units, dtype=pl.String),
        unit_operation=pl.lit(OPERATION),
        kind=pl.lit("material"),
        source_table=pl.lit(ATTRIBUTES),
        source_column=pl.lit("value"),
        quantity=pl.format("{}.{}", "material", "attribute"),
        measured_quantity=pl.col("attribute"),
        formula=pl.lit(words),
        description=pl.format("Attribute '{}' of the lots of {} used.", "attribute", "material"),
    )


def _lot_counts(used: pl.DataFrame) -> Observations:
    rows = used.with_columns(
        feature=pl.format("material.{}.lots", "material"), value=pl.lit(1.0), weight=pl.lit(1.0)
    ).sort("feature", "batch_id")
    running = accumulate(rows).with_columns(value=pl.col("count"))
    materials = rows.select("feature", "material").unique(maintain_order=True)
    return shaped(
        running,
        _of_material(materials, "lots", "number of lots", "count of lots used so far").with_columns(
            source_column=pl.lit("lot"), unit=pl.lit("1")
        ),
    )


def _suppliers(used: pl.DataFrame) -> Observations:
    group = ["batch_id", "feature"]
    quantity = pl.col("quantity").fill_null(0.0)
    rows = (
        used.with_columns(
            feature=pl.format("material.{}.supplier", "material"),
            supplier=pl.when(pl.col("supplier").is_in(NO_SUPPLIER))
            .then(pl.lit(UNKNOWN_SUPPLIER))
            .otherwise(pl.col("supplier").fill_null(UNKNOWN_SUPPLIER)),
        )
        .sort([*group, "known_at", "lot", "supplier"], nulls_last=False)
        .with_columns(
            level=pl.when(
                (quantity > quantity.cum_max().over(group).shift(1).over(group)).fill_null(
                    value=True
                )
            ).then(pl.col("supplier")),
            stage=pl.col("stage").cum_max().over(group),
        )
        .with_columns(pl.col("level").forward_fill().over(group))
    )
    materials = rows.select("feature", "material").unique(maintain_order=True)
    return shaped(
        rows,
        _of_material(
            materials, "supplier", "supplier", "supplier of the largest lot used so far"
        ).with_columns(source_column=pl.lit("supplier"), data_type=pl.lit("categorical")),
    )


def _of_material(materials: pl.DataFrame, name: str, words: str, formula: str) -> pl.DataFrame:
    titles = [title(f"{phrase(material)} {words}") for material in materials["material"]]
    return materials.with_columns(
        quantity=pl.format(f"{{}}.{name}", "material"),
        title=pl.Series(titles, dtype=pl.String),
        unit_operation=pl.lit(OPERATION),
        kind=pl.lit("material"),
        source_table=pl.lit(USAGE),
        formula=pl.lit(formula),
        description=pl.format(f"{words.capitalize()} of {{}} in the batch.", "material"),
    )


def weighing_features(weighings: pl.DataFrame) -> Observations:
    """Build ``weighing.<material>.deviation_pct``: how far the weight is from its target.

    Args:
        weighings: ``core.weighings``; several weighings of a material count by their target.

    Returns:
        100 x (actual - target) / target, per batch and material.
    """
    if weighings.is_empty():
        return nothing()
    rows = (
        placed(weighings, WEIGHINGS, "actual")
        .filter(pl.col("target") > 0)
        .with_columns(
            feature=pl.format("weighing.{}.deviation_pct", "material"),
            value=100.0 * (pl.col("actual") - pl.col("target")) / pl.col("target"),
            weight=pl.col("target"),
        )
        .sort("feature", "batch_id")
    )
    materials = rows.select("feature", "material").unique(maintain_order=True)
    titles = [title(f"{phrase(name)} weighing deviation", "%") for name in materials["material"]]
    return shaped(
        accumulate(rows).with_columns(value=pl.col("mean")),
        materials.with_columns(
            title=pl.Series(titles, dtype=pl.String),
            unit_operation=pl.lit(OPERATION),
            kind=pl.lit("material"),
            unit=pl.lit("%"),
            source_table=pl.lit(WEIGHINGS),
            source_column=pl.lit("actual"),
            quantity=pl.format("{}.deviation_pct", "material"),
            measured_quantity=pl.format("{}_weighed", "material"),
            formula=pl.lit("100 x (actual - target) / target, weighted by target"),
            description=pl.format("Weighed amount of {} against its target.", "material"),
        ),
    )
