"""Results only known to lie beyond a reporting limit: how many, their quantiles, and their use."""

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.outcome_panel import FEWEST_MARGINS, MOST_CENSORED
from assets.core.measurements import NOT_CENSORED
from assets.statistics.censored_quantiles import kaplan_meier_quantiles
from data_contracts.tables import table

TABLE = "evidence.censored_results"
RESULTS, ATTRIBUTES = "core.lab_results", "core.material_attributes"
SIDES = {"left": -1, "right": 1, NOT_CENSORED: 0}
SHARES = {"first_decile": 0.1, "median": 0.5, "ninth_decile": 0.9}
AS_FEATURE = (
    "As features they are missing where a result is, beside the share at the limit; a rule they "
    "leave open is not decided."
)


def censored_results(
    lab_results: pl.DataFrame, material_attributes: pl.DataFrame, outcome_margins: pl.DataFrame
) -> pl.DataFrame:
    """Describe every test and lot attribute that has a result beyond a reporting limit.

    Args:
        lab_results: ``core.lab_results``.
        material_attributes: ``core.material_attributes``.
        outcome_margins: ``core.outcome_margins``, which says what results are modelled.

    Returns:
        ``evidence.censored_results``.
    """
    described = [
        (RESULTS, lab_results.with_columns(quantity=pl.col("test"))),
        (
            ATTRIBUTES,
            material_attributes.with_columns(quantity=pl.format("{}.{}", "material", "attribute")),
        ),
    ]
    modelled = set(outcome_margins["measured_quantity"])
    rows = []
    for name, records in described:
        reported = records.filter(pl.col("value").is_finite()).with_columns(
            pl.col("censoring").fill_null(NOT_CENSORED)
        )
        for (quantity,), own in reported.group_by("quantity"):
            if (own["censoring"] != NOT_CENSORED).any():
                rows.append(_row(name, str(quantity), own, modelled))
    return table(TABLE, rows)


def _row(name: str, quantity: str, own: pl.DataFrame, modelled: Collection[str]) -> dict[str, Any]:
    beyond = own.filter(pl.col("censoring") != NOT_CENSORED)
    counts = {side: int((own["censoring"] == side).sum()) for side in ("left", "right", "interval")}
    is_modelled = name == RESULTS and quantity in modelled
    return {
        "source_table": name,
        "quantity": quantity,
        "results": own.height,
        "below_limit": counts["left"],
        "above_limit": counts["right"],
        "between_limits": counts["interval"],
        "lowest_limit": beyond["value"].min(),
        "highest_limit": beyond["value"].max(),
        "unit": own["unit"].drop_nulls().first(),
        **_quantiles(own),
        "statement": f"{beyond.height} of {own.height} results of '{quantity}' "
        f"({beyond.height / own.height:.0%}) lie beyond a reporting limit. "
        + (f"{_as_margin(beyond.height, own.height)} " if is_modelled else "")
        + AS_FEATURE,
    }


def _quantiles(own: pl.DataFrame) -> dict[str, float | None]:
    """By the product-limit estimate, which knows limits on one side only."""
    sides = set(own["censoring"]) - {NOT_CENSORED}
    if sides not in ({"left"}, {"right"}):
        return dict.fromkeys(SHARES)
    side = own["censoring"].replace_strict(SIDES, return_dtype=pl.Int64).to_numpy()
    found = kaplan_meier_quantiles(own["value"].to_numpy(), side, list(SHARES.values()))
    return {
        name: None if np.isnan(value) else value for name, value in zip(SHARES, found, strict=True)
    }


def _as_margin(beyond: int, results: int) -> str:
    if results - beyond < FEWEST_MARGINS or beyond > MOST_CENSORED * results:
        return (
            f"Too few are measured (at least {FEWEST_MARGINS} and {1 - MOST_CENSORED:.0%} are "
            "asked for) to model their margins."
        )
    return (
        "Their margins are bounds: slopes are those of a censored regression, and models are "
        "fitted on what is to be expected beyond the bound; margins followed for a lever in use "
        "leave them out."
    )
