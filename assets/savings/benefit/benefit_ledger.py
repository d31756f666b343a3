"""What a programme under way brought, batch by batch: a ledger that finance can add up.

The promised fall in the failure rate is divided over the levers in the order in which they meet a
batch, each leaving the same share of what it met, so that the lines of a batch come to the fall and
no more. It is taken from the promise alone: what a later run measures of a lever does not rewrite
what was booked.
"""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.arithmetic.planned_levers import planned
from assets.savings.benefit.held_batches import dated_batches, since_start, with_inside
from assets.savings.records.baseline import priced_failures, priced_outcomes
from assets.savings.records.copq_ledger import cents
from data_contracts.assumptions import Assumptions, HeldLever, Promise
from data_contracts.tables import table

BENEFIT_LEDGER = "economics.benefit_ledger"
NO_LEVER = "none"  # a failure: no lever prevented it, so none is charged with it
ANY_MODE = "any"  # what a lever prevents where it acts on all failures


def benefit_ledger(assumptions: Assumptions, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Book what every batch since the start was to avoid, and what it lost.

    A batch enters once its outcome is known. Nothing is counted for one that was not held, or of
    which no value was recorded.

    Args:
        assumptions: The set with the promise and what a failure costs.
        tables: ``batches``, ``outcomes``, ``outcome_definitions``, ``gate_values`` and
            ``copq_ledger``, named as in the warehouse.

    Returns:
        ``economics.benefit_ledger``: one row per batch and promised lever, and one more per failed
        batch; empty without a promise that says what is held.
    """
    promise = assumptions.promise
    if promise is None or not promise.held:
        return table(BENEFIT_LEDGER)
    cost = cents(failure_cost_usd(assumptions, corner(assumptions, "base"), is_avoidable_only=True))
    priced = priced_outcomes(tables["outcome_definitions"])
    known = tables["outcomes"].filter(
        pl.col("outcome").is_in(priced) & pl.col("is_failure").is_not_null()
    )
    dated = since_start(dated_batches(tables["batches"]), promise)
    judged = dated.join(known, on="batch_id", how="semi", maintain_order="left")
    falls = avoided_by_lever(promise, in_chain_order(assumptions, promise))
    lines = [
        _lever_lines(judged, tables["gate_values"], held, falls[held.lever], cost)
        for held in promise.held
    ]
    booked = pl.concat([*lines, _failure_lines(judged, tables)])
    return table(
        BENEFIT_LEDGER,
        booked.with_columns(
            failure_prob_before=pl.lit(float(promise.failure_prob_before)),
            failure_cost_usd=pl.lit(cost, pl.Decimal(18, 2)),
        ),
    )


def in_chain_order(assumptions: Assumptions, promise: Promise) -> list[HeldLever]:
    """Return what is held in the order in which the levers meet a batch."""
    place = {lever.name: at for at, lever in enumerate(planned(assumptions.levers))}
    return sorted(
        promise.held, key=lambda held: place.get(held.lever.partition(".")[0], len(place))
    )


def avoided_by_lever(promise: Promise, chain: list[HeldLever]) -> dict[str, float]:
    """Divide the promised fall over the levers.

    Args:
        promise: The promise: failure rates before and promised, 0 to 1.
        chain: What is held, in chain order, at least one.

    Returns:
        Lever -> failures expected to be avoided per batch held; they sum to the promised fall. Of
        the rate that reaches it each lever leaves the same share, so the first avoids most.
    """
    before, promised = float(promise.failure_prob_before), float(promise.failure_prob_promised)
    left = (promised / before) ** (1 / len(chain))
    return {held.lever: before * left**at * (1 - left) for at, held in enumerate(chain)}


def _lever_lines(
    judged: pl.DataFrame,
    gate_values: pl.DataFrame,
    held: HeldLever,
    avoided: float,
    cost: Decimal,
) -> pl.DataFrame:
    """Return one line per batch: whether the lever was held, and what that was to avoid."""
    expected = pl.when(pl.col("is_inside").fill_null(value=False)).then(avoided).otherwise(0.0)
    return with_inside(judged, gate_values, held).select(
        "batch_id",
        failure_mode=pl.lit(held.outcome or ANY_MODE),
        lever=pl.lit(held.lever),
        month="month",
        is_held="is_inside",
        expected_failures_avoided=expected,
        expected_avoided_usd=expected * float(cost),
        failures=pl.lit(0, pl.Int64),
        loss_usd=pl.lit(Decimal(0), pl.Decimal(18, 2)),
    )


def _failure_lines(judged: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one line per failed batch: its mode, and the avoidable cash it lost by the ledger."""
    names = ("batches", "outcomes", "outcome_definitions")
    failed = priced_failures(*(tables[name] for name in names))
    lost = (
        tables["copq_ledger"]
        .filter("is_avoidable")
        .group_by("batch_id")
        .agg(loss_usd=pl.col("amount_usd").sum().cast(pl.Decimal(18, 2)))
    )
    return (
        judged.join(failed.select("batch_id", "failure_mode"), on="batch_id", how="inner")
        .join(lost, on="batch_id", how="left")
        .select(
            "batch_id",
            "failure_mode",
            lever=pl.lit(NO_LEVER),
            month="month",
            is_held=pl.lit(None, pl.Boolean),
            expected_failures_avoided=pl.lit(0.0),
            expected_avoided_usd=pl.lit(0.0),
            failures=pl.lit(1, pl.Int64),
            loss_usd=pl.col("loss_usd").fill_null(Decimal(0)),
        )
    )
