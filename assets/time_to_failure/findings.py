"""Everything found about time to failure in one run, table by table.

Here the steps meet: records become lives, lives become questions, questions get their curves, fits
and decisions. Each step has a module of its own beside this one.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from assets.batch_matrix.lost_batches import unpriced
from assets.statistics.reliability.weibull import WeibullFit
from assets.time_to_failure.curves.competing_modes import competing_modes
from assets.time_to_failure.curves.hazard_models import hazard_models
from assets.time_to_failure.curves.hold_times import hold_times
from assets.time_to_failure.curves.survival_curves import survival_curves
from assets.time_to_failure.curves.weibull_fits import fits_of, weibull_fits
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.failed_batches import (
    batches_of_lives,
    failure_spells,
    without_defining_clocks,
)
from assets.time_to_failure.lives.lives import BREAKDOWN, breakdown_spells
from assets.time_to_failure.lives.strata import (
    FAILED_PREFIX,
    Question,
    Stratum,
    breakdown_strata,
    failure_strata,
)
from assets.time_to_failure.replacement.costs import replacement_costs
from assets.time_to_failure.replacement.evidence_scale import (
    EvidenceScale,
    batches_at_risk,
    evidence_scales,
)
from assets.time_to_failure.replacement.intervals import Decision, decisions
from assets.time_to_failure.replacement.replayed_lives import recorded_lives
from assets.time_to_failure.replacement.tables import replacement_curves, replacement_intervals
from assets.time_to_failure.replacement.todays_plan import todays_intervals
from data_contracts.assumptions import Assumptions
from data_contracts.profile_schema.rule_names.defining_events import listed_events
from data_contracts.tables import table

DRAWS, QUICK_DRAWS = 1_000, 200


@dataclass(frozen=True)
class LifeRecords:
    """What time to failure reads.

    Attributes:
        phases: ``core.phases``.
        equipment_events: ``core.equipment_events``.
        batches: ``core.batches``.
        outcomes: ``core.outcomes``.
        outcome_definitions: ``core.outcome_definitions``, for events that are an outcome's failure
            and outcomes by which no batch is lost.
    """

    phases: pl.DataFrame
    equipment_events: pl.DataFrame
    batches: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame = field(
        default_factory=lambda: table("core.outcome_definitions")
    )

    @property
    def defining_events(self) -> dict[str, tuple[str, ...]]:
        """Kinds of event that define an outcome, by outcome."""
        rows = self.outcome_definitions.select("outcome", "defining_events").iter_rows()
        return {outcome: listed_events(events) for outcome, events in rows}

    @property
    def unpriced_events(self) -> set[str]:
        """Failures by which no batch is lost, named as the events of a stratum."""
        return {f"{FAILED_PREFIX}{outcome}" for outcome in unpriced(self.outcome_definitions)}


def findings(
    records: LifeRecords, assumptions: Assumptions, *, seed: int, is_quick: bool = False
) -> dict[str, pl.DataFrame]:
    """Follow every life of equipment and every hold, and weigh replacement intervals.

    A source without equipment events has empty tables, but for ``finding.weibull_fits``, which says
    so, and for the holds, which need phases only.

    Args:
        records: What is on record.
        assumptions: The cost assumptions of the run.
        seed: Seed of the draws.
        is_quick: Whether fewer draws are made.

    Returns:
        The ``finding`` tables of this topic by name.
    """
    told = _followed(records)
    strata, spells, failures = told.strata, told.spells, told.failures
    accounts = weibull_fits(strata, told.fits)
    kept = records.unpriced_events
    decided = _decided(told, assumptions, seed, kept, is_quick=is_quick)
    defining, scales = records.defining_events, told.scales
    # Failed batches are drawn on the scale of their evidence alone, breakdowns on both.
    drawn = [
        each
        for each in strata
        if each.event == BREAKDOWN or each.time_scale == scales[each.question].time_scale
    ]
    return {
        "finding.survival_curves": survival_curves(drawn),
        "finding.weibull_fits": accounts,
        "finding.competing_modes": competing_modes(spells, failures),
        "finding.hazard_models": hazard_models(
            told.lived, spells, failures, records.equipment_events, defining
        ),
        "finding.replacement_intervals": replacement_intervals(decided, accounts),
        "finding.replacement_curves": replacement_curves(decided),
        "finding.hold_times": hold_times(
            records.phases, records.outcomes, records.batches, defining
        ),
    }


def renewal_decisions(
    records: LifeRecords, assumptions: Assumptions, *, seed: int, is_quick: bool = False
) -> list[Decision]:
    """Weigh replacement intervals alone: what is known of every part that may be renewed.

    Args:
        records: What is on record.
        assumptions: The cost assumptions.
        seed: Seed of the draws; the same gives the same as ``findings``.
        is_quick: Whether fewer draws are made.
    """
    kept = records.unpriced_events
    return _decided(_followed(records), assumptions, seed, kept, is_quick=is_quick)


@dataclass(frozen=True)
class _Followed:
    """Lives of equipment, the questions they ask, and the laws they follow."""

    lived: pl.DataFrame
    spells: pl.DataFrame
    failures: pl.DataFrame
    strata: list[Stratum]
    fits: dict[tuple[str, str, str, str, str], WeibullFit]
    scales: dict[Question, EvidenceScale]


def _followed(records: LifeRecords) -> _Followed:
    use = equipment_use(records.phases)
    # Without any event of equipment no clock starts, and no spell says anything.
    followed = use if records.equipment_events.height else use.clear()
    spells = breakdown_spells(followed, records.equipment_events)
    lived = batches_of_lives(spells, followed)
    failures = without_defining_clocks(
        failure_spells(lived, records.outcomes), records.defining_events
    )
    strata = [*breakdown_strata(spells), *failure_strata(failures, spells)]
    fits = fits_of(strata)
    scales = evidence_scales(strata, fits, batches_at_risk(lived, spells, failures), spells)
    return _Followed(lived, spells, failures, strata, fits, scales)


def _decided(
    told: _Followed,
    assumptions: Assumptions,
    seed: int,
    kept: Collection[str],
    *,
    is_quick: bool,
) -> list[Decision]:
    events = {each.event for each in told.strata}
    return decisions(
        told.strata,
        told.fits,
        told.scales,
        todays_intervals(told.spells),
        recorded_lives(told.spells),
        {event: replacement_costs(assumptions, event) for event in events},
        QUICK_DRAWS if is_quick else DRAWS,
        seed,
        kept,
    )
