"""Features from laboratory results and inspections, each at the gate its stage and date allow.

Results that define an outcome are built like any other here; ``refusals`` keeps them from it.
"""

import polars as pl

from assets.gate_features.observed.accumulation import AT_LIMIT, summaries
from assets.gate_features.observed.observations import (
    Observations,
    nothing,
    placed,
    shaped,
    stage_name,
)
from assets.gate_features.observed.parameters import name_by_stage
from assets.gate_features.observed.titles import named, phrase, printed_unit, title

RESULTS, INSPECTIONS = "core.lab_results", "core.inspections"
# suffix of the feature, column of the running summary, words for the title
SAMPLE_STATISTICS = (
    ("", "mean", "mean of samples"),
    (".minimum", "minimum", "lowest sample"),
    (".maximum", "maximum", "highest sample"),
    (".sd", "sd", "standard deviation of samples"),
    (AT_LIMIT, "at_limit_share", "share of samples at a reporting limit"),
)


def laboratory_features(lab_results: pl.DataFrame) -> Observations:
    """Build ``lab.<test>``, the mean of the samples reported so far.

    Tests with several samples in some batch also give ``.minimum``, ``.maximum`` and ``.sd``. A
    test done at several stages is several features, later stages as ``lab.stage<k>.<test>``. With a
    sample at its reporting limit these are missing; ``.at_limit_share`` says how many samples are.

    Args:
        lab_results: ``core.lab_results``.

    Returns:
        One observation per batch, feature and sample reported.
    """
    if lab_results.is_empty():
        return nothing()
    rows = name_by_stage(placed(lab_results, RESULTS, "value"), "lab", "test")
    tests = rows.group_by("feature", maintain_order=True).agg(
        pl.col("test", "quantity", "stage").first(), pl.col("unit").drop_nulls().first()
    )
    return summaries(rows.with_columns(weight=pl.lit(1.0)), tests, SAMPLE_STATISTICS, _described)


def _described(tests: pl.DataFrame, suffix: str, words: str) -> pl.DataFrame:
    recorded = tests.select("test", "unit", "has_several").rows()
    is_share = suffix == AT_LIMIT
    units = ["1" if is_share else printed_unit(test, unit) for test, unit, _ in recorded]
    titles = [
        title(f"{phrase(test, unit)}, {words}", None if is_share else printed_unit(test, unit))
        if has_several or suffix
        else named(test, unit)
        for test, unit, has_several in recorded
    ]
    return tests.with_columns(
        feature=pl.col("feature") + suffix,
        title=pl.Series(titles, dtype=pl.String),
        unit=pl.Series(units, dtype=pl.String),
        unit_operation=stage_name(pl.col("stage")),
        kind=pl.lit("lab"),
        source_table=pl.lit(RESULTS),
        source_column=pl.lit("value"),
        measured_quantity=pl.col("test"),
        formula=pl.format(f"{words} of test '{{}}' reported so far", "test"),
        description=pl.format("Laboratory result '{}' of stage {}.", "test", "stage"),
    )


def inspection_features(inspections: pl.DataFrame) -> Observations:
    """Build ``inspection.<defect_class>.reject_rate``: rejected units over inspected units.

    Args:
        inspections: ``core.inspections``.

    Returns:
        One observation per batch and defect class, from 0 to 1.
    """
    if inspections.is_empty():
        return nothing()
    rows = (
        placed(inspections, INSPECTIONS, "rejected")
        .filter(pl.col("inspected") > 0)
        .with_columns(
            feature=pl.format("inspection.{}.reject_rate", "defect_class"),
            value=pl.col("rejected") / pl.col("inspected"),
        )
        .sort("feature", "batch_id")
    )
    classes = rows.select("feature", "defect_class", "stage").unique(
        subset="feature", keep="first", maintain_order=True
    )
    titles = [title(f"{phrase(name)}, share rejected") for name in classes["defect_class"]]
    return shaped(
        rows,
        classes.with_columns(
            title=pl.Series(titles, dtype=pl.String),
            unit_operation=stage_name(pl.col("stage")),
            kind=pl.lit("lab"),
            unit=pl.lit("1"),
            source_table=pl.lit(INSPECTIONS),
            source_column=pl.lit("rejected"),
            quantity=pl.col("defect_class"),
            measured_quantity=pl.col("defect_class"),
            formula=pl.lit("rejected / inspected"),
            description=pl.format("Share of inspected units rejected for '{}'.", "defect_class"),
        ),
    )
