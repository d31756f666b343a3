"""The history of delivered readings: which months are kept, and what of them was known when.

A file a month holds every reading ever delivered for it, with ``received_at`` (of the delivery that
first had it) and ``superseded_at`` (of the one that no longer did, null while it holds), so an
export that is corrected in place does not take away what it said. ``evidence.reading_history``
lists the files. Here belongs the view ``raw.sensor_readings`` over what was known as of an instant;
writing the files is in ``delivered_months``.
"""

from datetime import datetime
from typing import Final

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.connection import quoted
from warehouse.reading_files import HISTORY
from warehouse.relations import no_rows_sql
from warehouse.store import Warehouse

READINGS: Final = "raw.sensor_readings"
COLUMNS: Final = ("equipment_id", "batch_id", "tag", "recorded_at", "value", "quality")
"""What was delivered of a reading."""


def reading_history(warehouse: Warehouse) -> pl.DataFrame:
    """Return ``evidence.reading_history``; no rows before the first delivery of readings."""
    return warehouse.read(HISTORY) if warehouse.exists(HISTORY) else table(HISTORY)


def stage_known_readings(warehouse: Warehouse, as_of: datetime | None) -> None:
    """Make ``raw.sensor_readings`` the readings that had been received by an instant.

    In the first load of readings all count as received: those recorded by the instant were known
    then. Which were recorded by then is left to whoever reads the view.

    Args:
        warehouse: Has ``evidence.reading_history``; one of an earlier version is left as it is.
        as_of: UTC; by default all that was received counts.
    """
    if not warehouse.exists(HISTORY):
        return
    history = reading_history(warehouse)
    if history.is_empty():
        warehouse.stage_readings(no_rows_sql(contract(READINGS)))
        return
    folder = warehouse.home.delivered_dir(warehouse.source_key).resolve()
    files = ", ".join(quoted(str(folder / name)) for name in history["file"])
    first: datetime = history["first_received_at"].min()  # type: ignore[assignment]
    warehouse.stage_readings(
        f"SELECT {', '.join(COLUMNS)} FROM read_parquet([{files}]) WHERE {_held(first, as_of)}"
    )


def _held(first: datetime, as_of: datetime | None) -> str:
    if as_of is None:
        return "superseded_at IS NULL"
    at = f"TIMESTAMP '{as_of}'"
    received = f"(received_at <= {at} OR received_at = TIMESTAMP '{first}')"
    return f"{received} AND (superseded_at IS NULL OR superseded_at > {at})"
