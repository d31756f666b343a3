"""When a level began to drift: flat before an onset, a straight ramp after it.

For a given onset least squares gives level and slope, so the onset is profiled; its interval is the
set an F test does not tell from the best (Hinkley 1971; Seber & Wild 2003, section 9.3). Whether
there is a ramp at all is judged by the largest improvement over all onsets against the same of
shuffled values, because the best of many onsets improves something in any series.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.permutation import p_value

LEVEL = 0.95
ONSETS = 60
DRAWS = 199
EDGE = 0.02  # share of the record at each end that holds no onset


@dataclass(frozen=True)
class RampOnset:
    """A ramp and when it began.

    Attributes:
        onset: Time at which it began.
        low: Lower end of its 95% interval.
        high: Upper end.
        slope: Per unit of time after it.
        level: Before it.
        p_value: Of no ramp, by permutation.
    """

    onset: float
    low: float
    high: float
    slope: float
    level: float
    p_value: float


def ramp_onset(time: FloatArray, values: FloatArray, seed: int, *, draws: int = DRAWS) -> RampOnset:
    """Find the ramp that fits best.

    Args:
        time: Times, ascending, not all the same.
        values: Values, as many, at least ten.
        seed: Of the permutations.
        draws: Permutations; the least p-value is one over one more.

    Raises:
        ValueError: If there are fewer than ten values, or one time only.

    Examples:
        >>> time = np.arange(200.0)
        >>> noise = np.random.default_rng(1).normal(0, 1, 200)
        >>> found = ramp_onset(time, 0.05 * np.clip(time - 120, 0, None) + noise, 1)
        >>> found.low < 120 < found.high, found.p_value
        (True, 0.005)
    """
    from scipy.special import fdtri

    times = np.unique(time)
    if values.size < 10 or times.size < 2:
        raise ValueError(f"{values.size} values at {times.size} times do not tell a drift")
    # of the times, not of the values: many at the last time would put an onset on it, with no ramp
    onsets = np.quantile(times, np.linspace(EDGE, 1 - EDGE, ONSETS))
    ramps = np.clip(time - onsets[:, None], 0.0, None)
    ramps -= ramps.mean(axis=1, keepdims=True)
    squares = (ramps**2).sum(axis=1)
    centred = values - values.mean()
    gains = (ramps @ centred) ** 2 / squares
    best = int(np.argmax(gains))
    rng = np.random.default_rng(seed)
    shuffled = np.stack([rng.permutation(centred) for _ in range(draws)], axis=1)
    null = ((ramps @ shuffled) ** 2 / squares[:, None]).max(axis=0)
    degrees = values.size - 3
    rest = float(centred @ centred) - gains
    bar = rest[best] * (1 + float(fdtri(1, degrees, LEVEL)) / degrees)
    inside = np.flatnonzero(rest <= bar)
    slope = float(ramps[best] @ centred / squares[best])
    level = float((values - slope * np.clip(time - onsets[best], 0.0, None)).mean())
    low, high = _between(onsets, inside)
    return RampOnset(
        float(onsets[best]), low, high, slope, level, p_value(float(gains[best]), null)
    )


def _between(onsets: FloatArray, inside: np.typing.NDArray[np.intp]) -> tuple[float, float]:
    """Widen to the next onsets tried that were told apart."""
    first, last = max(0, int(inside[0]) - 1), min(onsets.size - 1, int(inside[-1]) + 1)
    return float(onsets[first]), float(onsets[last])
