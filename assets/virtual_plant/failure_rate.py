"""The same plant with wider or tighter specifications, so that it fails as often as is wanted.

The limits of all results move outward (or inward) by one number of standard deviations of their
own noise; the process, its causes and every random number stay as they are. The rate is that of
reference plants of fixed seeds, so one plant file and one rate are one plant, whatever is simulated
of it.
"""

from dataclasses import replace

import numpy as np

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.production.batches import Batches, Settings, make_batches, risk
from assets.virtual_plant.production.early_ends import early_ends

REFERENCES = tuple(Settings(seed=seed) for seed in range(4))
HIGHEST = 0.5
# noise standard deviations: how far limits are moved at most, inward and outward
_FARTHEST = (-4.0, 12.0)


def at_failure_rate(plant: Plant, rate: float) -> Plant:
    """The same plant with limits at which so many batches fail.

    Args:
        plant: The plant.
        rate: Expected share of failed batches, above 0 to 0.5; early ends are part of it.

    Returns:
        The plant with moved limits, each rounded as its result is recorded.

    Raises:
        PlantError: The rate is out of range, or out of this plant's reach: batches stopped early
            fail whatever the limits are.
    """
    from scipy.optimize import brentq

    if not 0 < rate <= HIGHEST:
        raise PlantError(f"failure_rate is {rate}: use a share above 0, at most {HIGHEST}")
    made = [make_batches(plant, settings) for settings in REFERENCES]
    highest, lowest = (_expected_rate(_moved(plant, by), made) for by in _FARTHEST)
    if not lowest < rate < highest:
        raise PlantError(
            f"failure_rate is {rate}: limits alone take this plant from {lowest:.4f} to "
            f"{min(highest, HIGHEST):.4f}; what is below it are its early_terminations"
        )
    by = brentq(lambda moved: _expected_rate(_moved(plant, moved), made) - rate, *_FARTHEST)
    rounded = tuple(_rounded(v) if v.role == "cqa" else v for v in _moved(plant, by).variables)
    return replace(plant, variables=rounded)


def _expected_rate(plant: Plant, made: list[Batches]) -> float:
    """Mean probability of failure of batches made under other limits."""
    rates = []
    for batches in made:
        outcome, settings = batches.outcome, batches.settings
        going_on = 1.0 - early_ends(plant, outcome.values, settings.seed, settings.cut).prob
        risks = [np.minimum(1.0, risk(v, outcome.centres[v.name])) for v in plant.results]
        rates.append(1.0 - np.mean(going_on * np.prod(1.0 - np.array(risks), axis=0)))
    return float(np.mean(rates))


def _moved(plant: Plant, by: float) -> Plant:
    """Limits moved outward by so many standard deviations of each result's noise."""
    moved = [_with_limits(v, by) if v.role == "cqa" else v for v in plant.variables]
    return replace(plant, variables=tuple(moved))


def _with_limits(result: Variable, by: float) -> Variable:
    step = by * (result.sd or 0.0)
    low, high = result.spec_low, result.spec_high
    if result.distribution == "lognormal":
        factor = float(np.exp(step))
        return replace(
            result,
            spec_low=None if low is None else low / factor,
            spec_high=None if high is None else high * factor,
        )
    return replace(
        result,
        spec_low=None if low is None else low - step,
        spec_high=None if high is None else high + step,
    )


def _rounded(result: Variable) -> Variable:
    if result.decimals is None:
        return result
    low, high = (
        None if limit is None else round(limit, result.decimals)
        for limit in (result.spec_low, result.spec_high)
    )
    return replace(result, spec_low=low, spec_high=high)
