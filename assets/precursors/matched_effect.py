"""How much more often the exposed fail than their matched controls, with intervals.

Controls are the unexposed batches of the same matched block, weighted as the exposed are spread
over the blocks. Batches of one lot or campaign fail together, so intervals are those of counts
divided by the design effect.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.dependence import deflation, share_interval
from assets.statistics.intervals import newcombe_difference


@dataclass(frozen=True)
class MatchedEffect:
    """Exposed batches against matched controls, by the columns the finding tables share.

    Attributes:
        exposed: Exposed batches, and ``exposed_failures`` of them.
        controls: Unexposed batches in blocks with an exposed one, and their failures.
        rate_exposed: Failure rate of the exposed, 0 to 1, with Wilson's interval.
        rate_controls: Failure rate of the controls, standardised to the blocks of the exposed.
        difference: Exposed minus controls, with Newcombe's interval on the effective controls.
        ratio: Mantel-Haenszel risk ratio with the interval of Greenland & Robins (1985), its
            variance times the design effect; None where no control failed or no exposed batch did.
    """

    exposed: int
    exposed_failures: int
    controls: int
    controls_failures: int
    rate_exposed: float
    rate_exposed_low: float
    rate_exposed_high: float
    rate_controls: float
    difference: float
    difference_low: float
    difference_high: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None


def matched_effect(
    is_exposed: BoolArray, label: FloatArray, block: IntArray, cluster: IntArray
) -> MatchedEffect:
    """Compare the exposed with the unexposed of their blocks.

    Args:
        is_exposed: Per batch whether the event came before it; at least one is.
        label: Per batch 1 for a failure.
        block: Per batch its matched block.
        cluster: Per batch its lot or campaign.
    """
    blocks = int(block.max()) + 1

    def per_block(of: Any) -> FloatArray:
        return np.asarray(np.bincount(block, weights=of, minlength=blocks), dtype=np.float64)

    n1, n0 = per_block(is_exposed * 1.0), per_block(~is_exposed * 1.0)
    a, c = per_block(is_exposed * label), per_block(~is_exposed * label)
    both = (n1 > 0) & (n0 > 0)
    exposed, failures = int(n1.sum()), int(a.sum())
    controls, controls_failures = int(n0[both].sum()), int(c[both].sum())
    share = np.where(both, n1, 0.0)
    standard = float((share * c / np.maximum(n0, 1)).sum() / max(share.sum(), 1.0))
    # Kish's effective number of controls under the weights that standardise them.
    weight = share / np.maximum(n0, 1)
    effective = (weight * n0).sum() ** 2 / max(float((weight**2 * n0).sum()), 1e-12)
    failed, is_control = label > 0, ~is_exposed & both[block]
    by = deflation(failed[is_exposed], cluster[is_exposed])
    effective = max(1.0, effective / deflation(failed[is_control], cluster[is_control]))
    low, high = newcombe_difference(failures / by, exposed / by, standard * effective, effective)
    rate = failures / exposed
    return MatchedEffect(
        exposed, failures, controls, controls_failures,
        rate, *share_interval(failed[is_exposed], cluster[is_exposed]),
        standard, rate - standard, min(low, rate - standard), max(high, rate - standard),
        *(_ratio(a[both], n1[both], c[both], n0[both], by) or (None, None, None)),
    )  # fmt: skip


def _ratio(
    a: FloatArray, n1: FloatArray, c: FloatArray, n0: FloatArray, by: float
) -> tuple[float, float, float] | None:
    n = n1 + n0
    r, s = float((a * n0 / n).sum()), float((c * n1 / n).sum())
    if r <= 0 or s <= 0:
        return None
    p = float(((n1 * n0 * (a + c) - a * c * n) / n**2).sum())
    spread = 1.96 * sqrt(by * p / (r * s))
    ratio = log(r / s)
    return exp(ratio), exp(ratio - spread), exp(ratio + spread)
