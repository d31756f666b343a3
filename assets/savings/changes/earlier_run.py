"""The run before, and what it said, read from the release that was published with it.

Compared are runs alike: same source, seed and effort, and no look back. Only the reading lives
here.
"""

from collections.abc import Collection, Iterable
from typing import Any

import polars as pl

from assets.savings.changes.headline import Figures, Said, headline_figures
from assets.savings.levers.evidence_gate import LEVER_STANDING
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.silenced_models import STANDING, silenced_models
from assets.savings.windows.window_studies import STUDIES
from data_contracts.catalogue import contract, contract_names
from data_contracts.errors import LotwiseError
from data_contracts.tables import table
from warehouse.published_copy.published import open_published
from warehouse.published_copy.released_runs import copy_of_run
from warehouse.store import Warehouse

RUNS = "evidence.runs"
ASSUMPTIONS, SCENARIOS = "economics.assumptions", "economics.scenarios"
SAVINGS = "history.savings"
ADDED_LATER = (STUDIES, STANDING, LEVER_STANDING)  # a run of an earlier version did not keep them
ALIKE = ("seed", "is_quick")
_RECORDS = tuple(
    name
    for name in contract_names("raw")
    if contract(name).is_table and "batch_id" in contract(name).column_names
)


def own_run(runs: pl.DataFrame) -> dict[str, Any]:
    """Return the run at work: the one with the highest number.

    Args:
        runs: ``evidence.runs``.
    """
    numbered = runs.filter(pl.col("run_number").is_not_null())
    return numbered.sort("run_number").row(-1, named=True)


def run_before(runs: pl.DataFrame) -> dict[str, Any] | None:
    """Return the latest run that can be compared with the run at work; None where there is none.

    Args:
        runs: ``evidence.runs``.
    """
    own = own_run(runs)
    alike = runs.filter(
        pl.col("run_number") < own["run_number"],
        ~pl.col("is_look_back"),
        *(pl.col(name).eq_missing(pl.lit(own[name])) for name in ALIKE),
    )
    if own["is_look_back"] or alike.is_empty():
        return None
    return alike.sort("run_number").row(-1, named=True)


def said(tables: dict[str, pl.DataFrame], run: dict[str, Any]) -> Said:
    """Return what a run said.

    Args:
        tables: What its business case was made from, with assumptions and scenarios, by name
            without schema.
        run: Its row in ``evidence.runs``.
    """
    given = dict(tables)
    scenarios, priced = given.pop("scenarios"), given.pop("assumptions")
    standing = given.pop(contract(STANDING).table, None)
    rows = priced.select("name", "low", "base", "high").iter_rows()
    return Said(
        records=BusinessRecords(
            **given, silenced_models=None if standing is None else silenced_models(standing)
        ),
        assumptions={name: (low, base, high) for name, low, base, high in rows},
        figures=headline_figures(scenarios),
        code_hash=run["code_hash"],
        version=run["version"],
    )


def said_by(
    warehouse: Warehouse, run: dict[str, Any], names: Iterable[str]
) -> tuple[Said, set[str]] | None:
    """Read what an earlier run said, and which runs had delivered its records.

    Args:
        warehouse: The working warehouse of the source.
        run: Its row in ``evidence.runs``.
        names: Tables a business case is made from.

    Returns:
        None where its warehouse is no longer kept, or was written by a version that cannot be
        compared.
    """
    release = copy_of_run(warehouse.home, warehouse.source_key, run["run_id"])
    if release is None:
        return None
    try:
        with open_published(release) as copy:
            known = [name for name in ADDED_LATER if name in copy.tables()]
            read = (*names, *known, ASSUMPTIONS, SCENARIOS)
            found = {contract(name).table: table(name, copy.query(f"FROM {name}")) for name in read}
            delivered_by = copy.query(_of_batches("SELECT run_id FROM {}", copy.tables()))
    except LotwiseError:
        return None
    return said(found, run), set(delivered_by["run_id"])


def kept_studies(warehouse: Warehouse) -> pl.DataFrame | None:
    """Return ``finding.window_studies``; None in a home that an earlier version refitted last."""
    return warehouse.read(STUDIES) if warehouse.exists(STUDIES) else None


def last_said(warehouse: Warehouse, number: int) -> Figures | None:
    """Return what an earlier run said, from ``history.savings``; None where that is not kept."""
    if not warehouse.exists(SAVINGS):
        return None
    kept = warehouse.read(SAVINGS).filter(pl.col("run_number") == number)
    return None if kept.is_empty() else headline_figures(kept)


def heard_of_since(warehouse: Warehouse, known: Collection[str]) -> set[str]:
    """Return the batches of which records came, or came otherwise, since an earlier run.

    Args:
        warehouse: The working warehouse of the source.
        known: Runs that had delivered the records of that one, runs that did not publish included.
    """
    built = [name for name in _RECORDS if warehouse.exists(name)]
    since = "SELECT batch_id FROM {} WHERE list_position($known, run_id) IS NULL"
    found = warehouse.query(_of_batches(since, built), {"known": sorted(known)})
    return set(found["batch_id"].drop_nulls())


def _of_batches(select: str, built: Iterable[str]) -> str:
    """Ask every table of delivered records that name a batch."""
    return " UNION ".join(select.format(name) for name in built if name in _RECORDS)
