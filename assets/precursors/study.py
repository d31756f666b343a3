"""One run over the records: precursors, the account of their search, and sequences, as tables."""

import polars as pl

from assets.precursors.event_sequences import event_sequences
from assets.precursors.precursor_searches import precursor_searches
from assets.precursors.precursors import precursors
from assets.precursors.search import EventRecords, search_precursors

DRAWS, QUICK_DRAWS = 1000, 400


def precursor_tables(
    records: EventRecords, *, draws: int = DRAWS, seed: int = 0
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
    return {
        "finding.precursors": precursors(searches, seed),
        "finding.precursor_searches": precursor_searches(searches, draws),
        "finding.event_sequences": event_sequences(searches, draws=draws, seed=seed),
    }
