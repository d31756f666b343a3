"""Cumulative incidence of competing modes: how a life ends, and which failure comes first.

Aalen-Johansen from events and numbers at risk. That of lifelines shifts tied ages at random; ages
counted in batches are tied as a rule, and the same records must give the same table. Its
Kaplan-Meier refuses late entries that leave nobody at risk in between, which lives begun before the
records do. Without ties and such entries they agree (tested).
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray
from assets.time_to_failure.lives.lives import BREAKDOWN, FIRST_RECORD, LIFE, RENEWED
from assets.time_to_failure.lives.strata import GROUP, SCALES
from data_contracts.tables import table

END_OF_LIFE, FIRST_FAILURE = "end_of_life", "first_failed_batch"
ANY_FAILURE = "failure"
ROUNDING = 1e-9


def competing_modes(spells: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Estimate the cumulative incidence of every mode by age since renewal.

    Two questions: does a life end in a breakdown or in a planned renewal, and in which mode does
    the first failed batch of a life fail.

    Args:
        spells: ``lives.breakdown_spells``.
        failures: ``failed_batches.failure_spells``.

    Returns:
        ``finding.competing_modes``: per question, mode and age with an event of any mode, the share
        of lives that have had that mode first, with 95% intervals.
    """
    ends = spells.filter(pl.col("origin") != FIRST_RECORD).with_columns(
        mode=pl.when(pl.col("ended_by").is_in([BREAKDOWN, RENEWED])).then("ended_by")
    )
    firsts = first_failures(failures)
    rows = [*_answers(END_OF_LIFE, ends), *_answers(FIRST_FAILURE, firsts)]
    return table("finding.competing_modes", rows)


def first_failures(failures: pl.DataFrame) -> pl.DataFrame:
    """Return each life up to its first failed batch, with the mode of that failure.

    Args:
        failures: ``failed_batches.failure_spells``; the outcome for any failure is no mode unless
            it is the only one.

    Returns:
        One row per life: entries and exits, and ``mode`` (null where no batch failed). Where a
        batch failed in two modes at once, the first by name counts.
    """
    outcomes = failures["outcome"].unique().sort().to_list()
    modes = [name for name in outcomes if name != ANY_FAILURE] or outcomes
    batches = (
        failures.filter(pl.col("outcome").is_in(modes))
        .with_columns(mode=pl.when("is_event").then("outcome"))
        .group_by(*LIFE, "number", "exit_batches", "exit_h", "entry_batches", "entry_h")
        .agg(pl.col("mode").min())
        .sort(*LIFE, "number")
    )
    until = pl.col("mode").is_not_null().cum_sum().over(LIFE)
    is_up_to_first = (until == 0) | ((until == 1) & pl.col("mode").is_not_null())
    return (
        batches.filter(is_up_to_first)
        .group_by(LIFE, maintain_order=True)
        .agg(
            pl.col("entry_h").first(),
            pl.col("exit_h").last(),
            pl.col("entry_batches").first(),
            pl.col("exit_batches").last(),
            pl.col("mode").last(),
        )
    )


def incidence(
    entry: FloatArray, exit_: FloatArray, mode: list[str | None]
) -> Iterator[tuple[str, float, int, int, float, float | None, float | None]]:
    """Yield the cumulative incidence of every mode at every age with an event.

    Args:
        entry: Age at which each life is first seen.
        exit_: Age at its end; a life that was seen for no time was at risk of nothing.
        mode: How it ended, None where it was censored.

    Yields:
        Mode, age, number at risk, events of the mode, share of lives that have had it first, and
        the bounds of its 95% interval (None before the mode's first event).

    Source: Aalen & Johansen (1978); variance as in Marubini & Valsecchi (1995), equation 10.12;
        interval from the log of the minus log of the incidence (Choudhury 2002).
    """
    is_seen = exit_ > entry
    entry, exit_ = entry[is_seen], exit_[is_seen]
    mode = [each for each, seen in zip(mode, is_seen, strict=True) if seen]
    has_ended = np.array([each is not None for each in mode], dtype=bool)
    if not has_ended.any():
        return
    ages = np.unique(exit_[has_ended])
    # Who has entered before an age, less who has left before it: as many as are at risk.
    entered = np.searchsorted(np.sort(entry), ages, side="left")
    at_risk = (entered - np.searchsorted(np.sort(exit_), ages, side="left")).astype(float)
    all_events = _counted(exit_[has_ended], ages)
    kept = np.cumprod(1 - all_events / at_risk)
    before = np.concatenate([[1.0], kept[:-1]])
    names = np.array([each or "" for each in mode])
    for name in sorted({each for each in mode if each is not None}):
        events = _counted(exit_[names == name], ages)
        share = np.cumsum(before * events / at_risk)
        # A mode that ended every life has all of them: what rounding leaves has no interval.
        share = np.where(share > 1 - ROUNDING, 1.0, share)
        variance = _variance(share, before, at_risk, all_events, events)
        for place, age in enumerate(ages):
            low, high = _interval(share[place], variance[place])
            counts = (int(at_risk[place]), int(events[place]))
            yield name, float(age), *counts, float(share[place]), low, high


def _variance(
    share: FloatArray,
    before: FloatArray,
    at_risk: FloatArray,
    all_events: FloatArray,
    events: FloatArray,
) -> FloatArray:
    left = at_risk - all_events
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.where(left > 0, all_events / (at_risk * left), 0.0)
    own = before**2 * (at_risk - events) * events / at_risk**3
    both = before * events / at_risk**2
    # The sum over earlier ages of later^2 greenwood + own - 2 later both, where later is the share
    # still to come: its square taken apart, every part is a running sum.
    square = np.cumsum(greenwood)
    mixed = np.cumsum(share * greenwood + both)
    rest = np.cumsum(share**2 * greenwood + own + 2 * share * both)
    return np.asarray(share**2 * square - 2 * share * mixed + rest)


def _counted(exits: FloatArray, ages: FloatArray) -> FloatArray:
    """Per age, how many of some exits fall on it."""
    return np.bincount(np.searchsorted(ages, exits), minlength=ages.size).astype(float)


def _interval(share: float, variance: float) -> tuple[float | None, float | None]:
    if share <= 0:
        return None, None
    if share >= 1 or variance <= 0:
        return float(share), float(share)
    spread = 1.959963984540054 * np.sqrt(variance) / abs(share * np.log(share))
    with np.errstate(over="ignore"):
        low, high = (share ** np.exp(sign * spread) for sign in (1, -1))
    return float(low), float(high)


def _answers(question: str, lives: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    for key, rows in lives.group_by(*GROUP, maintain_order=True):
        for scale, (entry, exit_) in SCALES.items():
            known = rows.filter(pl.col(exit_).is_not_null())
            if known.is_empty():
                continue
            arrays = (known[entry].to_numpy(), known[exit_].to_numpy(), known["mode"].to_list())
            points: dict[str, int] = {}
            for name, *numbers in incidence(*arrays):
                points[name] = points.get(name, -1) + 1
                yield (*key, question, scale, name, points[name], *numbers)
