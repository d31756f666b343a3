"""What changed since the run before: both runs read, the states between worked out, rows made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.savings.business_case import stated_figures
from assets.savings.changes.earlier_run import (
    ADDED_LATER,
    ASSUMPTIONS,
    RUNS,
    SCENARIOS,
    heard_of_since,
    last_said,
    own_run,
    run_before,
    said,
    said_by,
)
from assets.savings.changes.headline import (
    Figures,
    Said,
    headline_figures,
    headline_parts,
    is_worked_out,
)
from assets.savings.changes.states import sorted_batches
from assets.savings.changes.tables import (
    HEADLINE_MOVES,
    failure_rate_moves,
    headline_moves,
    unsplit,
)
from assets.savings.records.business_records import BusinessRecords
from data_contracts.assumptions import Assumptions
from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.store import Warehouse

# What only windows that are studied anew are worked out from; the first is the largest table.
WORKED_FROM = ("feature.gate_values", "core.outcome_margins")


@dataclass(frozen=True)
class PricingEffort:
    """How hard money is worked out.

    Attributes:
        draws: Draws per scenario.
        resamples: Bootstrap resamples of lots behind a window's interval.
    """

    draws: int
    resamples: int


@dataclass(frozen=True)
class RunMoves:
    """The rows of one run.

    Attributes:
        number: Of the run.
        headline: Its rows of ``history.headline_moves``; none where no run came before.
        failure_rate: Its rows of ``history.failure_rate_moves``.
    """

    number: int
    headline: pl.DataFrame
    failure_rate: pl.DataFrame


def moves_of_run(
    warehouse: Warehouse,
    names: Sequence[str],
    priced: Assumptions,
    seed: int,
    effort: PricingEffort,
) -> RunMoves:
    """Compare the run at work with the one before it.

    Args:
        warehouse: The working warehouse, with all that the run says of money.
        names: Tables a business case is made from.
        priced: The assumptions of the run.
        seed: The run's seed.
        effort: How hard its money was worked out.
    """
    runs = warehouse.read(RUNS)
    own, before = own_run(runs), run_before(runs)

    def read(wanted: Sequence[str]) -> tuple[Said, tuple[Said, set[str]] | None]:
        kept = [name for name in ADDED_LATER if warehouse.exists(name)]
        every = (*wanted, *kept, ASSUMPTIONS, SCENARIOS)
        now = said({contract(name).table: warehouse.read(name) for name in every}, own)
        return now, None if before is None else said_by(warehouse, before, wanted)

    # Most nights bring new batches alone: then nothing is worked out, and no feature is needed.
    now, earlier = read([name for name in names if name not in WORKED_FROM])
    then, delivered_by = earlier or (None, set())

    def worked(records: BusinessRecords, assumed: Assumptions) -> Figures:
        drawn = stated_figures(
            assumed, records, draws=effort.draws, seed=seed, resamples=effort.resamples
        )
        return headline_figures(drawn)

    moves = table(HEADLINE_MOVES)
    if before is not None and then is not None:
        heard_of = heard_of_since(warehouse, delivered_by)
        found = sorted_batches(then.records, now.records, heard_of)
        if is_worked_out(then, now, found):
            now, whole = read(names)
            then = whole[0] if whole is not None else then
        parts = headline_parts(then, now, priced, found, worked)
        moves = headline_moves(own["run_number"], before["run_number"], then.figures, parts)
    elif before is not None:
        moves = _not_split(warehouse, own, before, now)
    rates = failure_rate_moves(own["run_number"], now.records, then.records if then else None, seed)
    return RunMoves(own["run_number"], moves, rates)


def _not_split(
    warehouse: Warehouse, own: dict[str, Any], before: dict[str, Any], now: Said
) -> pl.DataFrame:
    """Say the whole move, from what history keeps of the run before."""
    figures = last_said(warehouse, before["run_number"])
    if figures is None:
        return table(HEADLINE_MOVES)
    number = own["run_number"]
    return headline_moves(number, before["run_number"], figures, unsplit(now.figures))
