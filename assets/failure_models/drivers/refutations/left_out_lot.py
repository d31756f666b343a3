"""Left-out lot: no single lot or campaign may carry the association."""

import numpy as np

from assets.failure_models.drivers.refutations.association import Association, Attempt
from data_contracts.codes.records import RefutationResult

NAME = "left_out_lot"


def attempt(association: Association, seed: int) -> Attempt:
    """Leave out one lot or campaign at a time; the sign must stay.

    Source: delete-a-group jackknife (Kott 2001). ``seed`` is not used: nothing is drawn.
    """
    codes, position = np.unique(association.cluster, return_inverse=True)

    def without(values: np.ndarray) -> np.ndarray:
        return np.asarray(
            values.sum() - np.bincount(position, weights=values, minlength=codes.size)
        )

    x, y = association.value, association.target
    rows = np.maximum(without(np.ones(x.size)), 1)
    shared = without(x * y) - without(x) * without(y) / rows
    spread = without(x * x) - without(x) ** 2 / rows
    slopes = np.divide(shared, spread, out=np.zeros(codes.size), where=spread > 1e-12)
    observed = float(np.cov(x, y)[0, 1] / max(float(np.var(x, ddof=1)), 1e-300))
    low, high = float(slopes.min()), float(slopes.max())
    is_same = low * high > 0
    return Attempt(
        NAME,
        observed,
        low,
        high,
        RefutationResult.SURVIVED if is_same else RefutationResult.BROKEN,
        f"Leaving out any one lot or campaign the association stays between {low:+.2f} and "
        f"{high:+.2f}.",
    )
