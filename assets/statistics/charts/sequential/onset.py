"""When what a chart signals began, and whether it is a step, a drift or another spread.

A signal comes late: an average has to move. The record up to it says more than the average does.
Every place is weighed as the beginning of a step, of an even drift or of another spread, and the
weights together are an interval.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata, yeojohnson, yeojohnson_normmax

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.charts.control_chart import lag_one

Kind = Literal["step", "drift", "spread"]
KINDS: tuple[Kind, ...] = ("step", "drift", "spread")
CONTENT = 0.9
# Skew, spread and memory are known from a baseline alone, which weights do not say: flattened by
# this power, intervals of nine tenths held the onset in nine tenths of 130 development signals.
FLATTENED = 0.8
LONGEST = 400  # points before a signal that are looked at
FEWEST = 12
# Before the data a change is expected to be about this large: of the level in standard deviations
# of single values, of the spread in logarithms.
LEVEL_SCALE = 2.0
SPREAD_SCALE = 0.7
MOST_MEMORY = 0.9
FURTHEST = 6.0  # spreads of the baseline: what lies further is far out, not further still
POWERS = (-2.0, 4.0)
RATIOS = np.linspace(-2.5, 2.5, 21)  # of the change of spread, in its scale


@dataclass(frozen=True)
class Onset:
    """When something began.

    Attributes:
        kind: The likeliest of step, drift and spread.
        kind_prob: How likely, 0 to 1, among the three.
        place: First point that is changed, at the middle of what is likely.
        low: First place of the interval.
        high: Last place of the interval.
        direction: 1 up or wider, -1 down or narrower.
        size: Of a step, or of a drift up to the last point, in standard deviations of single values
            in scores; of a spread the ratio of standard deviations after and before.
    """

    kind: Kind
    kind_prob: float
    place: int
    low: int
    high: int
    direction: int
    size: float


def onset(values: FloatArray, known: int = 0, content: float = CONTENT) -> Onset | None:
    """Weigh every place of a record as the beginning of what its end shows.

    Args:
        values: In order up to the signal and with it, no NaN, at least 12.
        known: Points at the beginning, the baseline, whose memory is taken for that of all; all if
            0. A change may have begun among them all the same.
        content: Share of the weight the interval holds.

    Returns:
        The onset; None where there are fewer points, or none that differ.

    Source: Smith (1975), posterior of a change point under a flat prior; effects under Zellner's
    (1986) g-prior, so that their sizes are integrated out; on values freed of the baseline's skew
    by a power (Yeo & Johnson 2000) and of the memory of the point before (Alwan & Roberts 1988);
    the interval from weights flattened until it holds its content (Syring & Martin 2019).

    Examples:
        >>> noise = np.random.default_rng(3).normal(0, 1, 80)
        >>> found = onset(noise + np.repeat([0.0, 2.5], [60, 20]), known=40)
        >>> found.kind, found.low <= 60 <= found.high, found.direction
        ('step', True, 1)
    """
    cut = max(values.size - LONGEST, 0)
    taken = values[cut:]
    if taken.size < FEWEST or np.ptp(taken) == 0:
        return None
    held = max(known - cut, 0)
    held = held if held >= FEWEST else taken.size
    scores = _scores(taken, held)
    memory = _memory(scores, held)
    places = np.arange(4, taken.size)
    weights, slopes, ratios = _weights(scores, memory, places)
    by_kind = weights.sum(axis=1)
    kind = KINDS[int(by_kind.argmax())]
    flat = (weights**FLATTENED).sum(axis=0)
    below = np.cumsum(flat / flat.sum())
    tail = (1 - content) / 2
    at = {share: int(np.searchsorted(below, share)) for share in (tail, 0.5, 1 - tail)}
    own = weights[KINDS.index(kind)]
    size = float((ratios if kind == "spread" else slopes[kind]) @ own / own.sum())
    sign = size - 1.0 if kind == "spread" else size
    last = places.size - 1
    return Onset(
        kind,
        min(float(by_kind.max()), 1.0),  # a sum of weights may round above it
        cut + int(places[min(at[0.5], last)]),
        cut + int(places[min(at[tail], last)]),
        cut + int(places[min(at[1 - tail], last)]),
        1 if sign > 0 else -1,
        size,
    )


def _scores(values: FloatArray, known: int) -> FloatArray:
    """Values with the skew of the baseline taken out, in its spreads."""
    first = values[:known]
    middle, spread = float(np.median(first)), float(first.std())
    if spread <= 0:
        return np.asarray(ndtri((rankdata(values) - 0.5) / values.size))
    away = np.clip((values - middle) / spread, -FURTHEST, FURTHEST)
    power = float(np.clip(yeojohnson_normmax(away[:known]), *POWERS))
    free = np.asarray(yeojohnson(away, power))
    unit = float(free[:known].std())
    return np.asarray(np.clip((free - free[:known].mean()) / unit, -FURTHEST, FURTHEST))


def _memory(scores: FloatArray, known: int) -> float:
    """Autocorrelation at lag 1 of the baseline, freed of its bias."""
    taken = scores[:known]
    raw = lag_one(taken)
    if not np.isfinite(raw):
        return 0.0
    return float(np.clip((taken.size * raw + 1) / (taken.size - 3), -MOST_MEMORY, MOST_MEMORY))


def _weights(
    scores: FloatArray, memory: float, places: IntArray
) -> tuple[FloatArray, dict[Kind, FloatArray], FloatArray]:
    """(kinds, places) weights that sum to 1, sizes of level changes, and ratios of spreads."""
    n = scores.size
    at = np.arange(n)[:, None]
    shapes: dict[Kind, FloatArray] = {
        "step": (at >= places).astype(float),
        "drift": np.maximum(at - places + 1, 0) / (n - places),
    }
    new = _freed(scores[:, None], memory)[:, 0]
    total = float(new @ new)
    gain = LEVEL_SCALE**2 / (1 - memory**2)
    logs, sizes = [], {}
    for kind, shape in shapes.items():
        design = _freed(shape, memory)
        square, cross = (design**2).sum(axis=0), design.T @ new
        left = total - gain * cross**2 / (1 + gain * square)
        logs.append(-0.5 * np.log1p(gain * square) - (n - 1) / 2 * np.log(left))
        sizes[kind] = cross * gain / (1 + gain * square)
    squares = np.cumsum(new**2)
    before, after = squares[places - 1], total - squares[places - 1]
    ratio = RATIOS * SPREAD_SCALE
    each = (
        -(n - places)[:, None] * ratio
        - (n - 1) / 2 * np.log(before[:, None] + after[:, None] * np.exp(-2 * ratio))
        - RATIOS**2 / 2
    )
    top = each.max(axis=1, keepdims=True)
    parts = np.exp(each - top)
    share = np.exp(-(RATIOS**2) / 2).sum()
    logs.append(top[:, 0] + np.log(parts.sum(axis=1) / share))
    stacked = np.array(logs)
    weights = np.exp(stacked - stacked.max())
    ratios = parts @ np.exp(ratio) / parts.sum(axis=1)
    return weights / weights.sum(), sizes, ratios


def _freed(columns: FloatArray, memory: float) -> FloatArray:
    """Columns without what each point remembers of the one before, about their means."""
    free = columns.copy()
    free[1:] -= memory * columns[:-1]
    free[0] *= np.sqrt(1 - memory**2)
    # The constant is freed likewise: what is left beside it is what may change.
    constant = np.full(len(columns), 1 - memory)
    constant[0] = np.sqrt(1 - memory**2)
    share = constant @ free / (constant @ constant)
    return np.asarray(free - constant[:, None] * share)
