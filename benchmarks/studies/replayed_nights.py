"""A plant seen night by night: what was known then, the models fitted on that, what they said.

The functions are the product's own; only the tables they are handed are those of a simulated plant
cut at an instant instead of a warehouse's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.scoring.batch_scores import score_tables
from assets.failure_models.study import run_study
from assets.savings.arithmetic.break_even import alarm_prices
from data_contracts.assumptions import Assumptions
from data_contracts.tables import table

PENDING = {"is_failure": None, "margin": None, "known_at": None, "status": "pending"}


@dataclass(frozen=True)
class Fitted:
    """Models kept at an instant, with the prices their alarms are raised at.

    Attributes:
        boosters: ``model.boosters``.
        alarm_prices: ``economics.alarm_prices``.
        tables: Everything else the study said.
    """

    boosters: pl.DataFrame
    alarm_prices: pl.DataFrame
    tables: dict[str, pl.DataFrame]


def outcomes_at(outcomes: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """``core.outcomes`` as known at an instant: later results are still to come."""
    is_known = pl.col("known_at") <= at
    return outcomes.with_columns(
        pl.when(is_known).then(name).otherwise(pl.lit(value)).alias(name)
        for name, value in PENDING.items()
    )


def known_at(inputs: StudyInputs, at: datetime) -> StudyInputs:
    """What a study could have read at an instant."""
    gates = inputs.batch_gates.filter(pl.col("gate_at") <= at)
    made = gates["batch_id"].unique()
    outcomes = outcomes_at(inputs.outcomes, at).filter(pl.col("batch_id").is_in(made.implode()))
    known = outcomes.filter(pl.col("status") == "known").select("batch_id", "outcome")
    return replace(
        inputs,
        gate_values=inputs.gate_values.filter(pl.col("known_at") <= at),
        batch_gates=gates,
        outcomes=outcomes,
        outcome_margins=inputs.outcome_margins.join(known, on=["batch_id", "outcome"], how="semi"),
    )


def fitted_at(
    inputs: StudyInputs, at: datetime, settings: StudySettings, assumptions: Assumptions
) -> Fitted:
    """Refit on what was known at an instant."""
    tables = run_study(known_at(inputs, at), settings)
    prices = alarm_prices(assumptions, table("model.alarm_counts", tables["model.alarm_counts"]))
    return Fitted(tables["model.boosters"], prices, tables)


def scored_at(inputs: StudyInputs, fitted: Fitted, at: datetime) -> pl.DataFrame:
    """``model.batch_scores`` of the night of an instant."""
    gates = inputs.batch_gates.filter(pl.col("gate_at") <= at)
    found = score_tables(
        fitted.boosters,
        fitted.alarm_prices,
        inputs.gate_values,
        inputs.dictionary,
        gates,
        inputs.outcome_definitions,
    )
    return found["model.batch_scores"]


def eventful_nights(inputs: StudyInputs, first: datetime, last: datetime) -> Iterator[datetime]:
    """Nights, a day apart, before which a gate was passed or a result came; others say nothing."""
    instants = pl.concat([inputs.batch_gates["gate_at"], inputs.outcomes["known_at"].drop_nulls()])
    night = first
    while night <= last:
        if instants.is_between(night - timedelta(days=1), night, closed="right").any():
            yield night
        night += timedelta(days=1)
