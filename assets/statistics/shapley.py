"""Shapley value of a chain: members that act one after another, each on what is left to it.

What the members do together is shared out by the average over all orders of joining, which for a
chain is an integral that three points give exactly. Shares of other games are not worked out here.
"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray

# Gauss-Legendre on [0, 1]: three points integrate a polynomial of degree 5 exactly, which is the
# degree that a chain of six members needs.
_NODES = 0.5 + 0.5 * np.array([-np.sqrt(0.6), 0.0, np.sqrt(0.6)])
_WEIGHTS = np.array([5.0, 8.0, 5.0]) / 18
MOST_MEMBERS = 6


def shapley_credits(alone: Sequence[FloatArray], left: Sequence[FloatArray]) -> list[FloatArray]:
    """Return the Shapley credit of each member of a chain.

    With v the worth of a member alone and s = 1 - left, a set S of members is worth the sum over S
    of v_i times the product of (1 - s_j) over the members j before i. The Shapley value is the
    integral of the derivative of that sum's multilinear extension along its diagonal (Owen 1972).

    Args:
        alone: Per member in chain order, its worth alone, any shape; all of one shape.
        left: Per member in chain order, the share it leaves to those after it, 0 to 1.

    Returns:
        Per member its credit; they add up to the worth of the whole chain.

    Raises:
        ValueError: There are more members than the quadrature is exact for.

    Examples:
        Two members who would each do all of 10 alone share it, whoever comes first.

        >>> both = shapley_credits([np.array([10.0])] * 2, [np.array([0.0])] * 2)
        >>> [round(float(credit[0]), 9) for credit in both]
        [5.0, 5.0]
    """
    count = len(alone)
    if count > MOST_MEMBERS:
        raise ValueError(f"{count} members of one chain; at most {MOST_MEMBERS} are exact.")
    if count == 1:
        return [alone[0]]
    settled = [1 - share for share in left]
    found = [np.zeros_like(alone[0]) for _ in range(count)]
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        kept = [1 - node * share for share in settled]
        # tails[k]: what the members after k are worth, per unit that reaches them.
        later = np.zeros_like(alone[0])
        tails: list[FloatArray] = []
        for worth, share in zip(reversed(alone), reversed(kept), strict=True):
            tails.append(later)
            later = node * worth + share * later
        reached = np.ones_like(alone[0])
        for k, tail in enumerate(reversed(tails)):
            found[k] += weight * reached * (alone[k] - settled[k] * tail)
            reached = reached * kept[k]
    return found
