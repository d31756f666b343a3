"""The replacement interval of least expected cost against today's, with its interval.

Here the arithmetic of age replacement meets the records: laws the lives may follow are drawn, the
interval is optimised under each, and ``verdict`` puts the answer into words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import Interval
from assets.statistics.reliability.age_replacement import (
    AGE_REPLACEMENT,
    MINIMAL_REPAIR,
    cost_rate,
    event_rate,
    optimal_interval,
)
from assets.statistics.reliability.weibull import WeibullFit, posterior_draws, weibull_estimates
from assets.time_to_failure.lives.lives import BREAKDOWN, BY_PART
from assets.time_to_failure.lives.strata import Clock, Question, Risk, Stratum
from assets.time_to_failure.replacement.costs import ReplacementCosts
from assets.time_to_failure.replacement.evidence_scale import EvidenceScale
from assets.time_to_failure.replacement.replayed_lives import Law, Replay, UnitLives, replay
from assets.time_to_failure.replacement.todays_plan import Today

LEVEL = 0.90  # as of every claim of money: an end beyond zero errs once in 20


@dataclass(frozen=True)
class LawDraws:
    """What the law of one stratum may be, one value per draw.

    Attributes:
        shape: Weibull shapes.
        scale: Weibull scales, in the stratum's unit of time as all ages here.
        optimum: Intervals of least cost; infinite where running to failure is best.
        today: Ages at planned renewal as it is made today; infinite without a plan.
    """

    shape: FloatArray
    scale: FloatArray
    optimum: FloatArray
    today: FloatArray


@dataclass(frozen=True)
class WeighedIntervals:
    """What replacement intervals of one stratum cost and leave, as fitted and as drawn.

    Attributes:
        policy: Whether an event renews the equipment: ``age_replacement`` or ``minimal_repair``.
        fit: Weibull fit.
        costs: Costs at base and at both ends.
        today: Today's interval.
        draws: What the law may be.
        reach: Longest age on record; nothing beyond it was ever seen.
        time_per_batch: Units of the stratum's time that pass from one batch to the next; what an
            interval costs and leaves is told per batch, whatever the scale.
        replay: Breakdowns on the recorded batches at the interval of least cost; None for failed
            batches, and where a breakdown left a piece as worn as it was.
    """

    policy: str
    fit: WeibullFit
    costs: ReplacementCosts
    today: Today
    draws: LawDraws
    reach: float
    time_per_batch: float = 1.0
    replay: Replay | None = None

    @property
    def best(self) -> float:
        """Interval of least cost at base; infinite for run to failure."""
        return self.optimum(self.costs.pair)

    def optimum(self, pair: tuple[float, float]) -> float:
        """Interval of least cost at a pair of costs; infinite for run to failure."""
        shape, scale = np.array(self.fit.shape), np.array(self.fit.scale)
        return float(optimal_interval(shape, scale, pair, self.policy))

    def events(self, interval: float | None) -> tuple[float, Interval]:
        """Expected events per batch at an interval, None for today's plan, with its interval."""
        return _estimate(self._events(interval))

    def avoided(self, interval: float) -> tuple[float, Interval]:
        """Events per batch today minus those at an interval, paired over draws."""
        return _estimate(self._events(None) - self._events(interval))

    def cost(self, interval: float | None) -> tuple[float, Interval]:
        """Expected cost per batch at an interval, None for today's plan, USD, with its interval."""
        return _estimate(self._cost(interval))

    def saving(self, interval: float) -> tuple[float, Interval]:
        """Cost per batch today minus that at an interval, paired over draws, USD."""
        return _estimate(self._cost(None) - self._cost(interval))

    def _events(self, interval: float | None) -> FloatArray:
        return event_rate(*self._laws(interval), self.policy) * self.time_per_batch

    def _cost(self, interval: float | None) -> FloatArray:
        rate = cost_rate(*self._laws(interval), self.costs.pair, self.policy)
        return rate * self.time_per_batch

    def _laws(self, interval: float | None) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Intervals, shapes and scales: as fitted first, then per draw, shape (1 + draws,)."""
        shape = np.append(self.fit.shape, self.draws.shape)
        scale = np.append(self.fit.scale, self.draws.scale)
        ages = np.append(self.today.age, self.draws.today) if interval is None else interval
        # Without renewal by events nothing is known beyond the longest age on record.
        at = np.minimum(ages, self.reach if self.policy == MINIMAL_REPAIR else np.inf)
        return at, shape, scale


@dataclass(frozen=True)
class Decision:
    """Everything said about the replacement interval of one stratum.

    Attributes:
        stratum: The question, on the scale of time its evidence is on.
        scale: Why on that scale.
        fit: Weibull fit, None where too few events.
        today: Today's interval.
        costs: Costs at base and at both ends, None where the event has no price.
        weighed: What intervals cost and leave; None without fit or costs.
        loses_batches: Whether the event is a breakdown or a lost batch; nothing else has a price.
    """

    stratum: Stratum
    scale: EvidenceScale
    fit: WeibullFit | None
    today: Today
    costs: ReplacementCosts | None
    weighed: WeighedIntervals | None
    loses_batches: bool = True

    @property
    def reach(self) -> float:
        """Longest age on record; 0 where no life is of known age."""
        return float(self.stratum.risk.exit.max(initial=0.0))


def policy_of(stratum: Stratum) -> str:
    """Return whether an event renews the equipment: a breakdown does, a failed batch does not."""
    return AGE_REPLACEMENT if stratum.event == BREAKDOWN else MINIMAL_REPAIR


def is_renewable(stratum: Stratum) -> bool:
    """Tell whether a stratum asks for a replacement interval: since maintenance or part change."""
    return stratum.origin in BY_PART


def draw(
    risk: Risk,
    costs: ReplacementCosts,
    policy: str,
    today: Today,
    draws: int,
    rng: np.random.Generator,
) -> LawDraws:
    """Draw what the law of the lives and today's plan may be, and optimise under each draw.

    Breakdowns: the posterior of a Weibull law, because with a dozen of them a bootstrap's intervals
    are a tenth too narrow and the shape's bias adds up to savings overstated. Failed batches: the
    Bayesian bootstrap over whole lives, because batches of one life fail together; it keeps every
    life with a positive weight, so that no draw is without the few events there are.

    Args:
        risk: The spells.
        costs: Costs at base.
        policy: ``age_replacement`` or ``minimal_repair``.
        today: Today's plan.
        draws: Number of draws.
        rng: Source of the draws.

    Source: ``weibull.posterior_draws``; Rubin (1981), the Bayesian bootstrap.
    """
    if policy == AGE_REPLACEMENT:
        shape, scale = posterior_draws(risk, draws, rng)
    else:
        codes, position = np.unique(risk.life, return_inverse=True)
        weights = rng.dirichlet(np.ones(codes.size), size=draws)[:, position] * codes.size
        shape, scale = weibull_estimates(risk, weights)
    optimum = optimal_interval(shape, scale, costs.pair, policy)
    return LawDraws(shape, scale, optimum, today.drawn(draws, rng))


def decisions(
    strata: Iterable[Stratum],
    fits: dict[tuple[str, str, str, str, str], WeibullFit],
    scales: Mapping[Question, EvidenceScale],
    today: Mapping[Clock, Today],
    lives: Mapping[Clock, Sequence[UnitLives] | None],
    costs: Mapping[str, ReplacementCosts | None],
    draws: int,
    seed: int,
    unpriced: Collection[str] = (),
) -> list[Decision]:
    """Decide every question that asks for a replacement interval, on the scale of its evidence.

    Args:
        strata: The questions on both scales.
        fits: Fits by key.
        scales: ``evidence_scale.evidence_scales``.
        today: ``todays_plan.todays_intervals``.
        lives: ``replayed_lives.recorded_lives``.
        costs: Per event its costs, None where the assumptions lack them.
        draws: Number of draws.
        seed: Seed of the draws; each stratum draws from its own stream.
        unpriced: Events by which no batch is lost; whatever a batch costs is not theirs to prevent.
    """
    asked = [
        each
        for each in filter(is_renewable, strata)
        if each.time_scale == scales[each.question].time_scale
    ]
    found = []
    for number, each in enumerate(asked):
        loses_batches = each.event not in unpriced
        fit, priced = fits.get(each.key), costs.get(each.event) if loses_batches else None
        plan = today.get(each.clock, Today())
        decision = Decision(each, scales[each.question], fit, plan, priced, None, loses_batches)
        if fit and priced:
            rng = np.random.default_rng([seed, number])
            weighed = _weighed(decision, fit, priced, lives.get(each.clock), draws, rng)
            decision = replace(decision, weighed=weighed)
        found.append(decision)
    return found


def _weighed(
    decision: Decision,
    fit: WeibullFit,
    costs: ReplacementCosts,
    units: Sequence[UnitLives] | None,
    draws: int,
    rng: np.random.Generator,
) -> WeighedIntervals:
    policy, today = policy_of(decision.stratum), decision.today
    drawn = draw(decision.stratum.risk, costs, policy, today, draws, rng)
    weighed = WeighedIntervals(
        policy, fit, costs, today, drawn, decision.reach, decision.scale.time_per_batch
    )
    if units is None or policy == MINIMAL_REPAIR:
        return weighed
    law = Law(drawn.shape, drawn.scale)
    return replace(weighed, replay=replay(units, weighed.best, law, drawn.today, rng))


def _estimate(values: FloatArray) -> tuple[float, Interval]:
    """Return what is fitted, and the ends of what is drawn; shape (1 + draws,)."""
    return float(values[0]), bounds(values[1:])


def bounds(draws: FloatArray, level: float = LEVEL) -> Interval:
    """Return the ends of the middle share of draws; infinite draws stay infinite.

    Args:
        draws: Values, shape (draws,).
        level: Share between the ends, 0 to 1.
    """
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)
