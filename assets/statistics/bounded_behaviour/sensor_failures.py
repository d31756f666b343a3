"""Twelve ways in which readings are not what they say."""

from collections.abc import Callable

import numpy as np

from assets.statistics.array_types import FloatArray

# What becomes of (states, readings) when the sensor in a column fails, given the ends of its scale.
Failure = Callable[[FloatArray, int, float, float], FloatArray]


def _set(value: Callable[[FloatArray, float, float], FloatArray | float]) -> Failure:
    def failed(readings: FloatArray, column: int, low: float, high: float) -> FloatArray:
        changed = readings.copy()
        changed[:, column] = value(readings[:, column], low, high)
        return changed

    return failed


def _swapped(readings: FloatArray, column: int, low: float, high: float) -> FloatArray:
    """Wired to its neighbour; alone, upside down."""
    changed = readings.copy()
    if readings.shape[1] == 1:
        changed[:, 0] = low + high - readings[:, 0]
        return changed
    other = (column + 1) % readings.shape[1]
    changed[:, [column, other]] = readings[:, [other, column]]
    return changed


def _all_missing(readings: FloatArray, column: int, low: float, high: float) -> FloatArray:
    return np.full_like(readings, np.nan)


SENSOR_FAILURES: dict[str, Failure] = {
    "missing": _set(lambda x, low, high: np.nan),
    "all missing": _all_missing,
    "stuck at the middle": _set(lambda x, low, high: (low + high) / 2),
    "stuck at zero": _set(lambda x, low, high: 0.0),
    "full scale": _set(lambda x, low, high: high),
    "bottom of scale": _set(lambda x, low, high: low),
    "infinite": _set(lambda x, low, high: np.inf),
    "swapped": _swapped,
    "reads a tenth of its scale high": _set(lambda x, low, high: x + 0.1 * (high - low)),
    "reads a tenth of its scale low": _set(lambda x, low, high: x - 0.1 * (high - low)),
    "wrong unit": _set(lambda x, low, high: 1.8 * x + 32.0),
    "wrong sign": _set(lambda x, low, high: -x),
}
