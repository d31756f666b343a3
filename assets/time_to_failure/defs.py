"""Dagster assets of time to failure: loads tables, calls the pure functions beside it, saves."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_ins, table_outputs, table_outs

GROUP = "time_to_failure"

TABLES = {
    "finding.survival_curves": (
        "How long equipment lasts and how failed batches come, by age since a renewal."
    ),
    "finding.weibull_fits": (
        "Lives, events, rates and Weibull fits of every question, or why there is none."
    ),
    "finding.competing_modes": "Which mode comes first after a renewal, and how often by what age.",
    "finding.hazard_models": (
        "What goes with breakdowns and failed batches on the clock since maintenance (Cox, AFT)."
    ),
    "finding.replacement_intervals": (
        "The replacement interval of least expected cost per batch against today's, and a verdict."
    ),
    "finding.replacement_curves": "Cost and events per batch along the replacement interval.",
    "finding.hold_times": "Whether batches held longer between two steps failed more often.",
}
INPUTS = {
    "phases": ["core", "phases"],
    "equipment_events": ["core", "equipment_events"],
    "batches": ["core", "batches"],
    "outcomes": ["core", "outcomes"],
}


@dg.multi_asset(
    name="time_to_failure",
    ins=table_ins(INPUTS),
    outs=table_outs(TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def time_to_failure(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """Follow every life of equipment and every hold, and weigh replacement intervals."""
    from assets.time_to_failure.findings import Records, findings

    run = context.resources.run_settings
    found = findings(Records(**tables), run.assumptions(), seed=run.seed, is_quick=run.is_quick)
    for row in found["finding.replacement_intervals"].iter_rows(named=True):
        context.log.info(f"{row['equipment_class']}, {row['event']}: {row['reason']}")
    yield from table_outputs({name: found[name] for name in TABLES})
