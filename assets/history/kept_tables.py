"""Which tables of a run are kept by run, and how one run's rows take the place of a dead one's."""

import polars as pl

from data_contracts.catalogue import contract
from warehouse.content_hash import Written
from warehouse.store import Warehouse

RUNS = "evidence.runs"
NUMBER = "run_number"
# What is kept of a run -> the table that holds it while the run is the latest.
KEPT = {
    "history.verdicts": "model.verdicts",
    "history.drivers": "finding.drivers",
    "history.levers": "economics.levers",
    "history.savings": "economics.scenarios",
    "history.claims": "evidence.claims",
}
_LATEST = f"SELECT max({NUMBER}) FROM {RUNS}"


def keep(warehouse: Warehouse, name: str) -> Written:
    """Add what the run at work says to a table of history.

    Args:
        warehouse: The working warehouse; ``evidence.runs`` names the run.
        name: A table in ``KEPT``.

    Returns:
        Rows and content hash of the table of history, all runs together.
    """
    number = int(warehouse.query(_LATEST).item())
    columns = [column for column in contract(name).column_names if column != NUMBER]
    said = warehouse.read(KEPT[name], columns)
    rows = said.with_columns(pl.lit(number, pl.Int64).alias(NUMBER))
    return warehouse.replace_where(name, rows, column=NUMBER, value=number)
