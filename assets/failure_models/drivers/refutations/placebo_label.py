"""Placebo label: results moved to other batches of the same product and time must break the tie."""

import numpy as np

from assets.failure_models.drivers.refutations.claim import BROKEN, SURVIVED, Attempt, Claim
from assets.statistics.resampling.permutation import permuted_positions, string_keys

NAME = "placebo_label"
DRAWS = 499


def attempt(claim: Claim, seed: int) -> Attempt:
    """Move results in whole lots or campaigns, and see whether chance gives the same association.

    Source: placebo outcome after Sharma & Kiciman (2020), with strings kept together.
    """
    centred = claim.value - claim.value.mean()
    scale = float((centred**2).sum()) or 1.0
    strings = int(claim.cluster.max(initial=0)) + 1
    positions = permuted_positions(claim.block, claim.cluster, string_keys(strings, DRAWS, seed))
    target = claim.target - claim.target.mean()
    observed = float(centred @ target) / scale
    low, high = (
        float(end) for end in np.quantile(target[positions] @ centred / scale, [0.025, 0.975])
    )
    is_outside = observed < low or observed > high
    result = SURVIVED if is_outside else BROKEN
    text = "lies outside" if is_outside else "lies inside"
    return Attempt(
        NAME,
        observed,
        low,
        high,
        result,
        f"With results moved between lots of the same product and time the association ranges from "
        f"{low:+.2f} to {high:+.2f}; the one claimed, {observed:+.2f}, {text} that.",
    )
