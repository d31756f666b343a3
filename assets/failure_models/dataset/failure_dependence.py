"""How many independent failures the failures are worth, by what they share.

Failures of one lot, one campaign, one ancestor through any number of levels, one stretch of
equipment between two maintenances, or one kind of deviation on one machine are not separate
evidence. Each way of sharing is counted by itself; the verdicts use the lot or campaign that ties
batches together most, and the ancestors that join them.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.dependence import design_effect
from data_contracts.codes.records import EquipmentEvent
from data_contracts.profile_schema.rule_names.defining_events import DEVIATION_CLASS, listed_events
from data_contracts.tables import table

LOT, CAMPAIGN, EPISODE, DEVIATION = "lot", "campaign", "equipment_episode", "deviation"
ANCESTOR = "ancestor"
FEWEST_BATCHES = 30
_NAMED_BY = {"deviation": "category", DEVIATION_CLASS: "severity"}
RENEWALS = (EquipmentEvent.MAINTENANCE, EquipmentEvent.PART_CHANGE, EquipmentEvent.BREAKDOWN)


def failure_dependence(
    batches: pl.DataFrame,
    outcomes: pl.DataFrame,
    material_usage: pl.DataFrame,
    phases: pl.DataFrame,
    equipment_events: pl.DataFrame,
    deviations: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    batch_gates: pl.DataFrame,
    lineages: pl.DataFrame,
) -> pl.DataFrame:
    """Count failures by what they share.

    Args:
        batches: ``core.batches``.
        outcomes: ``core.outcomes``; pending batches are left out.
        material_usage: ``core.material_usage``; of several lots of a material the largest counts.
        phases: ``core.phases``.
        equipment_events: ``core.equipment_events``.
        deviations: ``core.deviations``; those opened after the last gate before an outcome's result
            may have been opened because of it, and do not count for that outcome, and neither do
            those that define it.
        outcome_definitions: ``core.outcome_definitions``.
        batch_gates: ``feature.batch_gates``.
        lineages: ``core.lineages``; empty where no genealogy is delivered.

    Returns:
        ``finding.failure_dependence``: one row per outcome and way of sharing that at least 30
        batches are known for.
    """
    shared = [
        *_lots(material_usage),
        *_campaigns(batches),
        *ancestor_groups(lineages),
        *_episodes(phases, equipment_events),
    ]
    last = dict(outcome_definitions.select("outcome", "last_gate_before").rows())
    defining = dict(outcome_definitions.select("outcome", "defining_events").rows())
    labelled = outcomes.drop_nulls("is_failure").sort("outcome", "batch_id")
    rows = [
        row
        for (outcome,), own in labelled.group_by("outcome", maintain_order=True)
        for kind, name, groups in (
            *shared,
            *_deviations(
                batches,
                _before(_not_of(defining[outcome], deviations), batch_gates, last[outcome]),
            ),
        )
        if (row := _row(str(outcome), own, kind, name, groups)) is not None
    ]
    return table("finding.failure_dependence", rows)


def _row(
    outcome: str, labelled: pl.DataFrame, kind: str, name: str, groups: pl.DataFrame
) -> dict[str, Any] | None:
    known = labelled.join(groups, on="batch_id")
    if known.height < FEWEST_BATCHES:
        return None
    return {"outcome": outcome, "shared": kind, "name": name, **counted(known)}


def counted(batches: pl.DataFrame) -> dict[str, Any]:
    """Count failures and what they are worth where batches of one group fail together.

    Args:
        batches: One row per batch: is_failure, group.

    Returns:
        Counts of batches, groups and failures, the design effect and the effective failures, under
        the names of ``finding.failure_dependence``.
    """
    label = batches["is_failure"].cast(pl.Float64).to_numpy()
    code = np.unique(batches["group"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    per_group = np.bincount(code, weights=label)
    effect = design_effect(label, code)
    return {
        "batches": batches.height,
        "groups": int(per_group.size),
        "failures": int(label.sum()),
        "groups_with_failures": int((per_group > 0).sum()),
        "most_in_one_group": int(per_group.max(initial=0)),
        "design_effect": effect,
        "failures_effective": float(label.sum()) / effect,
    }


def ancestor_groups(lineages: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Batches grouped by the ancestors they share, a lineage at a time.

    Args:
        lineages: ``core.lineages``.
    """
    for (lineage,), own in sorted(lineages.group_by("lineage")):
        yield ANCESTOR, str(lineage), own.select("batch_id", group="group_id")


