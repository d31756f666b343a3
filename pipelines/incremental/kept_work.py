"""The resource through which steps know what they need not do again."""

from collections.abc import Iterator

import dagster as dg

from pipelines.incremental.account import ContractAccount
from pipelines.incremental.traces import KeptTraces
from warehouse.store import Warehouse

KEPT_WORK = "kept_work"


class KeptWork:
    """What was done before over one source: traces of steps, and verdicts on tables.

    Attributes:
        traces: Of steps.
        account: Of contract checks.
    """

    def __init__(self, traces: KeptTraces, account: ContractAccount) -> None:
        self.traces, self.account = traces, account

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
    kept = KeptWork(KeptTraces(folder / "steps.json"), account)
    try:
        yield kept
    finally:
        kept.save()
