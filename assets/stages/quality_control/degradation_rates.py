"""``finding.degradation_rates``: how much faster a product changes on warmer storage."""

from math import isfinite, isnan
from typing import Any

import numpy as np
import polars as pl

from assets.stages.quality_control.stability_groups import StabilityGroup, with_products
from assets.statistics.stability.arrhenius import arrhenius_fit
from data_contracts.codes.stages import ArrheniusVerdict
from data_contracts.tables import table

NAME = "finding.degradation_rates"
HUMIDITY = " Humidity differs between the conditions too, and is not taken apart."


def degradation_rates(stability_results: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Estimate the activation energy of every product and test.

    Args:
        stability_results: ``core.stability_results``; conditions that name no temperature are left
            out.
        batches: ``core.batches``.

    Returns:
        ``finding.degradation_rates``: a row per product and test.
    """
    found = with_products(stability_results, batches).drop_nulls("temperature_c")
    rows = [
        {"product": product, "test": test} | _row(part)
        for (product, test), part in found.group_by("product", "test", maintain_order=True)
    ]
    return table(NAME, rows)


def _row(part: pl.DataFrame) -> dict[str, Any]:
    group = StabilityGroup.of(part)
    temperature = group.frame["temperature_c"]
    row: dict[str, Any] = {
        "batches": len(group.batch_ids),
        "results": group.value.size,
        "temperatures": temperature.n_unique(),
        "unit": part["unit"].drop_nulls().first(),
    }
    if row["temperatures"] < 2:
        return row | {
            "verdict": ArrheniusVerdict.ONE_TEMPERATURE,
            "reason": "Results at one temperature only: an energy needs two.",
        }
    if np.unique(group.month).size < 2:
        return row | {
            "verdict": ArrheniusVerdict.TOO_FEW_RESULTS,
            "reason": "Results of one month only: a rate needs two.",
        }
    if group.value.size < len(group.batch_ids) + 3:
        return row | {
            "verdict": ArrheniusVerdict.TOO_FEW_RESULTS,
            "reason": f"{group.value.size} results leave no freedom beside the starts of "
            f"{len(group.batch_ids)} batches, a rate and an energy.",
        }
    fit = arrhenius_fit(group.batch, group.month, temperature.to_numpy(), group.value)
    row |= {"rate_per_month": fit.rate}
    if isnan(fit.energy):
        return row | {
            "verdict": ArrheniusVerdict.NO_CHANGE_SHOWN,
            "reason": "No change with time is told from chance at any temperature.",
        }
    high = fit.high if isfinite(fit.high) else None
    upper = "without an upper end" if high is None else f"to {high:.0f}"
    return row | {
        "energy_kj_mol": fit.energy,
        "energy_low": fit.low,
        "energy_high": high,
        "verdict": ArrheniusVerdict.TOLD,
        "reason": f"{fit.energy:.0f} kJ/mol (95% interval {fit.low:.0f} {upper}) from "
        f"{row['results']} results at {row['temperatures']} temperatures.{HUMIDITY}",
    }
