"""One run over the records: precursors, the account of their search, and sequences, as tables."""

from dataclasses import dataclass

import polars as pl

from assets.precursors.event_sequences import sequence_rows
from assets.precursors.search import (
    Records,
    family_null,
    precursor_rows,
    search_precursors,
    search_row,
)

DRAWS, QUICK_DRAWS = 1000, 400
PRECURSOR_SCHEMA: dict[str, pl.DataType] = {
    "outcome": pl.String(),
    "event_type": pl.String(),
    "scope": pl.String(),
    "kind": pl.String(),
    "rank": pl.Int64(),
    "score": pl.Float64(),
    "p_value_family": pl.Float64(),
    "is_found": pl.Boolean(),
    "is_leading": pl.Boolean(),
    "lag_from_h": pl.Float64(),
    "lag_until_h": pl.Float64(),
    "lag_until_low_h": pl.Float64(),
    "lag_until_high_h": pl.Float64(),
    "lag_h": pl.Float64(),
    "lag_low_h": pl.Float64(),
    "lag_high_h": pl.Float64(),
    "later_standing": pl.String(),
    "later_exposed": pl.Int64(),
    "later_failures": pl.Int64(),
    "later_expected": pl.Float64(),
    "p_value_later": pl.Float64(),
}
SEARCH_SCHEMA: dict[str, pl.DataType] = {
    "outcome": pl.String(),
    "verdict": pl.String(),
    "reason": pl.String(),
    "batches": pl.Int64(),
    "failures": pl.Int64(),
    "event_types": pl.Int64(),
    "exposures": pl.Int64(),
    "blocks": pl.Int64(),
    "draws": pl.Int64(),
    "smallest_p_value": pl.Float64(),
    "score_needed": pl.Float64(),
}
SEQUENCE_SCHEMA: dict[str, pl.DataType] = {
    "outcome": pl.String(),
    "sequence": pl.String(),
    "rank": pl.Int64(),
    "length": pl.Int64(),
    "score": pl.Float64(),
    "p_value_family": pl.Float64(),
    "is_found": pl.Boolean(),
    "searched": pl.Int64(),
}
EFFECT_SCHEMA: dict[str, pl.DataType] = {
    "exposed": pl.Int64(),
    "exposed_failures": pl.Int64(),
    "controls": pl.Int64(),
    "controls_failures": pl.Int64(),
    "rate_exposed": pl.Float64(),
    "rate_exposed_low": pl.Float64(),
    "rate_exposed_high": pl.Float64(),
    "rate_controls": pl.Float64(),
    "difference": pl.Float64(),
    "difference_low": pl.Float64(),
    "difference_high": pl.Float64(),
    "ratio": pl.Float64(),
    "ratio_low": pl.Float64(),
    "ratio_high": pl.Float64(),
}


@dataclass(frozen=True)
class PrecursorTables:
    """``finding.precursors``, ``finding.precursor_searches`` and ``finding.event_sequences``."""

    precursors: pl.DataFrame
    searches: pl.DataFrame
    sequences: pl.DataFrame


def precursor_tables(records: Records, *, draws: int = DRAWS, seed: int = 0) -> PrecursorTables:
    """Search the records for precursors and sequences.

    Args:
        records: The tables they are read from; any but batches, gates and outcomes may be empty.
        draws: Permutations behind the error control.
        seed: Seed of permutations and lag intervals.

    Returns:
        The three tables, sorted by outcome and rank; the account of the search has a row for every
        outcome, whatever came of it.
    """
    searches = search_precursors(records, draws=draws, seed=seed)
    null = family_null(searches)
    found = [row for search in searches for row in precursor_rows(search, null, seed)]
    accounts = [search_row(search, null, draws) for search in searches]
    sequences = sequence_rows(searches, draws=draws, seed=seed)
    return PrecursorTables(
        pl.DataFrame(found, schema=PRECURSOR_SCHEMA | EFFECT_SCHEMA),
        pl.DataFrame(accounts, schema=SEARCH_SCHEMA),
        pl.DataFrame(sequences, schema=SEQUENCE_SCHEMA | EFFECT_SCHEMA),
    )
