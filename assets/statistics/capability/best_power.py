"""The power under which values are most nearly normal, by the slope of Box and Cox's likelihood."""

from math import isfinite, log

import numpy as np
from scipy.optimize import brent, brentq

from assets.statistics.array_types import FloatArray

ALIKE = 1e-9  # of a value's size: what differs by less differs by how numbers are written
POWERS = (-2.0, 2.0)  # where a bracket is looked for where doubling finds none
MOST_STEPS = 12  # growths of a power until the best one is passed
FURTHER, FARTHEST = 1.2, 16.0  # beyond where a line has the best one; and most of a growth
SHORT = 0.02  # of the logarithm of a power: up to here five terms of a series are exact to 1e-11


def best_power(values: FloatArray) -> float:
    """The power of the highest likelihood that its powers follow a normal law.

    Args:
        values: Above 0, no NaN.

    Raises:
        RuntimeError: The likelihood is flat.

    Source: Box & Cox (1964), section 3, of values beside their geometric mean, whose Jacobian is 1.

    Examples:
        >>> abs(best_power(np.exp(np.random.default_rng(3).normal(size=500)))) < 0.1
        True
    """
    logs = np.log(values)
    logs -= logs.mean()
    furthest = float(np.abs(logs).max())
    if furthest < ALIKE:
        raise RuntimeError("the values are one number: every power of them is as likely")

    ends = _bracket(logs)
    if ends is not None:
        return float(brentq(_tilt, *ends, args=(logs,), xtol=1e-9, rtol=1e-12))
    return float(brent(_spread, args=(logs,), brack=POWERS))


def _bracket(logs: FloatArray) -> tuple[float, float] | None:
    """Two powers between which the best one lies; None where none are found."""
    before, first = 0.0, _tilt(0.0, logs)
    power = 1.0 if first < 0 else -1.0
    for _ in range(MOST_STEPS):
        tilt = _tilt(power, logs)
        if not isfinite(tilt):
            return None
        if (tilt > 0) != (first > 0) or tilt == 0:
            return before, power
        # Where the line through both ends meets zero, and a little further.
        reach = FURTHER * first / (first - tilt) if abs(tilt) < abs(first) else FARTHEST
        before, power = power, power * min(max(reach, 2.0), FARTHEST)
    return None


def _tilt(power: float, logs: FloatArray) -> float:
    """How ``_spread`` grows with the power: 0 at the best one."""
    furthest = float(max(logs.max(), -logs.min())) * abs(power)
    n = logs.size
    if furthest < SHORT:
        # (exp(px) - 1) / p and its slope by p, as series in px.
        square = logs * logs
        bent = power * logs
        y = logs * (1 + bent * (1 / 2 + bent * (1 / 6 + bent * (1 / 24 + bent / 120))))
        slope = square * (1 / 2 + bent * (1 / 3 + bent * (1 / 8 + bent * (1 / 30 + bent / 144))))
        y -= y.sum() / n
        return float(y @ slope) / float(y @ y)
    bent = power * logs
    top = float(bent.max())
    bent = np.exp(bent - top)
    slope = logs * bent
    bent -= bent.sum() / n
    return float(bent @ slope) / float(bent @ bent) - 1 / power


def _spread(power: float, logs: FloatArray) -> float:
    """Half the logarithm of the variance: less the logarithm of the likelihood of a value."""
    if abs(power) * float(np.abs(logs).max()) < 1e-8:
        return log(float(logs.var())) / 2
    bent = power * logs
    top = float(bent.max())
    # The largest is taken out where powers grow beyond all numbers.
    bent = np.expm1(bent) if top < 1 else np.exp(bent - top)
    taken = 0.0 if top < 1 else top
    bent -= bent.mean()
    return log(max(float(bent @ bent) / bent.size, 1e-300)) / 2 + taken - log(abs(power))
