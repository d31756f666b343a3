"""Dagster assets of time to failure: loads tables, calls the pure functions beside it, saves."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_ins, table_outputs, table_outs
from data_contracts.assumption_schema.recorded import RECORDED_PRICES
from data_contracts.assumptions import with_recorded

GROUP = "time_to_failure"
TABLES = (
    "finding.survival_curves",
    "finding.weibull_fits",
    "finding.competing_modes",
    "finding.hazard_models",
    "finding.replacement_intervals",
    "finding.replacement_curves",
    "finding.hold_times",
)


@dg.multi_asset(
    name="time_to_failure",
    ins=table_ins(
        "core.phases",
        "core.equipment_events",
        "core.batches",
        "core.outcomes",
        "core.outcome_definitions",
        RECORDED_PRICES,
    ),
    outs=table_outs(*TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def time_to_failure(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame, **tables: pl.DataFrame
) -> Iterator[Any]:
    """Follow every life of equipment and every hold, and weigh replacement intervals."""
    from assets.time_to_failure.findings import LifeRecords, findings

    run = context.resources.run_settings
    priced = with_recorded(run.assumptions(), recorded_prices)
    found = findings(LifeRecords(**tables), priced, seed=run.seed, is_quick=run.is_quick)
    for row in found["finding.replacement_intervals"].iter_rows(named=True):
        context.log.info(f"{row['equipment_class']}, {row['event']}: {row['reason']}")
    yield from table_outputs(found, TABLES)
