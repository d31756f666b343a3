"""What the hazard is put down to: the piece of equipment, other clocks, earlier breakdowns.

Here the batches of lives since maintenance get their covariates, as known at the start of each
batch, and every kind of equipment and event its model. Fitting is in ``hazard_fits``.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

from assets.statistics.resampling.multiplicity import holm
from assets.time_to_failure.curves.hazard_fits import aft_rows, cox_rows
from assets.time_to_failure.lives.lives import BREAKDOWN, BY_PART, LIFE
from assets.time_to_failure.lives.strata import FAILED_PREFIX
from data_contracts.codes.records import EquipmentEvent
from data_contracts.profile_schema.rule_names.defining_events import is_defining
from data_contracts.tables import table

TABLE = "finding.hazard_models"
FEWEST_EVENTS = 5
EVENTS_PER_COVARIATE = 5
OTHER_CLOCKS = ("cleaning", "calibration")
BREAKDOWNS_BEFORE = "breakdowns_before"
COVARIATE_EVENTS = {
    "batches_since_cleaning": EquipmentEvent.CLEANING,
    "days_since_calibration": EquipmentEvent.CALIBRATION,
    BREAKDOWNS_BEFORE: EquipmentEvent.BREAKDOWN,
}


def hazard_models(
    lived: pl.DataFrame,
    spells: pl.DataFrame,
    failures: pl.DataFrame,
    equipment_events: pl.DataFrame,
    defining_events: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> pl.DataFrame:
    """Fit a model per kind of equipment, part and event.

    Covariates enter in a fixed order, one per five events: other pieces of the same kind against
    the most used one, batches since cleaning, days since calibration, earlier breakdowns. An event
    that defines the outcome is no covariate of it.

    Args:
        lived: ``failed_batches.batches_of_lives``.
        spells: ``lives.breakdown_spells``.
        failures: ``failed_batches.failure_spells``.
        equipment_events: ``core.equipment_events``.
        defining_events: Kinds of event that define an outcome, by outcome.

    Returns:
        ``finding.hazard_models``: one row per coefficient, hazard ratios per unit of the covariate
        with 95% intervals and the check of proportional hazards; where a model is missing, one row
        whose covariate is ``none`` says why. p-values are adjusted over all of them (Holm 1979).
    """
    clocked = _with_covariates(lived, equipment_events)
    questions = [
        *_questions(_breakdowns(clocked, spells)),
        *_questions(
            failures.select(
                *LIFE, "batch_id", "is_event", event=FAILED_PREFIX + pl.col("outcome")
            ).join(clocked, on=[*LIFE, "batch_id"])
        ),
    ]
    rows = [row for question in questions for row in _model(question, defining_events)]
    rows += [row for lives in _maintained(spells) for row in _lives_model(lives)]
    found = table(TABLE, rows)
    return table(TABLE, found.with_columns(p_adjusted=holm(found["p_value"].to_numpy())))


def _breakdowns(clocked: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    broken = spells.filter(pl.col("ended_by") == BREAKDOWN).select(
        *LIFE, "exit_batches", is_event=pl.lit(True)
    )
    return (
        clocked.join(broken, on=[*LIFE, "exit_batches"], how="left")
        .with_columns(pl.col("is_event").fill_null(False), event=pl.lit(BREAKDOWN))
        .sort(*LIFE, "exit_batches")
    )


def _questions(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    keys = ["event", "equipment_class", "origin", "part"]
    ordered = rows.sort(*keys, "equipment_id", "life", "exit_batches")
    yield from (part for _, part in ordered.group_by(*keys, maintain_order=True))


def _with_covariates(lived: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    # Ages are counted in batches here, so lives whose batches nobody counted have no place.
    found = lived.filter(pl.col("origin").is_in(BY_PART) & pl.col("exit_batches").is_not_null())
    for clock in OTHER_CLOCKS:
        ages = lived.filter(pl.col("origin") == clock).select(
            "equipment_id",
            "batch_id",
            pl.col("entry_batches").alias(f"batches_since_{clock}"),
            (pl.col("entry_h") / 24).alias(f"days_since_{clock}"),
        )
        found = found.join(
            ages.unique(subset=["equipment_id", "batch_id"], keep="first", maintain_order=True),
            on=["equipment_id", "batch_id"],
            how="left",
        )
    broken = (
        events.filter(pl.col("event") == BREAKDOWN)
        .select("equipment_id", broken_at="occurred_at")
        .unique()  # several parts broken at one instant are one breakdown of the piece
        .sort("broken_at", "equipment_id")
        .with_columns(
            pl.int_range(1, pl.len() + 1)
            .over("equipment_id")
            .cast(pl.Float64)
            .alias(BREAKDOWNS_BEFORE)
        )
    )
    return (
        found.sort("started_at")
        .join_asof(
            broken,
            left_on="started_at",
            right_on="broken_at",
            by="equipment_id",
            check_sortedness=False,
        )
        .with_columns(pl.col(BREAKDOWNS_BEFORE).fill_null(0.0))
        .sort(*LIFE, "exit_batches")
    )


def _model(
    rows: pl.DataFrame, defining_events: Mapping[str, tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    about = _about(rows, "cox")
    events = about["events"]
    if events < FEWEST_EVENTS:
        yield about | _nothing(
            f"{events} events are too few for a model; it takes {FEWEST_EVENTS}."
        )
        return
    names = defining_events.get(about["event"].removeprefix(FAILED_PREFIX), ())
    left_out = [
        covariate
        for covariate, event in COVARIATE_EVENTS.items()
        if is_defining(f"equipment.{event}.{about['equipment_class']}", names)
    ]
    marked, covariates = _chosen(rows, left_out, max(1, events // EVENTS_PER_COVARIATE))
    told = f"Left out, because it defines the outcome: {', '.join(left_out)}." if left_out else ""
    if not covariates:
        yield about | _nothing(f"No covariate varies among these batches. {told}".rstrip())
        return
    for row in cox_rows(marked, covariates):
        note = " ".join(filter(None, (row["note"], told)))
        yield about | row | {"note": note or None}


def _maintained(spells: pl.DataFrame) -> Iterator[pl.DataFrame]:
    keys = ["equipment_class", "origin", "part"]
    since = spells.filter(
        pl.col("origin").is_in(BY_PART) & pl.col("exit_batches").is_not_null()
    ).with_columns(is_event=pl.col("ended_by") == BREAKDOWN, event=pl.lit(BREAKDOWN))
    yield from (part for _, part in since.group_by(keys, maintain_order=True))


def _lives_model(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    about = _about(rows, "weibull_aft")
    marked, covariates = _against_others(rows)
    if about["events"] < FEWEST_EVENTS or not covariates:
        yield about | _nothing(
            f"{about['events']} breakdowns among {rows['equipment_id'].n_unique()} pieces are too "
            f"few to compare the pieces; it takes {FEWEST_EVENTS} and two pieces."
        )
        return
    yield from (about | row for row in aft_rows(marked, covariates))


def _about(rows: pl.DataFrame, model: str) -> dict[str, Any]:
    return {
        **{name: rows[name][0] for name in ("equipment_class", "part", "event", "origin")},
        "model": model,
        "batches": int((rows["exit_batches"] - rows["entry_batches"]).sum()),
        "lives": rows.select(LIFE).n_unique(),
        "events": int(rows["is_event"].sum()),
    }


def _nothing(note: str) -> dict[str, Any]:
    return {"covariate": "none", "note": note}


def _chosen(
    rows: pl.DataFrame, left_out: Collection[str], most: int
) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the rows with the covariates that are complete and vary, at most as many as given."""
    marked, others = _against_others(rows)
    offered = {
        **others,
        "batches_since_cleaning": "per batch",
        "days_since_calibration": "per day",
        BREAKDOWNS_BEFORE: "per breakdown",
    }
    # Ages of other clocks are unknown before their first event on record: the mean stands in.
    usable = {
        name: unit
        for name, unit in offered.items()
        if name not in left_out
        and marked[name].null_count() < marked.height / 2
        and marked[name].drop_nulls().n_unique() > 1
    }
    kept = dict(list(usable.items())[:most])
    filled = marked.with_columns(pl.col(name).fill_null(pl.col(name).mean()) for name in kept)
    return filled, kept


def _against_others(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """Mark every piece of equipment but the most used one."""
    used = rows.group_by("equipment_id").len().sort("len", "equipment_id", descending=[True, False])
    most, *others = used["equipment_id"].to_list()
    marked = rows.with_columns(
        (pl.col("equipment_id") == unit).cast(pl.Float64).alias(f"equipment {unit}")
        for unit in others
    )
    return marked, {f"equipment {unit}": f"against {most}" for unit in others}
