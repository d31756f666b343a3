"""Results piled up at their smallest value: most likely a reporting limit, not a measurement."""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

TRACES: Final = re.compile(
    r"impurit|solvent|residual|degradant|related|endotoxin|particulate|trace"
)
PILE: Final = 2.0  # times as many results at the smallest value as at the next
NOT_FOUND: Final = 0.5  # zeros per result at the limit, before a zero means "not found"
FEWEST: Final = 50


@dataclass(frozen=True)
class ReportingLimit:
    """Where results of a trace quantity stop being numbers.

    Attributes:
        limit: Smallest value reported.
        is_measured: Whether the limit itself is a measurement and only zeros are below it.
    """

    limit: float
    is_measured: bool


def reporting_limit(name: str, values: pl.Series) -> ReportingLimit | None:
    """Return the likely reporting limit of a trace quantity.

    Args:
        name: Its name in snake_case; other quantities have none.
        values: Its results.
    """
    positive = values.drop_nulls().filter(values.drop_nulls() > 0)
    if not TRACES.search(name) or positive.len() < FEWEST:
        return None
    counts = positive.alias("value").value_counts().sort("value")["count"]
    if counts.len() < 2 or counts[0] < PILE * counts[1]:
        return None
    zeros = int((values == 0).sum())
    return ReportingLimit(float(positive.sort()[0]), zeros >= NOT_FOUND * counts[0])
