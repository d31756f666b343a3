"""By which outcomes a batch is lost, and by which it is merely delayed, reworked or looked into.

Only a lost batch costs what a batch costs: whatever prices, detects or warns of a loss asks here.
"""

import polars as pl

from data_contracts.codes.records import OutcomeSeverity


def losing(outcome_definitions: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``core.outcome_definitions`` by which batches are lost.

    Args:
        outcome_definitions: ``core.outcome_definitions``.
    """
    return outcome_definitions.filter(pl.col("severity") == OutcomeSeverity.LOST)


def unpriced(outcome_definitions: pl.DataFrame) -> frozenset[str]:
    """Return the outcomes by which no batch is lost; they have no price.

    Args:
        outcome_definitions: ``core.outcome_definitions``.
    """
    lost = losing(outcome_definitions)["outcome"].to_list()
    return frozenset(outcome_definitions["outcome"]) - frozenset(lost)
