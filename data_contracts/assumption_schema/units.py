"""The units, bounds and roles that cost assumptions are checked against.

Tables of what is allowed live here and one product rule; nothing here reads a file.
"""

from collections import Counter
from collections.abc import Iterable

CURRENCY = "USD"

# Unit -> exponents of its dimensions. A share has none, so it may scale anything.
UNITS: dict[str, dict[str, int]] = {
    "share": {},
    "share/year": {"year": -1},
    "USD": {"USD": 1},
    "USD/batch": {"USD": 1, "batch": -1},
    "USD/day": {"USD": 1, "day": -1},
    "USD/hour": {"USD": 1, "hour": -1},
    "USD/year": {"USD": 1, "year": -1},
    "batches/year": {"batch": 1, "year": -1},
    "days/batch": {"day": 1, "batch": -1},
    "hours/batch": {"hour": 1, "batch": -1},
    "events/batch": {"batch": -1},
    "count": {},
    "months": {"month": 1},
    "years": {"year": 1},
    "ratio": {},
}
BOUNDED_BY_ONE = frozenset({"share", "share/year", "events/batch"})

DISTRIBUTIONS = frozenset({"triangular", "pert", "uniform", "fixed"})
KINDS = frozenset({"measured", "assumption", "claim"})
SIDES = frozenset({"high", "low"})
PAF_CLASSES = frozenset({"prevention", "appraisal", "internal_failure", "external_failure"})
LEDGER_CATEGORIES = (
    "direct_material",
    "labour_and_suite",
    "deviation_investigation",
    "capa_and_revalidation",
    "schedule_slippage",
    "regulatory",
)
BASIS_QUESTIONS = (
    "prices",
    "tax",
    "savings_view",
    "cost_basis",
    "baseline_period",
    "baseline_approved_by",
)

