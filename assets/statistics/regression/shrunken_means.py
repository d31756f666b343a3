"""Means of groups drawn towards that of all, by how much groups differ beyond chance.

One-way random effects: the variance between groups by the moments of an analysis of variance, each
mean drawn in by its own reliability. Source: Searle, Casella & McCulloch (1992), chapter 3;
Robinson (1991) on the use of such predictions.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray


@dataclass(frozen=True)
class ShrunkenMeans:
    """Groups and what is known of them.

    Attributes:
        effect: Of each group, from the mean of all, drawn in.
        sd: Standard deviation of what is not known of each.
        raw: Plain mean of each less that of all.
        t: Raw over its own standard error without any difference between groups.
        degrees: Freedom of ``t``: values less groups.
        between: Standard deviation between groups.
        within: Standard deviation within.
    """

    effect: FloatArray
    sd: FloatArray
    raw: FloatArray
    t: FloatArray
    degrees: int
    between: float
    within: float


def shrunken_means(group: IntArray, values: FloatArray) -> ShrunkenMeans | None:
    """Estimate the groups.

    Args:
        group: Group of each value, 0 to g - 1, each present.
        values: Values.

    Returns:
        The groups, or None with one group or no group of two.

    Examples:
        >>> group = np.repeat([0, 1, 2], 4)
        >>> found = shrunken_means(group, np.array([1.0, 2, 1, 2, 1, 2, 1, 2, 9, 8, 9, 8]))
        >>> bool(abs(found.effect[2]) < abs(found.raw[2])), found.raw.round(3).tolist()
        (True, [-2.333, -2.333, 4.667])
    """
    count = np.bincount(group).astype(np.float64)
    groups, size = count.size, values.size
    if groups < 2 or size <= groups:
        return None
    means = np.bincount(group, values) / count
    within = float(((values - means[group]) ** 2).sum()) / (size - groups)
    spread = float((count * (means - values.mean()) ** 2).sum()) / (groups - 1)
    typical = (size - (count**2).sum() / size) / (groups - 1)
    between = max(0.0, (spread - within) / typical)
    # the mean of all, each group weighed by how well it is known
    weight = 1 / (between + within / count) if within > 0 else count
    centre = float((weight * means).sum() / weight.sum())
    reliability = between / (between + within / count) if between > 0 else np.zeros(groups)
    raw = means - values.mean()
    rest = np.maximum(1 / count - 1 / size, 1e-12)
    t = raw / np.sqrt(within * rest) if within > 0 else np.full(groups, np.nan)
    return ShrunkenMeans(
        reliability * (means - centre),
        np.sqrt(between * (1 - reliability)),
        raw,
        t,
        size - groups,
        float(np.sqrt(between)),
        float(np.sqrt(within)),
    )
