"""What is wrong with the sensors: which phase and tag, what fault, how much of it.

Faults are marked, never repaired: readings stay as delivered and features as computed, so that
whoever uses a figure sees beside it what its sensor did. Flat lines, spikes, gaps and repeated
instants come from the kernel; units and clocks show only when series are compared.
"""

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.polars_schema import empty

SERIES = ["batch_id", "unit_procedure", "phase", "tag"]
FAULTS = ("flatline", "spike", "gap", "repeated_instants", "unit_slip", "clock_skew")
FLAT_SHARE = 0.2  # of a phase, beyond what the tag usually is flat
SKEW_S = 45.0  # a clock is suspected when readings begin or end so far from the phase
AWAY = 6.0  # robust standard deviations from where the tag usually is
NEAR = 0.05  # relative distance to the level the other unit would give
LEAST_SERIES = 8
# How a level changes when a transmitter is set to the other unit of its quantity: powers of ten,
# minutes and hours, bar and psi, kW and hp, N.m and lbf ft, mm and in, m3/h and ft3/min, kg/h and
# g/min, kg and lb; and each the other way round.
FACTORS = (10.0, 100.0, 1000.0, 60.0, 3600.0, 14.504, 1.341, 1.356, 25.4, 1.699, 16.667, 2.2046)


def sensor_faults(series: pl.DataFrame | None) -> pl.DataFrame:
    """Mark every fault of every series: ``evidence.sensor_faults``.

    Args:
        series: From ``phase_features.series_features``: features per batch, phase and tag, with
            ``equipment_id``, the instants ``first_at`` and ``last_at`` of its readings, and
            ``started_at`` and ``ended_at`` of its phase.

    Returns:
        One row per series and fault in the columns of ``evidence.sensor_faults``, sorted by them.
    """
    if series is None:
        return empty(contract("evidence.sensor_faults"))
    of_kernel = [
        _marks(_unusually_flat(series), "flatline", pl.col("longest_flatline_h"), "h"),
        _marks(series.filter(pl.col("spikes") > 0), "spike", pl.col("spikes"), "readings"),
        _marks(series.filter(pl.col("gaps") > 0), "gap", _gap_h(), "h"),
        _marks(
            series.filter(pl.col("repeated_instants") > 0),
            "repeated_instants",
            pl.col("repeated_instants"),
            "readings",
        ),
    ]
    compared = [
        _marks(unit_slips(series), "unit_slip", pl.col("factor"), "times the usual level"),
        _marks(clock_skews(series), "clock_skew", pl.col("skew_h"), "h"),
    ]
    return pl.concat([*of_kernel, *compared]).sort([*SERIES, "fault"])


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


def _unusually_flat(series: pl.DataFrame) -> pl.DataFrame:
    """A set point is flat in every batch and no fault; a stuck sensor is flat in one."""
    usual = pl.col("flatline_fraction").median().over("unit_procedure", "phase", "tag")
    return series.filter(pl.col("flatline_fraction") > FLAT_SHARE + usual)


def unit_slips(series: pl.DataFrame) -> pl.DataFrame:
    """Find series whose level is that of the tag in another unit.

    Args:
        series: As for ``sensor_faults``.

    Returns:
        Those series with ``factor``, their median over the tag's usual one.
    """
    place = ["unit_procedure", "phase", "tag"]
    usual = pl.col("median").median().over(place)
    mad = (pl.col("median") - usual).abs().median().over(place)
    away = series.with_columns(
        usual=usual, sd=1.4826 * mad, others=pl.col("median").count().over(place)
    ).filter(
        (pl.col("others") >= LEAST_SERIES)
        & ((pl.col("median") - pl.col("usual")).abs() > AWAY * pl.col("sd"))
        & (pl.col("usual") != 0.0)
    )
    slipped = away.with_columns(factor=pl.col("median") / pl.col("usual"))
    of_factor = [
        (pl.col("factor") / change - 1.0).abs() < NEAR
        for factor in FACTORS
        for change in (factor, 1.0 / factor)
    ]
    fahrenheit = pl.col("usual") * 1.8 + 32.0
    celsius = (pl.col("usual") - 32.0) / 1.8
    of_scale = (pl.col("unit").is_in(["degC", "degF"])) & (
        ((pl.col("median") - fahrenheit).abs() < NEAR * fahrenheit.abs())
        | ((pl.col("median") - celsius).abs() < NEAR * celsius.abs())
    )
    return slipped.filter(pl.any_horizontal(*of_factor, of_scale.fill_null(value=False)))


def clock_skews(series: pl.DataFrame) -> pl.DataFrame:
    """Find unit procedures whose readings all begin or all end away from their phases.

    One tag that starts late is a gap of that tag; when every tag of the equipment does, it is the
    clock that is ahead (or, where all end early, behind). A machine that records at all times shows
    no such thing, and then a wrong clock cannot be seen this way.

    Args:
        series: As for ``sensor_faults``.

    Returns:
        The series of those unit procedures with ``skew_h``: hours the clock seems ahead.
    """
    run = ["batch_id", "unit_procedure", "equipment_id"]
    ends = series.filter(pl.col("first_at").is_not_null()).group_by(run).agg(
        pl.col("tag").n_unique().alias("tags"),
        late=(pl.col("first_at").min() - pl.col("started_at").min()).dt.total_seconds(),
        early=(pl.col("ended_at").max() - pl.col("last_at").max()).dt.total_seconds(),
    )  # fmt: skip
    skewed = ends.filter(
        (pl.col("tags") > 1)
        & ((pl.col("late") > SKEW_S) != (pl.col("early") > SKEW_S))
    ).with_columns(
        skew_h=pl.when(pl.col("late") > SKEW_S).then("late").otherwise(-pl.col("early")) / 3600.0
    )  # fmt: skip
    return series.join(skewed.select(*run, "skew_h"), on=run, how="inner")
