"""Straight lines of batches over storage time: one for all, one slope for all, or each its own.

The models and their order of tests are those of ICH Q1E (2003), appendix B.1 to B.4: analysis of
covariance, batch by time first, then batch, each at 0.25, with F ratios on the mean square error of
the full model. Known answers: LeBlond, Griffith & Aubuchon (2011), J Valid Technol 17(3):47-68.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

POOLING_LEVEL = 0.25
COMMON = "cics"  # common intercept, common slope
COMMON_SLOPE = "dics"  # different intercepts, common slope
OWN_LINES = "dids"  # different intercepts, different slopes
ROUNDING = 1e-12  # of the values: smaller residuals are none


@dataclass(frozen=True)
class BatchLine:
    """The line of one batch.

    Attributes:
        intercept: Value at time zero.
        slope: Change per unit of time.
        covariance: Of intercept and slope, 2 x 2, in units of ``sigma`` squared.
        sigma: Residual standard deviation.
        degrees: Degrees of freedom of ``sigma``.
    """

    intercept: float
    slope: float
    covariance: FloatArray
    sigma: float
    degrees: int


@dataclass(frozen=True)
class PooledLines:
    """The model the data allow, and what decided for it.

    Attributes:
        model: cics, dics or dids.
        f_batch: F ratio of different intercepts; NaN with one batch or no freedom left.
        f_batch_time: F ratio of different slopes.
        p_batch: Its p-value.
        p_batch_time: Its p-value.
        lines: A line a batch, in the order of the batch codes.
    """

    model: str
    f_batch: float
    f_batch_time: float
    p_batch: float
    p_batch_time: float
    lines: tuple[BatchLine, ...]


def lines_of(
    model: str,
    batch: IntArray,
    time: FloatArray,
    value: FloatArray,
    *,
    own_sigma: bool = False,
) -> tuple[BatchLine, ...]:
    """Fit one of the three models by least squares.

    Args:
        model: cics, dics or dids.
        batch: Batch of each result, 0 to b - 1, each present.
        time: Time in storage.
        value: Results.
        own_sigma: With dids, give each batch the residual spread of its own line (ICH Q1E fits
            each batch alone) instead of the pooled one.

    Returns:
        A line a batch.

    Raises:
        ValueError: If no degree of freedom is left.

    Examples:
        >>> b, t = np.array([0, 0, 0, 1, 1, 1]), np.array([0.0, 6.0, 12.0] * 2)
        >>> y = np.array([100.0, 98.8, 98.0, 102.0, 101.2, 100.0])
        >>> [round(line.intercept, 2) for line in lines_of("dics", b, t, y)]
        [99.93, 102.07]
    """
    batches = int(batch.max()) + 1
    if model == OWN_LINES and own_sigma:
        parts = [batch == one for one in range(batches)]
        fits = [lines_of(COMMON, np.zeros_like(batch[p]), time[p], value[p]) for p in parts]
        return tuple(line for (line,) in fits)
    design = _design(model, batch, time, batches)
    degrees = value.size - design.shape[1]
    if degrees < 1:
        raise ValueError(f"{value.size} results leave no freedom beside {design.shape[1]} terms")
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ (design.T @ value)
    beta[np.abs(beta) <= ROUNDING * np.abs(value).max()] = 0.0
    sigma = float(np.sqrt(_squares_left(value, design @ beta) / degrees))
    lines = []
    for one in range(batches):
        at = [0 if model == COMMON else one]
        at.append({COMMON: 1, COMMON_SLOPE: batches, OWN_LINES: batches + one}[model])
        pair = inverse[np.ix_(at, at)].astype(np.float64)
        lines.append(BatchLine(float(beta[at[0]]), float(beta[at[1]]), pair, sigma, degrees))
    return tuple(lines)


def pooled_lines(
    batch: IntArray, time: FloatArray, value: FloatArray, *, level: float = POOLING_LEVEL
) -> PooledLines:
    """Choose the model by ICH Q1E's tests and fit it.

    Args:
        batch: Batch of each result, 0 to b - 1, each present.
        time: Time in storage.
        value: Results.
        level: Below which p-value batches are not pooled.

    Returns:
        The model and its lines; with dids each batch's line has its own residual spread.

    Raises:
        ValueError: If the full model leaves no degree of freedom.

    Examples:
        >>> b, t = np.repeat([0, 1], 4), np.array([0.0, 6.0, 12.0, 24.0] * 2)
        >>> y = 100 - 0.2 * t + np.array([0.1, -0.1, 0.1, -0.1, 0.2, -0.2, 0.1, -0.1])
        >>> pooled_lines(b, t, y).model
        'cics'
    """
    from scipy.special import fdtrc

    batches = int(batch.max()) + 1
    if batches == 1:
        nan = float("nan")
        return PooledLines(COMMON, nan, nan, nan, nan, lines_of(COMMON, batch, time, value))
    rest = {m: _rest(m, batch, time, value, batches) for m in (COMMON, COMMON_SLOPE, OWN_LINES)}
    degrees = value.size - 2 * batches
    if degrees < 1:
        raise ValueError(f"{value.size} results leave no freedom beside {batches} lines")
    mean_square = rest[OWN_LINES] / degrees
    f_batch = _ratio((rest[COMMON] - rest[COMMON_SLOPE]) / (batches - 1), mean_square)
    f_time = _ratio((rest[COMMON_SLOPE] - rest[OWN_LINES]) / (batches - 1), mean_square)
    p_batch, p_time = (float(fdtrc(batches - 1, degrees, max(0.0, f))) for f in (f_batch, f_time))
    model = OWN_LINES if p_time < level else COMMON_SLOPE if p_batch < level else COMMON
    lines = lines_of(model, batch, time, value, own_sigma=_can_stand_alone(batch))
    return PooledLines(model, f_batch, f_time, p_batch, p_time, lines)


def _can_stand_alone(batch: IntArray) -> bool:
    """Whether every batch has the three results its own line and spread need."""
    return bool(np.bincount(batch).min() >= 3)


def _ratio(explained: float, mean_square: float) -> float:
    """F ratio; results that lie on their lines exactly differ wholly or not at all."""
    if mean_square > 0:
        return explained / mean_square
    return float("inf") if explained > 0 else 0.0


def _rest(model: str, batch: IntArray, time: FloatArray, value: FloatArray, batches: int) -> float:
    """Return the residual sum of squares of a model."""
    design = _design(model, batch, time, batches)
    beta = np.linalg.lstsq(design, value, rcond=None)[0]
    return _squares_left(value, design @ beta)


def _squares_left(value: FloatArray, fitted: FloatArray) -> float:
    """Sum of squares left, 0 where it is rounding."""
    left = float(((value - fitted) ** 2).sum())
    return left if left > ROUNDING**2 * float(value @ value) else 0.0


def _design(model: str, batch: IntArray, time: FloatArray, batches: int) -> FloatArray:
    if model == COMMON:
        return np.column_stack([np.ones_like(time), time])
    own = (batch[:, None] == np.arange(batches)).astype(np.float64)
    slopes = time[:, None] if model == COMMON_SLOPE else own * time[:, None]
    return np.hstack([own, slopes])
