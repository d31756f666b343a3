"""The assumptions of a run as a table, as a controller reads them."""

import polars as pl

from data_contracts.assumption_schema.model import ENDS
from data_contracts.assumptions import Assumptions
from data_contracts.tables import columns, table

ASSUMPTIONS = "economics.assumptions"


def assumptions(declared: Assumptions) -> pl.DataFrame:
    """Return the assumptions as a table.

    Args:
        declared: The set.

    Returns:
        ``economics.assumptions``: one row per number.
    """
    rows = [
        {name: getattr(each, name) for name in columns(ASSUMPTIONS)}
        | {end: float(getattr(each, end)) for end in ENDS}
        for each in declared.parameters.values()
    ]
    return table(ASSUMPTIONS, rows)
