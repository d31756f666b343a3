"""What a source cannot tell: the barest source and a full one."""

import polars as pl

from assets.core.limits import ABSENT, limits

NO_STRAYS = pl.DataFrame(schema={"table_name": pl.String, "records": pl.Int64})


def codes(frame):
    return {f"{topic}.{code}" for topic, code in frame.select("topic", "code").iter_rows()}


def test_the_barest_source_says_everything_it_cannot_tell(table):
    tables = {name: table(f"core.{name}") for name in ABSENT}
    tables["batches"] = table(
        "core.batches", {"batch_id": "B1", "production_order": 1, "cluster_id": "B1"}
    )
    found = limits(tables, table("core.outcome_definitions"), table("core.outcomes"), NO_STRAYS)
    assert {
        "gates.no_phases",
        "equipment.no_equipment_events",
        "time.no_dates",
        "outcomes.no_dispositions",
        "outcomes.no_outcomes",
        "clusters.no_campaigns",
        "economics.no_costs_per_batch",
    } <= codes(found)
    assert found["statement"].str.ends_with(".").all()


def test_pending_batches_strays_and_missing_margins_are_counted(table, day):
    tables = {name: table(f"core.{name}") for name in ABSENT}
    tables["batches"] = table(
        "core.batches",
        {
            "batch_id": "B1",
            "production_order": 1,
            "cluster_id": "B1",
            "started_at": day(0),
            "started_at_precision": "instant",
            "campaign_id": "C1",
            "disposition": "released",
        },
    )
    definitions = table(
        "core.outcome_definitions",
        {
            "outcome": "failure",
            "title": "Fails",
            "is_proxy": False,
            "rule": "disposition = 'rejected'",
            "first_known_stage": 6,
            "last_gate_before": 5,
        },
    )
    outcomes = table("core.outcomes", {"batch_id": "B1", "outcome": "failure", "status": "pending"})
    strays = pl.DataFrame({"table_name": ["phases", "spectra"], "records": [3, 0]})
    found = limits(tables, definitions, outcomes, strays)
    assert {"outcomes.pending.failure", "outcomes.no_margin.failure"} <= codes(found)
    assert "records.unknown_batch.phases" in codes(found)
    assert "records.unknown_batch.spectra" not in codes(found)
    assert "time.no_dates" not in codes(found)
