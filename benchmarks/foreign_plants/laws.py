"""How failures come about: a result with a limit, a reason of its own, or both.

The result is ``-strength * signal + context + noise`` in units of the noise; a batch is rejected
where it falls below the limit, or for the other reason. Strength and limit are solved for, so that
every kind has the share of failures and the oracle AUC it is to have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.foreign_plants.table import Floats, Realised, Risk, expected_auc

POOL = 40_000
Signal = Callable[[Mapping[str, Floats]], Floats]


@dataclass(frozen=True)
class MarginLaw:
    """A result with a lower limit.

    Attributes:
        signal: Standardised, higher is worse, from parameters by name.
        context: (batches,) what else moves the result and is not intervened on.
        pool: Sorted draws of the noise.
        strength: Units of noise per unit of signal.
        limit: Lower limit, in units of the noise.
    """

    signal: Signal
    context: Floats
    pool: Floats
    strength: float
    limit: float

    def mean(self, values: Mapping[str, Floats]) -> Floats:
        """Expected result per batch."""
        return self.context - self.strength * self.signal(values)

    def risk(self, values: Mapping[str, Floats]) -> Floats:
        """Probability per batch of a result below the limit."""
        return self._below(self.limit - self.mean(values))

    def realised(self, noise: Floats) -> Realised:
        """Whether batches with that noise fall below the limit, given parameters by name."""
        return lambda values: np.asarray(self.mean(values) + noise < self.limit)

    def _below(self, gap: Floats) -> Floats:
        return np.asarray(np.searchsorted(self.pool, gap) / self.pool.size, dtype=float)


def nothing(values: Mapping[str, Floats]) -> Floats:
    """The signal of a table without causes."""
    return np.zeros(next(iter(values.values())).size)


def solve(
    signal: Signal,
    values: Mapping[str, Floats],
    context: Floats,
    noise: Floats,
    rate: float,
    auc: float | None,
) -> MarginLaw:
    """Find the strength and the limit that give a share of failures and an oracle AUC.

    Args:
        signal: Standardised.
        values: The parameters as made.
        context: (batches,).
        noise: Draws of the noise, at least a few thousand.
        rate: Share of batches below the limit.
        auc: AUC of the true risk; None where nothing acts.
    """
    pool = np.sort(noise)
    weak, strong = 0.0, 6.0
    law = _limited(MarginLaw(signal, context, pool, 0.0, 0.0), values, rate)
    if auc is None:
        return law
    for _ in range(40):
        middle = (weak + strong) / 2
        law = _limited(MarginLaw(signal, context, pool, middle, 0.0), values, rate)
        if expected_auc(law.risk(values)) < auc:
            weak = middle
        else:
            strong = middle
    return law


def _limited(law: MarginLaw, values: Mapping[str, Floats], rate: float) -> MarginLaw:
    mean = law.mean(values)
    low, high = float(mean.min() + law.pool[0] - 1), float(mean.max() + law.pool[-1] + 1)
    for _ in range(60):
        middle = (low + high) / 2
        if float(law._below(middle - mean).mean()) < rate:
            low = middle
        else:
            high = middle
    return MarginLaw(law.signal, law.context, law.pool, law.strength, (low + high) / 2)


def logistic(signal: Signal, values: Mapping[str, Floats], rate: float, auc: float) -> Risk:
    """A risk that no result sees, logistic in a signal, of a given share and oracle AUC."""
    at = signal(values)

    def risk(strength: float, level: float, where: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(level + strength * where))))

    def level_of(strength: float) -> float:
        low, high = -40.0, 20.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if risk(strength, middle, at).mean() < rate else (low, middle)
            )
        return (low + high) / 2

    weak, strong = 0.0, 12.0
    for _ in range(40):
        middle = (weak + strong) / 2
        found = expected_auc(risk(middle, level_of(middle), at))
        weak, strong = (middle, strong) if found < auc else (weak, middle)
    strength, level = strong, level_of(strong)
    return lambda given: risk(strength, level, signal(given))


def either(first: Risk, second: Risk) -> Risk:
    """The risk of being rejected for one reason or the other, independent given the parameters."""
    return lambda values: 1 - (1 - first(values)) * (1 - second(values))


def constant(share: float) -> Risk:
    """A risk that nothing recorded moves."""
    return lambda values: np.full(next(iter(values.values())).size, share)
