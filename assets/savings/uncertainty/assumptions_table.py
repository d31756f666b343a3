"""The assumptions of a run as a table, as a controller reads them."""

import polars as pl

from data_contracts.assumptions import Assumptions

SCHEMA = {
    "name": pl.String(),
    "low": pl.Float64(),
    "base": pl.Float64(),
    "high": pl.Float64(),
    "unit": pl.String(),
    "distribution": pl.String(),
    "owner": pl.String(),
    "source": pl.String(),
    "as_of": pl.Date(),
    "kind": pl.String(),
    "description": pl.String(),
}


def assumptions_table(assumptions: Assumptions) -> pl.DataFrame:
    """Return the assumptions as a table.

    Args:
        assumptions: The set.

    Returns:
        ``economics.assumptions``: one row per number, in the order of the file.
    """
    rows = [
        (
            each.name,
            float(each.low),
            float(each.base),
            float(each.high),
            each.unit,
            each.distribution,
            each.owner,
            each.source,
            each.as_of,
            each.kind,
            each.description,
        )
        for each in assumptions.parameters.values()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
