"""What is wrong with the sensors: which phase and tag, what fault, how much of it.

Faults are marked, never repaired: readings stay as delivered, so that whoever uses a figure sees
beside it what its sensor did. What can be told of single readings is left out before features are
computed (``kernel.faulty``). Flat lines, spikes, gaps and repeated
instants come from the kernel; units and clocks show only when series are compared.
"""

from collections.abc import Collection

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.codes.records import SensorFault as Fault
from data_contracts.generated.polars_schema import empty

PLACE = ["unit_procedure", "phase", "tag"]
SERIES = ["batch_id", *PLACE]
COLUMNS = (
    *SERIES, "unit", "equipment_id", "known_at", "first_at", "last_at", "started_at", "ended_at",
    "readings", "duration_h", "median", "flatline_fraction", "longest_flatline_h", "spikes", "gaps",
    "gap_fraction", "repeated_instants",
)  # fmt: skip
FLAT_SHARE = 0.2  # of a phase, beyond what the tag is flat in nine batches of ten
SKEW_S = 45.0  # a clock is suspected from so far on, and from 1.5 intervals between readings on
AWAY = 6.0  # robust standard deviations from where the tag usually is
NEAR = 3.0  # robust standard deviations from it, once the unit is turned back
LEAST_SERIES = 8
# What a transmitter set to another unit of the quantity sends for 1 of ours, by our unit; any
# quantity may also be off by a power of ten.
TENS = (10.0, 100.0, 1000.0, 0.1, 0.01, 0.001)
OTHER_UNITS = {
    "bar": (14.504,),  # psi
    "kW": (1.341,),  # hp
    "N.m": (0.7376,),  # lbf ft
    "mm": (1.0 / 25.4,),  # in
    "m3/h": (0.5886,),  # cubic feet per minute
    "kg/h": (1000.0 / 60.0, 1.0 / 60.0),  # g/min, kg/min
    "g/min": (0.06,),  # kg/h
    "k/h": (1000.0 / 60.0,),  # per minute
    "1/min": (60.0, 1.0 / 60.0),  # per hour, per second
    "rpm": (60.0, 1.0 / 60.0),
    "kg": (2.2046,),  # lb
}
FAHRENHEIT = (1.8, 32.0)


def sensor_faults(series: pl.DataFrame | None, shared_tags: Collection[str] = ()) -> pl.DataFrame:
    """Mark every fault of every series: ``evidence.sensor_faults``.

    Args:
        series: ``COLUMNS`` of the features of every month: per batch, phase and tag, with the
            instants ``first_at`` and ``last_at`` of its readings, and ``started_at`` and
            ``ended_at`` of its phase; None without readings.
        shared_tags: Tags of shared areas, whose recorder is not the clock of any machine.

    Returns:
        One row per series and fault in the columns of ``evidence.sensor_faults``, sorted by them.
    """
    if series is None:
        return empty(contract("evidence.sensor_faults"))
    machine = series.filter(~pl.col("tag").is_in(list(shared_tags)))
    skewed = _marks(clock_skews(machine), Fault.CLOCK_SKEW, pl.col("skew_h"), "h")
    own = faults_beside(series, usual_levels(series))
    return pl.concat([own, skewed]).sort([*SERIES, "fault"])


