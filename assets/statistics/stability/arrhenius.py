"""The Arrhenius law: how much faster a result changes on warmer storage.

Results change in proportion to time, at a rate that depends on temperature alone:
y = start of the batch + rate(T) * months, rate(T) = rate(ref) * exp(-E / R * (1/T - 1/ref)). For a
given energy the rest is linear, so the energy is profiled, and its interval is the set of energies
whose residual sum of squares an F test does not tell from the least (Bates & Watts 1988, section
3.6 and 6.1); an interval by the curvature at the estimate is too short with two temperatures.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

GAS_CONSTANT = 0.008314472  # kJ/mol/K
ZERO_C = 273.15
REFERENCE_C = 25.0
LEVEL = 0.95
ENERGIES = np.linspace(0.0, 400.0, 401)  # kJ/mol; degradation of solids lies between 40 and 200


@dataclass(frozen=True)
class ArrheniusFit:
    """Activation energy and rate.

    Attributes:
        energy: kJ/mol; NaN where no change with time is told from chance.
        low: Lower end of its 95% interval; 0 where no rise with temperature is shown.
        high: Upper end; infinity where the cooler storage shows no change told from none.
        rate: Change per unit of time at the reference temperature.
        degrees: Degrees of freedom.
    """

    energy: float
    low: float
    high: float
    rate: float
    degrees: int


def acceleration(energy: float, temperature_c: FloatArray) -> FloatArray:
    """Return the rate at temperatures over that at 25 degC.

    Args:
        energy: kJ/mol.
        temperature_c: degC.

    Examples:
        >>> acceleration(83.14472, np.array([25.0, 40.0])).round(3).tolist()
        [1.0, 4.986]
    """
    inverse = 1 / (temperature_c + ZERO_C) - 1 / (REFERENCE_C + ZERO_C)
    return np.asarray(np.exp(-energy / GAS_CONSTANT * inverse))


def arrhenius_fit(
    batch: IntArray,
    time: FloatArray,
    temperature_c: FloatArray,
    value: FloatArray,
    *,
    level: float = LEVEL,
) -> ArrheniusFit:
    """Estimate the activation energy from results at two or more temperatures.

    Args:
        batch: Batch of each result, 0 to b - 1; every batch has a start of its own.
        time: Time in storage.
        temperature_c: Of the storage, degC.
        value: Results.
        level: Of the interval.

    Raises:
        ValueError: If there is one temperature only, or no freedom left.

    Examples:
        >>> t, c = np.tile([0.0, 3.0, 6.0, 12.0], 2), np.repeat([25.0, 40.0], 4)
        >>> y = 100 - 0.05 * acceleration(90.0, c) * t + np.tile([0.01, -0.01], 4)
        >>> fit = arrhenius_fit(np.zeros(8, dtype=np.int64), t, c, y)
        >>> abs(fit.energy - 90.0) < 2.0, fit.low < 90.0 < fit.high
        (True, True)
    """
    from scipy.special import fdtri

    if np.unique(temperature_c).size < 2:
        raise ValueError("an activation energy needs results at two temperatures")
    degrees = value.size - int(batch.max()) - 3
    if degrees < 1:
        raise ValueError(f"{value.size} results leave no freedom beside starts, rate and energy")
    response = _within(batch, value)

    def fitted(energy: float) -> tuple[float, float]:
        x = _within(batch, time * acceleration(energy, temperature_c))
        square = float(x @ x)
        # results of one time alone say nothing of a rate at an energy of 0
        rate = float(x @ response) / square if square > 0 else 0.0
        return float(((response - rate * x) ** 2).sum()), rate

    def rest(energy: float) -> float:
        return fitted(energy)[0]

    best = _least(rest)
    least, rate = fitted(best)
    bar = least * (1 + float(fdtri(1, degrees, level)) / degrees)
    if float(response @ response) <= bar:
        return ArrheniusFit(float("nan"), 0.0, float("inf"), rate, degrees)
    low, high = _ends(rest, best, bar)
    return ArrheniusFit(best, low, high, rate, degrees)


def _within(batch: IntArray, values: FloatArray) -> FloatArray:
    """Take from every value the mean of its batch."""
    count = np.bincount(batch)
    return np.asarray(values - (np.bincount(batch, values) / count)[batch])


def _least(rest: Callable[[float], float]) -> float:
    from scipy.optimize import minimize_scalar

    place = int(np.argmin([rest(float(energy)) for energy in ENERGIES]))
    around = ENERGIES[max(0, place - 1)], ENERGIES[min(ENERGIES.size - 1, place + 1)]
    found = minimize_scalar(rest, bounds=around, method="bounded", options={"xatol": 1e-6})
    return float(found.x)


def _ends(rest: Callable[[float], float], best: float, bar: float) -> tuple[float, float]:
    """Go down and up from the best energy until the rest passes the bar."""
    from scipy.optimize import brentq

    def beyond(energy: float) -> float:
        return rest(energy) - bar

    above = [float(e) for e in ENERGIES if e > best and beyond(float(e)) > 0]
    below = [float(e) for e in ENERGIES if e < best and beyond(float(e)) > 0]
    low = float(brentq(beyond, below[-1], best)) if below else 0.0
    return low, float(brentq(beyond, best, above[0])) if above else float("inf")
