"""When and where every batch is made: campaigns, phases, equipment occupancy, maintenance.

Time is in seconds since the plant's first midnight (UTC). Equipment never holds two batches,
except where a step is shared (laboratory, quality unit, warehouse).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import Floats, lognormals, normals, stream, uniforms
from assets.virtual_plant.declaration.plant import Maintenance, Plant, Step

Seconds = NDArray[np.int64]
HOUR_S = 3600
DAY_S = 86400
YEAR_S = 365.25 * DAY_S
# of the span, so that the last batches end inside it
_PLANNED_SHARE = 0.985


@dataclass(frozen=True)
class PlantEvent:
    """One line of the maintenance system.

    Attributes:
        equipment_id: Equipment.
        event: maintenance, breakdown, part_change, calibration or cleaning.
        occurred_s: Instant.
        part: What was renewed, or empty.
        duration_h: How long it took.
    """

    equipment_id: str
    event: str
    occurred_s: int
    part: str
    duration_h: float


@dataclass(frozen=True)
class Schedule:
    """Where and when; arrays have one entry per batch, in order of manufacture.

    Attributes:
        line: Position of the line in the plant's lines.
        product: Position of the product.
        campaign: Campaign number, from 0 in order of start.
        campaign_position: Position in the campaign, from 1.
        starts: Phase starts, shape (batches, steps).
        ends: Phase ends, same shape.
        batches_since: Unit procedure to batches since its equipment's last renewal.
        events: Maintenance events in order of time.
        span_s: Length of the planned span.
    """

    line: NDArray[np.int64]
    product: NDArray[np.int64]
    campaign: NDArray[np.int64]
    campaign_position: NDArray[np.int64]
    starts: Seconds
    ends: Seconds
    batches_since: dict[str, NDArray[np.int64]]
    events: tuple[PlantEvent, ...]
    span_s: float

    @property
    def batches(self) -> int:
        """Number of batches."""
        return len(self.line)


@dataclass(frozen=True)
class _Plan:
    start_s: NDArray[np.float64]
    line: NDArray[np.int64]
    product: NDArray[np.int64]
    campaign: NDArray[np.int64]
    position: NDArray[np.int64]


def make_schedule(plant: Plant, batches: int, years: float, seed: int) -> Schedule:
    """Plan campaigns over the span and run them through the equipment.

    Args:
        plant: The plant.
        batches: Number of batches, at least 1.
        years: Span of production, above 0.
        seed: Seed of the simulation.

    Returns:
        The schedule, batches in order of their planned start.
    """
    plan = _plan_campaigns(plant, batches, years, seed)
    steps = plant.calendar.steps
    durations_s = _phase_seconds(seed, "duration", batches, [(s, s.duration_h) for s in steps])
    holds_s = _phase_seconds(seed, "hold", batches, [(s, s.hold_h) for s in steps])
    floor = _Floor(plant, seed)
    reworked = is_rework(plant, batches, seed).tolist()
    starts = np.empty((batches, len(steps)), dtype=np.int64)
    ends = np.empty_like(starts)
    since: dict[str, list[int]] = {unit: [0] * batches for unit in plant.maintenance}
    lines = [plant.lines[name] for name in plant.lines]
    for i, (start_s, line) in enumerate(
        zip(plan.start_s.tolist(), plan.line.tolist(), strict=True)
    ):
        clock, equipment = start_s, lines[line]
        began: list[int] = []
        ended: list[int] = []
        # plain lists: an array gives one number at a time ten times slower
        for step, hold_s, duration_s in zip(
            steps, holds_s[i].tolist(), durations_s[i].tolist(), strict=True
        ):
            if step.only_reworked and not reworked[i]:
                began.append(round(clock))
                ended.append(round(clock))
                continue
            unit = equipment[step.unit_procedure]
            clock = max(clock + hold_s, floor.ready(unit, step))
            if step.unit_procedure in since and floor.is_first(unit, i):
                clock, since[step.unit_procedure][i] = floor.renew(unit, step.unit_procedure, clock)
            began.append(round(clock))
            ended.append(round(clock + duration_s))
            clock = float(ended[-1])
            floor.occupy(unit, step, clock, i)
        starts[i], ends[i] = began, ended
    return Schedule(
        line=plan.line,
        product=plan.product,
        campaign=plan.campaign,
        campaign_position=plan.position,
        starts=starts,
        ends=ends,
        batches_since={unit: np.array(s, dtype=np.int64) for unit, s in since.items()},
        events=tuple(sorted(floor.events, key=lambda e: (e.occurred_s, e.equipment_id, e.event))),
        span_s=years * YEAR_S,
    )


def _phase_seconds(
    seed: int, what: str, batches: int, laws: list[tuple[Step, tuple[float, float]]]
) -> Floats:
    """Keyed lengths of every batch's phases or holds, in seconds, shape (batches, steps)."""
    hours = [
        lognormals(seed, f"{what}.{step.unit_procedure}.{step.phase}", batches, law)
        for step, law in laws
    ]
    return np.stack(hours, axis=1) * HOUR_S


