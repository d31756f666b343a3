"""Reads and writes hold every table to its contract and happen whole or not at all."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.errors import ContractError, WarehouseError
from data_contracts.generated.polars_schema import polars_schema
from data_contracts.tables import table
from warehouse.published_copy.published import last_source_key
from warehouse.store import Warehouse


def test_a_written_table_is_read_back_sorted_by_key_in_the_contracts_types(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    written = warehouse.write("core.batches", batches)
    found = warehouse.read("core.batches")
    assert written.rows == 2
    assert found["batch_id"].to_list() == ["B1", "B2"]
    assert dict(found.schema) == polars_schema(contract("core.batches"))
    assert warehouse.read("core.batches", ["batch_size"]).to_series().to_list() == [None, 1.5]


def test_a_write_replaces(warehouse: Warehouse, batches: pl.DataFrame) -> None:
    warehouse.write("core.batches", batches)
    warehouse.write("core.batches", batches.head(1))
    assert warehouse.read("core.batches").height == 1


def test_money_instants_and_dates_keep_their_types(warehouse: Warehouse) -> None:
    described = contract("economics.copq_ledger")
    money = next(c.name for c in described.columns if c.physical_type == "DECIMAL(18,2)")
    values = {
        c.name: {"VARCHAR": c.valid_values[0] if c.valid_values else "x", "BIGINT": 1,
                 "DOUBLE": 1.0, "BOOLEAN": True}.get(c.physical_type)
        for c in described.columns
    }  # fmt: skip
    values |= {money: "12345678.91"}
    warehouse.write("economics.copq_ledger", pl.DataFrame([values]))
    assert str(warehouse.read("economics.copq_ledger")[money].item()) == "12345678.91"


def test_a_frame_against_its_contract_changes_nothing(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches)
    with pytest.raises(ContractError, match="surprise"):
        warehouse.write("core.batches", batches.with_columns(surprise=1))
    assert warehouse.read("core.batches").height == 2


def test_a_table_without_a_contract_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ContractError, match="nobody"):
        warehouse.write("core.nobody", pl.DataFrame({"a": [1]}))


def test_a_table_not_yet_built_says_so(warehouse: Warehouse) -> None:
    assert not warehouse.exists("core.batches")
    with pytest.raises(WarehouseError, match=r"core\.batches has not been built"):
        warehouse.read("core.batches")


def test_what_an_earlier_version_did_not_write_is_null_where_it_may_be(
    warehouse: Warehouse,
) -> None:
    """A home outlives the version it was made by."""
    kept = pl.DataFrame({"file": ["a.csv"], "sha256": ["0" * 64], "bytes": [1], "rows": [7]})
    warehouse.write("evidence.inputs", kept)
    said = warehouse.content_hash("evidence.inputs")
    warehouse.execute("ALTER TABLE evidence.inputs DROP COLUMN origin")
    assert warehouse.content_hash("evidence.inputs") == said
    assert warehouse.state("evidence.inputs").holds.content_hash == said
    assert warehouse.read("evidence.inputs", ["rows", "origin"]).rows() == [(7, None)]
    warehouse.execute("ALTER TABLE evidence.inputs DROP COLUMN bytes")
    with pytest.raises(WarehouseError, match="earlier version and has no 'bytes'"):
        warehouse.read("evidence.inputs")


def test_a_part_of_a_table_an_earlier_version_wrote_brings_its_new_columns(
    warehouse: Warehouse,
) -> None:
    def said(run: int, code: str | None) -> pl.DataFrame:
        rows = {"run_number": run, "lever": "a", "title": "A", "basis": "refused"}
        return table("history.levers", [rows | {"is_in_programme": False, "refusal_code": code}])

    def keep(run: int, code: str | None) -> None:
        warehouse.replace_where("history.levers", said(run, code), column="run_number", value=run)

    keep(1, "no_panel")
    warehouse.execute("ALTER TABLE history.levers DROP COLUMN refusal_code")
    keep(2, "no_driver")
    kept = warehouse.read("history.levers", ["run_number", "refusal_code"])
    assert kept.rows() == [(1, None), (2, "no_driver")]
    warehouse.execute("ALTER TABLE history.levers DROP COLUMN basis")
    with pytest.raises(WarehouseError, match="earlier version and has no 'basis'"):
        keep(3, None)


def test_the_contract_documents_the_table(warehouse: Warehouse, batches: pl.DataFrame) -> None:
    warehouse.write("core.batches", batches)
    told = warehouse.query("SELECT comment FROM duckdb_tables() WHERE table_name = 'batches'")
    assert told.item().startswith(contract("core.batches").description)
    column = warehouse.query(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'batches' "
        "AND column_name = 'batch_size'"
    )
    assert column.item().startswith(contract("core.batches").column("batch_size").description)


def test_a_part_is_replaced_and_the_rest_stays(warehouse: Warehouse) -> None:
    def part(table: str, *rules: str) -> pl.DataFrame:
        return pl.DataFrame(
            {"table_name": table, "rule": rules, "column_name": "c", "checked": 1, "failed": 0,
             "is_passed": True, "severity": "error"}
        )  # fmt: skip

    def replace(table: str, frame: pl.DataFrame) -> int:
        return warehouse.replace_where(
            "evidence.contract_results", frame, column="table_name", value=table
        ).rows

    assert replace("a.a", part("a.a", "x", "y")) == 2
    assert replace("b.b", part("b.b", "x")) == 3
    assert replace("a.a", part("a.a", "z")) == 2
    with pytest.raises(WarehouseError, match="do not belong"):
        replace("a.a", part("b.b", "z"))


SLOW_WRITE = """
import sys
from pathlib import Path
import polars as pl
from data_contracts.tables import table
from warehouse.paths import Home
from warehouse.store import Warehouse
import warehouse.store as store

