"""Which batches failed, which are still pending, and what an outcome is made of.

An outcome is a rule of the profile, evaluated per batch over results, parameters and disposition. A
batch whose rule cannot be decided yet is pending, never good.
"""

from collections.abc import Sequence

import polars as pl

from assets.core.margins import worst_samples
from assets.core.measurements import NOT_CENSORED
from data_contracts.codes.records import OutcomeStatus
from data_contracts.expressions import columns_of, holds
from data_contracts.profile_schema.outcomes import BATCH_COLUMNS, SEVERITIES, Outcome
from data_contracts.tables import key, table

NO_FAILURE_MODE = "none"  # what a rule sees as the mode of a released batch
KEY = key("core.outcomes")
EITHER_SIDE = "interval"  # of its limit: nothing is known of the side
BEYOND_ALL = 1e9  # times a result: farther beyond its reporting limit than any limit of a rule


def outcome_definitions(outcomes: Sequence[Outcome]) -> pl.DataFrame:
    """Describe the outcomes of a profile.

    Returns:
        ``core.outcome_definitions``. Quantities are comma-separated; limits are given where there
        is one margin quantity.
    """
    worst_first = sorted(outcomes, key=lambda outcome: SEVERITIES.index(outcome.severity))
    rank = {outcome.name: place for place, outcome in enumerate(worst_first, start=1)}
    rows = [_definition(outcome, rank[outcome.name]) for outcome in outcomes]
    return table("core.outcome_definitions", rows)


def _definition(outcome: Outcome, severity_rank: int) -> tuple[object, ...]:
    margins = outcome.margins
    only = margins[0] if len(margins) == 1 else None
    return (
        outcome.name,
        outcome.title,
        outcome.is_proxy,
        outcome.rule,
        ",".join(margin.quantity for margin in margins) or None,
        only.spec_low if only else None,
        only.spec_high if only else None,
        outcome.first_known_stage,
        outcome.last_gate_before,
        ",".join(outcome.defining_quantities) or None,
        ",".join(outcome.defined_by_events) or None,
        outcome.severity,
        severity_rank,
    )


def outcomes(
    declared: Sequence[Outcome],
    batches: pl.DataFrame,
    measured: pl.DataFrame,
    margins: pl.DataFrame,
) -> pl.DataFrame:
    """Decide every outcome for every batch.

    Args:
        declared: The outcomes of the profile.
        batches: ``core.batches``, as of the as-of date.
        measured: What the rules read: ``outcome_inputs.read_by``.
        margins: ``core.outcome_margins``.

    Returns:
        ``core.outcomes``: one row per batch and outcome. ``status`` is ``known``; ``pending``
        where the disposition the rule needs is not given yet, or where a result is missing of a
        batch still awaiting its disposition; else ``not_measured``. ``is_failure`` is null unless
        known. ``margin`` is that of the worst quantity.

    Raises:
        ProfileError: A rule reads a name that no test, parameter or batch column has.
    """
    if not declared:
        return table("core.outcomes")
    worst = (
        margins.drop_nulls("margin")
        .sort("margin", "quantity")
        .unique(subset=KEY, keep="first", maintain_order=True)
        .select(*KEY, "margin", "is_censored")
    )
    decided = pl.concat([_decided(outcome, batches, measured) for outcome in declared])
    return table("core.outcomes", decided.join(worst, on=KEY, how="left"))


