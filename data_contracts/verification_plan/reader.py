"""Reads and checks a verification plan; every error says file, line and what to write instead."""

from datetime import date
from pathlib import Path

from data_contracts.profile_schema.document import Section, read_document
from data_contracts.verification_plan.entries import (
    AUTOMATIC,
    BASELINE,
    CHARTS,
    FEWEST_BASELINE,
    MOST_BASELINE,
    SOURCES,
    PlannedChange,
    PlannedChart,
    VerificationPlan,
)

ROOT = (
    "product",
    "owner",
    "approved_by",
    "approved_at",
    "false_alarms_a_month",
    "rebaselines_itself",
    "baseline_points",
    "charts",
    "changes",
)
CHART = (
    "source",
    "quantity",
    "stage",
    "chart",
    "baseline_points",
    "importance",
    "critical",
    "reason",
    "frequency",
    "responsible",
    "limit_low",
    "limit_high",
)
CHANGE = ("from_batch", "reason", "decided_by", "decided_at", "quantities")
# Which charts a kind of record can have.
POSSIBLE = {
    "lab_result": ("i_mr", "i_mr_censored", "xbar_s", "three_way", "laney_u", "g", "short_run"),
    "parameter": ("i_mr", "laney_u", "g", "short_run"),
    "sensor": ("i_mr", "short_run"),
    "inspection": ("laney_p", "g"),
    "failure": ("g",),
    "deviation": ("g", "t"),
}


def read_plan(file: Path) -> VerificationPlan:
    """Read a plan.

    Args:
        file: Its path.

    Raises:
        ProfileError: The file cannot be read, or something in it is not as it must be; the message
            names file, line and key.
    """
    root = read_document(file, "The verification plan")
    root.only(ROOT)
    approved_by = root.text("approved_by")
    approved_at = _date(root, "approved_at") if "approved_at" in root.values else None
    if (approved_by is None) != (approved_at is None):
        root.fail(None, "'approved_by' and 'approved_at' stand together or not at all")
    alarms = root.number("false_alarms_a_month")
    if alarms is None or not 0 < alarms <= 100:
        root.fail(
            "false_alarms_a_month" if alarms is not None else None,
            "'false_alarms_a_month' must be above 0 and at most 100: how many false alarms a month "
            "all charts of the plan may give together",
        )
    usual = _baseline(root, BASELINE)
    charts = tuple(_chart(each, usual) for each in root.sections("charts"))
    if not charts:
        root.fail(None, "'charts' is missing: list what is charted, each with source and quantity")
    _distinct(root, charts)
    return VerificationPlan(
        product=root.required_text("product", "the product the plan is for"),
        owner=root.required_text("owner", "who answers for the plan"),
        approved_by=approved_by,
        approved_at=approved_at,
        alarms_a_month=float(alarms or 0),
        rebaselines_itself=root.flag("rebaselines_itself", default=True),
        charts=charts,
        changes=tuple(_change(each, charts) for each in root.sections("changes")),
        file=file,
    )


def read_plans(profile: Section) -> tuple[VerificationPlan, ...]:
    """Read the plans a profile names under ``verification_plan``, one file or a list of them.

    Args:
        profile: Root of the profile; paths are relative to the file they are written in.

    Raises:
        ProfileError: A file is wrong, or two are for one product.
    """
    key = "verification_plan"
    mark = profile.lines.get((*profile.place, key))
    folder = (profile.file if mark is None else mark.file).parent
    plans = tuple(read_plan(folder / path) for path in profile.texts(key))
    seen: dict[str, Path] = {}
    for plan in plans:
        if plan.product in seen:
            other = seen[plan.product].name
            profile.fail(key, f"{other} and {plan.file.name} are both for '{plan.product}'")
        seen[plan.product] = plan.file
    return plans


def _chart(own: Section, usual: int) -> PlannedChart:
    own.only(CHART)
    source = own.required_text("source", f"one of {', '.join(SOURCES)}")
    source = own.choice("source", SOURCES, source)
    chart = own.choice("chart", (AUTOMATIC, *CHARTS), AUTOMATIC)
    if chart != AUTOMATIC and chart not in POSSIBLE[source]:
        known = ", ".join((AUTOMATIC, *POSSIBLE[source]))
        own.fail("chart", f"a {source} has no chart of kind '{chart}'; one of {known}")
    importance = own.number("importance")
    if importance is not None and not 0 < importance <= 100:
        own.fail("importance", f"expected a number above 0 and at most 100, found {importance:g}")
    low, high = own.number("limit_low"), own.number("limit_high")
    if low is not None and high is not None and not low < high:
        own.fail("limit_low", f"the lower limit {low:g} is not below the upper limit {high:g}")
    is_critical = own.flag("critical")
    return PlannedChart(
        source=source,
        quantity=own.required_text("quantity", "the test, parameter, tag or category charted"),
        stage=own.stage("stage"),
        chart=chart,
        baseline=_baseline(own, usual),
        importance=float(importance) if importance is not None else (2.0 if is_critical else 1.0),
        is_critical=is_critical,
        reason=own.text("reason"),
        frequency=own.text("frequency") or "every batch",
        responsible=own.text("responsible"),
        low=low,
        high=high,
    )


def _change(own: Section, charts: tuple[PlannedChart, ...]) -> PlannedChange:
    own.only(CHANGE)
    quantities = own.texts("quantities")
    known = {chart.quantity for chart in charts}
    for each in quantities:
        if each not in known:
            own.fail("quantities", f"the plan has no chart of '{each}'")
    return PlannedChange(
        from_batch=own.required_text("from_batch", "the first batch made the new way"),
        reason=own.required_text("reason", "what was changed"),
        decided_by=own.required_text("decided_by", "who decided that limits are fixed anew"),
        decided_at=_date(own, "decided_at"),
        quantities=quantities,
    )


def _baseline(own: Section, usual: int) -> int:
    number = own.number("baseline_points")
    if number is None:
        return usual
    if not number.is_integer() or not FEWEST_BASELINE <= number <= MOST_BASELINE:
        own.fail(
            "baseline_points",
            f"expected a whole number from {FEWEST_BASELINE} to {MOST_BASELINE}, found {number:g}",
        )
    return int(number)


def _date(own: Section, key: str) -> date:
    text = own.required_text(key, "a date such as 2024-06-01")
    try:
        return date.fromisoformat(text)
    except ValueError:
        own.fail(key, f"'{text}' is no date; write one such as 2024-06-01")


def _distinct(root: Section, charts: tuple[PlannedChart, ...]) -> None:
    seen: set[tuple[str, str, int | None]] = set()
    for at, chart in enumerate(charts):
        own = (chart.source, chart.quantity, chart.stage)
        if own in seen:
            root.sections("charts")[at].fail(
                "quantity", f"'{chart.quantity}' of {chart.source} stands twice in the plan"
            )
        seen.add(own)
