"""Core as of a date: what was known then, and nothing that came to be known later."""

from datetime import datetime

import pytest

from assets.core.as_of import END_OF_TIME, as_of_instant
from assets.core.defs import COPIES, RAW_TABLES, SQL
from assets.core.known_versions import (
    known_versions_sql,
    latest_instant_sql,
    unknown_batches_sql,
)
from assets.core.lineage.known_genealogy import known_genealogy
from data_contracts.catalogue import contract
from data_contracts.generated.duckdb_ddl import create_table_sql
from warehouse.paths import Home
from warehouse.store import Warehouse

FIRST_LOAD = datetime.fromisoformat("2026-01-01")  # old records, loaded much later


class Plant:
    """A working warehouse that takes deliveries and builds core tables as of a date."""

    def __init__(self, root, table):
        self.warehouse = Warehouse(Home(root), "test-0")
        self._table = table
        with self.warehouse.connection() as opened:
            opened.execute("CREATE SCHEMA raw")
            for name in RAW_TABLES:
                opened.execute(create_table_sql(contract(name)))

    def deliver(self, name, *rows, run, received_at):
        frame = self._table(
            f"raw.{name}", *(self._stamped(row, n, run, received_at) for n, row in enumerate(rows))
        )
        self.warehouse.append_versions(f"raw.{name}", frame)

    def _stamped(self, row, number, run, received_at):
        return {
            **row,
            "source_file": f"{run}.csv",
            "source_row": number + 2,
            "content_hash": str(sorted(row.items(), key=str)),
            "received_at": received_at,
            "ingested_at": received_at,
            "run_id": run,
        }

    def core(self, name, as_of, **wanted):
        for table, frame in known_genealogy(self.warehouse.query, as_of).items():
            self.warehouse.write(table, frame)
        self.warehouse.build_from_sql("core.batches", SQL / "batches.sql", {"as_of": as_of})
        if name != "batches":
            select = known_versions_sql(f"core.{name}")
            self.warehouse.build_from_sql(f"core.{name}", select, {"as_of": as_of})
        rows = self.warehouse.read(f"core.{name}").to_dicts()
        return [row for row in rows if wanted.items() <= row.items()]

    def latest(self):
        return self.warehouse.query(latest_instant_sql(RAW_TABLES))["latest_at"].item()


@pytest.fixture
def plant(tmp_path, table):
    made = Plant(tmp_path, table)
    with made.warehouse.kept_open():
        yield made


def batch(name, order, **columns):
    return {
        "batch_id": name,
        "production_order": order,
        "started_at_precision": "instant",
        **columns,
    }


def test_a_disposition_is_unknown_before_it_was_given(plant, day):
    plant.deliver(
        "batches",
        batch(
            "B1",
            1,
            started_at=day(0),
            ended_at=day(3),
            disposition="rejected",
            dispositioned_at=day(20),
            failure_mode="dissolution",
        ),
        run="r1",
        received_at=FIRST_LOAD,
    )
    assert plant.core("batches", day(-1)) == []
    during = plant.core("batches", day(2))[0]
    assert (during["ended_at"], during["disposition"], during["failure_mode"]) == (None, None, None)
    before = plant.core("batches", day(19))[0]
    assert (before["ended_at"], before["disposition"]) == (day(3), None)
    after = plant.core("batches", day(20))[0]
    assert (after["disposition"], after["failure_mode"]) == ("rejected", "dissolution")
    assert plant.latest() == day(20)


def test_the_cause_of_a_deviation_is_known_when_it_is_closed(plant, day):
    plant.deliver("batches", batch("B1", 1, started_at=day(0)), run="r1", received_at=FIRST_LOAD)
    plant.deliver(
        "deviations",
        {
            "deviation_id": "D1",
            "batch_id": "B1",
            "opened_at": day(1),
            "closed_at": day(40),
            "confirmed_cause": "worn punch",
            "capa_id": "C1",
        },
        {"deviation_id": "D2", "equipment_id": "P1", "opened_at": day(2)},
        {"deviation_id": "D3", "batch_id": "nobody", "opened_at": day(2)},
        run="r1",
        received_at=FIRST_LOAD,
    )
    early = {row["deviation_id"]: row for row in plant.core("deviations", day(39))}
    assert sorted(early) == ["D1", "D2"]  # of an unknown batch: left out, and counted
    assert early["D1"]["closed_at"] is None
    assert early["D1"]["confirmed_cause"] is None
    assert early["D1"]["capa_id"] is None
    late = plant.core("deviations", day(40), deviation_id="D1")[0]
    assert (late["closed_at"], late["confirmed_cause"]) == (day(40), "worn punch")
    strays = plant.warehouse.query(unknown_batches_sql(RAW_TABLES), {"as_of": day(0)})
    assert dict(strays.iter_rows())["deviations"] == 1


