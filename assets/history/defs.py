"""Dagster assets of history: each adds the rows of one run to those of all runs before."""

from datetime import UTC, datetime

import dagster as dg
import polars as pl

from assets.defs import asset_key, table_asset, written_result
from assets.history.kept_tables import KEPT, RUNS, keep
from assets.history.live_performance import LIVE_PERFORMANCE, live_performance
from assets.history.score_book import new_entries
from assets.history.score_chain import SCORE_BOOK
from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.store import Warehouse

GROUP = "history"
# A self-test scores nothing, so it has nothing to seal.
SCORE_GROUP = "score_book"
_THIS_RUN = f"FROM {RUNS} ORDER BY run_number DESC NULLS LAST LIMIT 1"
SCORED_OF = ("model.batch_scores", "core.outcomes", "economics.alarm_prices", RUNS)


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


@dg.asset(
    key=asset_key(SCORE_BOOK),
    deps=[asset_key(name) for name in SCORED_OF],
    group_name=SCORE_GROUP,
    required_resource_keys={"warehouse"},
    description=contract(SCORE_BOOK).description,
)
def score_book(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Seal what the run says of batches whose result is still to come."""
    warehouse: Warehouse = context.resources.warehouse
    run = warehouse.query(_THIS_RUN).row(0, named=True)
    book = warehouse.read(SCORE_BOOK) if warehouse.exists(SCORE_BOOK) else table(SCORE_BOOK)
    read = {contract(name).table: warehouse.read(name) for name in SCORED_OF if name != RUNS}
    now = datetime.now(UTC).replace(tzinfo=None)
    added = new_entries(book, **read, run=run, scored_at=now)
    context.log.info(f"{added.height} scores sealed after {book.height}")
    if added.is_empty() and warehouse.exists(SCORE_BOOK):
        return written_result(SCORE_BOOK, warehouse.holds(SCORE_BOOK))
    # Rows are added under the run's own name; those of any other are not touched.
    own = pl.concat([book.filter(pl.col("run_id") == run["run_id"]), added])
    holds = warehouse.replace_where(SCORE_BOOK, own, column="run_id", value=run["run_id"])
    return written_result(SCORE_BOOK, holds)


performance = table_asset(
    LIVE_PERFORMANCE, SCORE_BOOK, "core.outcomes", "core.batches", group=SCORE_GROUP
)(live_performance)