def stuck(*_):
    print("written, not committed", flush=True)
    import time; time.sleep(60)

store.note = stuck
Warehouse(Home(Path(sys.argv[1])), "plant").write(
    "core.batches",
    pl.DataFrame({"batch_id": ["B9"], "production_order": [9], "cluster_id": ["L9"],
                  "started_at_precision": ["instant"]}),
)
"""


def test_a_killed_write_leaves_the_table_as_it_was(
    warehouse: Warehouse, batches: pl.DataFrame, kill_once_it_says: Callable[[str, str], None]
) -> None:
    before = warehouse.write("core.batches", batches)
    kill_once_it_says(SLOW_WRITE, "written, not committed")
    assert warehouse.content_hash("core.batches") == before.content_hash
    assert warehouse.read("core.batches").height == 2


HOLDER = """
import sys, time, duckdb
con = duckdb.connect(sys.argv[1]); print("held", flush=True); time.sleep(60)
"""


def test_a_file_held_by_another_process_is_said_in_plain_words(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(warehouse.file)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(WarehouseError, match="held open by another process") as refused:
            warehouse.read("core.batches")
        assert str(holder.pid) in str(refused.value)
        holder.kill()


OPENER = """
import sys, duckdb
try:
    duckdb.connect(sys.argv[1], read_only=True).close()
except duckdb.IOException:
    print("held")
else:
    print("free")