def test_a_correction_counts_from_its_receipt(plant, day):
    plant.deliver("batches", batch("B1", 1, started_at=day(0)), run="r1", received_at=FIRST_LOAD)
    result = {"batch_id": "B1", "stage": 6, "test": "assay", "sample_no": 1, "censoring": "none"}
    plant.deliver(
        "lab_results",
        {**result, "value": 99.0, "sampled_at": day(4), "resulted_at": day(5)},
        run="r1",
        received_at=FIRST_LOAD,
    )
    corrected_at = datetime.fromisoformat("2026-02-01")
    plant.deliver(
        "lab_results",
        {**result, "value": 91.0, "sampled_at": day(4), "resulted_at": day(5)},
        run="r2",
        received_at=corrected_at,
    )
    assert plant.core("lab_results", day(3)) == []
    assert plant.core("lab_results", day(4))[0]["value"] is None  # sampled, not yet resulted
    assert plant.core("lab_results", day(5))[0]["value"] == 99.0
    assert plant.core("lab_results", corrected_at)[0]["value"] == 91.0
    assert plant.latest() == corrected_at  # so a run without --as-of sees the correction


def test_an_instant_after_its_delivery_does_not_move_the_default_as_of_date(plant, day):
    """One event dated 2202 among records of 2024 is a slip of the pen."""
    slip = datetime.fromisoformat("2202-01-01")
    batches = [batch(f"B{n}", n, started_at=day(0)) for n in range(10)]
    plant.deliver("batches", *batches, run="r1", received_at=FIRST_LOAD)
    event = {"equipment_id": "P1", "event": "breakdown", "part": "punch"}
    plant.deliver(
        "equipment_events",
        {**event, "occurred_at": day(3)},
        {**event, "occurred_at": slip},
        run="r1",
        received_at=FIRST_LOAD,
    )
    assert plant.latest() == day(3)


@pytest.mark.parametrize("late", [2, 10])
def test_where_many_instants_lie_after_their_delivery_the_latest_counts(plant, day, late):
    """A simulated plant may lie ahead of the clock that stamped its files."""
    batches = [batch(f"B{n}", n, started_at=day(9 if n < late else 0)) for n in range(10)]
    plant.deliver("batches", *batches, run="r1", received_at=day(0))
    assert plant.latest() == day(9)


def test_an_identical_redelivery_moves_nothing(plant, day):
    row = batch("B1", 1, started_at=day(0))
    plant.deliver("batches", row, run="r1", received_at=FIRST_LOAD)
    plant.deliver("batches", row, run="r2", received_at=datetime.fromisoformat("2026-02-01"))
    assert plant.latest() == day(0)
    assert len(plant.core("batches", day(0))) == 1


def test_a_source_without_instants_is_known_whole(plant):
    plant.deliver(
        "batches",
        {**batch("B1", 1), "started_at_precision": "order", "disposition": "released"},
        run="r1",
        received_at=FIRST_LOAD,
    )
    as_of = as_of_instant(None, plant.latest())
    assert as_of == END_OF_TIME
    assert plant.core("batches", as_of)[0]["disposition"] == "released"


def clusters(plant, as_of):
    return {row["batch_id"]: row["cluster_id"] for row in plant.core("batches", as_of)}


def use(plant, *lots):
    plant.deliver(
        "material_usage",
        *(
            {"batch_id": b, "material": m, "supplier": "S", "lot": lot, "quantity": q}
            for b, m, lot, q in lots
        ),
        run="r1",
        received_at=FIRST_LOAD,
    )


def test_batches_depend_through_their_campaign(plant, day):
    plant.deliver(
        "batches",
        batch("B1", 1, campaign_id="C7"),
        batch("B2", 2, campaign_id="C7"),
        batch("B3", 3),
        run="r1",
        received_at=FIRST_LOAD,
    )
    use(plant, ("B1", "api", "L1", 60.0), ("B3", "api", "L1", 60.0))
    assert clusters(plant, day(0)) == {
        "B1": "campaign/C7",
        "B2": "campaign/C7",
        "B3": "lot/api/S/L1",  # outside any campaign
    }


