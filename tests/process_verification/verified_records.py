"""Small plants of which everything is known, as the tables the charts are drawn of."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from assets.process_verification.verification import ChartedRecords
from data_contracts.tables import table

START = datetime(2022, 1, 3)  # noqa: DTZ001 - instants are UTC without a zone


def batches(count, product="P1", first=0):
    """A batch every two days."""
    return [
        {
            "batch_id": f"B{at:04}",
            "production_order": at,
            "product": product,
            "strength": "10MG",
            "line": "L1",
            "started_at": START + timedelta(days=2 * at),
            "ended_at": START + timedelta(days=2 * at + 1),
            "disposition": "released",
            "cluster_id": f"B{at:04}",
        }
        for at in range(first, first + count)
    ]


def results(values, test="assay_pct", first=0, low=None, high=None, censoring="none"):
    """One result a batch, known five days after its start."""
    return [
        {
            "batch_id": f"B{first + at:04}",
            "stage": 6,
            "test": test,
            "sample_no": 1,
            "value": float(value),
            "unit": "%",
            "censoring": censoring if isinstance(censoring, str) else censoring[at],
            "spec_low": low,
            "spec_high": high,
            "sampled_at": START + timedelta(days=2 * (first + at) + 1),
            "resulted_at": START + timedelta(days=2 * (first + at) + 5),
        }
        for at, value in enumerate(values)
    ]


def records(**rows):
    """Records with the given tables; all others are empty."""
    names = {
        "batches": "core.batches",
        "phases": "core.phases",
        "parameters": "core.parameters",
        "lab_results": "core.lab_results",
        "inspections": "core.inspections",
        "sensor_tags": "core.sensor_tags",
        "sensor_phase_features": "feature.sensor_phase_features",
        "outcomes": "core.outcomes",
        "deviations": "core.deviations",
    }
    return ChartedRecords(
        **{name: _shaped(kind, rows.get(name, ())) for name, kind in names.items()}
    )


def _shaped(kind, rows):
    """Rows in the columns of a table; provenance and what a test does not say are null."""
    empty = table(kind)
    if not rows:
        return empty
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    missing = [
        pl.lit(None, kind_of).alias(name)
        for name, kind_of in empty.schema.items()
        if name not in frame.columns
    ]
    return frame.with_columns(missing).select(
        pl.col(name).cast(kind_of) for name, kind_of in empty.schema.items()
    )


def plan_of(made, margins=(), drivers=(), plans=()):
    """The plan of records."""
    from assets.process_verification.verification import chart_plan

    return chart_plan(
        made,
        table("core.outcome_definitions"),
        _shaped("core.outcome_margins", margins),
        _shaped("finding.drivers", drivers),
        plans,
    )


def tables_of(made, plan, usage=(), events=(), plans=()):
    """The tables of records under a plan."""
    from assets.process_verification.verification import verified

    return verified(
        made,
        plan,
        _shaped("core.material_usage", usage),
        _shaped("core.equipment_events", events),
        plans,
    )


def noise(count, seed=1, scale=1.0, centre=100.0):
    """Independent normal values."""
    return np.random.default_rng(seed).normal(centre, scale, count)
