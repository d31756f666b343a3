"""Levers run together: no failure is saved twice, and what each is credited with adds up.

Levers that meet the same failures act in chain order (gate by gate, prevention before alerts), each
on what the ones before it left. What the programme saves together is credited to the levers in two
ways that both add up to it: as the chain runs, and by Shapley's average over all orders of joining.
"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray

# Gauss-Legendre on [0, 1]: three points integrate a polynomial of degree 5 exactly, which is the
# degree that six levers on the same failures need.
_NODES = 0.5 + 0.5 * np.array([-np.sqrt(0.6), 0.0, np.sqrt(0.6)])
_WEIGHTS = np.array([5.0, 8.0, 5.0]) / 18
MOST_LEVERS = 6


def chain_shares(unresolved: Sequence[FloatArray]) -> list[FloatArray]:
    """Return, per lever, the share of failures that the levers before it left.

    Args:
        unresolved: Per lever in chain order, the share of failures it leaves, 0 to 1.
    """
    left = np.ones_like(unresolved[0]) if unresolved else np.ones(1)
    shares: list[FloatArray] = []
    for share in unresolved:
        shares.append(left)
        left = left * share
    return shares


def shapley_credits(
    alone: Sequence[FloatArray], unresolved: Sequence[FloatArray]
) -> list[FloatArray]:
    """Return the Shapley credit of each lever in a quantity that chains.

    With v the worth of a lever alone and s = 1 - unresolved, a set S of levers is worth the sum
    over S of v_i times the product of (1 - s_j) over the members j before i. The Shapley value is
    the integral of the derivative of that sum's multilinear extension along its diagonal (Owen
    1972).

    Args:
        alone: Per lever in chain order, its worth alone (failures or USD).
        unresolved: Per lever in chain order, the share of failures it leaves.

    Returns:
        Per lever its credit; they add up to the chain's total.

    Raises:
        ValueError: There are more levers than the quadrature is exact for.
    """
    count = len(alone)
    if count > MOST_LEVERS:
        raise ValueError(f"{count} levers on the same failures; at most {MOST_LEVERS} are exact.")
    if count == 1:
        return [alone[0]]
    settled = [1 - share for share in unresolved]
    found = [np.zeros_like(alone[0]) for _ in range(count)]
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        kept = [1 - node * share for share in settled]
        # later[k]: what the levers after k are worth, per unit of failures that reach them.
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
