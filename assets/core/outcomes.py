"""Which batches failed, which are still pending, and what an outcome is made of.

An outcome is a rule of the profile, evaluated per batch over results, parameters and disposition. A
batch whose rule cannot be decided yet is pending, never good.
"""

from collections.abc import Sequence

import polars as pl

from assets.core.margins import with_limits, worst_samples
from assets.core.measurements import NOT_CENSORED
from assets.core.possible_results import compared_with, possible_results
from data_contracts.codes.records import OutcomeStatus
from data_contracts.expressions import columns_of, holds
from data_contracts.profile_schema.outcomes import BATCH_COLUMNS, SEVERITIES, Outcome
from data_contracts.profile_schema.rule_names.batch_facts import REPEATS
from data_contracts.tables import key, table

NO_FAILURE_MODE = "none"  # what a rule sees as the mode of a released batch
KEY = key("core.outcomes")
EITHER_SIDE = "interval"  # of its limit: nothing is known of the side
MOST_COMBINATIONS = 2_000  # of what several results of a batch may be
_SAMPLES = {
    "batch_id": pl.String(),
    "value": pl.Float64(),
    "censoring": pl.String(),
    "low_limit": pl.Float64(),
    "high_limit": pl.Float64(),
}


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
        "ended_at",
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
        *(_known_at(outcome, name) for name in quantities),
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


def _known_at(outcome: Outcome, quantity: str) -> pl.Expr:
    """When a quantity was known; how often something happened, when nothing more can.

    That it happened at all is known from the first time on, and that is what most rules ask.
    """
    at = pl.col(f"{quantity} known_at")
    is_counted = quantity in outcome.defined_by_events or quantity.startswith(f"{REPEATS}.")
    if not is_counted or max(compared_with(outcome.rule, quantity, outcome.where), default=0) < 1:
        return at
    return pl.max_horizontal(at, pl.coalesce("dispositioned_at", "ended_at"))


def _judged(frame: pl.DataFrame, quantities: Sequence[str], outcome: Outcome) -> pl.Series:
    """Whether the rule holds; null where results beyond a reporting limit leave that open.

    The rule is asked with every value such results may have, in all combinations; only where all
    answers are one is it an answer.
    """
    answers = holds(frame, outcome.rule, outcome.where)
    names = [name for name in quantities if frame[_possible(name)].count()]
    if not names:
        return answers
    is_open = pl.any_horizontal(pl.col(_possible(name)).is_not_null() for name in names)
    asked = frame.with_row_index("row").filter(is_open)
    for name in names:
        lists = pl.coalesce(_possible(name), pl.concat_list(name))
        asked = asked.with_columns(lists.alias(name))
        asked = asked.with_columns(_thinned(asked[name], MOST_COMBINATIONS ** (1 / len(names))))
    for name in names:
        asked = asked.explode(name, empty_as_null=True)
    told = (
        asked.with_columns(answer=holds(asked, outcome.rule, outcome.where))
        .group_by("row")
        .agg(pl.col("answer").first(), is_one=pl.col("answer").n_unique() == 1)
    )
    found = frame.with_row_index("row").select("row").join(told, on="row", how="left")
    answer = pl.when("is_one").then("answer")
    return answers.zip_with(found["is_one"].is_null(), found.select(answer)["answer"])


def _possible(quantity: str) -> str:
    """Name of the column that lists what a quantity may be where a result lies beyond its limit."""
    return f"{quantity} possible"


def _thinned(lists: pl.Series, most: float) -> pl.Series:
    """Of every list at most so many values, both ends among them."""
    steps = max(int(most), 2) - 1
    few = [
        sorted({values[round(at * (len(values) - 1) / steps)] for at in range(steps + 1)})
        for values in lists
    ]
    return pl.Series(lists.name, few, dtype=lists.dtype)


def _quantity(outcome: Outcome, measured: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return one value per batch under the quantity's name: the worst sample, else the mean."""
    own = measured.filter(pl.col("quantity") == name)
    instants = own.group_by("batch_id").agg(pl.col("known_at").max().alias(f"{name} known_at"))
    samples = pl.DataFrame(schema=_SAMPLES)
    if any(margin.quantity == name for margin in outcome.margins):
        values = worst_samples(outcome, measured, name).select(
            "batch_id", pl.col("value").alias(name)
        )
        samples = with_limits(outcome, measured, name).join(values, on="batch_id", how="semi")
    elif own["value"].null_count() < own.height:
        means = own.group_by("batch_id").agg(pl.col("value").mean(), _side_of_mean())
        values = means.select("batch_id", pl.col("value").alias(name))
        samples = means.with_columns(
            pl.lit(None, pl.Float64).alias(limit) for limit in ("low_limit", "high_limit")
        )
    else:
        values = own.group_by("batch_id").agg(pl.col("level").first().alias(name))
    numbers = compared_with(outcome.rule, name, outcome.where)
    possible = possible_results(samples, numbers).rename({"possible": _possible(name)})
    return values.join(possible, on="batch_id", how="left").join(
        instants, on="batch_id", how="left"
    )


def _side_of_mean() -> pl.Expr:
    """On which side of the mean of limits the mean lies: over results at most at them, at most."""
    sides = pl.col("censoring").filter(pl.col("censoring") != NOT_CENSORED)
    return (
        pl.when(sides.n_unique() > 1)
        .then(pl.lit(EITHER_SIDE))
        .otherwise(sides.first().fill_null(NOT_CENSORED))
        .alias("censoring")
    )