def _plan_campaigns(plant: Plant, batches: int, years: float, seed: int) -> _Plan:
    """Draw campaigns line by line until enough batches are planned, then fit them to the span."""
    span = years * YEAR_S * _PLANNED_SHARE
    lines, calendar = list(plant.lines), plant.calendar
    spacing = span / max(1.0, batches / len(lines))
    clocks = dict.fromkeys(range(len(lines)), 0.0)
    rows: list[tuple[float, int, int, int, int]] = []
    campaign = 0
    while len(rows) < batches + 2 * calendar.campaign_mean:
        line = min(clocks, key=lambda position: (clocks[position], position))
        draws = stream(seed, "campaign", campaign).random(64)
        product = _draw_product(plant, lines[line], min(1.0, clocks[line] / span), draws[0])
        extra = calendar.campaign_mean - calendar.campaign_minimum
        size = calendar.campaign_minimum + int(np.log(1 - draws[1]) / np.log(extra / (1 + extra)))
        for j in range(size):
            rows.append((clocks[line], line, product, campaign, j + 1))
            clocks[line] += spacing * (0.35 + 0.9 * draws[2 + j % 60])
        clocks[line] += spacing * (0.4 + 1.2 * draws[63])
        campaign += 1
    rows.sort()
    table = np.array(rows[:batches])
    start = table[:, 0] * (span / max(table[-1, 0], spacing))
    _, campaigns = np.unique(table[:, 3], return_inverse=True)
    whole = table[:, 1:].astype(np.int64)
    return _Plan(
        start_s=start + 7 * HOUR_S,
        line=whole[:, 0],
        product=whole[:, 1],
        campaign=campaigns.astype(np.int64),
        position=whole[:, 3],
    )


def _draw_product(plant: Plant, line: str, share_of_span: float, uniform: float) -> int:
    weights = np.array(
        [
            (p.mix[0] + (p.mix[1] - p.mix[0]) * share_of_span) * p.route.get(line, 0.0)
            for p in plant.products
        ]
    )
    drawn = int(np.searchsorted(np.cumsum(weights / weights.sum()), uniform))
    return min(drawn, len(weights) - 1)


class _Floor:
    """The shop floor while the schedule is laid: which equipment is free, how worn it is."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self._free: dict[str, float] = {}
        self._since: dict[str, int] = {}
        self._renewals: dict[str, int] = {}
        self._due: dict[str, tuple[int, bool]] = {}
        self._last_batch: dict[str, int] = {}
        self._turnaround_s = plant.calendar.turnaround_h * HOUR_S
        self._laws = plant.maintenance
        self._seed = seed
        self.events: list[PlantEvent] = []

    def ready(self, unit: str, step: Step) -> float:
        """Earliest instant at which the equipment can take the step."""
        return 0.0 if step.is_shared else self._free.get(unit, 0.0)

    def is_first(self, unit: str, batch: int) -> bool:
        """Whether this is the batch's first phase on the equipment."""
        return self._last_batch.get(unit) != batch

    def occupy(self, unit: str, step: Step, until_s: float, batch: int) -> None:
        """Take the equipment until an instant; turnaround only after the batch has left."""
        if not step.is_shared:
            self._free[unit] = until_s + (0.0 if step.is_continued else self._turnaround_s)
        self._last_batch[unit] = batch

    def renew(self, unit: str, unit_procedure: str, clock: float) -> tuple[float, int]:
        """Count one batch of wear; renew first where maintenance or a breakdown is due."""
        law = self._laws[unit_procedure]
        if unit not in self._due:
            self._due[unit] = self._draw_due(unit, law)
            # equipment does not begin the span new
            self._since[unit] = int(self._due[unit][0] * uniforms(self._seed, f"age.{unit}", 1)[0])
        due, is_breakdown = self._due[unit]
        if self._since[unit] >= due:
            hours = law.repair_h if is_breakdown else law.duration_h
            if is_breakdown:
                self.events.append(PlantEvent(unit, "breakdown", round(clock), law.part, 0.0))
            self.events.append(PlantEvent(unit, "maintenance", round(clock), law.part, hours))
            clock += (hours + 1.0) * HOUR_S
            self._since[unit] = 0
            self._renewals[unit] = self._renewals.get(unit, 0) + 1
            self._due[unit] = self._draw_due(unit, law)
        worn = self._since[unit]
        self._since[unit] += 1
        return clock, worn

    def _draw_due(self, unit: str, law: Maintenance) -> tuple[int, bool]:
        count = self._renewals.get(unit, 0) + 1
        planned = (
            law.interval_batches[0]
            + law.interval_batches[1] * normals(self._seed, f"interval.{unit}", count)[-1]
        )
        survival = uniforms(self._seed, f"breakdown.{unit}", count)[-1]
        broken = law.weibull_scale_batches * (-np.log(survival)) ** (1 / law.weibull_shape)
        return max(1, round(min(planned, broken))), bool(broken < planned)


def is_rework(plant: Plant, batches: int, seed: int) -> NDArray[np.bool_]:
    """Which batches pass the steps that only reworked batches pass.

    Args:
        plant: The plant.
        batches: Number of batches.
        seed: Seed of the simulation.
    """
    return uniforms(seed, "rework", batches) < plant.rework_share


def shifts(start_s: Seconds) -> NDArray[np.str_]:
    """Shift in which an instant falls.

    Args:
        start_s: Seconds since the plant's first midnight.

    Returns:
        early (06 to 14 h), late (14 to 22 h) or night.
    """
    hour = (start_s % DAY_S) // HOUR_S
    return np.where(
        (hour >= 6) & (hour < 14), "early", np.where((hour >= 14) & (hour < 22), "late", "night")
    )
