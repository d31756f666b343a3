"""Placebo label: results moved to other batches of the same product and time must break the tie."""

import numpy as np

from assets.failure_models.drivers.refutations.association import Association, Attempt
from data_contracts.codes.records import RefutationResult

NAME = "placebo_label"
DRAWS = 499


def attempt(association: Association, seed: int) -> Attempt:
    """Move results in whole lots or campaigns, and see whether chance gives the same association.

    Source: placebo outcome after Sharma & Kiciman (2020), with clusters kept together.
    """
    centred = association.value - association.value.mean()
    scale = float((centred**2).sum()) or 1.0
    target = association.target - association.target.mean()
    observed = float(centred @ target) / scale
    drawn = association.dealt(target, DRAWS, seed) @ centred / scale
    low, high = (float(end) for end in np.quantile(drawn, [0.025, 0.975]))
    is_outside = observed < low or observed > high
    return Attempt(
        NAME,
        observed,
        low,
        high,
        RefutationResult.SURVIVED if is_outside else RefutationResult.BROKEN,
        f"With results moved between lots of the same product and time the association ranges from "
        f"{low:+.2f} to {high:+.2f}; the one claimed, {observed:+.2f}, "
        f"lies {'outside' if is_outside else 'inside'} that.",
    )
