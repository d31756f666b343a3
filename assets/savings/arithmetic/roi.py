"""The cost model alone: plain arithmetic on assumptions, exact, and marked as not evidence.

What ``lotwise roi`` computes lives here; how it reads is in ``roi_lines``. Every figure is worked
out three times: with all assumptions at their unfavourable end, at their base, and at their
favourable end. A run's money, with evidence and intervals, is in ``scenarios``.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from assets.savings.arithmetic.cash_flow import MONTHS_PER_YEAR
from assets.savings.arithmetic.corners import SIDES, Exact, corner
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.arithmetic.planned_levers import planned, planned_levers
from assets.savings.arithmetic.release import release_savings_usd_per_year
from data_contracts.assumptions import Assumptions, Lever


@dataclass(frozen=True)
class Range:
    """An exact figure with its smallest, base and largest value."""

    low: Fraction
    base: Fraction
    high: Fraction

    @classmethod
    def over(cls, figures: list[Fraction]) -> "Range":
        """Build the range of a figure from its unfavourable, base and favourable value."""
        return cls(min(figures), figures[SIDES.index("base")], max(figures))


@dataclass(frozen=True)
class RoiResult:
    """What a set of assumptions multiplies out to.

    Attributes:
        name: Name of the set.
        title: What the set describes.
        statement: That this is arithmetic on assumptions, not evidence.
        figures: Measure -> range, in the order in which they are read; money in USD.
        prevented_share: Product of the four factors of prevention, by base; None without a lever
            that prevents failures.
        solved_for: Measures not given by any source but solved for from the others.
        notes: Sentences that belong beside the figures.
        kind: Always ``arithmetic``.
    """

    name: str
    title: str
    statement: str
    figures: dict[str, Range]
    prevented_share: Fraction | None
    solved_for: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kind: str = field(default="arithmetic", init=False)

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values: whole numbers as integers, ranges as low and high."""
        shown: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "statement": self.statement,
        }
        for measure, figure in self.figures.items():
            is_money = "_usd" in measure
            ends = {end: _number(getattr(figure, end), is_money) for end in ("low", "high")}
            shown[measure] = ends if is_money or figure.low != figure.high else ends["low"]
        if self.prevented_share is not None:
            shown["prevented_share"] = str(self.prevented_share)
        shown["solved_for"] = list(self.solved_for)
        shown["notes"] = list(self.notes)
        return shown


def roi(assumptions: Assumptions) -> RoiResult:
    """Multiply out a set of assumptions, exactly.

    Args:
        assumptions: Any set with at least one lever; ``--set`` changes already made.

    Returns:
        The figures; marked as arithmetic.

    Raises:
        AssumptionError: The set lacks a number the arithmetic needs.
    """
    releases = [lever for lever in assumptions.levers if "payback" in lever.uses]
    figures: dict[str, Range] = {}
    notes: list[str] = []
    solved: tuple[str, ...] = ()
    share: Fraction | None = None
    if planned(assumptions.levers):
        corners = [_prevention(assumptions, corner(assumptions, side)) for side in SIDES]
        figures |= {name: Range.over([each[name] for each in corners]) for name in corners[0]}
        base = corners[SIDES.index("base")]
        failures = base["baseline_failures_per_year"]
        share = base["prevented_failures_per_year"] / failures if failures else Fraction(0)
        notes += _believed(share)
        notes += _programme(figures)
    for lever in releases:
        figures |= _release(assumptions, lever)
        solved = ("implementation_cost_usd",)
        notes.append(
            "The implementation cost is solved for: it is what the claimed payback leaves room for."
        )
    return RoiResult(
        name=assumptions.name,
        title=assumptions.title,
        statement=assumptions.statement,
        figures=figures,
        prevented_share=share,
        solved_for=solved,
        notes=tuple(notes),
    )


def _prevention(assumptions: Assumptions, values: Exact) -> dict[str, Fraction]:
    """Work out all levers at one corner, in chain order: each acts on what the last one left."""
    levers = planned_levers(assumptions, values)
    failures = values("batches_per_year") * values("failure_rate")
    cost = failure_cost_usd(assumptions, values, is_avoidable_only=False)
    savings = sum((each.value.gross_usd for each in levers), start=Fraction(0))
    running = sum((each.running_usd for each in levers), start=Fraction(0))
    one_off = sum((each.one_off_usd for each in levers), start=Fraction(0))
    figures = {
        "baseline_failures_per_year": failures,
        "baseline_loss_usd": failures * cost,
        "prevented_failures_per_year": sum(
            (each.value.prevented_failures for each in levers), start=Fraction(0)
        ),
        "annual_savings_usd": savings,
    }
    if any("run_cost" in each.lever.uses for each in levers):
        figures["annual_programme_cost_usd"] = running
        figures["annual_net_savings_usd"] = savings - running
        figures["implementation_cost_usd"] = one_off
    return figures


def _believed(share: Fraction) -> list[str]:
    """Say what one must believe for the prevented share to come true."""
    if not 0 < share < 1:
        return []
    each = float(share) ** 0.25
    exactly = f"{share} ({float(share):.1%})" if share.denominator < 1000 else f"{float(share):.1%}"
    sentence = (
        f"Share addressable x sensitivity x share still rescuable x effectiveness = {exactly}; "
        f"if all four were equal, each would have to be {each:.0%}."
    )
    return [sentence]


def _programme(figures: dict[str, Range]) -> list[str]:
    """Add the simple payback where the programme's cost is stated, or say that none follows."""
    if "implementation_cost_usd" not in figures:
        return ["No cost of the programme is stated, so no payback follows."]
    net, cost = figures["annual_net_savings_usd"], figures["implementation_cost_usd"]
    if net.low > 0:
        months = [
            cost.high / net.low * MONTHS_PER_YEAR,
            cost.base / net.base * MONTHS_PER_YEAR,
            cost.low / net.high * MONTHS_PER_YEAR,
        ]
        figures["payback_months"] = Range.over(months)
        return ["Payback is undiscounted, at full effect, without the time to get there."]
    return ["At the unfavourable end the programme costs more than it saves: it never pays back."]


def _release(assumptions: Assumptions, lever: Lever) -> dict[str, Range]:
    corners = [_release_corner(lever, corner(assumptions, side)) for side in SIDES]
    return {name: Range.over([each[name] for each in corners]) for name in corners[0]}


def _release_corner(lever: Lever, values: Exact) -> dict[str, Fraction]:
    """Work out earlier release at one corner; implementation cost is solved for from payback."""

    def role(name: str) -> Fraction:
        return values(lever.uses[name])

    savings = release_savings_usd_per_year(values("batches_per_year"), role)
    net = savings - role("run_cost")
    return {
        "lead_time_before_h": role("lead_time_before"),
        "lead_time_after_h": role("lead_time_after"),
        "annual_savings_usd": savings,
        "annual_programme_cost_usd": role("run_cost"),
        "annual_net_savings_usd": net,
        "payback_months": role("payback"),
        "implementation_cost_usd": max(net, Fraction(0)) * role("payback") / MONTHS_PER_YEAR,
    }


def _number(value: Fraction, is_money: bool) -> int | float:
    """Return a JSON number: an integer where the value is whole, money to the cent."""
    value = round(value, 2) if is_money else value
    return value.numerator if value.denominator == 1 else float(value)
