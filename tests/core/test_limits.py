"""What a source cannot tell: the barest source and a full one."""

import polars as pl
import pytest

from assets.core.limits import TABLES, limits

NO_STRAYS = pl.DataFrame(schema={"table_name": pl.String, "records": pl.Int64})


def codes(frame):
    return {f"{topic}.{code}" for topic, code in frame.select("topic", "code").iter_rows()}


def test_the_barest_source_says_everything_it_cannot_tell(table):
    tables = {name: table(f"core.{name}") for name in TABLES}
    tables["batches"] = table(
        "core.batches", {"batch_id": "B1", "production_order": 1, "cluster_id": "B1"}
    )
    found = limits(tables, table("core.outcome_definitions"), table("core.outcomes"), NO_STRAYS, {})
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
    tables = {name: table(f"core.{name}") for name in TABLES}
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
    found = limits(tables, definitions, outcomes, strays, {})
    assert {"outcomes.pending.failure", "outcomes.no_margin.failure"} <= codes(found)
    assert "records.unknown_batch.phases" in codes(found)
    assert "records.unknown_batch.spectra" not in codes(found)
    assert "time.no_dates" not in codes(found)


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ({"rejected": ("lost", False), "late": ("late", False)}, set()),
        ({"rejected": ("lost", False), "weak": ("lost", True)}, set()),
        ({"weak": ("lost", True), "late": ("late", False)}, {"outcomes.all_proxies"}),
        ({"trend": ("out_of_trend", True), "late": ("late", False)}, {"outcomes.no_lost_batch"}),
        ({}, set()),
    ],
)
def test_where_no_batch_is_recorded_as_lost_it_is_told(table, outcomes, told):
    stages = {"first_known_stage": 6, "last_gate_before": 5, "title": "T", "rule": "x"}
    rows = (
        {"outcome": name, "severity": severity, "is_proxy": is_proxy, **stages}
        for name, (severity, is_proxy) in outcomes.items()
    )
    tables = {name: table(f"core.{name}") for name in (*TABLES, "batches")}
    definitions = table("core.outcome_definitions", *rows)
    found = codes(limits(tables, definitions, table("core.outcomes"), NO_STRAYS, {}))
    assert found & {"outcomes.all_proxies", "outcomes.no_lost_batch"} == told


def test_one_kind_of_cost_on_record_leaves_the_other_to_be_told(table, day):
    tables = {name: table(f"core.{name}") for name in TABLES}
    tables["batches"] = table(
        "core.batches", {"batch_id": "B1", "production_order": 1, "cluster_id": "B1"}
    )
    costs = {
        "standard_costs": {"product": "P", "stage": 1, "full_usd": 2.0, "variable_usd": 1.0}
        | {"strength": "any", "batch_size": 0.0, "effective_at": day(0)},
        "write_offs": {"batch_id": "B1", "category": "regulatory", "posting_no": 1}
        | {"amount_usd": 5.0},
    }

    def told(*recorded: str) -> set[str]:
        given = tables | {name: table(f"core.{name}", costs[name]) for name in recorded}
        found = limits(
            given, table("core.outcome_definitions"), table("core.outcomes"), NO_STRAYS, {}
        )
        return {code for code in codes(found) if code.startswith("economics.")}

    assert told() == {"economics.no_costs_per_batch"}
    assert told("standard_costs") == {"economics.no_write_offs"}
    assert told("write_offs") == {"economics.no_standard_costs"}
    assert told("standard_costs", "write_offs") == set()


def test_a_mode_whose_stage_nobody_named_is_told(table):
    tables = {name: table(f"core.{name}") for name in TABLES}
    lost = {"batch_id": "B1", "production_order": 1, "cluster_id": "B1", "failure_mode": "cracks"}
    tables["batches"] = table("core.batches", lost)

    def told(modes: dict[str, int]) -> dict[str, str]:
        found = limits(
            tables, table("core.outcome_definitions"), table("core.outcomes"), NO_STRAYS, modes
        )
        return {code: said for _, code, said in found.iter_rows()}

    said = told({})
    assert "not known for cracks" in said["no_origin"]
    assert "no_origin" not in told({"cracks": 4})


def test_what_a_genealogy_cannot_tell_is_said(table):
    tables = {name: table(f"core.{name}") for name in TABLES}
    tables["batches"] = table(
        "core.batches", {"batch_id": "B1", "production_order": 1, "cluster_id": "B1"}
    )
    edge = {"descendant_type": "batch", "ancestor_type": "batch", "is_circular": False}
    tables["genealogy_edges"] = table(
        "core.genealogy_edges",
        edge | {"descendant": "B1", "ancestor": "G1", "kind": "split", "share": 0.5},
        edge | {"descendant": "B1", "ancestor": "G2", "kind": "blend"},
        edge | {"descendant": "B1", "ancestor": "B2", "kind": "rework", "is_circular": True},
    )
    tables["lineages"] = table(
        "core.lineages",
        {"batch_id": "B1", "lineage": "api", "group_id": "B1", "is_clustered": False},
    )
    found = limits(tables, table("core.outcome_definitions"), table("core.outcomes"), NO_STRAYS, {})
    said = dict(found.select("code", "statement").iter_rows())
    assert said["unknown_shares"].startswith("2 of 3 edges of the genealogy have no share")
    assert "(such as B2 into B1)" in said["circles"]
    assert "'api'" in said["lineage.api"]
