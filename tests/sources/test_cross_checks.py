"""Contracts across tables, on a few records each whose answer is seen at a glance."""

from datetime import UTC, datetime, timedelta

import polars as pl

from assets.sources.cross_checks.checks import cross_check_table, cross_checks
from assets.sources.cross_checks.cross_check import CrossCheck
from data_contracts.catalogue import contract, contract_names
from data_contracts.generated.polars_schema import polars_type

START = datetime(2024, 1, 1, 8, tzinfo=UTC).replace(tzinfo=None)
HOUR = timedelta(hours=1)


def accepted(**tables: list[dict]) -> dict[str, pl.DataFrame]:
    """Accepted records by ``raw.<table>``: those given, each in file and row of its place."""
    found = {}
    for name in contract_names("raw"):
        described = contract(name)
        schema = {
            one.name: polars_type(one) for one in described.columns if one.name not in PROVENANCE
        }
        rows = tables.get(described.table, [])
        found[name] = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
            source_file=pl.lit(f"{described.table}.csv"),
            source_row=pl.int_range(2, 2 + pl.len(), dtype=pl.Int64),
        )
    return found


PROVENANCE = {
    "source_file", "source_row", "content_hash", "received_at", "ingested_at", "run_id",
}  # fmt: skip


def phase(batch: str, stage: int, name: str, begin: float, end: float, unit: str = "U1") -> dict:
    return {
        "batch_id": batch, "stage": stage, "unit_procedure": name, "phase": "run",
        "equipment_id": unit, "started_at": START + begin * HOUR, "ended_at": START + end * HOUR,
    }  # fmt: skip


def batch(name: str, **more: object) -> dict:
    return {
        "batch_id": name, "product": "P", "started_at": START, "started_at_precision": "instant",
    } | more  # fmt: skip


def only(checks: list[CrossCheck], name: str, subject: str | None = None) -> CrossCheck:
    (found,) = [one for one in checks if one.check == name and subject in (None, one.subject)]
    return found


def test_a_stage_that_begins_before_an_earlier_one_is_told_with_its_line() -> None:
    checks = cross_checks(
        accepted(
            batches=[batch("B1"), batch("B2")],
            phases=[
                phase("B1", 3, "mix", 0, 1), phase("B1", 4, "press", 2, 3),
                phase("B2", 3, "mix", 5, 6), phase("B2", 4, "press", 4, 5),
            ],
        )
    )  # fmt: skip
    found = only(checks, "stage_order")
    assert (found.found, found.compared, found.severity) == (1, 2, "warning")
    assert str(found.places[0]) == (
        "phases.csv, line 5: batch B2: stage 4 begins 2024-01-01 12:00, "
        "stage 3 only 2024-01-01 13:00"
    )


def test_a_unit_that_still_holds_another_batch_is_told() -> None:
    """B2 holds the unit until 3; B3 begins in it at 2.5, though B3 itself came between."""
    phases = [phase(f"C{i}", 3, "mix", 10 + i, 10.5 + i) for i in range(20)]
    phases += [
        phase("B2", 3, "mix", 1, 3), phase("B3", 3, "mix", 3, 3.1), phase("B3", 3, "mix", 2.5, 2.6),
    ]  # fmt: skip
    found = only(cross_checks(accepted(batches=[batch("B2")], phases=phases)), "unit_overlap")
    assert (found.found, found.compared) == (1, 23)
    assert found.places[0].row == 24
    assert found.places[0].text.endswith("held by B2 until 2024-01-01 11:00")


def test_a_room_that_always_holds_several_is_taken_for_one() -> None:
    phases = [phase(f"B{i}", 3, "mix", i, i + 5, "ROOM") for i in range(10)]
    found = only(cross_checks(accepted(batches=[batch("B1")], phases=phases)), "unit_overlap")
    assert (found.found, found.severity) == (0, "note")
    assert found.statement.endswith("Taken for shared areas: ROOM.")


