"""Dagster assets of history: each adds the rows of one run to those of all runs before."""

import dagster as dg

from assets.defs import asset_key, written_result
from assets.history.kept_tables import KEPT, RUNS, keep
from data_contracts.catalogue import contract

GROUP = "history"


def kept_by_run(name: str) -> dg.AssetsDefinition:
    """Make the asset that keeps a table by run.

    Args:
        name: ``history.<table>``.
    """

    @dg.asset(
        key=asset_key(name),
        deps=[asset_key(KEPT[name]), asset_key(RUNS)],
        group_name=GROUP,
        required_resource_keys={"warehouse"},
        description=contract(name).description,
    )
    def kept(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        return written_result(name, keep(context.resources.warehouse, name))

    return kept


verdicts = kept_by_run("history.verdicts")
drivers = kept_by_run("history.drivers")
levers = kept_by_run("history.levers")
savings = kept_by_run("history.savings")
claims = kept_by_run("history.claims")
