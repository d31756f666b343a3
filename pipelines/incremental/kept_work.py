"""The resource through which steps know what they need not do again."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from pipelines.incremental.account import ContractAccount
from pipelines.incremental.traces import KeptTraces
from warehouse.store import Warehouse

KEPT_WORK = "kept_work"
# One table is held, worth the memory and not beyond it.
LARGE_BYTES, LARGEST_BYTES = 5_000_000, 500_000_000


class Frames:
    """Tables read in one run, so that the largest, which several steps ask for, is read once.

    Args:
        warehouse: Where they are.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._read: dict[str, tuple[str, pl.DataFrame]] = {}

    def read(self, table: str) -> pl.DataFrame:
        """Return a table as it is now, whole."""
        if not self._warehouse.exists(table):
            return self._warehouse.read(table)  # which says what to do
        fingerprint = self._warehouse.state(table).fingerprint
        before, frame = self._read.get(table, ("", pl.DataFrame()))
        if before != fingerprint:
            frame = self._warehouse.read(table)
            self._hold(table, fingerprint, frame)
        return frame

    def wrote(self, table: str, frame: pl.DataFrame) -> None:
        """Hold a table that was just written, so that who reads it next need not.

        Args:
            table: ``schema.table``.
            frame: What was given to be written.
        """
        described = contract(table)
        if described.key and frame.estimated_size() > LARGE_BYTES:
            read = conform(frame, described).sort(described.key, nulls_last=True)
            self._hold(table, self._warehouse.state(table).fingerprint, read)

    def _hold(self, table: str, fingerprint: str, frame: pl.DataFrame) -> None:
        if LARGE_BYTES < frame.estimated_size() < LARGEST_BYTES:
            self._read = {table: (fingerprint, frame)}


class KeptWork:
    """What was done before over one source: traces of steps, and verdicts on tables.

    Attributes:
        traces: Of steps.
        account: Of contract checks.
        frames: Tables read in this run.
    """

    def __init__(self, traces: KeptTraces, account: ContractAccount, frames: Frames) -> None:
        self.traces, self.account, self.frames = traces, account, frames

    def save(self) -> None:
        """Keep both for the next run."""
        self.traces.save()
        self.account.save()


@dg.resource(required_resource_keys={"warehouse", "data_docs"})
def kept_work_resource(context: dg.InitResourceContext) -> Iterator[KeptWork]:
    """What this run need not do again; what it did is kept even where it fails."""
    warehouse: Warehouse = context.resources.warehouse
    folder = warehouse.home.work_dir(warehouse.source_key)
    account = ContractAccount(warehouse, context.resources.data_docs, folder / "verdicts.json")
    kept = KeptWork(KeptTraces(folder / "steps.json"), account, Frames(warehouse))
    try:
        yield kept
    finally:
        kept.save()
