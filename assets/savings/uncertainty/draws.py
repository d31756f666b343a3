"""Draws of everything uncertain: assumptions by scenario, measured rates by their posterior.

Sampling lives here and nothing else. Every stream is keyed by the run's seed and the name of what
is drawn, so that adding an assumption moves no other draw, a name has the same draws wherever it
is used, and scenarios differ only by what they assume.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np

from assets.statistics.array_types import FloatArray
from data_contracts.assumptions import Assumption, Assumptions

# Part of each assumption's distribution a scenario draws from, from unfavourable (0) to
# favourable (1) to savings. Measured rates are drawn in full in every scenario.
SCENARIOS: dict[str, tuple[float, float]] = {
    "conservative": (0.0, 0.5),
    "base": (0.0, 1.0),
    "optimistic": (0.5, 1.0),
}
INTERVAL = (0.1, 0.5, 0.9)
_PERT_NODES = 4097


def percentiles(values: FloatArray) -> tuple[float | None, ...]:
    """Return P10, P50 and P90 of draws, as values that were drawn.

    Interpolating beside an infinite value (a programme that never pays back) would give none.

    Args:
        values: Draws, infinite ones allowed.

    Returns:
        Three values, infinite where so many draws are; None without draws.
    """
    if not values.size:
        return (None, None, None)
    found = np.quantile(values, INTERVAL, method="inverted_cdf")
    return tuple(float(each) for each in found)


def stream(seed: int, name: str, chunk: int = 0, *, is_again: bool = False) -> np.random.Generator:
    """Return the random stream of one named quantity.

    Args:
        seed: The run's seed, zero or more.
        name: Name of what is drawn.
        chunk: Number of the chunk of draws, so that chunks may be drawn in any order.
        is_again: Whether it is drawn another time, independently of the first.
    """
    key = [seed, crc32(name.encode()), chunk]
    return np.random.default_rng([*key, 1] if is_again else key)


def stream_name(name: str) -> str:
    """Return the name of an assumption's stream: one for all gates of what is stated by gate."""
    return re.sub(r"_gate_[1-7]$", "", name)


def quantiles(assumption: Assumption, probability: FloatArray) -> FloatArray:
    """Return quantiles of an assumption's distribution.

    Triangular and PERT take base as the mode; PERT is the Beta distribution with shape 4 (Vose
    2008), read from a table of 4,097 nodes; uniform ignores base.

    Args:
        assumption: The assumption.
        probability: Probabilities, 0 to 1, any shape.

    Returns:
        Values in the assumption's unit, same shape.
    """
    low, base, high = (float(end) for end in (assumption.low, assumption.base, assumption.high))
    if assumption.distribution == "fixed":
        return np.full_like(probability, base)
    width = high - low
    if assumption.distribution == "uniform":
        return low + width * probability
    if assumption.distribution == "triangular":
        peak = (base - low) / width
        rising = low + width * np.sqrt(probability * peak)
        falling = high - width * np.sqrt((1 - probability) * (1 - peak))
        return np.where(probability < peak, rising, falling)
    from scipy.special import betaincinv

    nodes = np.linspace(0, 1, _PERT_NODES)
    alpha = 1 + 4 * (base - low) / width
    table: FloatArray = low + width * betaincinv(alpha, 6 - alpha, nodes)
    return np.interp(probability, nodes, table)


@dataclass
class Draws:
    """The draws of one scenario, made when first asked for and kept.

    Attributes:
        assumptions: The set.
        scenario: A name in ``SCENARIOS``.
        size: Number of draws.
        seed: The run's seed.
        chunk: Number of the chunk, where draws are made in several.
        redrawn: Streams drawn anew while all others stay as they are, by ``stream_name``.
    """

    assumptions: Assumptions
    scenario: str
    size: int
    seed: int
    chunk: int = 0
    redrawn: frozenset[str] = frozenset()
    _kept: dict[str, FloatArray] = field(default_factory=dict)
    _rates: dict[str, dict[tuple[float, float, float], FloatArray]] = field(default_factory=dict)

    def __call__(self, name: str) -> FloatArray:
        """Return the draws of one assumption, shape (size,), in its unit.

        An assumption stated by gate shares its stream over the gates, so that a draw with much
        left to rescue at one gate has much left at the next.

        Raises:
            AssumptionError: The set has no assumption of that name.
        """
        if name not in self._kept:
            assumption = self.assumptions[name]
            uniform = self._stream(stream_name(name)).random(self.size)
            lowest, highest = SCENARIOS[self.scenario]
            favour = lowest + (highest - lowest) * uniform
            is_high = assumption.favourable == "high"
            self._kept[name] = quantiles(assumption, favour if is_high else 1 - favour)
        return self._kept[name]

    def anew(self, **changes: Any) -> "Draws":
        """Return draws with some attributes changed, and nothing drawn yet."""
        return replace(self, **changes, _kept={}, _rates={})

    def drawn_names(self) -> frozenset[str]:
        """Return the assumptions drawn so far, those that are certain among them."""
        return frozenset(self._kept) & frozenset(self.assumptions.parameters)

    def uncertain(self) -> dict[str, FloatArray]:
        """Return everything drawn so far that varies, by name, sorted by name.

        Where rates of one name were counted differently, their counts are part of the name.
        """
        found = dict(self._kept)
        for name, counted in self._rates.items():
            for (events, trials, _), values in counted.items():
                told_apart = f"{name} ({events:g} of {trials:g})" if len(counted) > 1 else name
                found[told_apart] = values
        return {name: values for name, values in sorted(found.items()) if np.ptp(values) > 0}

    def normal(self, name: str) -> FloatArray:
        """Return standard normal draws under a name, shape (size,)."""
        if name not in self._kept:
            self._kept[name] = self._stream(name).standard_normal(self.size)
        return self._kept[name]

    def rate(self, name: str, events: float, trials: float, deflation: float) -> FloatArray:
        """Return posterior draws of a rate from counts, shape (size,), 0 to 1.

        Jeffreys' Beta prior on counts divided by a deflation factor for clustered events.

        Args:
            name: Name of the rate, with a dot so that no assumption shares it; the same in every
                scenario. Different counts under one name share its stream, not its draws.
            events: Events counted, 0 to ``trials``.
            trials: Trials counted, zero or more.
            deflation: Factor by which the counts overstate the evidence, at least 1.
        """
        counts = (float(events), float(trials), float(deflation))
        kept = self._rates.setdefault(name, {})
        if counts not in kept:
            hits, misses = events / deflation, (trials - events) / deflation
            kept[counts] = self._stream(name).beta(0.5 + hits, 0.5 + misses, self.size)
        return kept[counts]

    def shares(self, name: str, counts: dict[str, int], deflation: float) -> dict[str, FloatArray]:
        """Return posterior draws of how a total splits, summing to 1 in every draw.

        Dirichlet posterior with a prior of one half event in all, so that few categories and many
        are treated alike.

        Args:
            name: Name of the streams.
            counts: Category -> events counted.
            deflation: Factor by which the counts overstate the evidence, at least 1.
        """
        prior = 0.5 / max(len(counts), 1)
        parts = {
            each: self._stream(f"{name}.{each}").gamma(prior + count / deflation, 1, self.size)
            for each, count in sorted(counts.items())
        }
        total = np.sum(list(parts.values()), axis=0)
        return {each: part / total for each, part in parts.items()}

    def _stream(self, name: str) -> np.random.Generator:
        return stream(self.seed, name, self.chunk, is_again=name in self.redrawn)
