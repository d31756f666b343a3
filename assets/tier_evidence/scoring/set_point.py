"""Tier 3: the window that the product recommends, held to its promises over the whole region."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray
from assets.statistics.bounded_behaviour.promises import (
    Recommend,
    SetPointBounds,
    WorstFound,
    worst_found,
)
from assets.statistics.bounded_behaviour.region import OperatingRegion, RecordsHull
from assets.statistics.bounded_behaviour.sensor_failures import SENSOR_FAILURES
from assets.statistics.bounded_behaviour.set_point import GuardedSetPoint
from assets.tier_evidence.scoring.findings import Challenged
from data_contracts.errors import UsageError

BEYOND = 0.25  # how far the region reaches beyond range and records, in their widths
PROMISES = {
    "inside_par": "the recommendation lies outside the proven acceptable range",
    "largest_step": "the set-point moves farther than the stated step",
    "refused_outside_records": "there is a recommendation outside the hull of the records",
    "monotone": "a higher present set-point gets a lower recommendation",
    "sensors": "a failed sensor moves the recommendation",
}


@dataclass(frozen=True)
class SetPointPolicy:
    """A recommendation under test, where it is asked, and what is promised of it.

    Attributes:
        recommend: From present set-points and readings to recommended ones.
        region: Where it is asked.
        bounds: What is promised.
        names: Of the readings, in words.
    """

    recommend: Recommend
    region: OperatingRegion
    bounds: SetPointBounds
    names: tuple[str, ...] = ()


def recommended_policy(
    settings: Mapping[str, float | str], window: tuple[float, float], gate_values: pl.DataFrame
) -> SetPointPolicy:
    """Return the guarded set-point of a recommended window, as the product gives it.

    Args:
        settings: Of the protocol: ``par_low``, ``par_high``, ``largest_step``, ``readings``.
        window: Ends of the window of ``finding.window_studies``; infinite where open.
        gate_values: ``feature.gate_values``, whose readings span the records.

    Raises:
        UsageError: The settings do not fit together, or the records do not span the readings.
    """
    low, high, step = (float(settings[name]) for name in ("par_low", "par_high", "largest_step"))
    if not low < high or step <= 0:
        raise UsageError("'par_low' must be below 'par_high', and 'largest_step' above 0.")
    named = (name.strip() for name in str(settings["readings"]).split(","))
    names = list(dict.fromkeys(named))
    readings = recorded(gate_values, names)
    try:
        hull = RecordsHull.of(readings)
    except ValueError as error:
        raise UsageError(f"The readings {', '.join(names)}: {error}.") from None
    floor, ceiling = readings.min(axis=0), readings.max(axis=0)
    ends = np.stack([np.append(low, floor), np.append(high, ceiling)])
    width = BEYOND * (ends[1] - ends[0])
    guarded = GuardedSetPoint(*window, low, high, step, hull)
    return SetPointPolicy(
        guarded.recommended,
        OperatingRegion(ends[0] - width, ends[1] + width),
        SetPointBounds(low, high, step, hull),
        tuple(name.replace(".", " ").replace("_", " ") for name in names),
    )


def recorded(gate_values: pl.DataFrame, names: list[str]) -> FloatArray:
    """Return (batches, readings): batches of which every reading is on record.

    Args:
        gate_values: ``feature.gate_values``.
        names: Features, each of which must be there.

    Raises:
        UsageError: One is not on record.
    """
    own = gate_values.filter(pl.col("feature").is_in(names) & pl.col("value").is_not_null())
    last = own.sort("gate").unique(["batch_id", "feature"], keep="last")
    wide = last.pivot("feature", index="batch_id", values="value")
    lacking = sorted(set(names) - set(wide.columns))
    if lacking:
        raise UsageError(f"No numbers are on record of {', '.join(lacking)}: name other readings.")
    return wide.select(names).drop_nulls().to_numpy()


def bounded_behaviour(
    policy: SetPointPolicy, states: int, seed: int, unit: str
) -> dict[str, Challenged]:
    """Search for the worst against each promise.

    Args:
        policy: What is tested.
        states: States at least.
        seed: Of the spread states.
        unit: Of the set-point, for the sentences.

    Returns:
        A finding a promise, and the share of states that got an answer.
    """
    rows = worst_found(policy.recommend, policy.region, policy.bounds, states, seed)
    found = {name: _worst(name, rows, unit, policy.names) for name in PROMISES}
    answered, looked_at = rows[0].answered_share, rows[0].states
    found["answered"] = Challenged(
        answered,
        answered,
        f"{answered:.1%} of {looked_at:,} states got a recommendation; the others were refused.",
        n=looked_at,
    )
    return found


def _worst(promise: str, rows: list[WorstFound], unit: str, names: tuple[str, ...]) -> Challenged:
    own = [row for row in rows if row.promise == promise]
    worst = max(own, key=lambda row: row.excess)
    looked_at = f"{worst.states:,} states and a local search"
    if promise == "sensors":
        looked_at += f", under {len(SENSOR_FAILURES)} failures of each reading ({len(own)} in all)"
    place = f"set-point {worst.state[0]:.4g} {unit}"
    for name, value in zip(names, worst.state[1:], strict=False):
        place += f", {name} {value:.4g}"
    if worst.kept:
        # A recommendation on the limit itself keeps the promise: what is left is rounding.
        said = f"no state was found where {PROMISES[promise]}; nearest to it: {place}."
        return Challenged(0.0, 0.0, f"Over {looked_at}, {said}", n=worst.states)
    detail = f" ({worst.detail})" if worst.detail else ""
    said = f"{PROMISES[promise]}: by {worst.excess:.4g} {unit} at worst{detail}, at {place}."
    return Challenged(worst.excess, worst.excess, f"Over {looked_at}, {said}", n=worst.states)


def broken_policies(
    policy: SetPointPolicy,
) -> dict[str, Callable[[FloatArray, FloatArray], FloatArray]]:
    """Return five policies, each breaking one promise: a challenge that misses them shows nothing.

    Args:
        policy: The one they are made from.

    Returns:
        Promise to policy.
    """
    good, bounds = policy.recommend, policy.bounds
    low, high, step = bounds.par_low, bounds.par_high, bounds.step
    middle = (low + high) / 2
    centre = (policy.region.low[1:] + policy.region.high[1:]) / 2
    span = policy.region.high[1:] - policy.region.low[1:]

    def leaves_par(now: FloatArray, readings: FloatArray) -> FloatArray:
        given = good(now, readings)
        return np.where(np.isfinite(given), np.where(now > high - step, high + step, given), given)

    def leaps(now: FloatArray, readings: FloatArray) -> FloatArray:
        return np.where(np.isfinite(good(now, readings)), np.where(now > middle, low, high), np.nan)

    def falls(now: FloatArray, readings: FloatArray) -> FloatArray:
        given = good(now, readings)
        return np.where(now > middle, np.maximum(given - step, low), given)

    def never_refuses(now: FloatArray, readings: FloatArray) -> FloatArray:
        return good(now, np.broadcast_to(centre, readings.shape).copy())

    def follows_a_reading(now: FloatArray, readings: FloatArray) -> FloatArray:
        given = good(now, readings)
        moved = given + 0.1 * step * (readings[:, 0] - centre[0]) / span[0]
        return np.asarray(np.clip(np.clip(moved, now - step, now + step), low, high))

    return {
        "inside_par": leaves_par,
        "largest_step": leaps,
        "monotone": falls,
        "refused_outside_records": never_refuses,
        "sensors": follows_a_reading,
    }