def faults_beside(series: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    """Mark the faults a series shows by itself, beside what is usual of its tag.

    Args:
        series: As for ``sensor_faults``.
        usual: As ``usual_levels`` tells it, of these or of other batches.

    Returns:
        One row per series and fault, in the columns of ``evidence.sensor_faults``.
    """
    of_kernel = [
        _marks(_unusually_flat(series, usual), Fault.FLATLINE, pl.col("longest_flatline_h"), "h"),
        _marks(series.filter(pl.col("spikes") > 0), Fault.SPIKE, pl.col("spikes"), "readings"),
        _marks(series.filter(pl.col("gaps") > 0), Fault.GAP, _gap_h(), "h"),
        _marks(
            series.filter(pl.col("repeated_instants") > 0),
            Fault.REPEATED_INSTANTS,
            pl.col("repeated_instants"),
            "readings",
        ),
    ]
    slips = unit_slips(series, usual)
    slipped = _marks(slips, Fault.UNIT_SLIP, pl.col("factor"), "times the usual level")
    return pl.concat([*of_kernel, slipped])


def usual_levels(series: pl.DataFrame) -> pl.DataFrame:
    """Say what is usual of each tag in each phase.

    Args:
        series: As for ``sensor_faults``.

    Returns:
        One row per unit procedure, phase and tag: ``usual_flat`` (in nine batches of ten at most
        so flat), ``usual`` and ``sd`` (median level and its robust spread), ``others`` (batches).
    """
    level = pl.col("median")
    return series.group_by(PLACE, maintain_order=True).agg(
        usual_flat=pl.col("flatline_fraction").quantile(0.9, "linear"),
        usual=level.median(),
        sd=1.4826 * (level - level.median()).abs().median(),
        others=level.count(),
    )


def _marks(found: pl.DataFrame, fault: str, amount: pl.Expr, unit: str) -> pl.DataFrame:
    return found.select(
        *SERIES,
        fault=pl.lit(fault),
        amount=amount.cast(pl.Float64),
        amount_unit=pl.lit(unit),
        known_at=pl.col("known_at"),
    )


def _gap_h() -> pl.Expr:
    return pl.col("gap_fraction") * pl.col("duration_h")


def _unusually_flat(series: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    """A set point, or a coarse sensor of a slow quantity, is flat in many batches and no fault."""
    beside = _beside(series, usual)
    return beside.filter(pl.col("flatline_fraction") > FLAT_SHARE + pl.col("usual_flat"))


def _beside(series: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    return series.join(usual, on=PLACE, how="left", nulls_equal=True, maintain_order="left")


def unit_slips(series: pl.DataFrame, usual: pl.DataFrame | None = None) -> pl.DataFrame:
    """Find series whose level is that of the tag in another unit.

    Args:
        series: As for ``sensor_faults``.
        usual: As ``usual_levels`` tells it; None for that of these very series.

    Returns:
        Those series with ``factor``, their median over the tag's usual one.
    """
    away = _beside(series, usual_levels(series) if usual is None else usual).filter(
        (pl.col("others") >= LEAST_SERIES)
        & ((pl.col("median") - pl.col("usual")).abs() > AWAY * pl.col("sd"))
        & (pl.col("usual") != 0.0)
    )
    slipped = [_is_usual(1.0 / factor, 0.0) for factor in TENS]
    slipped += [
        _is_usual(1.0 / factor, 0.0) & (pl.col("unit") == unit)
        for unit, factors in OTHER_UNITS.items()
        for factor in factors
    ]
    factor, offset = FAHRENHEIT
    slipped.append(_is_usual(1.0 / factor, -offset / factor) & (pl.col("unit") == "degC"))
    slipped.append(_is_usual(factor, offset) & (pl.col("unit") == "degF"))
    is_slip = pl.any_horizontal(*slipped).fill_null(value=False)
    return away.filter(is_slip).with_columns(factor=pl.col("median") / pl.col("usual"))


def _is_usual(factor: float, offset: float) -> pl.Expr:
    """Whether a level is where the tag usually is, once turned back by a factor and an offset."""
    turned = pl.col("median") * factor + offset
    return (turned - pl.col("usual")).abs() <= NEAR * pl.col("sd")


def clock_skews(series: pl.DataFrame) -> pl.DataFrame:
    """Find unit procedures whose readings all begin or all end away from their phases.

    One tag that starts late is a gap of that tag; when every tag of the equipment does, more than
    is usual there, it is the clock that is ahead (or, where all end early, behind). A machine that
    records at all times shows no such thing, and then a wrong clock cannot be seen this way.

    Args:
        series: As for ``sensor_faults``.

    Returns:
        The series of those unit procedures with ``skew_h``: hours the clock seems ahead.
    """
    run = ["batch_id", "unit_procedure", "equipment_id"]
    interval_s = pl.col("duration_h") * 3600.0 / (pl.col("readings") - 1)
    ends = series.filter(pl.col("readings") > 1).group_by(run).agg(
        pl.col("tag").n_unique().alias("tags"),
        interval_s.median().alias("interval_s"),
        late=(pl.col("first_at").min() - pl.col("started_at").min()).dt.total_seconds(),
        early=(pl.col("ended_at").max() - pl.col("last_at").max()).dt.total_seconds(),
    )  # fmt: skip
    beyond = {
        end: pl.col(end) - pl.col(end).median().over("unit_procedure") for end in ("late", "early")
    }
    least = pl.max_horizontal(pl.lit(SKEW_S), 1.5 * pl.col("interval_s"))
    skewed = ends.with_columns(**beyond, least=least).filter(
        (pl.col("tags") > 1)
        & ((pl.col("late") > pl.col("least")) != (pl.col("early") > pl.col("least")))
    )
    ahead = pl.when(pl.col("late") > pl.col("least")).then("late").otherwise(-pl.col("early"))
    found = skewed.select(*run, skew_h=ahead / 3600.0)
    return series.join(found, on=run, how="inner")
