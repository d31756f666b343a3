"""What is planted in a plant: failure modes with their causes, early ends, and levers.

Nothing here draws anything; units are those of the plant file.
"""

from dataclasses import dataclass
from typing import Literal

LeverKind = Literal["window", "maintenance", "lots"]


@dataclass(frozen=True)
class Cause:
    """A planted cause and where it shows.

    Attributes:
        variable: Variable of the model.
        stage: Its stage of origin.
        features: Feature names in which it is visible, the plainest first.
        recorded_as: What a closed investigation calls it; None means the variable's name.
    """

    variable: str
    stage: int
    features: tuple[str, ...]
    recorded_as: str | None = None


@dataclass(frozen=True)
class Mechanism:
    """A planted failure mode.

    Attributes:
        name: The failure mode.
        result: The result through which it fails a batch.
        causes: Its causes.
        visible_in: Features downstream of a cause, or of its own parents.
        decoys: Features that go with a cause and act on nothing.
    """

    name: str
    result: str
    causes: tuple[Cause, ...]
    visible_in: tuple[str, ...]
    decoys: tuple[str, ...]


@dataclass(frozen=True)
class EarlyTermination:
    """A batch stopped before its end, of which no later record exists.

    Attributes:
        name: Failure mode of such a batch.
        variable: What must be beyond the threshold.
        stage: Stage at whose end the batch is stopped, 3 to 5.
        unit_procedure: On whose equipment the deviation is opened.
        probability: Chance that such a batch is stopped, 0 to 1.
        description: Text of the deviation.
        feature: Feature in which the variable is visible.
        above: Stopped above this value.
        below: Stopped below this value.
    """

    name: str
    variable: str
    stage: int
    unit_procedure: str
    probability: float
    description: str
    feature: str
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class PlantLever:
    """Something that could be done, whose true effect is stated beside the exports.

    Attributes:
        name: Its name.
        kind: ``window`` (a truncated redraw), ``maintenance`` (another planned interval) or
            ``lots`` (lots outside the limits are sent back and replaced).
        variable: What is held, for a window; ``material.attribute``, for lots.
        low: Lower limit; None means no limit.
        high: Upper limit.
        unit_procedure: What is maintained.
        interval_batches: Mean of the new planned interval.
    """

    name: str
    kind: LeverKind
    variable: str | None = None
    low: float | None = None
    high: float | None = None
    unit_procedure: str | None = None
    interval_batches: float | None = None
