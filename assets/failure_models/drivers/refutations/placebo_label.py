"""Placebo label: results moved to other batches of the same product and time must break the tie."""

import numpy as np

from assets.failure_models.drivers.refutations.association import (
    BROKEN,
    SURVIVED,
    Association,
    Attempt,
)
from assets.statistics.resampling.permutation import cluster_keys, permuted_positions

NAME = "placebo_label"
DRAWS = 499


def attempt(association: Association, seed: int) -> Attempt:
    """Move results in whole lots or campaigns, and see whether chance gives the same association.

    Source: placebo outcome after Sharma & Kiciman (2020), with clusters kept together.
    """
    centred = association.value - association.value.mean()
    scale = float((centred**2).sum()) or 1.0
    clusters = int(association.cluster.max(initial=0)) + 1
    positions = permuted_positions(
        association.block, association.cluster, cluster_keys(clusters, DRAWS, seed)
    )
    target = association.target - association.target.mean()
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