def _lots(usage: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    main = usage.sort("batch_id", "material", "quantity", "supplier", "lot").unique(
        ["batch_id", "material"], keep="last", maintain_order=True
    )
    for (material,), own in sorted(main.group_by("material")):
        lot = pl.concat_str("supplier", "lot", separator="/", ignore_nulls=True)
        yield LOT, str(material), own.select("batch_id", group=lot)


def _campaigns(batches: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    known = batches.drop_nulls("campaign_id")
    yield CAMPAIGN, "campaign", known.select("batch_id", group="campaign_id")


def _episodes(
    phases: pl.DataFrame, events: pl.DataFrame
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Equipment and the number of its renewals before the batch came onto it."""
    renewed = (
        events.filter(pl.col("event").is_in(RENEWALS))
        .drop_nulls("occurred_at")
        .sort("occurred_at")
        .select(
            "equipment_id", "occurred_at", number=pl.int_range(1, pl.len() + 1).over("equipment_id")
        )
    )
    if renewed.is_empty():
        return
    first = (
        phases.drop_nulls(["equipment_id", "started_at"])
        .filter(pl.col("equipment_id").is_in(renewed["equipment_id"].unique().to_list()))
        .group_by("batch_id", "unit_procedure", "equipment_id")
        .agg(pl.col("started_at").min())
        .sort("started_at", "batch_id")
    )
    placed = first.join_asof(
        renewed,
        left_on="started_at",
        right_on="occurred_at",
        by="equipment_id",
        check_sortedness=False,
    )
    number = pl.col("number").fill_null(0).cast(pl.String)
    grouped = placed.with_columns(group=pl.concat_str("equipment_id", number, separator="/"))
    for (unit,), own in sorted(grouped.group_by("unit_procedure")):
        single = own.sort("batch_id", "started_at").unique("batch_id", maintain_order=True)
        yield EPISODE, str(unit), single.select("batch_id", "group")


def _not_of(defining_events: str | None, deviations: pl.DataFrame) -> pl.DataFrame:
    named = [event.partition(".")[::2] for event in listed_events(defining_events)]
    is_defining = pl.any_horizontal(
        pl.lit(value=False),
        *(
            pl.col(_NAMED_BY[kind]).eq(rest).fill_null(value=False)
            for kind, rest in named
            if kind in _NAMED_BY
        ),
    )
    return deviations.filter(~is_defining)


def _before(deviations: pl.DataFrame, batch_gates: pl.DataFrame, gate: int) -> pl.DataFrame:
    """Deviations of the stages up to a gate, opened before the batch passed it.

    Where stage and instants are both known both must hold; where neither is, nothing tells a
    deviation from one opened because the batch had failed, and it is left out.
    """
    passed = batch_gates.filter(pl.col("gate") == gate).select("batch_id", "gate_at")
    by_stage = pl.col("stage") <= gate
    by_time = pl.col("opened_at") <= pl.col("gate_at")
    return deviations.join(passed, on="batch_id", how="left").filter(
        by_stage.fill_null(value=True)
        & by_time.fill_null(value=True)
        & (by_stage.is_not_null() | by_time.is_not_null())
    )


def _deviations(
    batches: pl.DataFrame, deviations: pl.DataFrame
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Batches whose first deviation is of one category on one machine; others stand alone."""
    if deviations.is_empty():
        return
    kind = pl.concat_str("equipment_id", "category", separator="/", ignore_nulls=True)
    own = (
        deviations.drop_nulls("batch_id")
        .sort("batch_id", "opened_at", "deviation_id")
        .unique("batch_id", maintain_order=True)
        .select("batch_id", group=kind)
    )
    every = batches.select("batch_id").join(own, on="batch_id", how="left")
    yield DEVIATION, "deviation", every.with_columns(pl.col("group").fill_null(pl.col("batch_id")))
