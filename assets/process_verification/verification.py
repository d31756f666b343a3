"""The story of the topic: a plan, its charts, their limits, signals and capability, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.process_verification.capability.capability import capability
from assets.process_verification.charting.chart_limits import chart_limits
from assets.process_verification.charting.chart_points import chart_points
from assets.process_verification.charting.drawn_chart import DrawnChart, draw
from assets.process_verification.kept import NOTHING_KEPT
from assets.process_verification.limits.versions import FIRST, LimitRule
from assets.process_verification.plan import chart_plan as planned
from assets.process_verification.plan.drafted import BASELINE, FOR_BASELINE, SHORT_BASELINE
from assets.process_verification.plan.observations import observations
from assets.process_verification.plan.rare_events import rare_events
from assets.process_verification.plan.series import Series, all_series
from assets.process_verification.signals.chart_signals import chart_signals
from assets.process_verification.signals.factors import factors_of
from data_contracts.verification_plan.entries import VerificationPlan
from warehouse.kept_results import KeptResults

TABLES = (
    "finding.chart_limits",
    "finding.chart_points",
    "finding.chart_signals",
    "finding.chart_moves",
    "finding.capability",
)
BY_LOTWISE = "lotwise, by the rule of the draft"
# A draft's limits move once: nobody shall find them moved and not be told.
LENGTHENED = (
    f"{FIRST}, from {BASELINE} points since {FOR_BASELINE} batches are known: until then the draft "
    f"fixed them from {SHORT_BASELINE}; a written plan keeps its own"
)


@dataclass(frozen=True)
class ChartedRecords:
    """What charts are drawn of: ``core`` tables by their names, and features of phases."""

    batches: pl.DataFrame
    phases: pl.DataFrame
    parameters: pl.DataFrame
    lab_results: pl.DataFrame
    inspections: pl.DataFrame
    sensor_tags: pl.DataFrame
    sensor_phase_features: pl.DataFrame
    outcomes: pl.DataFrame
    deviations: pl.DataFrame

    def observations(self) -> pl.DataFrame:
        """Every recorded number, one row each."""
        return observations(
            self.batches,
            self.parameters,
            self.lab_results,
            self.inspections,
            self.sensor_phase_features,
            self.sensor_tags,
            self.phases,
        )

    def rare_events(self) -> pl.DataFrame:
        """Every failure and deviation after the first of its kind."""
        return rare_events(self.batches, self.outcomes, self.deviations)


def chart_plan(
    records: ChartedRecords,
    outcome_definitions: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    drivers: pl.DataFrame,
    plans: Sequence[VerificationPlan] = (),
) -> pl.DataFrame:
    """Return ``finding.chart_plan``.

    Args:
        records: What may be charted.
        outcome_definitions: ``core.outcome_definitions``.
        outcome_margins: ``core.outcome_margins``.
        drivers: ``finding.drivers``.
        plans: What the plant has written.
    """
    return planned.chart_plan(
        records.observations(),
        records.rare_events(),
        outcome_definitions,
        outcome_margins,
        drivers,
        plans,
    )


def drawn_charts(
    records: ChartedRecords,
    plan: pl.DataFrame,
    plans: Sequence[VerificationPlan] = (),
    kept: KeptResults = NOTHING_KEPT,
) -> list[DrawnChart]:
    """Draw every chart of the plan.

    Args:
        records: What is charted.
        plan: ``finding.chart_plan``.
        plans: What the plant has written: who fixes limits, and recorded changes.
        kept: What was told before.
    """
    lines = {row["chart_id"]: row for row in plan.iter_rows(named=True)}
    by_product = {each.product: each for each in plans}
    series = all_series(records.observations(), records.rare_events(), plan)
    order = dict(records.batches.select("batch_id", "production_order").iter_rows())
    return [
        draw(each, _rule(lines[name], by_product.get(lines[name]["product"]), each, order), kept)
        for name, each in series.items()
    ]


def verified(
    records: ChartedRecords,
    plan: pl.DataFrame,
    material_usage: pl.DataFrame,
    equipment_events: pl.DataFrame,
    plans: Sequence[VerificationPlan] = (),
    kept: KeptResults = NOTHING_KEPT,
) -> dict[str, pl.DataFrame]:
    """Return the tables of continued process verification.

    Args:
        records: What is charted.
        plan: ``finding.chart_plan``.
        material_usage: ``core.material_usage``.
        equipment_events: ``core.equipment_events``.
        plans: What the plant has written.
        kept: What was told before and rests on nothing that came since; all of it is used, and
            what it did not hold is added.

    Returns:
        ``TABLES`` by name.
    """
    charts = drawn_charts(records, plan, plans, kept)
    factors = factors_of(
        records.batches, records.phases, material_usage, records.parameters, equipment_events
    )
    signals, moves = chart_signals(charts, plan, factors, kept)
    return {
        "finding.chart_limits": chart_limits(charts),
        "finding.chart_points": chart_points(charts),
        "finding.chart_signals": signals,
        "finding.chart_moves": moves,
        "finding.capability": capability(charts, plan, kept),
    }


def _rule(
    line: dict[str, object], plan: VerificationPlan | None, series: Series, order: Mapping[str, int]
) -> LimitRule:
    """What is said of the limits of one chart."""
    changes: dict[str, str] = {}
    for change in plan.changes if plan is not None else ():
        if not change.quantities or line["quantity"] in change.quantities:
            said = f"{change.reason} (decided by {change.decided_by}, {change.decided_at})"
            begins = _first_made(series, change.from_batch, order)
            if begins is not None:
                changes[begins] = f"{changes[begins]}; {said}" if begins in changes else said
    baseline = int(str(line["baseline_points"]))
    return LimitRule(
        baseline=baseline,
        alarms_a_month=float(str(line["alarms_a_month"])),
        fixed_by=BY_LOTWISE if plan is None else plan.planned_by,
        rebaselines_itself=plan is None or plan.rebaselines_itself,
        changes=changes,
        first_reason=LENGTHENED if plan is None and baseline == BASELINE else FIRST,
    )


def _first_made(series: Series, batch: str, order: Mapping[str, int]) -> str | None:
    """The first batch on a chart of those made from a batch on, which need not be on it itself."""
    if batch not in order:
        return None
    return next((str(own) for own in series.batch if order[own] >= order[batch]), None)
