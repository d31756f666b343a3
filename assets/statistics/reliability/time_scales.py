"""Which of two scales of time the events of the same stretches go with.

An event is known to fall within a stretch, of which the age at its beginning and at its end is
known on every scale. The probability that a stretch ends with the event is then comparable between
scales, where densities per batch and per hour are not.
"""

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.reliability.weibull import MAX_SHAPE, MIN_SHAPE, Spells, weibull_estimates


def interval_log_likelihood(spells: Spells) -> float:
    """Return the largest log-likelihood a Weibull law gives to the stretches.

    Args:
        spells: The stretches, at least one with the event; the event falls somewhere within it.

    Returns:
        The maximum over shape and scale of the sum of log(1 - exp(-h)) over stretches with the
        event, minus the sum of h over the others, h being the cumulative hazard gained.

    Source: Kalbfleisch & Prentice (2002), section 3.4, grouped lifetimes.

    Examples:
        One stretch in four ends with the event, whatever its age: no law does better than a
        quarter each.

        >>> even = Spells(np.zeros(4), np.ones(4), np.array([True, False, False, False]))
        >>> round(interval_log_likelihood(even), 3)  # log(1/4) + 3 log(3/4)
        -2.249
    """
    from scipy.optimize import minimize

    shapes, scales = weibull_estimates(spells, np.ones((1, spells.exit.size)))
    start = np.log([min(float(shapes[0]), MAX_SHAPE / 2), float(scales[0])])
    with np.errstate(divide="ignore"):
        logs = np.log(spells.entry), np.log(spells.exit)

    def loss(law: FloatArray) -> float:
        log_shape = np.clip(law[0], np.log(MIN_SHAPE), np.log(MAX_SHAPE))
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            grown = [np.exp(np.exp(log_shape) * (each - law[1])) for each in logs]
            gained = grown[1] - grown[0]
            told = np.log(-np.expm1(-gained[spells.is_event])).sum()
        lost = told - gained[~spells.is_event].sum()
        return -float(lost) if np.isfinite(lost) else 1e300

    options = {"xatol": 1e-6, "fatol": 1e-8, "maxiter": 2_000}
    return -float(minimize(loss, start, method="Nelder-Mead", options=options).fun)
