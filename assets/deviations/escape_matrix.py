"""Where failures and deviations began, by where they were detected, and what the failures cost.

A cell far from the diagonal is an escape: several stages added cost before anyone saw. The origin
of a failed batch is that of the confirmed cause of its closed deviations, else that of its failure
mode, as the ledger has it; "unknown" stays a row. Costs are those of the ledger, to the cent, and
sit on failed batches only, so that no dollar is counted twice.
"""

import polars as pl

from assets.batch_matrix.confirmed_causes import quantities_named
from assets.batch_matrix.lost_batches import losing
from data_contracts.tables import key, table

UNKNOWN = "unknown"
FAILED_BATCH, DEVIATION = "failed_batch", "deviation"
CRITICAL = "critical"
TABLE = "finding.escape_matrix"


def escape_matrix(
    copq_ledger: pl.DataFrame,
    deviations: pl.DataFrame,
    outcomes: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    dictionary: pl.DataFrame,
) -> pl.DataFrame:
    """Count failed batches and deviations by stage of origin and of detection.

    Args:
        copq_ledger: ``economics.copq_ledger``, the failed batches and their cost.
        deviations: ``core.deviations``; a cause counts once it is confirmed.
        outcomes: ``core.outcomes``.
        outcome_definitions: ``core.outcome_definitions``, for the stage at which what lost a batch
            is first known; outcomes that lose no batch detect none.
        dictionary: ``feature.dictionary``, for the stage a confirmed cause belongs to.

    Returns:
        ``finding.escape_matrix``: the cells with at least one item. The cost over all cells is the
        ledger's total.
    """
    caused = deviations.join(
        _cause_stages(deviations, dictionary), on="confirmed_cause", how="left"
    )
    parts = [_failed(copq_ledger, caused, outcomes, outcome_definitions), _deviated(caused)]
    origin, detection = (
        pl.col(name).cast(pl.Int64, strict=False) for name in ("origin", "detection")
    )
    cells = (
        pl.concat(parts)
        .group_by(key(TABLE))
        .agg(
            items=pl.len(),
            confirmed_origins=pl.col("is_confirmed").sum(),
            cost_usd=pl.when(pl.col("cost_usd").is_not_null().any()).then(pl.col("cost_usd").sum()),
            is_proxy=pl.col("is_proxy").any(),
        )
        .with_columns(stages_escaped=detection - origin)
    )
    return table(TABLE, cells)


def _cause_stages(deviations: pl.DataFrame, dictionary: pl.DataFrame) -> pl.DataFrame:
    """Return the stage of every confirmed cause that names something recorded at one stage alone.

    A name found in several stages, such as room humidity, does not say where it began.
    """
    stages = dict(dictionary.group_by("quantity").agg(pl.col("stage").unique()).iter_rows())
    found = []
    for cause in deviations["confirmed_cause"].drop_nulls().unique():
        own = {stage for name in quantities_named(cause, stages) for stage in stages[name]}
        if len(own) == 1:
            found.append((cause, *own))
    schema = {"confirmed_cause": pl.String, "cause_stage": pl.Int64}
    return pl.DataFrame(found, schema=schema, orient="row")


def _as_stage(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null(UNKNOWN)


def _failed(
    ledger: pl.DataFrame, caused: pl.DataFrame, outcomes: pl.DataFrame, definitions: pl.DataFrame
) -> pl.DataFrame:
    # What merely happened to the batch (a deviation, a result out of its trend) did not lose it.
    decisive = losing(definitions)
    confirmed = (
        caused.drop_nulls(["batch_id", "cause_stage"])
        .sort("batch_id", (pl.col("severity") == CRITICAL).not_(), "opened_at", "deviation_id")
        .unique("batch_id", keep="first", maintain_order=True)
        .select("batch_id", "cause_stage")
    )
    seen = (
        outcomes.filter(pl.col("is_failure").fill_null(value=False))
        .join(decisive.select("outcome", "first_known_stage", "is_proxy"), on="outcome")
        .group_by("batch_id")
        .agg(detected=pl.col("first_known_stage").min(), is_proxy=pl.col("is_proxy").all())
    )
    return (
        ledger.group_by("batch_id")
        .agg(
            ledger_stage=pl.col("stage").drop_nulls().min(),
            cost_usd=pl.col("amount_usd").sum().cast(pl.Decimal(18, 2)),
        )
        .join(confirmed, on="batch_id", how="left")
        .join(seen, on="batch_id", how="left")
        .with_columns(begun=pl.coalesce("cause_stage", "ledger_stage"))
        .select(
            item=pl.lit(FAILED_BATCH),
            origin=_as_stage("begun"),
            detection=_as_stage("detected"),
            is_confirmed=pl.col("cause_stage").is_not_null(),
            cost_usd="cost_usd",
            is_proxy=pl.col("is_proxy").fill_null(value=False),
        )
    )


def _deviated(caused: pl.DataFrame) -> pl.DataFrame:
    return caused.select(
        item=pl.lit(DEVIATION),
        origin=_as_stage("cause_stage"),
        detection=_as_stage("stage"),
        is_confirmed=pl.col("cause_stage").is_not_null(),
        cost_usd=pl.lit(None, pl.Decimal(18, 2)),
        is_proxy=pl.lit(value=False),
    )
