"""What the last run left to freeze and to score: its published tables, and what is in use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from assets.tier_evidence.conduct import Conduct
from assets.tier_evidence.defs import IN_USE
from assets.tier_evidence.freezing import ReadTable
from assets.tier_evidence.subject import InUse
from data_contracts.catalogue import contract
from data_contracts.tables import table
from pipelines.site.asked import home_of
from warehouse.paths import Home
from warehouse.published_copy.published import (
    PublishedWarehouse,
    last_source_key,
    open_published,
)


@contextmanager
def last_run(home: Path | None) -> Iterator[tuple[Conduct, PublishedWarehouse]]:
    """Open what was published last, and the trail of its source.

    Args:
        home: The home; None for the site's, or ``var``.

    Raises:
        WarehouseError: Nothing has been published there.
    """
    where = Home(home_of(home))
    with open_published(where) as published:
        read = reading(published)
        in_use = {contract(name).table: _or_empty(read, name) for name in IN_USE}
        yield Conduct(where, last_source_key(where), read, InUse(**in_use)), published


def reading(published: PublishedWarehouse) -> ReadTable:
    """Return what reads a published table, or says that there is none."""
    there = set(published.tables())
    return lambda name: published.query(f"FROM {name}") if name in there else None


def _or_empty(read: ReadTable, name: str) -> pl.DataFrame:
    frame = read(name)
    return table(name) if frame is None else frame