def test_batches_depend_through_their_parent_lot_where_campaigns_are_rare(plant, day):
    plant.deliver(
        "batches",
        batch("B1", 1, campaign_id="C7"),
        *(batch(f"B{n}", n) for n in range(2, 7)),
        run="r1",
        received_at=FIRST_LOAD,
    )
    use(
        plant,
        *((f"B{n}", "lactose", "X1", 900.0) for n in range(1, 6)),  # one lot ties five batches
        ("B1", "api", "L1", 100.0),
        ("B2", "api", "L1", 60.0),
        ("B2", "api", "L2", 40.0),
        ("B3", "api", "L2", 100.0),
        ("B4", "api", "L3", 100.0),  # alone in its lot
        ("B5", "colour", "Z1", 1.0),
    )
    assert clusters(plant, day(0)) == {
        "B1": "lot/api/S/L1",
        "B2": "lot/api/S/L1",  # its largest lot
        "B3": "lot/api/S/L2",
        "B4": "lot/api/S/L3",
        "B5": "batch/B5",
        "B6": "batch/B6",
    }


def test_a_later_delivery_changes_neither_clusters_nor_strays_of_before(plant, day):
    plant.deliver("batches", batch("B1", 1), batch("B2", 2), run="r1", received_at=FIRST_LOAD)
    use(plant, ("B1", "api", "L1", 60.0), ("B2", "api", "L1", 60.0), ("B2", "api", "L2", 50.0))
    corrected_at = datetime.fromisoformat("2026-02-01")
    lot = {"batch_id": "B2", "material": "api", "supplier": "S", "lot": "L1", "quantity": 40.0}
    stray = {**lot, "batch_id": "B9"}
    plant.deliver("material_usage", lot, stray, run="r2", received_at=corrected_at)
    strays = unknown_batches_sql(RAW_TABLES)
    for as_of, lot_of_b2, expected in ((FIRST_LOAD, "L1", 0), (corrected_at, "L2", 1)):
        assert clusters(plant, as_of) == {"B1": "lot/api/S/L1", "B2": f"lot/api/S/{lot_of_b2}"}
        counted = dict(plant.warehouse.query(strays, {"as_of": as_of}).iter_rows())
        assert counted["material_usage"] == expected


# Values of a first and a corrected version, and what was known one day before the last instant.
RECORD = {
    "VARCHAR": ("first", "corrected"),
    "BIGINT": (1, 2),
    "DOUBLE": (1.5, 2.5),
    "BOOLEAN": (False, True),
}


def record(name, day, version):
    """One record with every column filled; its instants follow each other a day apart."""
    described = contract(name)
    instants = [c.name for c in described.columns if c.physical_type == "TIMESTAMP"]
    row = {}
    for column in described.columns:
        if column.is_provenance:
            continue
        if column.physical_type == "TIMESTAMP":
            row[column.name] = day(1 + instants.index(column.name))
        elif column.valid_values:
            row[column.name] = column.valid_values[0]
        else:
            is_key = column.name in described.key
            row[column.name] = RECORD[column.physical_type][0 if is_key else version]
    return row | ({"batch_id": "B1"} if "batch_id" in row else {})


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_holds_the_version_known_and_of_it_what_was_known(plant, day, name):
    """The last received version stands from its receipt on; a value stands from its own instant."""
    raw = f"raw.{contract(name).table}"
    table, corrected_at = contract(name).table, datetime.fromisoformat("2026-02-01")
    plant.deliver("batches", batch("B1", 1), run="r0", received_at=FIRST_LOAD)
    plant.deliver(table, record(raw, day, 0), run="r1", received_at=FIRST_LOAD)
    plant.deliver(table, record(raw, day, 1), run="r2", received_at=corrected_at)
    known_at = contract(raw).columns[0].known_at
    late = [column.name for column in contract(raw).columns if column.known_at != known_at]
    first, corrected = record(raw, day, 0), record(raw, day, 1)
    assert plant.core(table, day(9)) == [first]
    assert plant.core(table, corrected_at) == [corrected]
    known_first = plant.core(table, day(1))
    if known_at is None:
        assert known_first == [first]  # no instant: known whole
        return
    assert len(known_first) == 1
    assert {c: v for c, v in known_first[0].items() if c not in late} == {
        c: v for c, v in first.items() if c not in late
    }
    assert all(v in (None, "none") for c, v in known_first[0].items() if c in late)
    assert plant.core(table, day(0)) == []


def test_every_copy_is_built_in_the_columns_of_its_contract(plant, day):
    for name in COPIES:
        assert plant.core(contract(name).table, day(0)) == []
        assert tuple(plant.warehouse.read(name).columns) == contract(name).column_names
