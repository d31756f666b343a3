"""Outcomes as a run would decide them, before a table is written.

Topics meet through tables, and here there is none yet: what ``assets.core`` decides over core
tables is decided over the accepted records of one delivery, for ``assets.sources`` to tell.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from assets.core.margins import outcome_margins
from assets.core.outcome_inputs import RECORDS, read_by
from assets.core.outcomes import outcomes
from data_contracts.profile_schema.outcomes import Outcome


def decided_outcomes(
    declared: Sequence[Outcome], records: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Decide every outcome for every batch of one delivery, all of it known.

    Args:
        declared: The outcomes of the profile.
        records: Accepted records by ``raw.<table>``.

    Returns:
        ``core.outcomes``.

    Raises:
        ProfileError: A rule does not fit the records.
    """
    # A mode of failure is known when the batch is dispositioned, as in ``core.batches``.
    batches = records["raw.batches"].with_columns(
        failure_mode=pl.when(pl.col("dispositioned_at").is_not_null()).then("failure_mode")
    )
    measured = read_by(declared, batches, {name: records[f"raw.{name}"] for name in RECORDS})
    return outcomes(declared, batches, measured, outcome_margins(declared, measured))
