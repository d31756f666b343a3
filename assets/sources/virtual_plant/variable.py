"""A variable of the structural causal model and the terms by which its parents act on it.

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
