"""Every sensor feature: its name, unit, formula, source and when it is null, said once.

The kernel's columns, the contract's columns and the tests follow this list.

A usable reading has a finite value and a quality other than bad. The usual interval is the median
time between neighbouring readings. A usable reading stands for the time until the next reading, but
across a gap (more than ``GAP_INTERVALS`` usual intervals) for one usual interval only, so that time
nobody measured counts as a gap and never as time in or out of range. An unusable reading stands for
no time. Readings at the same instant, or before the one they follow, take no time.
"""

from dataclasses import dataclass

GAP_INTERVALS = 3.0
FLAT_RUN = 10  # so many equal readings in a row are a line no process draws


@dataclass(frozen=True, slots=True)
class SensorFeature:
    """One feature of one tag in one phase.

    Attributes:
        name: Column of ``feature.sensor_phase_features``.
        unit: Unit, where ``value`` is the tag's own.
        formula: How it is computed from the usable readings x at times t.
        undefined: When it is null; never, where empty.
        source: Where the formula comes from, unless it is plain counting or a textbook's first.
    """

    name: str
    unit: str
    formula: str
    undefined: str = "no usable reading"
    source: str = ""


_NO_RANGE = "no usable reading, or neither end of the normal range is described"
_NO_TIME = "no time passes between the first and the last reading"

FEATURES = (
    SensorFeature("readings", "readings", "number of usable readings", ""),
    SensorFeature("mean", "value", "arithmetic mean of x"),
    SensorFeature(
        "sd", "value", "standard deviation of x, n - 1 in the denominator",
        "under 2 usable readings",
    ),
    SensorFeature("minimum", "value", "min x"),
    SensorFeature("maximum", "value", "max x"),
    SensorFeature(
        "p05", "value", "5th percentile of x, linear between order statistics",
        source="Hyndman & Fan 1996, type 7",
    ),
    SensorFeature(
        "median", "value", "50th percentile of x", source="Hyndman & Fan 1996, type 7"
    ),
    SensorFeature("p95", "value", "95th percentile of x", source="Hyndman & Fan 1996, type 7"),
    SensorFeature(
        "slope_per_h", "value per h", "least-squares slope of x over t",
        "all usable readings at one instant",
    ),
    SensorFeature("first", "value", "x of the first usable reading"),
    SensorFeature("last", "value", "x of the last usable reading"),
    SensorFeature("duration_h", "h", "time from the first reading to the last, usable or not", ""),
    SensorFeature("time_outside_nor_h", "h", "time of x outside the normal range", _NO_RANGE),
    SensorFeature(
        "area_outside_nor", "value times h", "distance beyond the range times its time, summed",
        _NO_RANGE,
    ),
    SensorFeature(
        "excursions_outside_nor", "excursions", "runs of neighbouring x outside it", _NO_RANGE
    ),
    SensorFeature("longest_excursion_h", "h", "time of the longest such run", _NO_RANGE),
    SensorFeature(
        "gap_fraction", "share", "time no usable reading stands for / duration", _NO_TIME
    ),
    SensorFeature(
        "flatline_fraction", "share", "time in runs of 10 or more equal x / duration",
        f"no usable reading, or {_NO_TIME}",
    ),
    SensorFeature(
        "rate_of_change_max_per_h", "value per h",
        "max |x - x before| / time between them, over neighbouring usable readings",
        f"under 2 usable readings, or {_NO_TIME}",
    ),
    SensorFeature(
        "lag1_autocorrelation", "1",
        "sum of (x - mean)(x after - mean) / sum of (x - mean)^2",
        "under 2 usable readings, or x is constant",
        source="Box, Jenkins & Reinsel 2008, eq. 2.1.13",
    ),
)  # fmt: skip
NAMES = tuple(feature.name for feature in FEATURES)
COUNTS = ("readings", "excursions_outside_nor")