def _decided(outcome: Outcome, batches: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """Return batch_id, outcome, is_failure, known_at and status of one outcome."""
    read = columns_of(outcome.rule, outcome.where)
    quantities = [name for name in read if name not in BATCH_COLUMNS]
    by_disposition = len(quantities) < len(read)
    frame = batches.select(
        "batch_id",
        "disposition",
        "dispositioned_at",
        failure_mode=pl.when(pl.col("disposition") == "released")
        .then(pl.lit(NO_FAILURE_MODE))
        .otherwise("failure_mode"),
    )
    for name in quantities:
        frame = frame.join(_quantity(outcome, measured, name), on="batch_id", how="left")
    is_measured = set(quantities) <= set(measured["quantity"])
    if is_measured:
        frame = frame.with_columns(is_failure=_judged(frame, quantities, outcome))
    else:  # nobody measured it, so it has no type to compare either
        frame = frame.with_columns(is_failure=pl.lit(None, pl.Boolean))
    known_at = pl.max_horizontal(
        *(pl.col(f"{name} known_at") for name in quantities),
        pl.col("dispositioned_at") if by_disposition else pl.lit(None, pl.Datetime("us")),
    )
    is_pending = pl.col("disposition").fill_null("pending") == "pending"
    if not by_disposition:
        # A missing result may still come, but only where somebody is going to decide on the batch.
        has_dispositions = batches["disposition"].is_not_null().any()
        is_pending &= pl.col("is_failure").is_null() & pl.lit(has_dispositions, pl.Boolean)
    return frame.with_columns(
        status=pl.when(is_pending)
        .then(pl.lit(OutcomeStatus.PENDING))
        .when(pl.col("is_failure").is_null())
        .then(pl.lit(OutcomeStatus.NOT_MEASURED))
        .otherwise(pl.lit(OutcomeStatus.KNOWN))
    ).select(
        "batch_id",
        pl.lit(outcome.name).alias("outcome"),
        is_failure=pl.when(pl.col("status") == "known").then("is_failure"),
        known_at=pl.when(pl.col("status") == "known").then(known_at),
        status="status",
    )


def _judged(frame: pl.DataFrame, quantities: Sequence[str], outcome: Outcome) -> pl.Series:
    """Whether the rule holds; null where results beyond a reporting limit may lie on either side.

    A result of at most its limit breaks nothing that asks for less. The rule is asked with such
    results at their limits, and with each and all of them as far beyond as any; only where all
    answers are one is it an answer.
    """
    at_limit = holds(frame, outcome.rule, outcome.where)
    censored = [name for name in quantities if (frame[_side(name)] != NOT_CENSORED).any()]
    moved = [[name] for name in censored] + ([censored] if len(censored) > 1 else [])
    answers = [
        holds(
            frame.with_columns(_beyond(name, sign) for name in names), outcome.rule, outcome.where
        )
        for names in moved
        for sign in (-1, 1)
    ]
    for answer in answers:
        at_limit = at_limit.set(~at_limit.eq_missing(answer), None)
    return at_limit


def _side(quantity: str) -> str:
    """Name of the column that says on which side of its reporting limit a quantity lies."""
    return f"{quantity} censoring"


def _beyond(quantity: str, sign: int) -> pl.Expr:
    """The quantity, where it is censored far beyond its limit; to ``sign`` where not known."""
    far = (pl.col(quantity).abs() + 1) * BEYOND_ALL
    side = pl.col(_side(quantity))
    direction = (
        pl.when(side == NOT_CENSORED).then(0).when(side == "left").then(-1).when(side == "right")
    )
    return pl.col(quantity) + far * direction.then(1).otherwise(sign).fill_null(0)


def _quantity(outcome: Outcome, measured: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return one value per batch under the quantity's name: the worst sample, else the mean."""
    own = measured.filter(pl.col("quantity") == name)
    instants = own.group_by("batch_id").agg(pl.col("known_at").max().alias(f"{name} known_at"))
    if any(margin.quantity == name for margin in outcome.margins):
        values = worst_samples(outcome, measured, name).select(
            "batch_id", pl.col("value").alias(name), pl.col("censoring").alias(_side(name))
        )
    elif own["value"].null_count() < own.height:
        sides = pl.col("censoring").filter(pl.col("censoring") != NOT_CENSORED)
        values = own.group_by("batch_id").agg(
            pl.col("value").mean().alias(name),
            # A mean over results at most at their limits is at most the mean of the limits.
            pl.when(sides.n_unique() > 1)
            .then(pl.lit(EITHER_SIDE))
            .otherwise(sides.first().fill_null(NOT_CENSORED))
            .alias(_side(name)),
        )
    else:
        values = own.group_by("batch_id").agg(
            pl.col("level").first().alias(name), pl.lit(NOT_CENSORED).first().alias(_side(name))
        )
    return values.join(instants, on="batch_id", how="left")