"""


def test_a_run_holds_the_file_from_its_first_use_to_its_end(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    def seen_from_outside() -> str:
        command = [sys.executable, "-c", OPENER, str(warehouse.file)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with warehouse.kept_open() as kept:
        assert not warehouse.file.exists()
        kept.write("core.batches", batches)
        assert seen_from_outside() == "held"
        kept.execute("CREATE TEMP TABLE of_one_call AS SELECT 1")
        with pytest.raises(WarehouseError, match="of_one_call"):
            kept.query("SELECT * FROM of_one_call")
        kept.publish()
        assert kept.read("core.batches").height == 2
    assert seen_from_outside() == "free"
    assert warehouse.read("core.batches").height == 2


def test_a_file_that_is_no_warehouse_is_said_in_plain_words(warehouse: Warehouse) -> None:
    warehouse.file.parent.mkdir(parents=True)
    warehouse.file.write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(WarehouseError, match=r"warehouse\.duckdb"):
        warehouse.exists("core.batches")


def test_the_connection_is_limited_and_in_utc(warehouse: Warehouse) -> None:
    settings = warehouse.query(
        "SELECT current_setting('memory_limit') AS memory, current_setting('TimeZone') AS zone, "
        "current_setting('temp_directory') AS spill"
    ).row(0, named=True)
    assert settings["zone"] == "UTC"
    assert settings["memory"] == "1.3 GiB"
    assert settings["spill"] == str(warehouse.home.spill_dir)


def sql_file(folder: Path, text: str) -> Path:
    file = folder / "built.sql"
    file.write_text(textwrap.dedent(text))
    return file


def test_a_table_is_built_from_a_select_with_parameters(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    file = sql_file(
        tmp_path,
        """
        -- Batches; the order of columns is free.
        SELECT 'L' || i AS cluster_id, i AS production_order, 'B' || i AS batch_id,
            'instant' AS started_at_precision
        FROM range(3, 0, -1) AS t (i) WHERE i <> $left_out;  -- trailing words
        """,
    )
    written = warehouse.build_from_sql("core.batches", file, {"left_out": 2, "not_asked_for": 1})
    assert written.rows == 2
    assert warehouse.read("core.batches")["batch_id"].to_list() == ["B1", "B3"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'B1' AS batch_id, 1 AS surprise",
        "SELECT 'B1' AS batch_id, NULL AS production_order",
        "SELECT 'B1' AS batch_id, 'x' AS production_order, 'c' AS cluster_id",
        "SELECT 1; SELECT 2",
        "DROP TABLE core.batches",
        "SELECT (",
        "SELECT * FROM no_such_table",
    ],
)
def test_a_select_that_does_not_fit_names_its_file_and_changes_nothing(
    warehouse: Warehouse, batches: pl.DataFrame, tmp_path: Path, text: str
) -> None:
    warehouse.write("core.batches", batches)
    with pytest.raises(WarehouseError, match=r"built\.sql"):
        warehouse.build_from_sql("core.batches", sql_file(tmp_path, text))
    assert warehouse.read("core.batches").height == 2


def test_a_missing_sql_file_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="does not exist"):
        warehouse.build_from_sql("core.batches", tmp_path / "absent.sql")


def test_queries_take_parameters_and_fail_in_plain_words(warehouse: Warehouse) -> None:
    assert warehouse.query("SELECT ? + 1 AS n", [1]).item() == 2
    assert warehouse.query("SELECT $x + 1 AS n", {"x": 1}).item() == 2
    with pytest.raises(WarehouseError, match="no_such_table"):
        warehouse.query("SELECT * FROM no_such_table")


def test_content_hash_sees_content_and_nothing_else(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    first = warehouse.write("core.batches", batches).content_hash
    assert warehouse.write("core.batches", batches.reverse()).content_hash == first
    assert warehouse.content_hash("core.batches") == first
    changed = batches.with_columns(batch_size=pl.lit(0.0))
    assert warehouse.write("core.batches", changed).content_hash != first
    swapped = batches.with_columns(production_order=pl.col("production_order").reverse())
    assert warehouse.write("core.batches", swapped).content_hash != first


def test_content_hash_leaves_provenance_out(warehouse: Warehouse) -> None:
    def inputs(run: str) -> pl.DataFrame:
        return pl.DataFrame([{"run_id": run, "table_name": "raw.batches", "source_file": "f",
            "source_row": 1, "rule": "r", "reason": "why"}])  # fmt: skip

    first = warehouse.write("quarantine.records", inputs("run-1")).content_hash
    assert warehouse.write("quarantine.records", inputs("run-2")).content_hash == first


def test_a_table_not_built_hashes_like_an_empty_one(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    unbuilt = warehouse.content_hash("core.batches")
    assert not warehouse.exists("core.batches")
    assert warehouse.write("core.batches", batches.clear()).content_hash == unbuilt


def test_a_home_nothing_was_published_in_says_so(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="Nothing has been published"):
        last_source_key(warehouse.home)


def test_writing_and_hashing_take_no_time_to_speak_of(warehouse: Warehouse) -> None:
    rows = 100_000
    frame = pl.DataFrame({"production_order": range(rows)}).with_columns(
        batch_id=pl.col("production_order").cast(pl.String),
        cluster_id=pl.lit("L"),
        started_at_precision=pl.lit("instant"),
    )
    started = time.process_time()
    warehouse.write("core.batches", frame)
    assert time.process_time() - started < 5
