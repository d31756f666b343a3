"""Which charts there are: query, drawing function, how the frame is split, title, caption.

Adding a chart is a module beside this one and an entry here; a template then names it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from reports.figures.batches import batch_course, batch_scores, contributions
from reports.figures.models import (
    alarms,
    auc_by_gate,
    beeswarm,
    driver_bars,
    driver_curve,
    ladder,
    permutation_null,
)
from reports.figures.money import (
    cash_over_time,
    cost_breakdown,
    programme_evidence,
    scenario_savings,
    sensitivity_bars,
    value_by_gate,
)
from reports.figures.patterns import (
    detectability,
    escape_matrix,
    failure_history,
    precursor_timeline,
    replacement_cost,
    rule_rates,
    survival_curve,
)


@dataclass(frozen=True)
class Picture:
    """One chart, or one per value of the ``split`` columns.

    Attributes:
        sql: Query over the published warehouse.
        draw: Turns the (part of the) frame into a figure.
        title: What the chart shows; ``{column}`` stands for that column's first value.
        caption: How to read it.
        split: Columns that divide the frame into one chart each.
    """

    sql: str
    draw: Callable[[pl.DataFrame], go.Figure]
    title: str
    caption: str
    split: tuple[str, ...] = ()


PICTURES = {
    "cost_by_category": Picture(
        cost_breakdown.BY_CATEGORY_SQL,
        cost_breakdown.draw,
        "Cost of failures by category{condition}",
        "All failures on record, priced by the assumptions. Avoidable cash is what would not have "
        "been spent; allocated cost would have been spent anyway.",
    ),
    "cost_by_mode": Picture(
        cost_breakdown.BY_MODE_SQL,
        cost_breakdown.draw,
        "Cost of failures by failure mode{condition}",
        "The same amounts, divided by how the batches failed.",
    ),
    "cost_by_stage": Picture(
        cost_breakdown.BY_STAGE_SQL,
        cost_breakdown.draw_stages,
        "Cost of failures by stage of origin{condition}",
        "The same amounts, divided by where the failure began, where that is known.",
    ),
    "failure_history": Picture(
        failure_history.SQL,
        failure_history.draw,
        "{heading} over time",
        "Per quarter. The baseline is the whole period, not its worst year.",
        ("outcome",),
    ),
    "value_by_gate": Picture(
        value_by_gate.SQL,
        value_by_gate.draw,
        "What an alert alone is worth at each gate",
        "Early gates save more of the batch but see less; late gates see more when less is left to "
        "save. Gates without a process signal have no value. Net is after false "
        "alarms and the programme's cost.",
        ("outcome",),
    ),
    "cash_over_time": Picture(
        cash_over_time.SQL,
        cash_over_time.draw,
        "Cash since the start, and when it breaks even",
        "All levers of the programme together, before discounting and tax; one-off cost is paid at "
        "the start. The band runs from P10 to P90.",
    ),
    "programme_evidence": Picture(
        programme_evidence.SQL,
        programme_evidence.draw,
        "Does the programme show?",
        "Evidence month by month that margins, or failures, moved as promised. It is shown from "
        "the dotted line on, at 20; looking every month does not wear it out.",
    ),
    "scenario_savings": Picture(
        scenario_savings.SCENARIO_SQL,
        scenario_savings.draw,
        "Annual net savings in three scenarios",
        "After false alarms and the programme's cost. The dot is the median; the line runs from "
        "P10 to P90.",
    ),
    "lever_savings": Picture(
        scenario_savings.LEVER_SQL,
        scenario_savings.draw,
        "Annual net savings by lever, base scenario",
        "Each lever after its own cost. No failure is saved twice.",
    ),
    "sensitivity": Picture(
        sensitivity_bars.SQL,
        sensitivity_bars.draw,
        "What drives the uncertainty",
        "Net present value of the programme, on average, where an input is in the lowest and in "
        "the highest tenth of its draws; the dotted line is the median. Blue: more of it is worth "
        "more; orange: less. Assumptions and measured rates alike.",
    ),
    "ladder": Picture(
        ladder.SQL,
        ladder.draw,
        "The ladder of models at the last gate before the result",
        "Blue: trained on the past, tested on later batches, with 95% intervals. Grey: batches "
        "shuffled in time, shown only because it is what is usually reported.",
        ("outcome",),
    ),
    "auc_by_gate": Picture(
        auc_by_gate.SQL,
        auc_by_gate.draw,
        "How early it can be foretold",
        "AUC on later batches with 95% intervals. Only the distance to the dashed line is the "
        "process's doing.",
        ("outcome",),
    ),
    "permutation_null": Picture(
        permutation_null.SQL,
        permutation_null.draw,
        "Observed against chance",
        "Results are permuted in blocks of consecutive batches, whole lots and campaigns, within "
        "product and period; the band is what chance gives.",
        ("outcome",),
    ),
    "driver_bars": Picture(
        driver_bars.SQL,
        driver_bars.draw,
        "What precedes failures",
        "SHAP values of batches the model had not seen, summed over clusters of correlated "
        "features and held against how those batches came out; in brackets the rank over refits. "
        "Dark: keeps its sign and place in at least 80% of refits. Association, not proof of "
        "cause.",
        ("outcome",),
    ),
    "beeswarm": Picture(
        beeswarm.SQL,
        beeswarm.draw,
        "What moved failed and flagged batches away from good ones",
        "One dot per failed or flagged batch: the lines of its page, against good batches of its "
        "product. Right raises the predicted failure, left lowers it. Orange: at or above the "
        "highest values of good batches; blue: at or below the lowest.",
        ("outcome",),
    ),
    "driver_curve": Picture(
        driver_curve.SQL,
        driver_curve.draw,
        "{title}",
        "",
        ("outcome", "driver"),
    ),
    "rule_rates": Picture(
        rule_rates.SQL,
        rule_rates.draw,
        "Inside and outside the rule over time",
        "With 95% intervals, by equal numbers of batches, from the half-year named on. Left of the "
        "line the rule was found, so the rates there flatter it; right of it they do not.",
        ("outcome", "target", "rule"),
    ),
    "alarms": Picture(
        alarms.SQL,
        alarms.draw,
        "What an alert would have caught",
        "On later batches, at thresholds fixed before they were made, with 95% intervals.",
        ("outcome",),
    ),
    "survival_curve": Picture(
        survival_curve.SQL,
        survival_curve.draw,
        "{title}: how long it runs without a breakdown ({part})",
        "Kaplan-Meier with 95% intervals, by age since maintenance. Few lives at risk make the "
        "curve's end uncertain.",
        ("equipment_class", "part"),
    ),
    "replacement_cost": Picture(
        replacement_cost.SQL,
        replacement_cost.draw,
        "{title}",
        "Expected cost per batch of renewing at that interval; the band is the 90% interval over "
        "laws that lives may follow. Beyond the longest life seen the curve is the fit's alone.",
        ("equipment_class", "part", "event"),
    ),
    "precursor_timeline": Picture(
        precursor_timeline.SQL,
        precursor_timeline.draw,
        "When they come before the batch",
        "The bar is the window in which failures stand out from matched batches; the dot is the "
        "median time from event to batch among failures, with its 95% interval.",
        ("outcome",),
    ),
    "escape_matrix": Picture(
        escape_matrix.SQL,
        escape_matrix.draw,
        "{heading} by stage",
        "Counts, and their cost by the ledger where there is one. Right of the stage of origin: "
        "the stages passed before anyone saw. Unknown origins stay in the picture.",
        ("item",),
    ),
    "detectability": Picture(
        detectability.SQL,
        detectability.draw,
        "Smallest excursion seen in nine of ten batches, in {size_unit}",
        "The darker, the smaller what is seen. Never: not even at the largest size tried. Dash: no "
        "batch could be tried. What each kind is stands in the glossary.",
        ("size_unit",),
    ),
    "batch_scores": Picture(
        batch_scores.SQL,
        batch_scores.draw,
        "{model}",
        "One dot per batch, by the two directions in which good ones vary most. Beyond a limit may "
        "also mean outside these directions, so a diamond can lie in the middle.",
        ("model",),
    ),
    "batch_contributions": Picture(
        contributions.SQL,
        contributions.draw,
        "{batch_id}: what leads its {chart} in {model}",
        "Share of the distance by sensor and phase, with the feature or step that adds most, in "
        "standard deviations above (orange) or below (blue) good batches.",
        ("batch_id", "model"),
    ),
    "batch_course": Picture(
        batch_course.SQL,
        batch_course.draw,
        "{batch_id} in {model}",
        "The band holds good batches at all steps of the phase and in all four charts of its "
        "course with one probability of 99%.",
        ("model",),
    ),
}
