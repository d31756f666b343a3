"""Readings against the normal and the proven range, and what temperatures do to product."""

import math

from assets.sensor_features.kernel.compiled import Array, exactly
from assets.sensor_features.registry import COLUMN, MKT_K

MINIMUM, MAXIMUM, WEIGHTED = COLUMN["minimum"], COLUMN["maximum"], COLUMN["time_weighted_mean"]
TIME, ABOVE, AREA, EXCURSIONS, LONGEST, HOLD, REACHED = (
    COLUMN[name]
    for name in (
        "time_outside_nor_h", "time_above_nor_h", "area_outside_nor", "excursions_outside_nor",
        "longest_excursion_h", "longest_hold_in_nor_h", "time_to_nor_h",
    )
)  # fmt: skip
TIME_PAR, AREA_PAR, EXCURSIONS_PAR, LONGEST_PAR = (
    COLUMN[name]
    for name in (
        "time_outside_par_h", "area_outside_par", "excursions_outside_par",
        "longest_excursion_outside_par_h",
    )
)  # fmt: skip
DEGREE_MINUTES = COLUMN["degree_minutes"]
KINETIC = COLUMN["mean_kinetic_temperature_c"]
KELVIN = 273.15


@exactly
def ranges(hours: Array, x: Array, held: Array, time: float, limits: Array, row: Array) -> None:
    """Fill in what lies outside the ranges.

    Args:
        hours: Hours of usable readings since the first.
        x: Their values.
        held: Hours they stand for.
        time: Sum of those.
        limits: Low and high end of the normal, then of the proven range; NaN where there is none.
        row: The series' features, extremes filled in.
    """
    low, high = limits[0], limits[1]
    if not (math.isnan(low) and math.isnan(high)):
        out, above, area, runs, longest, hold, inside = _outside(x, held, time, low, high, row)
        row[TIME], row[AREA], row[EXCURSIONS], row[LONGEST] = out, area, runs, longest
        row[HOLD] = hold
        if not math.isnan(high):
            row[ABOVE] = above
        if inside < x.size:
            row[REACHED] = hours[inside]
    low, high = limits[2], limits[3]
    if not (math.isnan(low) and math.isnan(high)):
        out, above, area, runs, longest, hold, inside = _outside(x, held, time, low, high, row)
        row[TIME_PAR], row[AREA_PAR] = out, area
        row[EXCURSIONS_PAR], row[LONGEST_PAR] = runs, longest


@exactly
def _outside(
    x: Array, held: Array, time: float, low: float, high: float, row: Array
) -> tuple[float, float, float, int, float, float, int]:
    """Time out, above, area, excursions, the longest, longest stay inside, first inside."""
    if not (row[MINIMUM] < low or row[MAXIMUM] > high):
        return 0.0, 0.0, 0.0, 0, 0.0, time, 0
    out = above = area = longest = current = hold = stay = 0.0
    runs, is_outside, inside = 0, False, x.size
    for k in range(x.size):
        if x[k] < low or x[k] > high:
            if not is_outside:
                runs += 1
                hold, current = max(hold, stay), 0.0
            is_outside = True
            current += held[k]
            if x[k] > high:
                above += held[k]
                area += (x[k] - high) * held[k]
            else:
                area += (low - x[k]) * held[k]
        else:
            if is_outside or k == 0:
                out += current
                longest, stay = max(longest, current), 0.0
                inside = min(inside, k)
            is_outside = False
            stay += held[k]
    if is_outside:
        out += current
        longest = max(longest, current)
    else:
        hold = max(hold, stay)
    return out, above, area, runs, longest, hold, inside


@exactly
def heat(x: Array, held: Array, time: float, to_celsius: Array, row: Array) -> None:
    """Fill in the heat of readings that are temperatures.

    Args:
        x: Usable readings.
        held: Hours they stand for.
        time: Sum of those.
        to_celsius: Factor and offset that turn a reading into degC; NaN for another quantity.
        row: The series' features, the time-weighted mean filled in.
    """
    factor, offset = to_celsius[0], to_celsius[1]
    if math.isnan(factor) or not time > 0.0:
        return
    mean_c = row[WEIGHTED] * factor + offset
    row[DEGREE_MINUTES] = mean_c * time * 60.0
    ends_k = min(row[MINIMUM] * factor, row[MAXIMUM] * factor) + offset + KELVIN
    if not ends_k > 0.0:
        return
    # About the mean, so that exponents are small and a constant keeps its temperature.
    about, weighted = 1.0 / (mean_c + KELVIN), 0.0
    for k in range(x.size):
        weighted += held[k] * math.exp(MKT_K * (about - 1.0 / (x[k] * factor + offset + KELVIN)))
    row[KINETIC] = 1.0 / (about - math.log(weighted / time) / MKT_K) - KELVIN
