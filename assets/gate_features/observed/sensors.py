"""Features from sensor readings: which statistics of phase and tag become features of a batch.

The statistics are computed elsewhere (``feature.sensor_phase_features``). That table says all a
process engineer would read off a trajectory; here stands the short list that models see, because
every further column is another chance to find a pattern in few failures.
"""

import polars as pl

from assets.gate_features.observed.observations import Observations, nothing, shaped
from assets.gate_features.observed.phase_union import over_unit_procedures
from assets.gate_features.observed.titles import phrase, title, unit_symbol, within
from data_contracts.catalogue import contract

TABLE = "feature.sensor_phase_features"
STATISTICS = (
    "mean", "sd", "minimum", "maximum", "p05", "median", "p95", "slope_per_h", "first", "last",
    "time_outside_nor_h", "area_outside_nor", "excursions_outside_nor", "longest_excursion_h",
    "gap_fraction", "flatline_fraction", "rate_of_change_max_per_h", "lag1_autocorrelation",
)  # fmt: skip
STATISTIC_WORDS = {
    "sd": "standard deviation",
    "p05": "5th percentile",
    "p95": "95th percentile",
    "slope_per_h": "slope",
    "first": "first reading",
    "last": "last reading",
    "time_outside_nor_h": "time outside the normal range",
    "area_outside_nor": "area outside the normal range",
    "excursions_outside_nor": "excursions outside the normal range",
    "longest_excursion_h": "longest excursion",
    "gap_fraction": "share of time without readings",
    "flatline_fraction": "share of time without change",
    "rate_of_change_max_per_h": "fastest change",
    "lag1_autocorrelation": "lag-1 autocorrelation",
}
TAG_UNIT_SUFFIXES = {
    "slope_per_h": "/h",
    "rate_of_change_max_per_h": "/h",
    "area_outside_nor": "·h",
}
DIMENSIONLESS = ("fraction", "autocorrelation", "excursions")
TAG = ["unit_procedure", "tag"]


def sensor_features(phase_features: pl.DataFrame, sensor_tags: pl.DataFrame) -> Observations:
    """Build ``sensor.<unit_procedure>.<tag>.<statistic>`` from phase statistics.

    A tag read in several phases of a unit procedure has one value over them. Tags of a shared area
    are ``environment.<unit_procedure>.<tag>.<statistic>``.

    Args:
        phase_features: ``feature.sensor_phase_features``.
        sensor_tags: ``core.sensor_tags``, for which tags belong to a shared area.

    Returns:
        One observation per batch, unit procedure, tag and statistic, known at the end of the last
        phase.
    """
    if phase_features.is_empty():
        return nothing()
    statistics = statistic_columns()
    series = _series(phase_features, sensor_tags)
    long = (
        over_unit_procedures(phase_features, statistics)
        .join(series.select(*TAG, "series"), on=TAG)
        .unpivot(
            statistics,
            index=["batch_id", "series", "stage", "known_at"],
            variable_name="statistic",
            value_name="value",
        )
        .drop_nulls("value")
        .with_columns(feature=pl.col("series") + "." + pl.col("statistic"))
    )
    built = long.select("feature", "series", "statistic").unique()
    described = built.join(series, on="series").sort("feature")
    return shaped(long, _described(described))


def statistic_columns() -> list[str]:
    """Return the columns of the phase statistics that become features.

    Raises:
        ContractError: The table has no such column.
    """
    described = contract(TABLE)
    return [described.column(name).name for name in STATISTICS]


def _series(phase_features: pl.DataFrame, sensor_tags: pl.DataFrame) -> pl.DataFrame:
    """One row per unit procedure and tag, with its unit and the prefix of its features."""
    is_shared = pl.col("is_shared_area").fill_null(value=False)
    shared = sensor_tags.filter(is_shared).get_column("tag").unique()
    return (
        phase_features.group_by(TAG)
        .agg(pl.col("unit").drop_nulls().first())
        .sort(TAG)
        .with_columns(is_shared=pl.col("tag").is_in(shared.implode()))
        .with_columns(
            series=pl.concat_str(
                pl.when("is_shared").then(pl.lit("environment")).otherwise(pl.lit("sensor")),
                "unit_procedure",
                "tag",
                separator=".",
            )
        )
    )


def _described(features: pl.DataFrame) -> pl.DataFrame:
    units = [
        statistic_unit(statistic, unit)
        for statistic, unit in features.select("statistic", "unit").iter_rows()
    ]
    titles = [
        _title(row, unit) for row, unit in zip(features.iter_rows(named=True), units, strict=True)
    ]
    return features.with_columns(
        title=pl.Series(titles, dtype=pl.String),
        unit=pl.Series(units, dtype=pl.String),
        unit_operation=pl.col("unit_procedure"),
        kind=pl.when("is_shared").then(pl.lit("environment")).otherwise(pl.lit("sensor")),
        source_table=pl.lit(TABLE),
        source_column=pl.col("statistic"),
        quantity=pl.format("{}.{}", "unit_procedure", "tag"),
        measured_quantity=pl.col("tag"),
        formula=pl.format("{} of tag '{}' over the unit procedure", "statistic", "tag"),
        description=pl.format(
            "Statistic '{}' of tag '{}' in {}.", "statistic", "tag", "unit_procedure"
        ),
    )


def _title(row: dict[str, str], unit: str | None) -> str:
    words = STATISTIC_WORDS.get(row["statistic"], phrase(row["statistic"]))
    return title(f"{within(row['unit_procedure'], row['tag'], row['unit'])}, {words}", unit)


def statistic_unit(statistic: str, unit: str | None) -> str | None:
    """Return the unit of a statistic of a tag.

    Args:
        statistic: Column of the phase statistics.
        unit: Unit of the tag.
    """
    if any(word in statistic for word in DIMENSIONLESS) and not statistic.endswith("_h"):
        return "1"
    if statistic in TAG_UNIT_SUFFIXES:
        return f"{unit_symbol(unit) or ''}{TAG_UNIT_SUFFIXES[statistic]}" if unit else None
    return "h" if statistic.endswith("_h") else unit_symbol(unit)
