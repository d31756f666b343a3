"""What leaves the house: tables as Parquet with their contracts, and one DuckDB file that travels.

The folder is built beside where it will stand and put in place by renaming. Nothing in it names a
path of this machine: it holds tables, no views over files. Here belongs writing it; where it may be
written is judged in ``export_place``.
"""

import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import gettempdir

from data_contracts.catalogue import contract, contract_names
from data_contracts.contract import Contract
from data_contracts.errors import WarehouseError
from data_contracts.generated.odcs_document import odcs_text
from warehouse.connection import Connection, connect, quoted
from warehouse.paths import Home
from warehouse.published_copy.export_place import MARK, require_place
from warehouse.published_copy.publication import MARTS, name_mart
from warehouse.reading_files import READING_MONTHS, READINGS
from warehouse.relations import create_table

EXPORT_FILE = "lotwise.duckdb"
_README = """# Export of lotwise

`{file}` holds the tables of this export and opens anywhere with DuckDB, read-only or not:

    duckdb -readonly {file}
    python -c "import duckdb; print(duckdb.connect('{file}', read_only=True).sql('SHOW TABLES'))"

What tables and columns mean stands in their comments (`duckdb_tables()`, `duckdb_columns()`). The
same tables lie in folders by schema as Parquet, each beside its contract in the Open Data Contract
Standard, keys, units, allowed values and relationships included. `export.json` says what is here.

| table | rows | holds |
| --- | --- | --- |
{tables}

{readings}
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Attributes:
        is_whole: Whether every table was taken, not the marts alone.
        run_id: The run the tables are of; None where the copy holds none.
        source_profile: Its source profile.
        tables: ``schema.table`` -> rows.
        readings: Sensor readings the published copy has.
        has_readings: Whether they were taken along.
    """

    is_whole: bool
    run_id: str | None
    source_profile: str | None
    tables: Mapping[str, int]
    readings: int
    has_readings: bool

    @property
    def readings_told(self) -> str:
        """What became of the sensor readings, in a sentence."""
        became = "are in the export" if self.has_readings else "are left out"
        return f"Sensor readings: {self.readings:,} {became}."


def export(home: Home, out: Path, *, is_whole: bool, has_readings: bool) -> Exported:
    """Write the published tables into a folder of their own.

    Args:
        home: The runtime home; it is only read.
        out: The folder; it may be an export already, which is then replaced.
        is_whole: Every table, not the marts alone.
        has_readings: The sensor readings too.

    Raises:
        UsageError: The folder is no place for an export.
        WarehouseError: Nothing has been published, or a file cannot be read or written; the folder
            is then as it was.
    """
    if not home.published_file.is_file():
        raise WarehouseError(
            f"There is no published warehouse at {home.published_file}. Run 'lotwise run' first, "
            "or name the right home with --home."
        )
    place = require_place(home, out)
    part = place.with_name(f".{place.name}-{uuid.uuid4().hex[:12]}.part")
    part.mkdir(parents=True)
    try:
        done = _write(home, part, is_whole=is_whole, has_readings=has_readings)
        _put_in_place(part, place)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return done


def _write(home: Home, part: Path, *, is_whole: bool, has_readings: bool) -> Exported:
    names = set(contract_names(None if is_whole else MARTS)) - {READINGS}
    names |= {READINGS} if has_readings else set()
    chosen = [_within(contract(name), names) for name in contract_names() if name in names]
    tables: dict[str, int] = {}
    with connect(part / EXPORT_FILE, Path(gettempdir()) / "lotwise-reading") as connection:
        connection.execute(f"ATTACH {quoted(str(home.published_file))} AS published (READ_ONLY)")
        _require_all(connection, home, names | {"evidence.runs", READING_MONTHS})
        for described in chosen:
            tables[described.name] = _write_table(connection, described, part)
            if described.schema == MARTS:
                name_mart(connection, described)
        run = connection.execute(
            "SELECT run_id, source_profile FROM published.evidence.runs "
            "ORDER BY run_number DESC NULLS LAST LIMIT 1"
        ).fetchone()
        stored = connection.execute(
            f"SELECT coalesce(sum(stored), 0)::BIGINT FROM published.{READING_MONTHS}"
        ).fetchall()[0][0]
        connection.execute("DETACH published")
        connection.execute("CHECKPOINT")
    for described in chosen:
        _file(part, described, ".yaml").write_text(odcs_text(described), encoding="utf-8")
    run_id, source = run or (None, None)
    done = Exported(is_whole, run_id, source, tables, stored, has_readings)
    (part / MARK).write_text(json.dumps(asdict(done), indent=2) + "\n", encoding="utf-8")
    (part / "README.md").write_text(_readme(done), encoding="utf-8")
    return done


def _require_all(connection: Connection, home: Home, names: set[str]) -> None:
    found = connection.execute(
        "SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_columns() "
        "WHERE database_name = 'published'"
    ).fetchall()
    if missing := sorted(names - {name for (name,) in found}):
        raise WarehouseError(
            f"{home.published_file} has no table {missing[0]}: it is no warehouse of this version "
            "of lotwise. Run 'lotwise run' once more, or name the right home with --home."
        )


def _write_table(connection: Connection, described: Contract, part: Path) -> int:
    """Copy one table into the file and beside it, and return its rows."""
    create_table(connection, described)
    columns = ", ".join(f'"{name}"' for name in described.column_names)
    connection.execute(
        f"INSERT INTO {described.name} BY NAME SELECT {columns} FROM published.{described.name}"
    )
    file = _file(part, described, ".parquet")
    file.parent.mkdir(exist_ok=True)
    written = connection.execute(
        f"COPY {described.name} TO {quoted(str(file))} (FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()
    return int(written[0][0])


def _within(described: Contract, names: set[str]) -> Contract:
    """The contract with only those joins that lead to a table of the export."""
    columns = tuple(
        replace(
            column,
            joins=tuple(one for one in column.joins if one.rpartition(".")[0] in names),
        )
        for column in described.columns
    )
    return replace(described, columns=columns)


def _file(part: Path, described: Contract, suffix: str) -> Path:
    return part / described.schema / f"{described.table}{suffix}"


def _readme(done: Exported) -> str:
    lines = [
        f"| `{name}` | {rows:,} | {contract(name).description} |"
        for name, rows in done.tables.items()
    ]
    return _README.format(file=EXPORT_FILE, tables="\n".join(lines), readings=done.readings_told)


def _put_in_place(part: Path, place: Path) -> None:
    """Put the finished folder where the one before was, which goes last."""
    before = part.with_suffix(".before")
    if place.exists():
        place.rename(before)
    try:
        part.rename(place)
    except OSError:
        if before.exists():
            before.rename(place)
        raise
    shutil.rmtree(before, ignore_errors=True)
