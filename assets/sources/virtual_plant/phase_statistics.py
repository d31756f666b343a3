"""Phase statistics of tags straight from their laws, for studies over many plants.

Tags with an excursion are run (they are few and short) and summarised; for all others the sampling
distributions of mean, spread, extremes and slope of an autoregressive series are drawn directly.
"""

from dataclasses import dataclass

import numpy as np

from assets.sources.virtual_plant.randomness import (
    Floats,
    normal_probability,
    normal_quantile,
    normals,
    uniforms,
)
from assets.sources.virtual_plant.schedule import HOUR_S
from assets.sources.virtual_plant.trajectories import Runs, expected, readings

STATISTICS = (
    "mean",
    "sd",
    "minimum",
    "maximum",
    "slope_per_h",
    "time_outside_nor_h",
    "area_outside_nor",
)
# points of a course that rises or falls
_GRID = 120


@dataclass(frozen=True)
class _Course:
    """Noise-free course on a coarse grid: shape (batches, grid), and the hours it spans."""

    values: Floats
    time_h: Floats


def phase_statistics(runs: Runs, seed: int, interval_s: int) -> dict[str, Floats]:
    """Statistics of one tag in one phase of every batch.

    Args:
        runs: The tag.
        seed: Seed of the simulation.
        interval_s: Seconds between readings.

    Returns:
        Statistic (see ``STATISTICS``) to one value per batch, in the tag's unit (hours where the
        name says so).
    """
    if runs.trajectory.excursion:
        return _summarised(runs, seed, interval_s)
    return _drawn(runs, seed, interval_s)


def _summarised(runs: Runs, seed: int, interval_s: int) -> dict[str, Floats]:
    rows = np.arange(len(runs.counts))
    values = readings(runs, rows, seed, interval_s).astype(np.float64)
    values = np.round(values, runs.trajectory.decimals)
    is_read = np.arange(values.shape[1]) < runs.counts[:, None]
    count = runs.counts.astype(np.float64)
    mean = np.where(is_read, values, 0.0).sum(axis=1) / count
    off = np.where(is_read, values - mean[:, None], 0.0)
    time = np.arange(values.shape[1]) - (count[:, None] - 1) / 2
    low, high = runs.trajectory.normal_range
    outside = np.where(is_read, np.maximum(0.0, np.maximum(low - values, values - high)), 0.0)
    step_h = interval_s / HOUR_S
    return {
        "mean": mean,
        "sd": np.sqrt((off**2).sum(axis=1) / np.maximum(1.0, count - 1)),
        "minimum": np.where(is_read, values, np.inf).min(axis=1),
        "maximum": np.where(is_read, values, -np.inf).max(axis=1),
        "slope_per_h": (off * time).sum(axis=1) / (count * (count**2 - 1) / 12) / step_h,
        "time_outside_nor_h": (outside > 0).sum(axis=1) * step_h,
        "area_outside_nor": outside.sum(axis=1) * step_h,
    }


def _drawn(runs: Runs, seed: int, interval_s: int) -> dict[str, Floats]:
    law, batches = runs.trajectory, len(runs.counts)
    keep, count, sd = law.persistence, runs.counts.astype(np.float64), runs.noise_sd
    hours = count * interval_s / HOUR_S
    course = _course(runs, hours, interval_s)
    spread = course.values.std(axis=1)
    # variance of the mean, of the variance and of the slope of an AR(1) series (Bartlett)
    mean_sd = sd * np.sqrt((1 + keep) / (1 - keep) / count)
    free = count * (1 - keep**2) / (1 + keep**2)
    score = {s: normals(seed, f"{law.tag}.{s}", batches) for s in ("mean", "sd", "cross", "slope")}
    own = sd**2 * np.maximum(0.05, 1 + np.sqrt(2 / free) * score["sd"]) - mean_sd**2
    cross = 2 * spread * mean_sd * score["cross"]
    centred = course.time_h - course.time_h.mean(axis=1, keepdims=True)
    trend = (course.values * centred).mean(axis=1) / (centred**2).mean(axis=1)
    mean = course.values.mean(axis=1) + mean_sd * score["mean"]
    extremes = _extremes(runs, course, seed)
    resolution = 10.0 ** (-2 * law.decimals) / 12  # variance that rounding adds
    variance = spread**2 + own + cross + resolution
    time_outside, area_outside = _outside(runs, course, extremes, seed)
    return {
        "mean": mean,
        "sd": np.sqrt(np.maximum(variance, 1e-12)),
        "minimum": extremes[0],
        "maximum": extremes[1],
        "slope_per_h": trend + np.sqrt(12) * mean_sd / hours * score["slope"],
        "time_outside_nor_h": time_outside * interval_s / HOUR_S,
        "area_outside_nor": area_outside * interval_s / HOUR_S,
    }


