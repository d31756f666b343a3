"""What so many found of so many show without any curve: exact bounds, numbers needed, and sizes."""

import numpy as np
from scipy.special import bdtr, betaincinv

from assets.statistics.array_types import FloatArray, IntArray


def detection_bound(detected: int, trials: int, confidence: float = 0.95) -> float:
    """Lower one-sided bound of a probability of detection, exact (Clopper & Pearson 1934).

    Args:
        detected: Number found, 0 to trials.
        trials: Number there was to find.
        confidence: That the probability is at least the bound.

    Returns:
        The bound, 0 to 1; 0 where nothing was tried or found.

    Examples:
        >>> round(detection_bound(29, 29), 4), round(detection_bound(28, 28), 4)
        (0.9019, 0.8985)
    """
    if detected <= 0:
        return 0.0
    return float(betaincinv(detected, trials - detected + 1, 1 - confidence))


def trials_needed(content: float = 0.9, confidence: float = 0.95, misses: int = 0) -> int:
    """Fewest trials that show a probability of detection although so many are missed.

    Args:
        content: Probability to be shown, above 0 and below 1.
        confidence: That it is at least that.
        misses: Misses allowed, at least 0.

    Examples:
        >>> trials_needed(0.9), trials_needed(0.95), trials_needed(0.9, misses=1)
        (29, 59, 46)
    """
    trials = misses + 1
    # Shown when, at the content itself, so few misses would be rarer than one minus confidence.
    while float(bdtr(misses, trials, 1 - content)) > 1 - confidence:
        trials += 1
    return trials


def demonstrated_size(
    size: FloatArray,
    detected: IntArray,
    trials: IntArray,
    content: float = 0.9,
    confidence: float = 0.95,
) -> float:
    """Smallest size whose detection is shown by its own counts, from the largest size downwards.

    Sizes are judged in that order and the first that is not shown ends it, so that no confidence
    is lost by looking at several (fixed sequence: Maurer, Hothorn & Lehmacher 1995). No curve is
    assumed.

    Args:
        size: Per size, above 0, in any order.
        detected: Per size, number found.
        trials: Per size, number tried.
        content: Probability of detection to be shown.
        confidence: Of the statement about every size down to the returned one.

    Returns:
        The size, or NaN where not even the largest is shown.

    Examples:
        >>> size, tried = np.array([1.0, 2.0, 3.0]), np.array([29, 29, 29])
        >>> demonstrated_size(size, np.array([20, 29, 29]), tried)
        2.0
        >>> demonstrated_size(size, np.array([29, 20, 29]), tried)  # 1.0 was never asked
        3.0
    """
    shown = float("nan")
    for row in np.argsort(-size, kind="stable"):
        if detection_bound(int(detected[row]), int(trials[row]), confidence) < content:
            break
        shown = float(size[row])
    return shown
