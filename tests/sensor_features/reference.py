"""Every feature again, in numpy, one formula a line and no thought of speed."""

import math
from typing import Any

import numpy as np

from assets.sensor_features.registry import (
    FLAT_RUN,
    GAP_INTERVALS,
    MKT_K,
    NAMES,
    SPANS,
)
from tests.sensor_features.reference_faults import faulty_readings

NAN = math.nan
H = 3_600_000_000
QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95,
             "p99": 0.99}  # fmt: skip


def reference(times: Any, values: Any, limits: Any, to_celsius: Any) -> dict[str, float]:
    found = dict.fromkeys(NAMES, NAN)
    found["readings"] = 0.0
    if not len(times):
        return found
    steps = np.maximum(np.diff(times), 0).astype(float)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    usable = np.isfinite(values)
    stands = np.where(steps > GAP_INTERVALS * usual, usual, steps) * usable[:-1]
    found |= recording(steps, stands, usable)
    x, t = values[usable], (times - times[0])[usable] / H
    held = np.append(stands, 0.0)[usable] / H
    found["longest_flatline_h"] = NAN
    if len(x):
        is_faulty, found["spikes"] = faulty_readings(x, limits)
        found |= stillness(x, held, found["duration_h"])
        found |= {"faulty_readings": float(is_faulty.sum()), "faulty_share": is_faulty.mean()}
        found["readings"] = float((~is_faulty).sum())
        x, t, held = x[~is_faulty], t[~is_faulty], held[~is_faulty]
    if len(x) and found["faulty_share"] <= 0.5:
        found |= level(x, t, held)
        found |= movement(x, t, held, found)
        found |= response(x, t, found)
        found |= oscillation(x, t, found)
        found |= ranges(x, t, held, limits)
        found |= heat(x, held, to_celsius)
    return found


def runs_of(keys: Any) -> list[Any]:
    return np.split(np.arange(len(keys)), np.flatnonzero(keys[1:] != keys[:-1]) + 1)


def recording(steps: Any, stands: Any, usable: Any) -> dict[str, float]:
    found = {"readings": float(usable.sum()), "duration_h": steps.sum() / H}
    found["repeated_instants"] = float((steps == 0).sum())
    uncovered = np.append(steps - stands, 0.0)
    # A usable reading ends the gap before it, and the time after it that it does not stand for
    # begins the next.
    gaps = np.bincount(np.cumsum(usable), uncovered)
    found["gaps"], found["longest_gap_h"] = float((gaps > 0).sum()), gaps.max() / H
    if steps.sum() > 0:
        found["gap_fraction"] = uncovered.sum() / steps.sum()
    return found


def mean_of(x: Any) -> Any:
    """The mean, exact where x is constant."""
    return x[0] + (x - x[0]).mean()


def stillness(x: Any, held: Any, duration: float) -> dict[str, float]:
    flat = [held[run].sum() for run in runs_of(x) if len(run) >= FLAT_RUN]
    if not duration > 0:
        return {"longest_flatline_h": 0.0}
    share = sum(flat) / duration
    return {"flatline_fraction": share, "longest_flatline_h": max(flat, default=0.0)}


def level(x: Any, t: Any, held: Any) -> dict[str, float]:
    found = {"mean": mean_of(x), "minimum": x.min(), "maximum": x.max(), "range": np.ptp(x)}
    found |= {"first": x[0], "last": x[-1], "change": x[-1] - x[0]}
    found |= {name: np.quantile(x, share) for name, share in QUANTILES.items()}
    found["interquartile_range"] = found["p75"] - found["p25"]
    found["root_mean_square"] = np.sqrt((x**2).mean())
    found |= {"time_of_minimum_h": t[x.argmin()], "time_of_maximum_h": t[x.argmax()]}
    found["end_level"] = mean_of(x[_last_tenth(t)])
    n = len(x)
    if held.sum() > 0:
        found["time_weighted_mean"] = (x * held).sum() / held.sum()
    if n > 1:
        found["sd"] = x.std(ddof=1)
        if x.mean() != 0:
            found["rsd_pct"] = 100 * found["sd"] / abs(x.mean())
    z = (x - x.mean()) / x.std() if np.ptp(x) > 0 else x * NAN
    if n > 2:
        found["skewness"] = (z**3).mean() * np.sqrt(n * (n - 1)) / (n - 2)
    if n > 3:
        g2 = (z**4).mean() - 3
        found["excess_kurtosis"] = (n - 1) / (n - 2) / (n - 3) * ((n + 1) * g2 + 6)
    if np.ptp(t) > 0:
        u, c = (t - t.mean()) / np.ptp(t), x - x.mean()
        line = np.polyfit(u, c, 1)
        found["slope_per_h"] = line[0] / np.ptp(t)
        if n > 2:
            residuals = c - np.polyval(line, u)
            found["residual_sd"] = np.sqrt((residuals**2).sum() / (n - 2))
        if len(np.unique(t)) > 2:
            found["curvature_per_h2"] = 2 * np.polyfit(u, c, 2)[0] / np.ptp(t) ** 2
    return found


def _last_tenth(t: Any) -> Any:
    early = np.flatnonzero(t < t[-1] - 0.1 * (t[-1] - t[0]))
    return slice(early[-1] + 1 if len(early) else 0, None)


