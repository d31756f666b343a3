"""What a rule amounts to on some batches: rates in and out, with intervals.

Risk difference with Newcombe's interval (Newcombe 1998, method 10) on counts divided by the design
effect of lots and campaigns, lift, support and attributable failures. On the batches a rule was
found or fitted on these flatter it; the later period does not.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.dependence import difference_interval


@dataclass(frozen=True)
class RuleEffect:
    """A rule on some batches, by the columns of ``finding.rule_effects``; NaN where undefined.

    Attributes:
        batches_inside: Batches the rule covers.
        failures_inside: Of these, failed.
        batches_outside: Batches it does not cover.
        failures_outside: Of these, failed.
        failures_expected: Failures expected inside from product and period alone.
        clusters_inside: Lots or campaigns the failures inside come from.
        rate_inside: Share failed inside.
        rate_outside: Share failed outside.
        risk_difference: Share failed inside minus outside, with its 95% interval.
        lift: Rate inside over the rate of all batches.
        support: Share of all batches inside.
        attributable: Failures inside beyond those the rate outside would have given, with the
            difference's interval in failures.
    """

    batches_inside: int
    failures_inside: int
    batches_outside: int
    failures_outside: int
    failures_expected: float
    clusters_inside: int
    rate_inside: float
    rate_outside: float
    risk_difference: float
    risk_difference_low: float
    risk_difference_high: float
    lift: float
    support: float
    attributable: float
    attributable_low: float
    attributable_high: float


def effect_of(
    covers: BoolArray, label: FloatArray, expected: FloatArray, cluster: IntArray
) -> RuleEffect:
    """Count a rule on some batches.

    Args:
        covers: Per batch, whether the rule covers it.
        label: Per batch, 1 failed, 0 good.
        expected: Per batch, failures expected from its block.
        cluster: Per batch, code of its lot or campaign.
    """
    failed = label > 0
    inside, outside = int(covers.sum()), int((~covers).sum())
    failures = int((covers & failed).sum()), int((~covers & failed).sum())
    rates = _share(failures[0], inside), _share(failures[1], outside)
    overall = _share(sum(failures), covers.size)
    difference = rates[0] - rates[1]
    low, high = difference_interval(failed, covers, cluster)
    return RuleEffect(
        *(inside, failures[0], outside, failures[1]),
        float(expected[covers].sum()),
        int(np.unique(cluster[covers & failed]).size),
        *(*rates, difference, low, high),
        rates[0] / overall if overall > 0 else float("nan"),
        _share(inside, covers.size),
        *(difference * inside, low * inside, high * inside),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
