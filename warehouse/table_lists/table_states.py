"""What tables of the working file hold, noted when written, so that nobody reads them again.

The working file lists rows, content hash and fingerprint of its tables, in the transaction that
writes them. The list is believed only while the file is as this product left it, which a stamp
beside the file tells, taken of the header that DuckDB writes anew at every checkpoint. A file
changed by hand, put back from elsewhere or left by a killed run has another stamp or none, and
every table is read anew.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from data_contracts.contract import Contract
from warehouse.connection import Connection
from warehouse.content_hash import Written, described, digest, held
from warehouse.relations import exists

LIST = "table_states"  # of the working file alone; no analyst's table
HEADER_BYTES = 3 * 4096  # the file's own header and both of its database headers
_CREATE = f"""
CREATE TABLE IF NOT EXISTS main.{LIST} (
    table_name VARCHAR, columns VARCHAR, row_count BIGINT, content_hash VARCHAR, fingerprint VARCHAR
)
"""


@dataclass(frozen=True, slots=True)
class TableState:
    """What a table holds.

    Attributes:
        holds: Rows and content hash, provenance apart.
        fingerprint: Hash of all columns: who reads a table may read its provenance.
    """

    holds: Written
    fingerprint: str


def state_of(connection: Connection, contract: Contract) -> TableState:
    """Read a table and say what it holds."""
    return _with_fingerprint(connection, contract, held(connection, contract))


def note(connection: Connection, contract: Contract, holds: Written | None = None) -> TableState:
    """List what a table holds now.

    Args:
        connection: Inside the transaction that writes the table, or any.
        contract: The table.
        holds: Rows and content hash, where the caller knows them.
    """
    found = _with_fingerprint(connection, contract, holds or held(connection, contract))
    forget(connection, contract.name)
    connection.execute(
        f"INSERT INTO main.{LIST} VALUES (?, ?, ?, ?, ?)",
        [
            contract.name,
            _columns(contract),
            found.holds.rows,
            found.holds.content_hash,
            found.fingerprint,
        ],
    )
    return found


def noted(connection: Connection, contract: Contract) -> TableState | None:
    """Return what is listed of a table; None where nothing is, or of an earlier contract."""
    connection.execute(_CREATE)
    row = connection.execute(
        f"SELECT row_count, content_hash, fingerprint FROM main.{LIST} "
        "WHERE table_name = ? AND columns = ?",
        [contract.name, _columns(contract)],
    ).fetchone()
    return None if row is None else TableState(Written(row[0], row[1]), row[2])


def forget(connection: Connection, table: str) -> None:
    """Take a table off the list, because its contents change."""
    connection.execute(_CREATE)
    connection.execute(f"DELETE FROM main.{LIST} WHERE table_name = ?", [table])


def forget_all(connection: Connection) -> None:
    """Believe nothing of what is listed."""
    if exists(connection, f"main.{LIST}"):
        connection.execute(f"DELETE FROM main.{LIST}")


def take_stamp(file: Path, stamp: Path) -> bool:
    """Tell whether a working file is as it was left, and take the stamp away until it is again.

    Args:
        file: The working file; nobody has it open. One that is not there is as it was left.
        stamp: The text file beside it.
    """
    now = _stamp_of(file)
    left = stamp.read_text(encoding="utf-8") if stamp.is_file() else None
    stamp.unlink(missing_ok=True)  # a run that is killed leaves none
    return not file.is_file() or (now is not None and now == left)


def leave_stamp(file: Path, stamp: Path) -> None:
    """Note the state in which a working file is left."""
    now = _stamp_of(file)
    if now is not None:
        stamp.write_text(now, encoding="utf-8")


def _stamp_of(file: Path) -> str | None:
    """What tells whether a DuckDB file was changed; None where that cannot be told.

    A file beside which a write-ahead log lies is not finished.
    """
    if not file.is_file() or file.with_name(f"{file.name}.wal").exists():
        return None
    with file.open("rb") as opened:
        header = opened.read(HEADER_BYTES)
    return f"{file.stat().st_size} {hashlib.sha256(header).hexdigest()}"


def _with_fingerprint(connection: Connection, contract: Contract, holds: Written) -> TableState:
    if contract.compared_columns == contract.column_names:
        return TableState(holds, holds.content_hash)
    # Provenance needs no hash that outlives DuckDB's version: with it, all steps are run again.
    columns = ", ".join(f'"{name}"' for name in contract.column_names)
    every = f"SELECT sum(hash({columns})) FROM {described(connection, contract)}"
    row = connection.execute(every).fetchone()
    return TableState(holds, digest((*contract.column_names, holds.content_hash, *(row or ()))))


def _columns(contract: Contract) -> str:
    """What a listing depends on in the contract."""
    typed = [f"{each.name} {each.physical_type}" for each in contract.columns]
    return digest((*typed, "compared", *contract.compared_columns))
