"""``finding.nowcast``: failures and releases of recent months, counting batches still open."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from assets.stages.release.open_batches import BatchWaits, FinalCount, final_failures
from assets.stages.release.waits import with_known_wait
from data_contracts.codes.records import Disposition
from data_contracts.codes.stages import NowcastOf
from data_contracts.tables import table

NAME = "finding.nowcast"
DAY_US = 86_400_000_000
MOST_MONTHS = 3
_TOO_FEW = "Fewer than twenty batches are decided: nothing is foretold of those that are open."


def nowcast(batches: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Foretell the final counts of months that have batches still open.

    Args:
        batches: ``core.batches``; the latest instant on it stands for now. Batches decided at an
            instant nobody recorded are left out: their wait is not known.
        seed: Of the draws.

    Returns:
        ``finding.nowcast``: two rows, failures and releases, for each of the last three months
        with open batches. Empty where ends or dispositions have no instants.
    """
    is_exact = pl.col("started_at_precision").is_null() | (
        pl.col("started_at_precision") == "instant"
    )
    made = with_known_wait(batches.filter(is_exact)).with_columns(
        month=pl.col("ended_at").dt.truncate("1mo")
    )
    if made["dispositioned_at"].null_count() == made.height:
        return table(NAME)
    now = max(made["ended_at"].max(), made["dispositioned_at"].max())  # type: ignore[type-var]
    open_months = made.filter(pl.col("dispositioned_at").is_null())["month"].unique().sort()
    waits = _waits(made, now)
    rows = [
        row
        for month in open_months.tail(MOST_MONTHS)
        for row in _rows(month, waits, (made["month"] == month).to_numpy(), seed)
    ]
    return table(NAME, rows)


def _waits(made: pl.DataFrame, now: Any) -> BatchWaits:
    def days(column: pl.Series) -> np.typing.NDArray[np.float64]:
        since = (column - now).dt.total_microseconds()
        return np.asarray((since / DAY_US).fill_null(np.nan).to_numpy())

    codes = made["cluster_id"].rank("dense").cast(pl.Int64) - 1
    return BatchWaits.as_known(
        days(made["ended_at"]),
        days(made["dispositioned_at"]),
        (made["disposition"] == Disposition.REJECTED).fill_null(False).to_numpy(),
        codes.to_numpy(),
        0.0,
    )


def _rows(
    month: datetime, waits: BatchWaits, of: np.typing.NDArray[np.bool_], seed: int
) -> Iterator[dict[str, Any]]:
    count = int(of.sum())
    found = final_failures(waits, of, seed)
    row = {"month_start": month, "batches": count}
    if found is None:
        for what in (NowcastOf.FAILURES, NowcastOf.RELEASES):
            yield row | {"what": what, "known": 0, "still_open": 0, "reason": _TOO_FEW}
        return
    decided = count - found.still_open
    yield row | _told(NowcastOf.FAILURES, found, found.known) | {"by_delay": found.by_delay}
    releases = FinalCount(
        *(decided - found.known, found.still_open, count - found.expected),
        *(count - found.high, count - found.low, None),
    )
    yield row | _told(NowcastOf.RELEASES, releases, releases.known)


def _told(what: str, found: FinalCount, known: int) -> dict[str, Any]:
    return {
        "what": what,
        "known": known,
        "still_open": found.still_open,
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "reason": f"{known} known, {found.still_open} batches open; {found.expected:.1f} expected "
        f"in the end, 90% interval {found.low} to {found.high}.",
    }