def test_batches_that_left_the_usual_route_are_named_with_what_they_lack() -> None:
    phases = []
    for i in range(6):
        phases += [
            phase(f"B{i}", 3, "mix", 10 * i, 10 * i + 1),
            phase(f"B{i}", 4, "press", 10 * i + 2, 10 * i + 3),
        ]
    phases += [phase("X", 3, "mix", 90, 91), phase("Y", 4, "press", 92, 93, "U2")]
    phases += [phase("Y", 3, "mix", 94, 95, "U2")]
    batches = [batch(name) for name in (*(f"B{i}" for i in range(6)), "X", "Y")]
    found = only(cross_checks(accepted(batches=batches, phases=phases)), "route_conformance")
    assert (found.subject, found.found, found.compared) == ("P", 2, 8)
    assert [str(one) for one in found.places] == [
        "phases.csv, line 14: batch X lacks press/run",
        "phases.csv, line 15: batch Y has them in another order: press/run where mix/run is usual",
    ]


def test_orphans_are_counted_by_table_and_a_lone_table_is_not() -> None:
    usage = [
        {"batch_id": one, "material": "api", "supplier": "S", "lot": lot, "stage": 2}
        for one, lot in (("B1", "L1"), ("B9", "L9"))
    ]
    lots = [{"material": "api", "supplier": "S", "lot": "L1"}]
    checks = cross_checks(accepted(batches=[batch("B1")], material_usage=usage, material_lots=lots))
    assert only(checks, "unknown_batch").found == 1
    assert str(only(checks, "unknown_lot").places[0]) == "material_usage.csv, line 3: lot api L9"
    checks = cross_checks(accepted(batches=[batch("B1")], material_usage=usage))
    assert [one for one in checks if one.check == "unknown_lot"] == []


def weighing(name: str, actual: float, target: float = 10.0) -> dict:
    return {
        "batch_id": name, "material": "api", "weighing_no": 1, "target": target, "actual": actual,
        "unit": "kg", "tolerance_pct": 1.0,
    }  # fmt: skip


def test_weighings_are_held_against_target_use_and_size() -> None:
    names = [f"B{i}" for i in range(10)]
    weighings = [weighing(one, 10.05) for one in names[:9]] + [weighing("B9", 12.0)]
    usage = [
        {"batch_id": one, "material": "api", "supplier": "S", "lot": "L1", "stage": 2,
         "quantity": 10.0 if one != "B3" else 9.0, "unit": "kg"}
        for one in names
    ]  # fmt: skip
    checks = cross_checks(
        accepted(
            batches=[batch(one, batch_size=1000.0) for one in names],
            weighings=weighings,
            material_usage=usage,
        )
    )
    assert only(checks, "weighing_tolerance").found == 1
    used = only(checks, "weighed_against_used")
    assert (used.found, used.compared) == (2, 10)
    sized = only(checks, "weighed_against_size")
    assert (sized.found, sized.compared) == (1, 10)
    assert sized.places[0].text == "batch B9: 12.0 kg weighed, 10.05 usual for its size"


def test_more_cannot_come_out_than_went_in() -> None:
    values = {"B1": 99.0, "B2": 120.0, "B3": 0.0}
    rows = [
        {"batch_id": one, "stage": 4, "parameter": "press_yield_pct", "value": value, "unit": "%"}
        for one, value in values.items()
    ]
    checks = cross_checks(accepted(batches=[batch(one) for one in values], parameters=rows))
    found = only(checks, "yield")
    assert (found.found, found.compared) == (2, 3)
    assert found.places[0].text == "press_yield_pct of batch B2: 120.0%"


def test_a_source_of_batches_alone_has_nothing_to_check() -> None:
    assert cross_checks(accepted(batches=[batch("B1")])) == []
    assert cross_check_table([]).height == 0


def test_only_what_somebody_should_look_at_is_told_by_the_check() -> None:
    checks = cross_checks(
        accepted(
            batches=[batch("B1")],
            phases=[phase("B1", 3, "mix", 0, 1)],
            equipment_events=[{"equipment_id": "U7", "event": "cleaning", "occurred_at": START}],
        )
    )
    unknown = only(checks, "unknown_unit")
    assert (unknown.found, unknown.severity, list(unknown.findings())) == (1, "note", [])
    rows = cross_check_table(checks).filter(pl.col("found") > 0)
    assert rows["examples"].to_list() == ["equipment_events.csv, line 2: unit U7"]
