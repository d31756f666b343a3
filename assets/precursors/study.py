"""One run over the records: precursors, the account of their search, and sequences, as tables."""

import polars as pl

from assets.precursors.event_sequences import sequence_rows
from assets.precursors.search import (
    Records,
    family_null,
    precursor_rows,
    search_precursors,
    search_row,
)
from data_contracts.tables import table

DRAWS, QUICK_DRAWS = 1000, 400


def precursor_tables(
    records: Records, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, pl.DataFrame]:
    """Search the records for precursors and sequences.

    Args:
        records: The tables they are read from; any but batches, gates and outcomes may be empty.
        draws: Permutations behind the error control.
        seed: Seed of permutations and lag intervals.

    Returns:
        ``finding.precursors``, ``finding.precursor_searches`` (a row for every outcome, whatever
        came of it) and ``finding.event_sequences``, by name.
    """
    searches = search_precursors(records, draws=draws, seed=seed)
    null = family_null(searches)
    found = [row for search in searches for row in precursor_rows(search, null, seed)]
    accounts = [search_row(search, null, draws) for search in searches]
    sequences = sequence_rows(searches, draws=draws, seed=seed)
    return {
        "finding.precursors": table("finding.precursors", found),
        "finding.precursor_searches": table("finding.precursor_searches", accounts),
        "finding.event_sequences": table("finding.event_sequences", sequences),
    }
