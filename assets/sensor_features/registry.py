"""Every sensor feature: its name, unit, formula, source and when it is null, said once.

The kernel's columns, the contract (``contract_file``), the dictionary page and the tests follow
this list.

A usable reading has a finite value and a quality other than bad. Of those, readings that are a
fault of the sensor's own (``kernel.faulty``) are left out of every feature but those that say what
was recorded. The usual interval is the median time between neighbouring readings. A usable reading
stands for the time until the next reading, but across a gap (more than ``GAP_INTERVALS`` usual
intervals) for one usual interval only, so that time nobody measured counts as a gap and never as
time in or out of range. An unusable or faulty reading stands for no time. Readings at the same
instant, or before the one they follow, take no time.
"""

from dataclasses import dataclass

GAP_INTERVALS = 3.0
FLAT_RUN = 10  # so many equal readings in a row are a line no process draws
SPIKE_SDS = 8.0  # a spike stands so many short-term standard deviations from both neighbours
SPANS = 128  # equal spans of time in which a series is averaged to look for its period
STEPS = 32  # of progress through the phase in which a trajectory is compared with the golden one
MKT_K = 10_000.0  # activation energy over the gas constant, 83.144 kJ/mol in USP <1079.2>


@dataclass(frozen=True, slots=True)
class SensorFeature:
    """One feature of one tag in one phase.

    Attributes:
        name: Column of ``feature.sensor_phase_features``.
        unit: Unit, where ``value`` is the tag's own.
        formula: How it is computed from the usable readings x at times t.
        undefined: When it is null; never, where empty.
        source: Where the formula comes from, unless it is plain counting or a textbook's first.
        bounds: Smallest and largest possible value, None where there is none.
        is_count: Whether it is a whole number.
    """

    name: str
    unit: str
    formula: str
    undefined: str = "no usable reading"
    source: str = ""
    bounds: tuple[float | None, float | None] = (None, None)
    is_count: bool = False


_NO_RANGE = "no usable reading, or neither end of the normal range is described"
_NO_PROVEN = "no usable reading, or neither end of the proven range is described"
_NO_TIME = "no time passes between the first and the last reading"
_UNDER_2 = "under 2 usable readings"
_CONSTANT = "under 2 usable readings, or x is constant"
_NO_STEP = "the last level is within 3 noise_sd of the first reading"
_NO_PERIOD = (
    "under 16 usable readings, no time, all x on the line, or no peak above 1.96 / sqrt(spans) "
    "after the correlation has fallen to zero"
)
_NO_HEAT = "the unit is no temperature, or usable readings stand for no time"
_QUANTILES = "Hyndman & Fan 1996, type 7"
_POSITIVE, _SHARE = (0, None), (0, 1)

