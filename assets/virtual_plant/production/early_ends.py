"""Batches stopped before their end: of them no later record and no release result exists."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import Floats, stream, uniforms
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.structure import Cut, Values

LAST_STAGE = 7


@dataclass(frozen=True)
class EarlyEnds:
    """Which batches were stopped; one entry per batch.

    Attributes:
        last_stage: Stage at whose end a batch was stopped, 7 where it was not.
        mode: Name of what stopped it, empty where nothing did.
        prob: Probability of being stopped given what is known then, 0 to 1.
    """

    last_stage: NDArray[np.int64]
    mode: NDArray[np.str_]
    prob: Floats

    @property
    def is_stopped(self) -> NDArray[np.bool_]:
        """Whether a batch was stopped."""
        return self.last_stage < LAST_STAGE


def early_ends(plant: Plant, values: Values, seed: int, cut: Cut) -> EarlyEnds:
    """Decide which batches are stopped, the earliest stage first.

    Args:
        plant: The plant.
        values: Every variable, one value per batch.
        seed: Seed of the simulation.
        cut: With any cut, each batch is handed another batch's fate, as results are.

    Returns:
        The early ends.
    """
    count = len(values["years_since_start"])
    last = np.full(count, LAST_STAGE, dtype=np.int64)
    mode = np.full(count, "", dtype=object)
    going_on = np.ones(count)
    for law in sorted(plant.early_terminations, key=lambda law: law.stage):
        is_beyond = _beyond(values[law.variable], law.above, law.below)
        is_hit = is_beyond & (uniforms(seed, f"termination.{law.name}", count) < law.probability)
        if cut != "none":
            order = stream(seed, f"termination.{law.name}.cut").permutation(count)
            is_beyond, is_hit = is_beyond[order], is_hit[order]
        is_first = is_hit & (last == LAST_STAGE)
        last[is_first], mode[is_first] = law.stage, law.name
        going_on *= 1.0 - law.probability * is_beyond
    return EarlyEnds(last, mode.astype(str), 1.0 - going_on)


def _beyond(value: NDArray[Any], above: float | None, below: float | None) -> NDArray[np.bool_]:
    is_beyond: NDArray[np.bool_] = np.zeros(len(value), dtype=bool)
    if above is not None:
        is_beyond |= value > above
    if below is not None:
        is_beyond |= value < below
    return is_beyond
