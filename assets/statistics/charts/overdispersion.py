"""Do counts scatter more than chance: whether a plain p or u chart may be used at all."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from assets.statistics.array_types import FloatArray


@dataclass(frozen=True)
class Overdispersion:
    """Observed over expected variance of counts.

    Attributes:
        ratio: 1 where counts scatter as chance has it.
        chi_square: The ratio times the degrees of freedom.
        degrees: Samples less one.
        p_value: Of so large a ratio by chance.
    """

    ratio: float
    chi_square: float
    degrees: int
    p_value: float


def overdispersion(counts: FloatArray, sizes: FloatArray | None = None) -> Overdispersion:
    """Test binomial counts, or Poisson ones where no sizes are given.

    Args:
        counts: Per sample, NaN skipped; at least 2 samples, not all 0.
        sizes: Per sample, units looked at (binomial); equal areas of opportunity otherwise.

    Raises:
        ValueError: For fewer than 2 samples, or no event (or nothing else) in any.

    Source: Wetherill & Brown, Statistical Process Control (1991), pages 216-218; with sizes that
    differ the chi-square of a contingency table.

    Examples:
        >>> found = overdispersion(np.array([11.0, 8, 13, 11, 25, 23]))
        >>> round(found.ratio, 3), found.p_value < 0.01
        (3.281, True)
    """
    known = np.isfinite(counts)
    x = counts[known]
    size = np.ones(x.size) if sizes is None else sizes[known]
    if x.size < 2 or x.sum() == 0 or (sizes is not None and x.sum() == size.sum()):
        raise ValueError(f"{x.size} samples with {x.sum():g} events do not show how counts scatter")
    share = float(x.sum() / size.sum())
    variance = size * share * (1.0 if sizes is None else 1 - share)
    chi_square = float(((x - size * share) ** 2 / variance).sum())
    degrees = x.size - 1
    return Overdispersion(
        chi_square / degrees, chi_square, degrees, float(chdtrc(degrees, chi_square))
    )
