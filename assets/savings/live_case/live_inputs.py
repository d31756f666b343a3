"""The inputs of a case that a reader may move: what each is, and between which ends it may lie."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.savings.arithmetic.planned_levers import FAILURE_RATE
from assets.savings.uncertainty.input_titles import input_title
from assets.statistics.array_types import FloatArray
from data_contracts.assumptions import Assumption, Assumptions
from data_contracts.codes.money import LiveTopic, PriceOrigin
from data_contracts.tables import table
from data_contracts.titles import within_sentence

RATES = ("batches_per_year", "discount_rate", "capacity_limited_share")
TIME_ROLES = ("implementation_time", "ramp_time")
ROLE_TITLES = {
    FAILURE_RATE: "Share of batches that fail this way",
    "effect": "Share of failures prevented where held",
    "sensitivity": "Share of failures foreseen",
    "alarm_budget": "Share of good batches flagged",
    "eligible_share": "Share of batches released early",
    "redirected_share": "Share of batches redirected",
    "events_today": "Events a batch, today",
    "events_planned": "Events a batch, as planned",
    "renewals_today": "Renewals a batch, today",
    "renewals_planned": "Renewals a batch, as planned",
    "lead_time_before": "Lead time to release, today",
    "lead_time_after": "Lead time to release, as planned",
}
BASELINE_TITLES = {FAILURE_RATE: "Share of batches that fail", "batches_per_year": "Batches a year"}


@dataclass(frozen=True)
class InputDraws:
    """Draws of every input of a case.

    Attributes:
        values: Name -> draws, the same draw at the same place.
        npv_usd: Net present value of the run's own case in each draw, USD.
        drawn: Number of draws they were taken from.
    """

    values: Mapping[str, FloatArray]
    npv_usd: FloatArray
    drawn: int

    @property
    def uncertain(self) -> dict[str, FloatArray]:
        """The draws of inputs that vary."""
        return {name: values for name, values in self.values.items() if np.ptp(values) > 0}

    def weight(self, name: str) -> float:
        """Return how closely the net present value follows an input: squared correlation."""
        values = self.values[name]
        if np.ptp(values) == 0 or np.ptp(self.npv_usd) == 0:
            return 0.0
        return float(np.corrcoef(values, self.npv_usd)[0, 1] ** 2)


def live_inputs(
    plan: Assumptions,
    draws: InputDraws,
    titles: Mapping[str, str],
    held: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Return the inputs as a table.

    Args:
        plan: The set of the run.
        draws: Draws of every input of the case.
        titles: Outcome to its title.
        held: Lever of the plan to the title of what it holds in a window.

    Returns:
        ``economics.live_inputs``: one row per input, those first that the money follows most.
    """
    uses = _uses(plan, held or {})
    weights = {name: draws.weight(name) for name in draws.values}
    rows = []
    for rank, name in enumerate(sorted(weights, key=lambda each: (-weights[each], each)), start=1):
        number = plan[name]
        values = draws.values[name]
        is_uncertain = bool(np.ptp(values) > 0)
        ends = {end: float(getattr(number, end)) for end in ("low", "base", "high")}
        rows.append(
            {
                "input": name,
                "title": _title(number, uses.get(name), titles),
                "topic": _topic(number, uses.get(name)),
                "unit": number.unit,
                # A certain input is the very number the run multiplied with, to the last digit.
                **(ends if is_uncertain else dict.fromkeys(ends, float(values[0]))),
                "origin": number.origin,
                "description": number.description,
                "is_uncertain": is_uncertain,
                "npv_correlation_squared": weights[name],
                "draws_of_run": draws.drawn,
                "rank": rank,
            }
        )
    return table("economics.live_inputs", rows)


def _uses(plan: Assumptions, held: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return, by number, a role it plays, and the lever or the parameter it plays it for."""
    return {
        name: (role, held.get(lever.name, lever.title))
        for lever in reversed(plan.levers)
        for role, name in lever.uses.items()
    }


def _topic(number: Assumption, use: tuple[str, str] | None) -> str:
    role = use[0] if use else ""
    if number.unit.startswith("USD"):
        return LiveTopic.PRICE
    if role in TIME_ROLES:
        return LiveTopic.TIME
    if FAILURE_RATE in (role, number.name) or number.name in RATES:
        return LiveTopic.RATE
    by_gate = number.name.rpartition("_gate_")[2].isdigit()
    return LiveTopic.EFFECT if role or by_gate else LiveTopic.QUANTITY


def _title(number: Assumption, use: tuple[str, str] | None, titles: Mapping[str, str]) -> str:
    if number.origin != PriceOrigin.RECORDS or use is None or number.name in BASELINE_TITLES:
        return BASELINE_TITLES.get(number.name) or input_title(number.name, titles, {})
    role, lever = use
    named = ROLE_TITLES.get(role) or role.replace("_", " ").capitalize()
    return f"{named}: {within_sentence(lever)}"
