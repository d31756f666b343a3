"""Which attributes of a material precede failures, lot by lot, tested by lots dealt anew.

A batch is described by the attributes of the lots it took, weighed by quantity; slow drift of the
failure rate and the products' own rates are taken out first, from both sides. The test deals the
attributes to other lots: lots, not batches, are what is independent.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.prediction_quality.calibration import expit, logit
from assets.statistics.regression.penalised_logistic import LogisticFit, fit_logistic
from assets.statistics.resampling.permutation import p_value

DEALS = 999
REFITS = 100
PRIOR_SD = 0.5  # log odds per standard deviation of an attribute, thought usual before the records
LOT_SDS = np.linspace(0.02, 3.0, 60)  # of lots in log odds, from as good as none on
FEWEST_LOTS, FEWEST_FAILURES = 8, 8


@dataclass(frozen=True)
class MaterialRecords:
    """Batches that took one material, and its lots.

    Attributes:
        shares: (batches, lots) how much of what a batch took came from each lot, sums 1.
        attributes: (lots, attributes), NaN where not determined.
        failed: Per batch, 0 or 1.
        product: Per batch, number of the product.
        order: Per batch, place in production, ascending.
    """

    shares: FloatArray
    attributes: FloatArray
    failed: FloatArray
    product: FloatArray
    order: FloatArray

    @cached_property
    def lots(self) -> FloatArray:
        """(lots, attributes) standardised over the lots; a gap is the mean."""
        mean, sd = np.nanmean(self.attributes, axis=0), np.nanstd(self.attributes, axis=0)
        standard = (self.attributes - mean) / np.where(sd > 0, sd, 1.0)
        return np.asarray(np.nan_to_num(standard))

    @cached_property
    def offset(self) -> FloatArray:
        """Log odds of failure per batch by product and slow drift of the rate alone."""
        rate = (self.failed.sum() + 0.5) / (self.failed.size + 1)
        number = self.product.astype(np.int64)
        count = np.bincount(number)
        own = (np.bincount(number, self.failed) + rate) / (count + 1)
        of_product = logit(np.clip(own, 1e-3, 1 - 1e-3))[number]
        drift = self._time[:, 1:]
        return fit_logistic(drift, self.failed, of_product).log_odds(drift, of_product)

    @property
    def _time(self) -> FloatArray:
        spread = np.ptp(self.order) or 1.0
        time = 2 * (self.order - self.order.min()) / spread - 1
        return np.column_stack([np.ones_like(time), time, time**2])

    def test(self, rng: np.random.Generator) -> float | None:
        """Return how often attributes dealt to other lots tell failures as well; None: too few.

        The statistic is the score of all attributes at once, with a prior on each coefficient.
        """
        too_few = self.lots.shape[0] < FEWEST_LOTS or self.failed.sum() < FEWEST_FAILURES
        if too_few or self.lots.shape[1] == 0 or self.failed.min() == 1:
            return None
        rate = expit(self.offset)
        weight, residual = rate * (1 - rate), self.failed - rate
        time = self._time
        gram = np.linalg.pinv(time.T @ (weight[:, None] * time))

        def score(lots: FloatArray) -> float:
            own = self.shares @ lots
            own = own - time @ (gram @ (time.T @ (weight[:, None] * own)))
            slope = own.T @ residual
            known = own.T @ (weight[:, None] * own) + np.eye(own.shape[1]) / PRIOR_SD**2
            return float(slope @ np.linalg.solve(known, slope))

        deals = [score(rng.permutation(self.lots)) for _ in range(DEALS)]
        return p_value(score(self.lots), np.array(deals))

    def fit(self) -> LogisticFit:
        """Fit failures on the attributes, beside product and drift."""
        return fit_logistic(self.shares @ self.lots, self.failed, self.offset)

    def refits(self, rng: np.random.Generator) -> list[LogisticFit]:
        """Fit again on lots drawn with replacement; a batch goes with the lot it took most of."""
        main = self.shares.argmax(axis=1)
        members = [np.flatnonzero(main == lot) for lot in np.unique(main)]
        found = []
        for _ in range(REFITS):
            drawn = rng.integers(len(members), size=len(members))
            rows = np.concatenate([members[i] for i in drawn])
            values = self.shares[rows] @ self.lots
            found.append(fit_logistic(values, self.failed[rows], self.offset[rows]))
        return found


@dataclass(frozen=True)
class OwnBatches:
    """What the batches a lot went into add to what is expected of it.

    Attributes:
        share: Of its batches expected to fail, per lot.
        log_odds: Their mean, which lies further out the less is known.
        sd: Of what is not known of the log odds.
        scatter: How alike batches of one lot are beyond what was expected: their correlation.
    """

    share: FloatArray
    log_odds: FloatArray
    sd: FloatArray
    scatter: float


def with_own_batches(count: FloatArray, failures: FloatArray, expected: FloatArray) -> OwnBatches:
    """Draw what is expected of each lot towards its own batches, as far as lots scatter.

    How far is averaged over all that the records allow: few failures say little of it.

    Args:
        count: Decided batches per lot, may be 0.
        failures: Of these.
        expected: Share expected to fail, per lot, 0 to 1 exclusive.

    Source: beta-binomial, Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 5.3; the
    standard deviation of lots in log odds has a half-normal prior of scale 0.5.

    Examples:
        Lots that scatter as chance has it stay where they were expected; of lots that fail whole
        or not at all, one without failures is safe and one without batches unknown:

        >>> ten, third = np.full(60, 10.0), np.full(60, 0.3)
        >>> with_own_batches(ten, np.full(60, 3.0), third).share.round(2)[0].item()
        0.3
        >>> failed = np.tile([10.0, 0, 0, 10, 0, 0, 10, 0, 0, 0], 6)
        >>> apart = with_own_batches(np.append(ten, 0.0), np.append(failed, 0.0), np.full(61, 0.3))
        >>> apart.share[[0, 1, 60]].round(2).tolist(), bool(apart.sd[60] > apart.sd[1])
        ([1.0, 0.0, 0.3], True)
    """
    from scipy.special import betaln, digamma, polygamma

    middle = float(np.mean(expected * (1 - expected)))
    correlation = np.minimum(LOT_SDS**2 * middle, 0.95)
    strength = (1 / correlation - 1)[:, None]
    first, second = strength * expected + failures, strength * (1 - expected) + count - failures
    fits = betaln(first, second) - betaln(strength * expected, strength * (1 - expected))
    told = fits.sum(axis=1) - 0.5 * (LOT_SDS / PRIOR_SD) ** 2
    weight = np.exp(told - told.max())
    weight = (weight / weight.sum())[:, None]
    centres = digamma(first) - digamma(second)  # mean log odds of a beta distribution
    spreads = polygamma(1, first) + polygamma(1, second)
    centre = (weight * centres).sum(axis=0)
    spread = (weight * (spreads + (centres - centre) ** 2)).sum(axis=0)
    share = (weight * first / (first + second)).sum(axis=0)
    return OwnBatches(share, centre, np.sqrt(spread), float((weight[:, 0] * correlation).sum()))
