"""Where the level of several signals changes together: exact segmentation, and how sure it is."""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

MOST_ROWS = 2000  # beyond which neighbours are averaged first, and each change is then placed anew
MOST_CHANGES = 20
PENALTY = 3.0  # per column and log of rows: three times what Schwarz asks for a level


def level_changes(signals: FloatArray, changes: int | None = None) -> IntArray:
    """Cut a record into stretches of one level each, so that least is left around the levels.

    Args:
        signals: (rows, columns) in order of time, no NaN, each column on its own scale.
        changes: How many changes there are; None where nobody knows.

    Returns:
        Ascending, the first row of every stretch but the first. With a number given, so many
        (fewer where there are not as many rows); otherwise as many as pay for themselves.

    Source: Fisher (1958), least squares over all segmentations by dynamic programming; the number
    by a penalty as in Yao (1988). Columns of different scales are standardised before.

    Examples:
        >>> level = np.repeat([0.0, 5.0, 1.0], [30, 20, 50])
        >>> signals = level[:, None] + np.random.default_rng(1).normal(0, 0.3, (100, 2))
        >>> level_changes(signals, 2).tolist(), level_changes(signals).tolist()
        ([30, 50], [30, 50])
    """
    standard = _standardised(signals)
    block = -(-len(standard) // MOST_ROWS)
    sums = _Sums(standard)
    edges = np.append(np.arange(0, len(standard), block), len(standard))
    most = min(MOST_CHANGES if changes is None else changes, edges.size - 2)
    if most < 1:
        return np.empty(0, dtype=np.int64)
    costs, previous = _tables(sums, edges, most)
    if changes is None:
        penalty = PENALTY * standard.shape[1] * np.log(len(standard)) * _noise(standard)
        most = int(np.argmin(costs[:, -1] + penalty * np.arange(most + 1)))
    found, at = [], edges.size - 1
    for stretch in range(most, 0, -1):
        at = previous[stretch, at]
        found.append(int(edges[at]))
    return _placed_anew(sums, np.array(found[::-1], dtype=np.int64), block)


def change_confidence(signals: FloatArray, changes: IntArray, within: int = 3) -> FloatArray:
    """How likely each change lies within a few rows of where it was found, its neighbours held.

    Args:
        signals: As for :func:`level_changes`.
        changes: As found there.
        within: Rows to either side.

    Returns:
        Per change, 0 to 1: share of the likelihood of all places between the neighbouring changes.
        Rows that follow one another alike count for fewer (Bayley & Hammersley 1946).

    Source: Smith (1975), the posterior of a change point under a flat prior.

    Examples:
        >>> noise = np.random.default_rng(1).normal(0, 1, (60, 1))
        >>> clear, vague = (
        ...     change_confidence(np.repeat([0.0, step], 30)[:, None] + noise, np.array([30]))[0]
        ...     for step in (9.0, 0.3)
        ... )
        >>> bool(clear > 0.99), bool(vague < 0.5)
        (True, True)
    """
    standard = _standardised(signals)
    sums = _Sums(standard)
    ends = np.concatenate([[0], changes, [len(standard)]])
    found = np.empty(changes.size)
    for k, change in enumerate(changes):
        start, end = int(ends[k]), int(ends[k + 2])
        places = np.arange(start + 1, end)
        left = sums.within(np.full(places.size, start), places)
        cost = left + sums.within(places, np.full(places.size, end))
        at = np.arange(start, end)
        residual = np.where(
            (at < change)[:, None],
            standard[at] - standard[start:change].mean(axis=0),
            standard[at] - standard[change:end].mean(axis=0),
        )
        variance = max(float((residual**2).mean()), 1e-12)
        alike = float((residual[1:] * residual[:-1]).sum() / max((residual**2).sum(), 1e-12))
        spread = variance * (1 + max(alike, 0.0)) / max(1 - max(alike, 0.0), 1e-2)
        likelihood = np.exp(-(cost - cost.min()) / (2 * spread))
        near = np.abs(places - change) <= within
        found[k] = likelihood[near].sum() / likelihood.sum()
    return found


class _Sums:
    """Running sums, by which the squares around the level of any stretch are told at once."""

    def __init__(self, values: FloatArray) -> None:
        zero = np.zeros((1, values.shape[1]))
        self._sums = np.vstack([zero, np.cumsum(values, axis=0)])
        self._squares = np.append(0.0, np.cumsum((values**2).sum(axis=1)))

    def within(self, start: IntArray, end: IntArray) -> FloatArray:
        """Sum of squares around the level of each stretch, from a row to before another."""
        total = self._sums[end] - self._sums[start]
        squares = self._squares[end] - self._squares[start]
        return np.asarray(squares - (total**2).sum(axis=1) / np.maximum(end - start, 1))


def _standardised(signals: FloatArray) -> FloatArray:
    spread = signals.std(axis=0)
    return np.asarray((signals - signals.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _noise(standard: FloatArray) -> float:
    """Variance of a signal around its level, by differences of neighbours."""
    return float((np.diff(standard, axis=0) ** 2).mean() / 2)


def _tables(sums: _Sums, edges: IntArray, most: int) -> tuple[FloatArray, IntArray]:
    """Least cost up to each edge by number of changes, and the edge of the last of them."""
    costs = np.full((most + 1, edges.size), np.inf)
    previous = np.zeros((most + 1, edges.size), dtype=np.int64)
    costs[:, 0] = 0.0
    for end in range(1, edges.size):
        starts = np.arange(end)
        own = sums.within(edges[starts], np.full(end, edges[end]))
        costs[0, end] = own[0]
        for k in range(1, most + 1):
            through = costs[k - 1, 1:end] + own[1:]
            if through.size:
                best = int(through.argmin())
                costs[k, end], previous[k, end] = through[best], best + 1
    return costs, previous


def _placed_anew(sums: _Sums, changes: IntArray, block: int) -> IntArray:
    """Put changes found between averaged neighbours at the best row nearby."""
    if block == 1:
        return changes
    found, rows = changes.copy(), sums._squares.size - 1
    for k, change in enumerate(changes):
        start = int(found[k - 1]) if k else 0
        end = int(changes[k + 1]) if k + 1 < changes.size else rows
        places = np.arange(max(start + 1, change - 2 * block), min(end, change + 2 * block))
        left = sums.within(np.full(places.size, start), places)
        right = sums.within(places, np.full(places.size, end))
        found[k] = places[(left + right).argmin()]
    return found
