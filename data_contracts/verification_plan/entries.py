"""What a verification plan says, as frozen values."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

CHARTS = (
    "i_mr",
    "i_mr_censored",
    "xbar_s",
    "three_way",
    "laney_p",
    "laney_u",
    "g",
    "t",
    "short_run",
)
SOURCES = ("lab_result", "parameter", "sensor", "inspection", "failure", "deviation")
AUTOMATIC = "auto"
BASELINE = 50
FEWEST_BASELINE, MOST_BASELINE = 20, 200


@dataclass(frozen=True)
class PlannedChart:
    """One quantity of the plan.

    Attributes:
        source: Which records it is taken from.
        quantity: Test, parameter, class of defect, outcome, category, or tag in its phase.
        stage: 1 to 7; None for every stage that has the quantity.
        chart: Kind of chart, or ``auto`` for the one its records ask for.
        baseline: Points from which limits are fixed.
        importance: How much larger than others its share in the promised false alarms is.
        is_critical: Whether the plan holds it for critical.
        reason: Why it is charted.
        frequency: How often a point is drawn, in words.
        responsible: Who looks at it; None for the plan's owner.
        low: Lower limit where the plan sets one, else that of the records.
        high: Upper limit.
    """

    source: str
    quantity: str
    stage: int | None
    chart: str
    baseline: int
    importance: float
    is_critical: bool
    reason: str | None
    frequency: str
    responsible: str | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class PlannedChange:
    """A recorded change, after which limits are fixed anew.

    Attributes:
        from_batch: First batch made the new way.
        reason: What was changed.
        decided_by: Who decided.
        decided_at: When.
        quantities: Of these alone; of all where empty.
    """

    from_batch: str
    reason: str
    decided_by: str
    decided_at: date
    quantities: tuple[str, ...]


@dataclass(frozen=True)
class VerificationPlan:
    """The plan of one product.

    Attributes:
        product: Its code, ``other products`` or ``all products``.
        owner: Who answers for it.
        approved_by: Who approved it; None for a draft.
        approved_at: When.
        alarms_a_month: False alarms promised for all its charts together.
        rebaselines_itself: Whether a step that stays is followed by new limits without being asked.
        charts: What is charted.
        changes: Recorded changes.
        file: Where it stands.
    """

    product: str
    owner: str
    approved_by: str | None
    approved_at: date | None
    alarms_a_month: float
    rebaselines_itself: bool
    charts: tuple[PlannedChart, ...]
    changes: tuple[PlannedChange, ...]
    file: Path

    @property
    def planned_by(self) -> str:
        """Who planned it and when, in words."""
        if self.approved_by is None:
            return f"{self.file.name}, owner {self.owner}, not approved"
        return f"{self.file.name}, approved by {self.approved_by} on {self.approved_at}"