# Assumptions the arithmetic asks for by name, whatever the levers, with the unit they must have.
NAMED_UNITS: dict[str, str] = {
    "batches_per_year": "batches/year",
    "failure_rate": "share",
    "failure_cost_usd_per_batch": "USD/batch",
    "discount_rate": "share/year",
    "horizon_years": "years",
    "capacity_limited_share": "share",
    "slot_value_usd_per_batch": "USD/batch",
    "unmeasured_confounding_ratio": "ratio",
    "target_failure_rate": "share",
    "minor_deviation_usd": "USD",
    "major_deviation_usd": "USD",
    "critical_deviation_usd": "USD",
    "rework_usd_per_batch": "USD/batch",
    "line_under_investigation_usd_per_day": "USD/day",
    "laboratory_result_usd": "USD",
    "inspection_usd_per_batch": "USD/batch",
    "prevention_usd_per_year": "USD/year",
}
# Kinds whose effect is read from records nobody randomised: something unmeasured may be behind it.
OBSERVED_KINDS = frozenset({"window", "lots"})
# Role of an assumption in a lever's arithmetic -> the unit it must have.
IDENTITY_ROLES: dict[str, str] = {
    "addressable_share": "share",
    "sensitivity": "share",
    "rescuable_share": "share",
    "effectiveness": "share",
}
# Roles that may be stated gate by gate; every other role is one number.
BY_GATE_ROLES = frozenset({"rescuable_share", "stoppable_share", "sunk_cost_share"})
PROGRAMME_ROLES: dict[str, str] = {
    "implementation_cost": "USD",
    "change_control_cost": "USD",
    "validation_cost": "USD",
    "run_cost": "USD/year",
    "implementation_time": "months",
    "ramp_time": "months",
}
ALERT_ROLES: dict[str, str] = {
    "stoppable_share": "share",
    "sunk_cost_share": "share",
    "rescue_cost": "USD/batch",
    "false_alarm_cost": "USD/batch",
    "stop_given_false_alarm": "share",
    "good_batch_loss": "USD/batch",
    "alarm_budget": "share",
}
WINDOW_ROLES: dict[str, str] = {
    "effect": "share",
    "adherence": "share",
}
LOT_ROLES: dict[str, str] = {
    **WINDOW_ROLES,
    "redirected_share": "share",
    "redirect_cost": "USD/batch",
}
MAINTENANCE_ROLES: dict[str, str] = {
    "events_today": "events/batch",
    "events_planned": "events/batch",
    "renewals_today": "events/batch",
    "renewals_planned": "events/batch",
    "event_loss_share": "share",
    "repair_cost": "USD",
    "renewal_cost": "USD",
}
INSPECTION_ROLES: dict[str, str] = {
    "inspection_time_saved": "hours/batch",
    "inspection_cost": "USD/hour",
    "false_reject_share": "share",
    "batch_value": "USD/batch",
    "panel_defects": "count",
    "panel_detected": "count",
    "required_detection": "share",
}
RELEASE_ROLES: dict[str, str] = {
    "lead_time_before": "hours/batch",
    "lead_time_after": "hours/batch",
    "batch_value": "USD/batch",
    "carrying_rate": "share/year",
    "laboratory_time_saved": "hours/batch",
    "laboratory_cost": "USD/hour",
    "equipment_time_freed": "hours/batch",
    "equipment_value": "USD/hour",
    "capacity_limited": "share",
    "run_cost": "USD/year",
}
# A claim of somebody else's gives a payback, which the unknown implementation cost is solved from.
RELEASE_CLAIM_ROLES: dict[str, str] = {"payback": "months"}
RELEASE_PROGRAMME_ROLES: dict[str, str] = {
    "eligible_share": "share",
    "wrong_release_limit": "share",
    **{role: unit for role, unit in PROGRAMME_ROLES.items() if role != "run_cost"},
}
REQUIRED_ROLES: dict[str, dict[str, str]] = {
    "alert": IDENTITY_ROLES,
    "window": {**WINDOW_ROLES, **PROGRAMME_ROLES},
    "lots": {**LOT_ROLES, **PROGRAMME_ROLES},
    "maintenance": {**MAINTENANCE_ROLES, **PROGRAMME_ROLES},
    "inspection": {**INSPECTION_ROLES, **PROGRAMME_ROLES},
    "release": RELEASE_ROLES,
}
# What a lever must be shown to do before it is carried out, by kind.
EVIDENCE_OWED: dict[str, str] = {
    "alert": "a process signal at its gate, and failures among later batches it would have caught",
    "window": "a process signal, a named driver, and an effect standardised over recorded batches "
    "that overlap with the window",
    "lots": "a process signal, a named material attribute, and an effect standardised over "
    "recorded lots",
    "maintenance": "a replacement interval whose saving is told from chance by the fitted hazards",
    "inspection": "detection shown on a panel of seeded defects",
    "release": "a process signal, and a bound on the risk of a wrong release among later batches",
}


def optional_roles(kind: str, given: set[str]) -> dict[str, str]:
    """Return the roles a lever must add to the required ones, given those it names.

    An alert states the identity alone (arithmetic) or everything a programme costs; a release
    states a claimed payback or a programme.

    Args:
        kind: Kind of the lever.
        given: Roles it names.
    """
    if kind == "alert":
        costs = {**ALERT_ROLES, **PROGRAMME_ROLES}
        return costs if given & set(costs) else {}
    if kind == "release":
        return RELEASE_CLAIM_ROLES if "payback" in given else RELEASE_PROGRAMME_ROLES
    return {}


def product_fits(units: Iterable[str], expected: str) -> bool:
    """Say whether the product of quantities in these units has the expected unit.

    Args:
        units: Units of the factors, each a key of ``UNITS``.
        expected: Unit the product must have, a key of ``UNITS``.
    """
    total: Counter[str] = Counter()
    for unit in units:
        total.update(UNITS[unit])
    return {name: power for name, power in total.items() if power} == UNITS[expected]
