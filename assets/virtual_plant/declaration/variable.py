"""A variable of the structural causal model and all that acts on it.

Units are those of the plant file; every share and probability is between 0 and 1.
"""

from dataclasses import dataclass, field
from typing import Literal

Form = Literal["linear", "quadratic", "hinge", "log", "levels"]
Distribution = Literal[
    "normal", "lognormal", "rectified_normal", "uniform", "poisson", "categorical", "expression"
]
Role = Literal["parameter", "lab", "cqa", "latent", "attribute"]


@dataclass(frozen=True)
class Term:
    """One parent's effect, in the child's unit: ``coefficient * form((parent - centre) / scale)``.

    Attributes:
        parent: Variable, material attribute (``api.d90_um``) or context name.
        form: Shape of the effect; ``log`` uses log(parent / centre), ``levels`` a table.
        coefficient: Effect per ``scale`` of the parent.
        centre: Value of the parent at which the effect is zero.
        scale: Size of the parent's step, above 0.
        levels: Effect of each level of a categorical parent; levels not named have none.
        unit: Unit in which centre and scale are written; None means the parent's own.
    """

    parent: str
    form: Form = "linear"
    coefficient: float = 1.0
    centre: float = 0.0
    scale: float = 1.0
    levels: dict[str, float] = field(default_factory=dict)
    unit: str | None = None


@dataclass(frozen=True)
class LotEffect:
    """An effect shared by all batches made from one lot, seen by nobody.

    Attributes:
        material: Whose lots carry it.
        sd: Its standard deviation, in the child's unit.
    """

    material: str
    sd: float


@dataclass(frozen=True)
class SetpointChange:
    """A set point somebody moved, from one day on.

    Attributes:
        at_year: When, in years since the first day of production.
        shift: By how much, in the variable's unit (log units for a lognormal law).
        line: On which line; None means on all.
    """

    at_year: float
    shift: float
    line: str | None = None


@dataclass(frozen=True)
class Controller:
    """A closed loop that takes a deviation out of its variable and puts it into an actuator.

    The variable is recorded as ``u - gain * (u - setpoint)`` where u is what it would have been;
    ``<variable>.correction``, which is ``gain * (u - setpoint)``, is what the actuator follows.

    Attributes:
        setpoint: What the loop holds, in the variable's unit.
        gain: Share of the deviation that is taken out, 0 (off) to 1.
        residual_sd: Noise the loop itself leaves on the variable.
    """

    setpoint: float
    gain: float
    residual_sd: float = 0.0


@dataclass(frozen=True)
class Condition:
    """One condition of a planted pattern; exactly one of the last three is given.

    Attributes:
        parent: Variable, material attribute or context name.
        feature: Feature in which it is visible.
        above: Holds above this value.
        below: Holds below this value.
        level: Holds at this level of a categorical parent.
    """

    parent: str
    feature: str
    above: float | None = None
    below: float | None = None
    level: str | None = None


@dataclass(frozen=True)
class Pattern:
    """A planted rule: where all its conditions hold, a result moves.

    Attributes:
        name: Its name.
        effect: Shift of the result, in its unit (log units for a lognormal law).
        conditions: One to three conditions.
    """

    name: str
    effect: float
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Variable:
    """One variable of the structural causal model.

    Attributes:
        name: Its only name, with the unit as suffix where it has one.
        stage: Stage of origin, 1 to 7.
        role: Who exports it, or ``latent``.
        unit: Unit of value, limits, noise.
        distribution: Law of the value given its parents.
        mean: Centre of a normal law; rate of a Poisson law.
        median: Centre of a lognormal law.
        sd: Noise, in own units (log units for a lognormal law), never negative.
        terms: Effects of the parents.
        levels: Level to probability, of a categorical law.
        expression: Arithmetic over parents, of a deterministic variable.
        minimum: Smallest possible value.
        maximum: Largest possible value.
        decimals: Rounding of the record; None means as drawn.
        normal_range: Normal operating range (low, high).
        spec_low: Lower specification limit of a result.
        spec_high: Upper specification limit of a result.
        drift_per_year: Slow shift, in own units (log units for a lognormal law).
        campaign_sd: Effect shared by all batches of one campaign.
        persistence: Correlation of the noise of successive batches, 0 to below 1.
        reporting_limit: Results below it are reported at it, as left-censored.
        lot_effect: Unseen effect of a material's lots.
        setpoint_changes: Shifts from given days on.
        controller: Closed loop that holds it, if any.
        patterns: Planted rules that move it.
    """

    name: str
    stage: int
    role: Role
    unit: str
    distribution: Distribution = "normal"
    mean: float | None = None
    median: float | None = None
    sd: float | None = None
    terms: tuple[Term, ...] = ()
    levels: dict[str, float] = field(default_factory=dict)
    expression: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    normal_range: tuple[float, float] | None = None
    spec_low: float | None = None
    spec_high: float | None = None
    drift_per_year: float = 0.0
    campaign_sd: float = 0.0
    persistence: float = 0.0
    reporting_limit: float | None = None
    lot_effect: LotEffect | None = None
    setpoint_changes: tuple[SetpointChange, ...] = ()
    controller: Controller | None = None
    patterns: tuple[Pattern, ...] = ()