FEATURES = (
    # What was recorded, and how well.
    SensorFeature(
        "readings", "readings", "number of usable readings that are not faulty", "",
        bounds=_POSITIVE, is_count=True,
    ),
    SensorFeature(
        "duration_h", "h", "time from the first reading to the last, usable or not", "",
        bounds=_POSITIVE,
    ),
    SensorFeature(
        "gap_fraction", "share", "time no usable reading stands for / duration", _NO_TIME,
        bounds=_SHARE,
    ),
    SensorFeature(
        "gaps", "gaps", "stretches of time between usable readings that none stands for", "",
        bounds=_POSITIVE, is_count=True,
    ),
    SensorFeature("longest_gap_h", "h", "time of the longest such stretch", "", bounds=_POSITIVE),
    SensorFeature(
        "flatline_fraction", "share", f"time in runs of {FLAT_RUN} or more equal x / duration",
        f"no usable reading, or {_NO_TIME}", bounds=_SHARE,
    ),
    SensorFeature(
        "longest_flatline_h", "h", f"time of the longest run of {FLAT_RUN} or more equal x; else 0",
        bounds=_POSITIVE,
    ),
    SensorFeature(
        "spikes", "readings",
        "number of usable readings above or below both neighbours by more than "
        f"{SPIKE_SDS:g} short-term standard deviations (of the 12 steps before, of the 12 after, "
        "and half of the whole series'), 4 times the neighbours' own difference and 4 times the "
        "smallest change; 0 among under 20",
        bounds=_POSITIVE, is_count=True,
        source="moving range: Montgomery 2013, eq. 6.33, by medians",
    ),
    SensorFeature(
        "repeated_instants", "readings", "readings, usable or not, no later than the one before",
        "", bounds=_POSITIVE, is_count=True,
    ),
    SensorFeature(
        "faulty_readings", "readings",
        "number of usable readings left out as faults of the sensor: spikes, runs at one level far "
        "from both sides, frozen runs, rattling stretches",
        bounds=_POSITIVE, is_count=True,
    ),
    SensorFeature(
        "faulty_share", "share",
        "faulty / usable readings; above one half only what was recorded is said, and no feature",
        bounds=_SHARE,
    ),
    # Level.
    SensorFeature("mean", "value", "arithmetic mean of x"),
    SensorFeature(
        "time_weighted_mean", "value", "mean of x weighted by the time each stands for",
        "usable readings stand for no time",
    ),
    SensorFeature("root_mean_square", "value", "square root of the mean of x^2", bounds=_POSITIVE),
    SensorFeature("first", "value", "value of the first usable reading"),
    SensorFeature("last", "value", "value of the last usable reading"),
    SensorFeature(
        "end_level", "value", "mean of x over the last tenth of the time between usable readings"
    ),
    # Spread and shape.
    SensorFeature(
        "sd", "value", "standard deviation of x, n - 1 in the denominator", _UNDER_2,
        bounds=_POSITIVE,
    ),
    SensorFeature(
        "rsd_pct", "%", "100 sd / |mean|", f"{_UNDER_2}, or the mean is 0", bounds=_POSITIVE
    ),
    SensorFeature("range", "value", "max x - min x", bounds=_POSITIVE),
    SensorFeature("interquartile_range", "value", "p75 - p25", bounds=_POSITIVE),
    SensorFeature(
        "skewness", "1", "G1: third moment about the mean over sd^3, corrected for n",
        "under 3 usable readings, or x is constant", source="Joanes & Gill 1998",
    ),
    SensorFeature(
        "excess_kurtosis", "1", "G2: fourth moment about the mean over sd^4, less that of a normal "
        "distribution, corrected for n",
        "under 4 usable readings, or x is constant", source="Joanes & Gill 1998",
    ),
    # Extremes and quantiles.
    SensorFeature("minimum", "value", "min x"),
    SensorFeature("maximum", "value", "max x"),
    SensorFeature("time_of_minimum_h", "h", "time from the first reading to the first minimum"),
    SensorFeature("time_of_maximum_h", "h", "time from the first reading to the first maximum"),
    SensorFeature("p01", "value", "1st percentile of x", source=_QUANTILES),
    SensorFeature(
        "p05", "value", "5th percentile of x, linear between order statistics", source=_QUANTILES
    ),
    SensorFeature("p25", "value", "25th percentile of x", source=_QUANTILES),
    SensorFeature("median", "value", "50th percentile of x", source=_QUANTILES),
    SensorFeature("p75", "value", "75th percentile of x", source=_QUANTILES),
    SensorFeature("p95", "value", "95th percentile of x", source=_QUANTILES),
    SensorFeature("p99", "value", "99th percentile of x", source=_QUANTILES),
    # Trend and rate of change.
    SensorFeature("change", "value", "last - first"),
    SensorFeature(
        "slope_per_h", "value per h", "least-squares slope of x over t",
        "all usable readings at one instant",
    ),
    SensorFeature(
        "residual_sd", "value", "spread about the least-squares line, n - 2 in the denominator",
        "under 3 usable readings, or all at one instant", bounds=_POSITIVE,
    ),
    SensorFeature(
        "curvature_per_h2", "value per h2", "second derivative of the least-squares parabola",
        "usable readings at under 3 instants",
    ),
    SensorFeature(
        "rate_of_change_max_per_h", "value per h",
        "max |x - x before| / time between them, over neighbouring usable readings",
        f"{_UNDER_2}, or {_NO_TIME}", bounds=_POSITIVE,
    ),
    SensorFeature(
        "rise_rate_max_per_h", "value per h", "max (x - x before) / time between them",
        f"{_UNDER_2}, or {_NO_TIME}",
    ),
    SensorFeature(
        "fall_rate_max_per_h", "value per h", "max (x before - x) / time between them",
        f"{_UNDER_2}, or {_NO_TIME}",
    ),
    SensorFeature(
        "travel_per_h", "value per h", "sum of |x - x before| / duration",
        f"no usable reading, or {_NO_TIME}", bounds=_POSITIVE,
    ),
    SensorFeature(
        "noise_sd", "value", "short-term spread: sqrt(sum of (x - x before)^2 / (2 (n - 1)))",
        _UNDER_2, source="von Neumann 1941", bounds=_POSITIVE,
    ),
    # Response: the step from the first reading to end_level.
    SensorFeature(
        "rise_time_h", "h", "time from 10% to 90% of the step from first to end_level", _NO_STEP,
        source="Ogata 2010, section 5-3", bounds=_POSITIVE,
    ),
    SensorFeature(
        "settling_time_h", "h",
        "time after which x stays within the larger of 5% of the step and 3 noise_sd of end_level",
        _NO_STEP, source="Ogata 2010, section 5-3",
    ),
    SensorFeature(
        "overshoot_pct", "%", "100 times how far x goes beyond end_level / the step", _NO_STEP,
        source="Ogata 2010, section 5-3", bounds=_POSITIVE,
    ),
    # Oscillation and drift.
    SensorFeature(
        "mean_crossings", "crossings", "neighbouring x on different sides of the mean",
        bounds=_POSITIVE, is_count=True,
    ),
    SensorFeature(
        "lag1_autocorrelation", "1",
        "sum of (x - mean)(x after - mean) / sum of (x - mean)^2", _CONSTANT,
        source="Box, Jenkins & Reinsel 2008, eq. 2.1.13",
    ),
    SensorFeature(
        "dominant_period_h", "h",
        "lag of the highest peak (by parabola) of the autocorrelation about the least-squares "
        f"line, x averaged in at most {SPANS} equal spans of time, interpolated over empty ones",
        _NO_PERIOD, source="Box, Jenkins & Reinsel 2008, section 2.1", bounds=_POSITIVE,
    ),
    SensorFeature(
        "oscillation_strength", "1", "height of that peak", _NO_PERIOD, bounds=_SHARE
    ),
    SensorFeature(
        "cusum_maximum", "1", "max over k of the sum of the first k (x - mean), over sd sqrt(n)",
        _CONSTANT, source="Page 1954; Brown, Durbin & Evans 1975", bounds=_POSITIVE,
    ),
    SensorFeature(
        "cusum_minimum", "1", "min over k of the same sum, over sd sqrt(n)", _CONSTANT,
        source="Page 1954; Brown, Durbin & Evans 1975", bounds=(None, 0),
    ),
    # Against the normal operating range (NOR) and the proven acceptable range (PAR).
    SensorFeature(
        "time_outside_nor_h", "h", "time of x outside the normal range", _NO_RANGE,
        bounds=_POSITIVE,
    ),
    SensorFeature(
        "time_above_nor_h", "h", "time of x above the normal range",
        "no usable reading, or the upper end of the normal range is not described",
        bounds=_POSITIVE,
    ),
    SensorFeature(
        "area_outside_nor", "value times h", "distance beyond the range times its time, summed",
        _NO_RANGE, bounds=_POSITIVE,
    ),
    SensorFeature(
        "excursions_outside_nor", "excursions", "runs of neighbouring x outside it", _NO_RANGE,
        bounds=_POSITIVE, is_count=True,
    ),
    SensorFeature(
        "longest_excursion_h", "h", "time of the longest such run", _NO_RANGE, bounds=_POSITIVE
    ),
    SensorFeature(
        "longest_hold_in_nor_h", "h", "time of the longest run of neighbouring x inside it",
        _NO_RANGE, bounds=_POSITIVE,
    ),
    SensorFeature(
        "time_to_nor_h", "h", "time from the first reading to the first x inside it",
        f"{_NO_RANGE}, or x never is inside",
    ),
    SensorFeature(
        "time_outside_par_h", "h", "time of x outside the proven range", _NO_PROVEN,
        bounds=_POSITIVE,
    ),
    SensorFeature(
        "area_outside_par", "value times h", "distance beyond it times its time, summed",
        _NO_PROVEN, bounds=_POSITIVE,
    ),
    SensorFeature(
        "excursions_outside_par", "excursions", "runs of neighbouring x outside it", _NO_PROVEN,
        bounds=_POSITIVE, is_count=True,
    ),
    SensorFeature(
        "longest_excursion_outside_par_h", "h", "time of the longest such run", _NO_PROVEN,
        bounds=_POSITIVE,
    ),
    # Heat, where the unit is a temperature.
    SensorFeature(
        "degree_minutes", "degC min", "sum of x in degC times the minutes it stands for", _NO_HEAT
    ),
    SensorFeature(
        "mean_kinetic_temperature_c", "degC",
        f"the T at which exp(-{MKT_K:.0f} K / T) is its mean over the time readings stand for",
        f"{_NO_HEAT}, or x is at or below 0 K", source="USP <1079.2>",
    ),
)  # fmt: skip
_NO_GOLDEN = (
    "no time passes, or under 8 good batches were known before the month the phase started in"
)
GOLDEN = (
    SensorFeature(
        "golden_distance", "1",
        f"root mean square over {STEPS} steps of progress of (mean x of the step - median of good "
        "batches) / their robust spread; where the clock ran backwards or over 5% of the time is "
        "gap, along the path of dynamic time warping",
        _NO_GOLDEN, source="Sakoe & Chiba 1978", bounds=_POSITIVE,
    ),
    SensorFeature(
        "golden_deviation_max", "1", "largest of those deviations, without sign", _NO_GOLDEN,
        bounds=_POSITIVE,
    ),
    SensorFeature(
        "golden_batches", "batches", "good batches the golden trajectory is made of", _NO_GOLDEN,
        bounds=_POSITIVE, is_count=True,
    ),
)  # fmt: skip
NAMES = tuple(feature.name for feature in FEATURES)
COUNTS = tuple(feature.name for feature in FEATURES if feature.is_count)
# What the kernel gives for a series: its features, then its mean reading in each step of progress.
KERNEL_COLUMNS = (*NAMES, *(f"step_{step:02d}" for step in range(STEPS)))
COLUMN = {name: column for column, name in enumerate(NAMES)}
