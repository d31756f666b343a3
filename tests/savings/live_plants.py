"""Programmes of several levers at shipped prices, made by hand: what a live page is tried on."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.levers.measured import Measured
from assets.savings.live_case.live_case import LiveCase, live_case
from assets.savings.programme.plan_inputs import measured_assumptions, plan_inputs
from assets.savings.programme.simulation import joint_npv_usd, simulate
from assets.savings.records.alarm_evidence import AlarmCounts, AlarmEvidence
from assets.savings.records.baseline import Baseline
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from data_contracts.assumptions import Assumptions, load_built_in

MODES = ("dissolution", "content_uniformity")


@dataclass(frozen=True)
class Effect:
    """A measured effect with its doubt, which reaches below zero."""

    role: str
    mean: float
    spread: float
    sentence: str = "Measured."

    def roles(self, draws: Draws) -> dict[str, np.ndarray]:
        return {self.role: self.mean + self.spread * draws.normal(f"test.{self.role}")}


@dataclass(frozen=True)
class Renewal:
    """Breakdowns avoided by earlier renewal."""

    sentence: str = "Measured."

    def roles(self, draws: Draws) -> dict[str, np.ndarray]:
        avoided = 0.01 + 0.002 * draws.normal("test.renewal")
        today = np.maximum(0.03, avoided)
        return {
            "events_today": today,
            "events_planned": today - avoided,
            "renewals_today": np.zeros(draws.size),
            "renewals_planned": np.full(draws.size, 0.02),
        }


@dataclass(frozen=True)
class LivePlant:
    """A priced programme with its live case."""

    drawn: Draws
    counts: FailureCounts
    kept: list[LeverDecision]
    inputs: pl.DataFrame
    plan: Assumptions
    case: LiveCase

    def npv_usd(self) -> np.ndarray:
        """The run's own net present value in every draw."""
        return joint_npv_usd(simulate(self.drawn, self.counts, self.kept), self.drawn)


def live_plant(kinds: tuple[str, ...], *, draws: int, dated: bool = True) -> LivePlant:
    """Price a plant with 30 failures in 600 batches, 24 of them in two modes.

    Args:
        kinds: Kinds of the levers in the programme.
        draws: Draws of the run.
        dated: Whether the records tell batches a year.
    """
    assumptions = load_built_in("tablets")
    by_mode = dict(zip(MODES, (18, 6), strict=True))
    counted = Baseline(
        30, 600, {"failure": 30}, by_mode, 150.0 if dated else None, "four years", False
    )
    counts = FailureCounts(counted, AlarmEvidence({}, {}))
    drawn = Draws(assumptions, "base", draws, 7)
    measured: dict[str, Measured | None] = {
        "alert": AlarmCounts(MODES[0], 4, 12, 8, 400, 20),
        "window": Effect("effect", 0.3, 0.2),
        "lots": Effect("effect", 0.2, 0.05),
        "maintenance": Renewal(),
        "inspection": None,
        "release": Effect("eligible_share", 0.5, 0.05),
    }
    first = {lever.kind: lever for lever in reversed(assumptions.levers)}
    kept = []
    for kind in kinds:
        lever = first[kind]
        outcome = "failure" if kind in ("maintenance", "inspection", "release") else MODES[0]
        gate = 4 if kind in ("alert", "window") else lever.planning_gate
        kept.append(
            LeverDecision(
                f"{lever.name}.{outcome}", lever, outcome, gate, "evidence", "m", measured[kind]
            )
        )
    if "window" in kinds:
        other = Effect("effect", 0.4, 0.1)
        window = first["window"]
        kept.append(
            LeverDecision(f"{window.name}.{MODES[1]}", window, MODES[1], 3, "evidence", "m", other)
        )
    inputs = plan_inputs(drawn.anew(size=min(draws, 10_000)), counts, kept)
    newest = max(each.as_of for each in assumptions.parameters.values())
    plan = measured_assumptions(assumptions, inputs, newest)
    return LivePlant(drawn, counts, kept, inputs, plan, live_case(drawn, counts, kept, inputs, {}))
