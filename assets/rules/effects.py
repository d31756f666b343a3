"""What a rule amounts to on some batches: rates in and out, with intervals.

Risk difference with Newcombe's interval (Newcombe 1998, method 10) on counts divided by the design
effect of lots and campaigns, lift, support and attributable failures. On the batches a rule was
found or fitted on these flatter it; the later period does not.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.dependence import difference_interval
from assets.statistics.intervals import Interval


@dataclass(frozen=True)
class Effect:
    """A rule on some batches.

    Attributes:
        batches_inside: Batches the rule covers.
        failures_inside: Of these, failed.
        batches_outside: Batches it does not cover.
        failures_outside: Of these, failed.
        failures_expected: Failures expected inside from product and period alone.
        clusters_inside: Lots or campaigns the failures inside come from.
        interval: 95% interval of the difference.
    """

    batches_inside: int
    failures_inside: int
    batches_outside: int
    failures_outside: int
    failures_expected: float
    clusters_inside: int
    interval: Interval

    @property
    def rate_inside(self) -> float:
        """Share failed inside, NaN where the rule covers nothing."""
        return _share(self.failures_inside, self.batches_inside)

    @property
    def rate_outside(self) -> float:
        """Share failed outside."""
        return _share(self.failures_outside, self.batches_outside)

    @property
    def difference(self) -> float:
        """Share failed inside minus outside."""
        return self.rate_inside - self.rate_outside

    @property
    def lift(self) -> float:
        """Rate inside over the rate of all batches."""
        failures = self.failures_inside + self.failures_outside
        overall = _share(failures, self.batches_inside + self.batches_outside)
        return self.rate_inside / overall if overall > 0 else float("nan")

    @property
    def support(self) -> float:
        """Share of all batches inside."""
        return _share(self.batches_inside, self.batches_inside + self.batches_outside)

    @property
    def attributable(self) -> float:
        """Failures inside beyond those the rate outside would have given."""
        return self.difference * self.batches_inside

    @property
    def attributable_interval(self) -> Interval:
        """The difference's interval, in failures."""
        low, high = self.interval
        return low * self.batches_inside, high * self.batches_inside


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def effect_of(
    covers: BoolArray, label: FloatArray, expected: FloatArray, cluster: IntArray
) -> Effect:
    """Count a rule on some batches.

    Args:
        covers: Per batch, whether the rule covers it.
        label: Per batch, 1 failed, 0 good.
        expected: Per batch, failures expected from its block.
        cluster: Per batch, code of its lot or campaign.
    """
    failed = label > 0
    return Effect(
        int(covers.sum()),
        int((covers & failed).sum()),
        int((~covers).sum()),
        int((~covers & failed).sum()),
        float(expected[covers].sum()),
        int(np.unique(cluster[covers & failed]).size),
        difference_interval(failed, covers, cluster),
    )
