"""A switchback over the plant's own lots: two settings, pair by pair, in drawn order.

A fall in the failure rate takes years to prove; a shift of the margins shows in every batch. Blocks
of consecutive whole lots are made in pairs, one at each of two settings, in an order drawn before.
What chance does to such a pair is read off the record, where nothing was switched: consecutive
blocks of the same length, whatever lots, campaigns and drift make of them.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from assets.statistics.anytime_valid import shift_e_value
from assets.statistics.array_types import FloatArray, IntArray

ALPHA, POWER = 0.05, 0.8
BLOCK_SIZES = (3, 5, 8, 12, 20)  # least batches in a block; one of whole lots may hold more
FEWEST_PAIRS, MOST_PAIRS = 4, 400
USUAL_PAIRS = 40  # a plant would not switch more often, so blocks grow beyond
# Differences of neighbouring blocks tell as much of a spread as two thirds as many independent ones
# (von Neumann, Kent, Bellinson & Hart 1941).
NEIGHBOUR_EFFICIENCY = 2 / 3
SPREAD_QUANTILES = tuple((place + 0.5) / 15 for place in range(15))
FEWEST_ON_RECORD = 8  # pairs on record, to read their spread off
SIMULATED_TRIALS = 400


@dataclass(frozen=True)
class Switchback:
    """A trial designed for a plant.

    Attributes:
        block_batches: Batches in a block, on average; whole lots, so that no lot is split.
        pairs: Pairs of blocks.
        pair_spread: Standard deviation of a pair's difference where nothing is switched, in units
            of the margin.
        power: Probability that the trial shows a shift that is there, at its full length.
        sequential_pairs: Pairs by which four trials in five have shown it, when looked at after
            each pair; None where that takes more than ``MOST_PAIRS``.
        order: Per pair, whether the better setting comes first.
    """

    block_batches: float
    pairs: int
    pair_spread: float
    power: float
    sequential_pairs: int | None
    order: tuple[bool, ...]

    @property
    def batches(self) -> float:
        """Batches made in the trial."""
        return 2 * self.pairs * self.block_batches


def blocks_of_lots(lot: IntArray, least: int) -> IntArray:
    """Return the block of each batch: consecutive whole lots, closed once it holds enough batches.

    Args:
        lot: (batches,) code of the lot or campaign, in production order.
        least: Batches a block holds at least.

    Returns:
        (batches,) block from 0; batches after the last full block get -1.
    """
    block, held, number = np.full(lot.size, -1), 0, 0
    start = 0
    for at in range(lot.size):
        held += 1
        is_end = at + 1 == lot.size or lot[at + 1] != lot[at]
        if is_end and held >= least:
            block[start : at + 1] = number
            start, held, number = at + 1, 0, number + 1
    return block


def pair_differences(margin: FloatArray, block: IntArray) -> FloatArray:
    """Return the differences of consecutive pairs of blocks on record, the later less the earlier.

    Every block is paired with the next one, so that a short record tells as much as it can.

    Args:
        margin: (batches,) margin less its product's mean, in production order.
        block: (batches,) from ``blocks_of_lots``.
    """
    inside = block >= 0
    if not inside.any():
        return np.empty(0)
    sizes = np.bincount(block[inside])
    means = np.bincount(block[inside], weights=margin[inside]) / sizes
    return np.diff(means)


def paired_power(shift: float, spread: float, pairs: int, freedom: float | None = None) -> float:
    """Return the power of the one-sided paired t-test at 5%.

    Args:
        shift: True mean difference of a pair, in units of the margin.
        spread: Standard deviation of a pair's difference, above 0.
        pairs: Number of pairs, at least 2.
        freedom: Degrees of freedom the spread was estimated with; the power is then the mean over
            what they leave open. None where the spread is known.

    Source: non-central t (Johnson, Kotz & Balakrishnan 1995, chapter 31).
    """
    from scipy.stats import chi2, nct, t

    limit = t.isf(ALPHA, pairs - 1)
    size = shift / spread * sqrt(pairs)
    if freedom is None:
        return float(nct.sf(limit, pairs - 1, size))
    known = np.sqrt(chi2.ppf(SPREAD_QUANTILES, freedom) / freedom)
    return float(np.mean(nct.sf(limit, pairs - 1, size * known)))


def pairs_needed(shift: float, spread: float, freedom: float | None = None) -> int | None:
    """Return the pairs after which a shift is shown in four trials of five; None beyond the most.

    Args:
        shift: True mean difference of a pair; at or below 0 is never shown.
        spread: Standard deviation of a pair's difference, above 0.
        freedom: As in ``paired_power``.
    """
    if shift <= 0 or paired_power(shift, spread, MOST_PAIRS, freedom) < POWER:
        return None
    low, high = FEWEST_PAIRS - 1, MOST_PAIRS
    while high - low > 1:
        middle = (low + high) // 2
        is_enough = paired_power(shift, spread, middle, freedom) >= POWER
        low, high = (low, middle) if is_enough else (middle, high)
    return high


def sequential_pairs(shift: float, spread: float, freedom: float, seed: int) -> int | None:
    """Return the pairs by which four trials of five have stopped, looked at after each pair.

    Args:
        shift: True mean difference of a pair, above 0, as promised.
        spread: Standard deviation of a pair's difference as estimated, above 0.
        freedom: Degrees of freedom it was estimated with.
        seed: Seed of the trials simulated.
    """
    rng = np.random.default_rng([seed, 91])
    size = shift / spread
    most = min(MOST_PAIRS, 6 * (pairs_needed(shift, spread, freedom) or MOST_PAIRS))
    stops = np.full(SIMULATED_TRIALS, np.inf)
    for trial in range(SIMULATED_TRIALS):
        true_size = size * sqrt(rng.chisquare(freedom) / freedom)
        evidence = shift_e_value(rng.normal(true_size, 1.0, most), size)
        shown = np.flatnonzero(evidence >= 1 / ALPHA)
        if shown.size:
            stops[trial] = shown[0] + 1
    found = np.quantile(stops, POWER, method="higher")
    return int(found) if np.isfinite(found) else None


def switchback(margin: FloatArray, lot: IntArray, shift: float, *, seed: int) -> Switchback | None:
    """Design the trial that shows a promised shift of the margin.

    Blocks are as short as whole lots allow: drift and what carries over from day to day cancel in a
    pair. They grow only where a plant would have to switch too often.

    Args:
        margin: (batches,) margin less its product's mean, in production order.
        lot: (batches,) code of the lot or campaign, in production order.
        shift: Promised mean difference of the margin between the settings, adherence counted; above
            0 is away from the limit.
        seed: The run's seed, for the order and the trials simulated.

    Returns:
        The design; None where the record is too short to read the spread off, or no trial of a
        reasonable size would show the shift.
    """
    found: _Sized | None = None
    for least in BLOCK_SIZES:
        sized = _of_size(margin, lot, shift, least)
        found = sized or found
        if found is not None and found.pairs <= USUAL_PAIRS:
            break
    if found is None:
        return None
    rng = np.random.default_rng([seed, 92])
    return Switchback(
        block_batches=found.block_batches,
        pairs=found.pairs,
        pair_spread=found.spread,
        power=paired_power(shift, found.spread, found.pairs, found.freedom),
        sequential_pairs=sequential_pairs(shift, found.spread, found.freedom, seed),
        order=_balanced_order(found.pairs, rng),
    )


@dataclass(frozen=True)
class _Sized:
    """A trial with blocks of one size."""

    block_batches: float
    pairs: int
    spread: float
    freedom: float


def _of_size(margin: FloatArray, lot: IntArray, shift: float, least: int) -> _Sized | None:
    """Size a trial whose blocks hold at least so many batches; None where none can be told."""
    block = blocks_of_lots(lot, least)
    differences = pair_differences(margin, block)
    if differences.size < FEWEST_ON_RECORD:
        return None
    # Nothing was switched, so the mean difference is known to be 0.
    spread = max(float(np.sqrt(np.mean(differences**2))), 1e-12)
    freedom = NEIGHBOUR_EFFICIENCY * differences.size
    pairs = pairs_needed(shift, spread, freedom)
    if pairs is None:
        return None
    return _Sized(float((block >= 0).sum() / (block.max() + 1)), pairs, spread, freedom)


def _balanced_order(pairs: int, rng: np.random.Generator) -> tuple[bool, ...]:
    """Draw per pair which block comes first, each order equally often, so that drift cancels."""
    first = np.arange(pairs) % 2 == 0
    return tuple(bool(each) for each in rng.permutation(first))
