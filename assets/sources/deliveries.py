"""The order of deliveries: a sequence the warehouse keeps, which no clock can turn round.

Files bear the time of whoever wrote them, and clocks are set back, restored from backups or never
set at all. So what a file says now is a new delivery, received after everything before it whatever
its time says; what it said at the last look is the delivery of then. Only the first load of a home
takes the times of the files as they are: there is nothing before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.tables import table

DELIVERIES = "evidence.deliveries"
INSTANT = timedelta(microseconds=1)  # the least by which one instant is later than another


@dataclass(frozen=True)
class DeliveredFile:
    """A file as it lies there now.

    Attributes:
        sha256: Of its bytes, hexadecimal.
        modified_at: Its time of last change, UTC.
    """

    sha256: str
    modified_at: datetime


def deliveries(
    before: pl.DataFrame,
    files: Mapping[str, DeliveredFile],
    latest: datetime | None,
    run_id: str,
) -> pl.DataFrame:
    """Number what is new as one more delivery.

    Args:
        before: Earlier rows of ``evidence.deliveries``.
        files: What lies there now, by name.
        latest: Latest receipt of any record kept; None where there is none.
        run_id: The run that reads the files.

    Returns:
        ``evidence.deliveries``: the earlier rows and one for each file that was not there or said
        something else at the last look. What is new was received later than all before.
    """
    known = {row["file"]: row["sha256"] for row in before.sort("delivery").iter_rows(named=True)}
    instants = [instant for instant in (latest, before["received_at"].max()) if instant is not None]
    floor = max(instants) + INSTANT if instants else None  # type: ignore[operator]
    number = (before["delivery"].max() or 0) + 1  # type: ignore[operator]
    new = [
        {
            "file": name,
            "delivery": number,
            "sha256": file.sha256,
            "received_at": max(file.modified_at, floor) if floor else file.modified_at,
            "run_id": run_id,
        }
        for name, file in files.items()
        if known.get(name) != file.sha256
    ]
    return pl.concat([before, table(DELIVERIES, new)]).sort(contract(DELIVERIES).key)


def first_delivery(inputs: pl.DataFrame, files: Mapping[str, DeliveredFile]) -> pl.DataFrame:
    """Return the deliveries of a home that has read files but kept no sequence yet.

    Args:
        inputs: ``evidence.inputs`` of its last run.
        files: What lies there now, by name; a file that has not changed keeps its time.
    """
    rows = [
        {
            "file": name,
            "delivery": 1,
            "sha256": sha256,
            "received_at": files[name].modified_at,
            "run_id": "a run before deliveries were numbered",
        }
        for name, sha256 in inputs.select("file", "sha256").iter_rows()
        if name in files and files[name].sha256 == sha256
    ]
    return table(DELIVERIES, rows)


def received(numbered: pl.DataFrame) -> dict[str, datetime]:
    """Return when each file was received as it was at the last look, UTC."""
    last = numbered.sort("delivery").unique("file", keep="last")
    return dict(last.select("file", "received_at").iter_rows())


def first_receipt_of_last(numbered: pl.DataFrame) -> datetime:
    """Return when the first file of the last delivery was received, UTC."""
    last = numbered.filter(pl.col("delivery") == pl.col("delivery").max())
    instant: datetime = last["received_at"].min()  # type: ignore[assignment]
    return instant


def latest_sql(raw_tables: Iterable[str]) -> str:
    """Return a query of ``received_at`` and ``ingested_at``: the latest of any record kept."""
    both = "max(received_at) AS received_at, max(ingested_at) AS ingested_at"
    parts = " UNION ALL ".join(f"SELECT {both} FROM {name}" for name in raw_tables)
    return f"SELECT {both} FROM ({parts})"
