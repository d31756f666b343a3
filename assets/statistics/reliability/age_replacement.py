"""The interval at which renewing what wears costs least per unit of time, for Weibull lives.

Two policies. Age replacement: an event (a failure and its repair) renews, and so does maintenance
at age T. Minimal repair: an event leaves things as worn as they were, only maintenance at age T
renews. Time is in any unit, hours or batches. Curves are computed for many shapes and scales at
once.
"""

import numpy as np

from assets.statistics.array_types import FloatArray

AGE_REPLACEMENT, MINIMAL_REPAIR = "age_replacement", "minimal_repair"
HALVINGS = 80
SHORTEST, LONGEST = 1e-4, 1e4  # of the scale, where the optimum is looked for


def event_rate(
    interval: FloatArray, shape: FloatArray, scale: FloatArray, policy: str
) -> FloatArray:
    """Return the long-run events per unit of time when maintenance is due at an age.

    Age replacement: F(T) / integral of R from 0 to T; minimal repair: H(T) / T. An infinite
    interval means that only events renew the equipment (age replacement) or that nothing does.

    Args:
        interval: T, above zero; broadcasts against shape and scale.
        shape: Weibull shapes.
        scale: Weibull scales, in the unit of T.
        policy: ``age_replacement`` or ``minimal_repair``.

    Examples:
        Without maintenance a life of constant hazard and mean 50 ends every 50:

        >>> float(event_rate(np.array(np.inf), np.array(1.0), np.array(50.0), AGE_REPLACEMENT))
        0.02
    """
    with np.errstate(over="ignore"):  # so late that it is as good as never
        aged = (interval / scale) ** shape
    if policy == MINIMAL_REPAIR:
        return np.asarray(aged / interval)
    return np.asarray(-np.expm1(-aged) / mean_age(interval, shape, scale))


def cost_rate(
    interval: FloatArray,
    shape: FloatArray,
    scale: FloatArray,
    costs: tuple[float, float],
    policy: str,
) -> FloatArray:
    """Return the long-run expected cost per unit of time when maintenance is due at an age.

    Args:
        interval: T, above zero; infinite for run to failure.
        shape: Weibull shapes.
        scale: Weibull scales, in the unit of T.
        costs: Of a planned renewal and of an event, one currency.
        policy: ``age_replacement`` or ``minimal_repair``.

    Returns:
        (C_p R(T) + C_f F(T)) / integral of R from 0 to T, or (C_p + C_f H(T)) / T.

    Source: Barlow & Hunter (1960), policies I and II; Barlow & Proschan (1965), chapter 4.

    Examples:
        >>> law, costs = (np.array(3.0), np.array(50.0)), (1.0, 9.0)
        >>> rates = cost_rate(np.array([10.0, 20.0, np.inf]), *law, costs, AGE_REPLACEMENT)
        >>> rates.round(3).tolist()
        [0.107, 0.076, 0.202]
    """
    planned, event = costs
    with np.errstate(invalid="ignore", over="ignore"):
        aged = (interval / scale) ** shape
        if policy == MINIMAL_REPAIR:
            return np.asarray((planned + event * aged) / interval)
        kept = np.exp(-aged)
    return np.asarray((planned * kept + event * (1 - kept)) / mean_age(interval, shape, scale))


def optimal_interval(
    shape: FloatArray, scale: FloatArray, costs: tuple[float, float], policy: str
) -> FloatArray:
    """Return the interval of least expected cost; infinite where running to failure is best.

    Age replacement has a finite optimum only if the hazard rises (shape above 1) and an event costs
    more than a planned renewal; it is the root of h(T) int R - F(T) = C_p / (C_f - C_p), whose left
    side rises with T. Minimal repair has the closed form scale (C_p / (C_f (k - 1))) ** (1 / k).

    Args:
        shape: Weibull shapes.
        scale: Weibull scales.
        costs: Of a planned renewal and of an event, both above zero.
        policy: ``age_replacement`` or ``minimal_repair``.

    Source: Barlow & Proschan (1965), chapter 4, theorem 2.1 and section 4.1.

    Examples:
        Wear is worth a plan, a constant hazard is not:

        >>> shapes, scales = np.array([3.0, 1.0]), np.array([50.0, 50.0])
        >>> optimal_interval(shapes, scales, (1.0, 9.0), AGE_REPLACEMENT).round(1).tolist()
        [19.9, inf]
    """
    planned, event = costs
    shape, scale = np.broadcast_arrays(shape, scale)
    is_worn = shape > 1
    risen = np.where(is_worn, shape, 2.0)
    if policy == MINIMAL_REPAIR:
        closed = scale * (planned / (event * (risen - 1))) ** (1 / risen)
        return np.asarray(np.where(is_worn, closed, np.inf))
    if event <= planned:
        return np.full(shape.shape, np.inf)
    low = np.full(shape.shape, np.log(SHORTEST))
    high = np.full(shape.shape, np.log(LONGEST))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_early = _balance(np.exp(middle), risen) < planned / (event - planned)
        low, high = np.where(is_early, middle, low), np.where(is_early, high, middle)
    is_found = is_worn & (high < np.log(LONGEST) - 1e-6)
    return np.asarray(np.where(is_found, scale * np.exp((low + high) / 2), np.inf))


def mean_age(interval: FloatArray, shape: FloatArray, scale: FloatArray) -> FloatArray:
    """Return the mean age at renewal: the integral of R from 0 to ``interval``.

    Examples:
        >>> float(mean_age(np.array(np.inf), np.array(1.0), np.array(50.0)))
        50.0
    """
    from scipy.special import gamma, gammainc

    with np.errstate(over="ignore"):
        share = gammainc(1 / shape, (interval / scale) ** shape)
    return np.asarray(scale * gamma(1 + 1 / shape) * share)


def _balance(age: FloatArray, shape: FloatArray) -> FloatArray:
    """h(T) int R - F(T) at an age in units of the scale."""
    with np.errstate(over="ignore"):
        aged = age**shape
        hazard = shape * age ** (shape - 1)
    return np.asarray(hazard * mean_age(age, shape, np.ones_like(age)) + np.expm1(-aged))
