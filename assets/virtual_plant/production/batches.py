"""Everything about the batches of one simulation except their trajectories and their files.

The one place where calendar, weather, lots and causal model meet; both the exports and the fast
path begin here, which is why they are the same plant.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import (
    Floats,
    lognormals,
    normal_probability,
    normals,
)
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.structure import (
    Cut,
    Policy,
    Surroundings,
    TrueOutcome,
    Values,
    run_model,
)
from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.production.air import AirSeries, make_air
from assets.virtual_plant.production.early_ends import EarlyEnds, early_ends
from assets.virtual_plant.production.materials import Lots, make_lots
from assets.virtual_plant.production.schedule import (
    DAY_S,
    YEAR_S,
    Schedule,
    Seconds,
    is_rework,
    make_schedule,
    shifts,
)


@dataclass(frozen=True)
class Settings:
    """What is simulated.

    Attributes:
        batches: Number of batches, at least 1.
        years: Span of production, above 0.
        seed: Seed, 0 or above.
        cut: Which paths into the results are cut.
        policy: Window held on one variable.
        drift: Factor on every declared drift; 1 is as declared, 0 is a stationary plant.
        product_effect: Factor on the product's effect on results.
    """

    batches: int = 1000
    years: float = 5.0
    seed: int = 1
    cut: Cut = "none"
    policy: Policy | None = None
    drift: float = 1.0
    product_effect: float = 1.0


@dataclass(frozen=True)
class When:
    """What a policy on a variable leaves as it is: calendar and weather.

    Attributes:
        schedule: Where and when.
        air: Weather and room.
        export_s: When the export is taken.
    """

    schedule: Schedule
    air: AirSeries
    export_s: int


@dataclass(frozen=True)
class Batches:
    """The simulated batches; arrays have one entry per batch in order of manufacture.

    Attributes:
        plant: The plant.
        settings: What was asked.
        schedule: Where and when.
        air: Weather and room.
        lots: Material to its lots.
        outcome: Every variable.
        is_failure: Whether any result is out of specification, or the batch was stopped early.
        failure_mode: Mechanism of the worst result or of the early end, empty where none.
        failure_prob: Probability of failure given the true causes (the oracle), 0 to 1.
        is_reworked: Whether a good batch was reworked.
        last_stage: Stage after which nothing was made or tested; 7 unless stopped early.
        ended_s: End of manufacture.
        resulted_s: Last laboratory result.
        dispositioned_s: Disposition.
        export_s: When the export is taken; nothing later is in it.
    """

    plant: Plant
    settings: Settings
    schedule: Schedule
    air: AirSeries
    lots: dict[str, Lots]
    outcome: TrueOutcome
    is_failure: NDArray[np.bool_]
    failure_mode: NDArray[np.str_]
    failure_prob: Floats
    is_reworked: NDArray[np.bool_]
    last_stage: NDArray[np.int64]
    ended_s: Seconds
    resulted_s: Seconds
    dispositioned_s: Seconds
    export_s: int

    @property
    def when(self) -> When:
        """The calendar and the weather, which are much smaller than all variables."""
        return When(self.schedule, self.air, self.export_s)

    @property
    def is_pending(self) -> NDArray[np.bool_]:
        """Whether the batch had no disposition when the export was taken."""
        return self.dispositioned_s > self.export_s

    def reached(self, stage: int) -> NDArray[np.bool_]:
        """Whether each batch went through a stage; every batch is reviewed for release (7).

        Args:
            stage: 1 to 7.
        """
        return (self.last_stage >= stage) | (stage == 7)


def make_batches(plant: Plant, settings: Settings, when: When | None = None) -> Batches:
    """Simulate the batches.

    Args:
        plant: The plant.
        settings: Size, seed, policy, cuts.
        when: Calendar and weather of the same plant, size and seed simulated under another policy,
            which are then taken over instead of being computed again.

    Returns:
        The batches.
    """
    when = when or _when(plant, settings)
    schedule, air = when.schedule, when.air
    lots = {
        m.name: make_lots(m, settings.batches, settings.seed, settings.policy)
        for m in plant.materials
    }
    around = Surroundings(
        seed=settings.seed,
        context=_context(plant, schedule, air, lots),
        campaign=schedule.campaign,
        lot_effects=_lot_effects(plant, lots, settings),
        policy=settings.policy,
        drift=settings.drift,
        product_effect=settings.product_effect,
        cut=settings.cut,
    )
    outcome = run_model(plant, around)
    stops = early_ends(plant, outcome.values, settings.seed, settings.cut)
    excess = np.stack([_excess(v, record(v, outcome.values[v.name])) for v in plant.results])
    modes = {m.result: m.name for m in plant.mechanisms}
    names = np.array([modes.get(v.name, v.name) for v in plant.results])
    is_outside = (excess.max(axis=0) > 0) & ~stops.is_stopped
    is_failure = is_outside | stops.is_stopped
    passing = np.prod([1.0 - risk(v, outcome.centres[v.name]) for v in plant.results], axis=0)
    ended, resulted, dispositioned = _label_times(plant, schedule, is_failure, stops, settings.seed)
    return Batches(
        plant=plant,
        settings=settings,
        schedule=schedule,
        air=air,
        lots=lots,
        outcome=outcome,
        is_failure=is_failure,
        failure_mode=np.where(is_outside, names[excess.argmax(axis=0)], stops.mode),
        failure_prob=1.0 - (1.0 - stops.prob) * passing,
        is_reworked=is_rework(plant, settings.batches, settings.seed) & ~is_failure,
        last_stage=stops.last_stage,
        ended_s=ended,
        resulted_s=resulted,
        dispositioned_s=dispositioned,
        export_s=when.export_s,
    )


def _when(plant: Plant, settings: Settings) -> When:
    schedule = make_schedule(plant, settings.batches, settings.years, settings.seed)
    export_s = int(schedule.ends.max() + plant.calendar.export_days_after_end * DAY_S)
    return When(schedule, make_air(plant.air, settings.seed, export_s + DAY_S), export_s)


def record(variable: Variable, value: Floats) -> Floats:
    """A value as the systems write it: rounded to the variable's decimals.

    Args:
        variable: The variable.
        value: Values as drawn.

    Returns:
        Rounded values.
    """
    return value if variable.decimals is None else np.round(value, variable.decimals)


def _context(plant: Plant, schedule: Schedule, air: AirSeries, lots: dict[str, Lots]) -> Values:
    """What each batch finds: product, equipment, shift, wear, weather, lots, date."""
    steps = plant.calendar.steps
    line_names = np.array(list(plant.lines))
    first: dict[str, int] = {}
    for k, step in enumerate(steps):
        first.setdefault(step.unit_procedure, k)
    in_room = schedule.starts[:, first.get(plant.air.unit_procedure, 0)]
    years = schedule.starts[:, 0] / YEAR_S
    context: Values = {
        "product": np.array([p.code for p in plant.products])[schedule.product],
        "strength": np.array([p.strength for p in plant.products])[schedule.product],
        "line": line_names[schedule.line],
        "batch_size": np.array([float(p.batch_size) for p in plant.products])[schedule.product],
        "campaign_position": schedule.campaign_position.astype(np.float64),
        "years_since_start": years,
        "years_from_middle": years - schedule.span_s / YEAR_S / 2,
        "dew_point_c": air.at("dew_point_c", in_room),
        "room_humidity_pct": air.at("humidity_pct", in_room),
        "room_temperature_c": air.at("temperature_c", in_room),
    }
    for unit, k in first.items():
        equipment = np.array([plant.lines[line][unit] for line in plant.lines])
        context[f"{unit}_equipment"] = equipment[schedule.line]
        context[f"{unit}_shift"] = shifts(schedule.starts[:, k])
    for unit, since in schedule.batches_since.items():
        context[f"{unit}_batches_since_maintenance"] = since.astype(np.float64)
    for name, material_lots in lots.items():
        for attribute, values in material_lots.attributes.items():
            context[f"{name}.{attribute}"] = material_lots.per_batch(values, schedule.batches)
    return context


def _lot_effects(plant: Plant, lots: dict[str, Lots], settings: Settings) -> dict[str, Floats]:
    effects = {}
    for variable in plant.variables:
        if variable.lot_effect:
            used = lots[variable.lot_effect.material]
            draws = normals(settings.seed, f"{variable.name}.lot", len(used.supplier))
            effects[variable.name] = used.per_batch(draws, settings.batches)
    return effects


def _excess(variable: Variable, value: Floats) -> Floats:
    """How far a result is outside its limits, in units of its noise; negative inside."""
    outside = [np.full(len(value), -np.inf)]
    if variable.spec_high is not None:
        outside.append(value - variable.spec_high)
    if variable.spec_low is not None:
        outside.append(variable.spec_low - value)
    scale = variable.sd or 1.0
    if variable.distribution == "lognormal":
        scale *= variable.median or 1.0
    return np.asarray(np.max(outside, axis=0) / scale)


def risk(variable: Variable, centre: Floats) -> Floats:
    """Probability that the recorded (rounded) result is out of specification, given its centre.

    Args:
        variable: A result with a normal or lognormal law.
        centre: Its centre given its parents (log scale for a lognormal law).

    Returns:
        0 to 1, same shape.
    """
    half = 0.0 if variable.decimals is None else 0.5 * 10.0**-variable.decimals
    is_log = variable.distribution == "lognormal"
    sd = variable.sd or 1e-12
    found = np.zeros(len(centre))
    if variable.spec_high is not None:
        limit = variable.spec_high + half
        found += normal_probability((centre - (np.log(limit) if is_log else limit)) / sd)
    if variable.spec_low is not None:
        limit = variable.spec_low - half
        found += normal_probability(((np.log(limit) if is_log else limit) - centre) / sd)
    return found


def _label_times(
    plant: Plant,
    schedule: Schedule,
    is_failure: NDArray[np.bool_],
    stops: EarlyEnds,
    seed: int,
) -> tuple[Seconds, Seconds, Seconds]:
    """End of manufacture, last result, disposition; a stopped batch goes straight to review."""
    calendar, count = plant.calendar, schedule.batches
    ended = schedule.ends[:, -1].copy()
    for k, step in enumerate(calendar.steps):
        is_last = stops.is_stopped & (stops.last_stage == step.stage)
        ended[is_last] = schedule.ends[is_last, k]
    laboratory = lognormals(seed, "laboratory_days", count, calendar.laboratory_days)
    review = lognormals(seed, "review_days", count, calendar.review_days)
    rejection = lognormals(seed, "rejection_days", count, calendar.rejection_days)
    tested = np.where(stops.is_stopped, 0.0, laboratory)
    resulted = ended + (tested * DAY_S).astype(np.int64)
    waiting = review + np.where(is_failure, rejection, 0.0)
    return ended, resulted, resulted + (waiting * DAY_S).astype(np.int64)
