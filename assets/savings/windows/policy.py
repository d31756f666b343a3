"""The policy "hold x in [a, b]" as a truncated redraw, and whether records speak of it.

A held value keeps its place: the recorded value's rank given its past is mapped into the window's
part of the conditional distribution, so values do not pile up on the bounds. The virtual plant acts
by the same rule.
"""

from dataclasses import dataclass

import numpy as np

from assets.savings.windows.model import chosen_penalty, fit_ridge
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import FloatArray

SMALLEST_MASS = 0.05  # a batch whose past leaves less room in the window than this has no overlap


@dataclass(frozen=True)
class Window:
    """A window on the recorded scale, open ends infinite."""

    low: float
    high: float

    @classmethod
    def trimmed(cls, value: FloatArray, direction: str | None, share: float) -> "Window":
        """Return the window that cuts a share of recorded values off the risky side.

        Args:
            value: Recorded values.
            direction: Which values go with failure: ``higher``, ``lower``, else both ends.
            share: Share cut off, above 0 and below 0.5; halved where both ends are cut.
        """
        if direction == "higher":
            return cls(-np.inf, float(np.quantile(value, 1 - share)))
        if direction == "lower":
            return cls(float(np.quantile(value, share)), np.inf)
        ends = np.quantile(value, [share / 2, 1 - share / 2])
        return cls(float(ends[0]), float(ends[1]))


@dataclass(frozen=True)
class HeldValues:
    """The parameter under the policy.

    Attributes:
        value: (batches,) values inside the window.
        mass: (batches,) probability of the window given each batch's past.
        outside_share: Share of held values beyond the recorded range of their product.
    """

    value: FloatArray
    mass: FloatArray
    outside_share: float

    @property
    def overlap_share(self) -> float:
        """Share of batches whose past leaves the window room."""
        return float(np.mean(self.mass >= SMALLEST_MASS))


def past_design(records: WindowRecords) -> tuple[FloatArray, FloatArray]:
    """Return the columns that foretell the parameter, and which of them are penalised."""
    past = np.column_stack([records.levels, records.time - 0.5, records.earlier])
    free, shrunk = records.levels.shape[1] + 1, records.earlier.shape[1]
    return past, np.concatenate([np.zeros(free), np.ones(shrunk)])


def past_penalty(records: WindowRecords) -> float:
    """Choose the penalty of the model of the parameter given its past."""
    past, penalised = past_design(records)
    return chosen_penalty(past, records.value[:, None], penalised, records.cluster)


@dataclass(frozen=True)
class PastLaw:
    """The law of the parameter given what came before it, as some batches tell it.

    Attributes:
        weights: Of ``past_design``.
        spread: Residuals of those batches, sorted.
    """

    weights: FloatArray
    spread: FloatArray

    @classmethod
    def fitted(cls, records: WindowRecords, penalty: float) -> "PastLaw":
        """Fit the law.

        Args:
            records: The batches it is fitted on.
            penalty: Ridge penalty, from ``past_penalty``.
        """
        past, penalised = past_design(records)
        fit = fit_ridge(past, records.value, penalised, penalty)
        return cls(fit.weights, np.sort(records.value - fit.predict(past)))

    def held(self, records: WindowRecords, window: Window) -> HeldValues:
        """Redraw the parameter of some batches inside the window, each keeping its rank.

        x' = F^-1(F(a) + U (F(b) - F(a))) with U = F(x), F the distribution given the past.

        Args:
            records: The batches, with the products the law was fitted on.
            window: The window.
        """
        centre = past_design(records)[0] @ self.weights
        place = (np.arange(self.spread.size) + 0.5) / self.spread.size

        def below(at: FloatArray) -> FloatArray:
            return np.interp(at, self.spread, place, left=0.0, right=1.0)

        low = below(window.low - centre) if np.isfinite(window.low) else np.zeros(centre.size)
        high = below(window.high - centre) if np.isfinite(window.high) else np.ones(centre.size)
        mass = np.maximum(high - low, 0.0)
        rank = below(records.value - centre)
        held = centre + np.interp(low + rank * mass, place, self.spread)
        held = np.clip(held, window.low, window.high)
        return HeldValues(held, mass, _outside(records, held))


def _outside(records: WindowRecords, held: FloatArray) -> float:
    """Return the share of held values beyond what was ever recorded for the product."""
    outside = np.zeros(held.size, dtype=bool)
    for code in np.unique(records.product):
        own = records.product == code
        seen = records.value[own]
        outside[own] = (held[own] < seen.min()) | (held[own] > seen.max())
    return float(outside.mean())
