"""Gates: when each closes, which are reached, and what happens without instants."""

import polars as pl

from assets.gate_features.gates import batch_gates


def closed(gates: pl.DataFrame, batch_id: str) -> dict[int, object]:
    own = gates.filter(pl.col("batch_id") == batch_id)
    return dict(own.select("gate", "gate_at").iter_rows())


def batch(number: int, **columns):
    return {
        "batch_id": f"B{number}",
        "production_order": number,
        "cluster_id": f"batch/B{number}",
        **columns,
    }


def phase(number: int, stage: int, procedure: str, start, end):
    return {
        "batch_id": f"B{number}",
        "stage": stage,
        "unit_procedure": procedure,
        "phase": "run",
        "started_at": start,
        "ended_at": end,
    }


def control_result(sample_no: int, resulted_at, value):
    return {
        "batch_id": "B1",
        "stage": 6,
        "test": "assay",
        "sample_no": sample_no,
        "value": value,
        "resulted_at": resulted_at,
    }


def test_a_gate_closes_with_the_last_phase_of_its_stage(table, hours):
    phases = table(
        "core.phases",
        phase(1, 2, "weighing", hours(0), hours(2)),
        phase(1, 3, "granulation", hours(3), hours(5)),
        phase(1, 3, "drying", hours(6), hours(9)),
        phase(1, 4, "compression", hours(12), hours(20)),
    )
    results = table(
        "core.lab_results",
        control_result(1, hours(60), 99.0),
        control_result(2, hours(50), 98.0),
    )
    batches = table("core.batches", batch(1, dispositioned_at=hours(100), disposition="released"))
    gates = batch_gates(batches, phases, results)
    assert closed(gates, "B1") == {
        1: hours(0),  # nothing times receipt: it closed when the first phase started
        2: hours(2),
        3: hours(9),
        4: hours(20),
        5: hours(20),  # nobody times packaging: as the gate before
        6: hours(60),
        7: hours(100),
    }


def test_a_stage_others_finish_but_this_batch_did_not_is_not_reached(table, hours):
    batches = table(
        "core.batches",
        batch(1, dispositioned_at=hours(90)),
        batch(2, dispositioned_at=hours(80)),
        batch(3),
    )
    phases = table(
        "core.phases",
        phase(1, 3, "blending", hours(0), hours(2)),
        phase(1, 4, "compression", hours(3), hours(9)),
        phase(2, 3, "blending", hours(10), hours(12)),  # stopped after blending, then rejected
        phase(3, 3, "blending", hours(20), hours(22)),
        phase(3, 4, "compression", hours(23), None),  # still running
    )
    gates = batch_gates(batches, phases, table("core.lab_results"))
    assert sorted(closed(gates, "B1")) == [1, 2, 3, 4, 5, 6, 7]
    assert 4 not in closed(gates, "B2")
    assert closed(gates, "B2")[7] == hours(80)
    assert 4 not in closed(gates, "B3")
    assert 7 not in closed(gates, "B3")


def test_instants_never_go_back_along_the_gates(table, hours):
    phases = table(
        "core.phases",
        phase(1, 4, "compression", hours(0), hours(5)),
        phase(1, 3, "blending", hours(6), hours(8)),  # a second blend after the first pressing
    )
    gates = batch_gates(table("core.batches", batch(1)), phases, table("core.lab_results"))
    assert closed(gates, "B1")[3] == hours(8)
    assert closed(gates, "B1")[4] == hours(8)


def test_without_instants_every_gate_is_reached_and_none_is_timed(table):
    batches = table("core.batches", *(batch(n) for n in range(1, 252)))
    gates = batch_gates(batches, table("core.phases"), table("core.lab_results"))
    assert gates.height == 7 * 251
    assert gates["gate_at"].null_count() == gates.height
    periods = gates.unique("batch_id").group_by("period").len().sort("period")
    assert periods["period"].to_list() == ["block-0001", "block-0002", "block-0003"]
    assert periods["len"].to_list() == [100, 100, 51]


def test_periods_are_half_years_where_dates_are_known(table, hours):
    batches = table(
        "core.batches",
        batch(1, started_at=hours(0), started_at_precision="month"),
        batch(2, started_at=hours(24 * 200), started_at_precision="instant"),
    )
    gates = batch_gates(batches, table("core.phases"), table("core.lab_results"))
    periods = dict(gates.select("batch_id", "period").unique().iter_rows())
    assert periods == {"B1": "2024-H1", "B2": "2024-H2"}


def test_control_is_not_over_while_a_sample_waits_for_its_result(table, hours):
    phases = table(
        "core.phases",
        phase(1, 4, "compression", hours(0), hours(5)),
        phase(2, 4, "compression", hours(6), hours(9)),
    )
    results = table(
        "core.lab_results",
        control_result(1, hours(60), 99.0),
        control_result(2, None, None),
        {**control_result(1, hours(70), 99.0), "batch_id": "B2"},
    )
    gates = batch_gates(table("core.batches", batch(1), batch(2)), phases, results)
    assert 6 not in closed(gates, "B1")
    assert closed(gates, "B2")[6] == hours(70)
