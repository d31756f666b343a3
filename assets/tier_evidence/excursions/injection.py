"""Eight kinds of excursion put into the readings of one series, at many sizes at once.

Readings keep their instants; one that is not usable stays so. A size of 0 changes no bit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

RAMP_SHARE = 0.1  # of the phase, in which a ramp rises
CYCLES = 8.0  # of an oscillation, in a whole phase
KINDS = ("step", "ramp", "drift", "oscillation", "spike", "stuck", "noise", "delay")
# A stuck sensor and a delay have no height: their size is a share of the phase.
SIZED_BY_TIME = ("stuck", "delay")


@dataclass(frozen=True)
class SeededExcursion:
    """Where and which way an excursion goes, alike for every kind and size in one batch.

    Attributes:
        onset: Progress of the phase at which it begins, 0 to 1.
        sign: 1 upwards, -1 downwards.
        unit: Width of the range that size 1 is, in the tag's unit.
        noise: (readings,) standard normal draws.
    """

    onset: float
    sign: int
    unit: float
    noise: FloatArray


def progress(time_us: IntArray) -> FloatArray:
    """Progress of each reading through its series, 0 to 1; 0 where no time passes.

    Examples:
        >>> progress(np.array([0, 10, 40])).tolist()
        [0.0, 0.25, 1.0]
    """
    passed = (time_us - time_us[0]).astype(np.float64)
    length = float(passed[-1])
    return passed / length if length > 0 else np.zeros(passed.size)


def injected(
    time_us: IntArray, value: FloatArray, kind: str, sizes: Sequence[float], where: SeededExcursion
) -> FloatArray:
    """Change a series of readings.

    ``step`` stays from the onset on; ``ramp`` rises over a tenth of the phase and stays; ``drift``
    rises evenly from the first reading to the last; ``oscillation`` has eight cycles in a phase and
    the size as its amplitude; ``spike`` is the one reading at the onset; ``stuck`` holds the
    reading at the onset for a share of the phase; ``noise`` adds white noise of the size as its
    standard deviation; ``delay`` lets every reading come a share of the phase late.

    Args:
        time_us: (readings,) microseconds, ascending.
        value: (readings,) in the tag's unit, NaN where unusable.
        kind: One of ``KINDS``.
        sizes: In units of ``where.unit``; in shares of the phase for ``SIZED_BY_TIME``.
        where: Where it begins, and which way.

    Returns:
        (sizes, readings).

    Raises:
        KeyError: There is no such kind.

    Examples:
        >>> where = SeededExcursion(0.5, 1, 10.0, np.zeros(3))
        >>> time, value = np.array([0, 1, 2]), np.array([5.0, 5.0, 5.0])
        >>> injected(time, value, "step", [0.0, 0.5], where).tolist()
        [[5.0, 5.0, 5.0], [5.0, 10.0, 10.0]]
        >>> injected(time, value, "drift", [1.0], where).tolist()
        [[5.0, 10.0, 15.0]]
    """
    size = np.asarray(sizes, dtype=np.float64)[:, None]
    made = _KINDS[kind](progress(time_us), value, size, where)
    return np.where((size == 0) | ~np.isfinite(value), value, made)


def _added(shape: Callable[[FloatArray, SeededExcursion], FloatArray]) -> "_Kind":
    """An excursion that is a shape of height 1, times its size, added to the readings."""

    def made(
        at: FloatArray, value: FloatArray, size: FloatArray, where: SeededExcursion
    ) -> FloatArray:
        return np.asarray(value + size * where.unit * where.sign * shape(at, where))

    return made


def _step(at: FloatArray, where: SeededExcursion) -> FloatArray:
    return (at >= where.onset).astype(np.float64)


def _ramp(at: FloatArray, where: SeededExcursion) -> FloatArray:
    return np.clip((at - where.onset) / RAMP_SHARE, 0.0, 1.0)


def _drift(at: FloatArray, where: SeededExcursion) -> FloatArray:
    return at


def _oscillation(at: FloatArray, where: SeededExcursion) -> FloatArray:
    return _step(at, where) * np.sin(2 * np.pi * CYCLES * (at - where.onset))


def _spike(at: FloatArray, where: SeededExcursion) -> FloatArray:
    shape = np.zeros(at.size)
    shape[_at_onset(at, where)] = 1.0
    return shape


def _noise(at: FloatArray, where: SeededExcursion) -> FloatArray:
    return _step(at, where) * where.noise


def _stuck(
    at: FloatArray, value: FloatArray, size: FloatArray, where: SeededExcursion
) -> FloatArray:
    usable = np.flatnonzero(np.isfinite(value))
    first = _at_onset(at, where)
    held = usable[np.searchsorted(usable, first, "right") - 1] if usable.size else first
    is_held = (at >= at[first]) & (at <= where.onset + size)
    return np.where(is_held, value[max(held, 0)], value)


def _delay(
    at: FloatArray, value: FloatArray, size: FloatArray, where: SeededExcursion
) -> FloatArray:
    """The last usable reading so long ago; until there is one, the first stands."""
    usable = np.flatnonzero(np.isfinite(value))
    if not usable.size:
        return np.broadcast_to(value, (size.size, value.size))
    # Steps of time are whole microseconds: half of one keeps a share from falling short of a
    # reading that lies exactly so long ago.
    before = np.searchsorted(at[usable], (at - size).ravel() + 1e-12, "right") - 1
    return value[usable[np.maximum(before, 0)]].reshape(size.size, value.size)


def _at_onset(at: FloatArray, where: SeededExcursion) -> int:
    """Place of the first reading at or after the onset."""
    return min(int(np.searchsorted(at, where.onset)), at.size - 1)


_Kind = Callable[[FloatArray, FloatArray, FloatArray, SeededExcursion], FloatArray]
_KINDS: dict[str, _Kind] = {
    "step": _added(_step),
    "ramp": _added(_ramp),
    "drift": _added(_drift),
    "oscillation": _added(_oscillation),
    "spike": _added(_spike),
    "stuck": _stuck,
    "noise": _added(_noise),
    "delay": _delay,
}