def movement(x: Any, t: Any, held: Any, before: dict[str, float]) -> dict[str, float]:
    moved, found, duration = np.diff(x), {}, before["duration_h"]
    found["mean_crossings"] = float((np.diff(x > mean_of(x)) != 0).sum())
    if duration > 0:
        found["travel_per_h"] = np.abs(moved).sum() / duration
    if len(x) > 1:
        found["noise_sd"] = np.sqrt((moved**2).sum() / 2 / (len(x) - 1))
        later = np.diff(t) > 0
        if later.any():
            rates = moved[later] / np.diff(t)[later]
            found |= {"rise_rate_max_per_h": rates.max(), "fall_rate_max_per_h": -rates.min()}
            found["rate_of_change_max_per_h"] = np.abs(rates).max()
        if np.ptp(x) > 0:
            c = x - x.mean()
            found["lag1_autocorrelation"] = (c[:-1] * c[1:]).sum() / (c**2).sum()
    return found


def response(x: Any, t: Any, before: dict[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    if np.ptp(x) > 0:
        sums = np.append(0.0, np.cumsum(x - x.mean())) / (x.std(ddof=1) * np.sqrt(len(x)))
        found |= {"cusum_maximum": sums.max(), "cusum_minimum": sums.min()}
    end, noise = before["end_level"], before["noise_sd"]
    step = end - x[0]
    if not abs(step) > 3 * noise:
        return found
    found["overshoot_pct"] = 100 * max(((x - end) * np.sign(step)).max(), 0) / abs(step)
    way = (x - x[0]) / step
    if (way >= 0.9).any():
        found["rise_time_h"] = t[np.argmax(way >= 0.9)] - t[np.argmax(way >= 0.1)]
    outside = np.flatnonzero(np.abs(x - end) > max(0.05 * abs(step), 3 * noise))
    found["settling_time_h"] = t[min(outside[-1] + 1, len(x) - 1)] if len(outside) else t[0]
    return found


def oscillation(x: Any, t: Any, before: dict[str, float]) -> dict[str, float]:
    n, length = min(SPANS, len(x)), t[-1] - t[0]
    if len(x) < 16 or not length > 0 or not before["residual_sd"] > 1e-9 * np.ptp(x):
        return {}
    span = np.minimum(((t - t[0]) * (n / length) + 1e-6).astype(int), n - 1)
    counts = np.bincount(span, minlength=n)
    filled = np.flatnonzero(counts)
    means = np.bincount(span, x, minlength=n)[filled] / counts[filled]
    y = np.interp(np.arange(n), filled, means)
    y = y - before["slope_per_h"] * length / n * (np.arange(n) - (n - 1) / 2)
    y = y - y.mean()
    r = np.array([(y[: n - k] * y[k:]).sum() for k in range(n // 2 + 1)]) / (y**2).sum()
    negative = np.flatnonzero(r[1:] <= 0)
    if not len(negative):
        return {}
    peaks = [k for k in range(negative[0] + 2, n // 2) if r[k] >= r[k - 1] and r[k] >= r[k + 1]]
    best = max(peaks, key=lambda k: r[k], default=0)
    if not best or not r[best] > 1.96 / np.sqrt(n):
        return {}
    a, b, c = r[best - 1 : best + 2]
    shift = 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c < 0 else 0.0
    return {"dominant_period_h": (best + shift) * length / n, "oscillation_strength": b}


def ranges(x: Any, t: Any, held: Any, limits: Any) -> dict[str, float]:
    found: dict[str, float] = {}
    for low, high, of in ((*limits[:2], "nor"), (*limits[2:], "par")):
        if np.isnan(low) and np.isnan(high):
            continue
        beyond = np.nan_to_num(np.fmax(np.fmax(low - x, x - high), 0.0))
        found[f"time_outside_{of}_h"] = held[beyond > 0].sum()
        found[f"area_outside_{of}"] = (beyond * held).sum()
        runs = runs_of(beyond > 0)
        outside = [held[run].sum() for run in runs if beyond[run[0]] > 0]
        inside = [held[run].sum() for run in runs if beyond[run[0]] == 0]
        found[f"excursions_outside_{of}"] = float(len(outside))
        longest = "longest_excursion_h" if of == "nor" else "longest_excursion_outside_par_h"
        found[longest] = max(outside, default=0.0)
        if of == "nor":
            found["longest_hold_in_nor_h"] = max(inside, default=0.0)
            found["time_above_nor_h"] = held[x > high].sum() if not np.isnan(high) else NAN
            found["time_to_nor_h"] = t[np.argmax(beyond == 0)] if (beyond == 0).any() else NAN
    return found


def heat(x: Any, held: Any, to_celsius: Any) -> dict[str, float]:
    factor, offset = to_celsius
    if np.isnan(factor) or not held.sum() > 0:
        return {}
    celsius = x * factor + offset
    found = {"degree_minutes": (celsius * held).sum() * 60}
    if celsius.min() > -273.15:
        power = -MKT_K / (celsius + 273.15)
        mean = (np.exp(power - power.max()) * held).sum() / held.sum()
        if mean > 0:
            kinetic = -MKT_K / (power.max() + np.log(mean))
            found["mean_kinetic_temperature_c"] = kinetic - 273.15
    return found