def _outside(
    runs: Runs, course: _Course, extremes: tuple[Floats, Floats], seed: int
) -> tuple[Floats, Floats]:
    """Readings outside the normal range, and their summed distance to it.

    Readings outside come in clumps of an autoregressive series, so their number is drawn from a
    gamma law with the expected mean; an extreme outside the range means at least one.
    """
    from scipy.special import gammaincinv

    law, sd = runs.trajectory, runs.noise_sd[:, None]
    low, high = law.normal_range
    below, above = (low - course.values) / sd, (course.values - high) / sd
    share = (normal_probability(below) + normal_probability(above)).mean(axis=1)
    excess = (_loss(below) + _loss(above)).mean(axis=1) * runs.noise_sd
    clump = (1 + law.persistence) / (1 - law.persistence) * (1 - share)
    uniform = uniforms(seed, f"{law.tag}.outside", len(share))
    shape = np.maximum(1e-9, share * runs.counts / np.maximum(clump, 1e-9))
    drawn = gammaincinv(shape, uniform) * clump
    worst = np.maximum(0.0, np.maximum(low - extremes[0], extremes[1] - high))
    number = np.where(worst > 0, np.clip(np.round(drawn), 1, runs.counts), 0.0)
    typical = excess / np.maximum(share, 1e-300)
    area = worst + (number - 1) * np.minimum(typical, worst)
    return number, np.where(number > 0, area, 0.0)


def _loss(standardised: Floats) -> Floats:
    """Mean excess of a standard normal below a point: E max(0, u - Z)."""
    density = np.exp(-0.5 * standardised**2) / np.sqrt(2 * np.pi)
    return np.asarray(standardised * normal_probability(standardised) + density, dtype=np.float64)


def _course(runs: Runs, hours: Floats, interval_s: int) -> _Course:
    rows = np.arange(len(hours))
    is_flat = not (runs.trajectory.start_offset or runs.trajectory.slope_per_h)
    points = 2 if is_flat else _GRID
    # readings stand at the start of their interval, grid points in the middle of theirs
    time_h = hours[:, None] * (np.arange(points) + 0.5) / points - interval_s / HOUR_S / 2
    values = expected(runs, rows, time_h.astype(np.float32)).astype(np.float64)
    return _Course(values, time_h)


def _extremes(runs: Runs, course: _Course, seed: int) -> tuple[Floats, Floats]:
    """Smallest and largest reading: extreme of the course plus that of the noise near it."""
    law, batches = runs.trajectory, len(runs.counts)
    # readings that count as independent for an extreme; fitted by simulation over persistence
    alone = runs.counts * (1 - law.persistence**4)
    found = []
    for name, sign in (("minimum", -1.0), ("maximum", 1.0)):
        course_extreme = (sign * course.values).max(axis=1)
        is_near = sign * course.values > course_extreme[:, None] - runs.noise_sd[:, None]
        many = np.maximum(1.0, alone * is_near.mean(axis=1))
        top = normal_quantile(uniforms(seed, f"{law.tag}.{name}", batches) ** (1 / many))
        value = sign * (course_extreme + runs.noise_sd * top)
        found.append(np.round(value, law.decimals))
    return found[0], found[1]
