"""The units and bounds that cost assumptions are checked against.

Tables of what is allowed live here and one product rule; nothing here reads a file. The roles of
levers stand in ``lever_kinds``.
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
# Roles that may be stated gate by gate; every other role is one number.
BY_GATE_ROLES = frozenset({"rescuable_share", "stoppable_share", "sunk_cost_share"})


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
