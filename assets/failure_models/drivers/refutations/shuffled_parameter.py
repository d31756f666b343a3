"""Shuffled parameter: with its values dealt to other batches a driver must add nothing."""

import numpy as np

from assets.failure_models.drivers.refutations.association import Association, Attempt
from assets.statistics.array_types import FloatArray
from data_contracts.codes.records import RefutationResult

NAME = "shuffled_parameter"
DRAWS = 499


def attempt(association: Association, seed: int) -> Attempt:
    """Shuffle the parameter in whole lots, the other leading drivers held as they were.

    Both sides are taken beside the other drivers first (Freedman & Lane 1983), so that a driver
    that only repeats another breaks here.
    """
    design = np.column_stack([np.ones(association.value.size), association.others])
    value, target = _beside(design, association.value), _beside(design, association.target)
    scale = float((value**2).sum()) or 1.0
    drawn = association.dealt(value, DRAWS, seed + 1) @ target / scale
    observed = float(value @ target) / scale
    low, high = (float(end) for end in np.quantile(drawn, [0.025, 0.975]))
    is_outside = observed < low or observed > high
    return Attempt(
        NAME,
        observed,
        low,
        high,
        RefutationResult.SURVIVED if is_outside else RefutationResult.BROKEN,
        f"Beside the other leading drivers, shuffled values give {low:+.2f} to {high:+.2f}; the "
        f"recorded ones give {observed:+.2f}, {'outside' if is_outside else 'inside'} that.",
    )


def _beside(design: FloatArray, values: FloatArray) -> FloatArray:
    """What is left of values after the columns of a design are taken away."""
    solved = np.linalg.lstsq(design, values, rcond=None)[0]
    return np.asarray(values - design @ solved)
