"""The scale of time a replacement interval is told on: the one that the evidence is on.

Wear may go with batches or with hours, and lives begun before the records may have their age on
record in hours alone. Whichever scale the records speak for is the one the law, today's plan and
the interval are taken on; the other would weigh a plan the evidence knows nothing of.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from assets.statistics.reliability.time_scales import interval_log_likelihood
from assets.statistics.reliability.weibull import Spells, WeibullFit
from assets.time_to_failure.lives.lives import BREAKDOWN, HOURS_LASTED, LIFE
from assets.time_to_failure.lives.strata import (
    FAILED_PREFIX,
    GROUP,
    SCALES,
    Question,
    Stratum,
)

BATCHES, HOURS = SCALES
FEWEST_EVENTS = 3
TOLD_APART = 2.0  # difference in log-likelihood, four in Akaike's criterion


@dataclass(frozen=True)
class EvidenceScale:
    """The scale of one question.

    Attributes:
        time_scale: ``batches`` or ``hours``.
        compared: Scales of which the better fit was taken: 2 where the records told them apart,
            else 1. The better of two looks better than it is.
        reason: Why this one, a sentence.
        time_per_batch: Units of the scale that pass from one batch to the next.
    """

    time_scale: str
    compared: int
    reason: str
    time_per_batch: float = 1.0


def evidence_scales(
    strata: Iterable[Stratum],
    fits: Mapping[tuple[str, str, str, str, str], WeibullFit],
    batches_at_risk: pl.DataFrame,
    spells: pl.DataFrame,
) -> dict[Question, EvidenceScale]:
    """Choose the scale of every question.

    Where only one scale has a fit it is that one. Where both have one, the laws of both scales are
    held against the same batches at risk: which of them ended in the event. A difference of two in
    the log-likelihood decides (the laws have as many parameters); below that the scale that knows
    the age of more events, and batches where both know as many.

    Args:
        strata: The questions on both scales.
        fits: Fits by key.
        batches_at_risk: ``batches_at_risk``.
        spells: ``lives.breakdown_spells``, for the hours from one batch to the next.

    Returns:
        By (equipment_class, origin, part, event).

    Source: Duchesne & Lawless (2000), Lifetime Data Analysis 6, on the choice of a time scale;
        Burnham & Anderson (2002), section 2.6, on differences in Akaike's criterion.
    """
    pairs: dict[Question, dict[str, Stratum]] = {}
    for each in strata:
        pairs.setdefault(each.question, {})[each.time_scale] = each
    rows = {
        (str(key[0]), str(key[1]), str(key[2]), str(key[3])): own
        for key, own in batches_at_risk.group_by(*GROUP, "event", maintain_order=True)
    }
    pace = hours_per_batch(spells)
    found = {}
    for question, pair in pairs.items():
        known = {scale for scale, each in pair.items() if each.key in fits}
        chosen = _chosen(pair, known, rows.get(question))
        per_batch = 1.0 if chosen.time_scale == BATCHES else pace[question[:3]]
        found[question] = replace(chosen, time_per_batch=per_batch)
    return found


def batches_at_risk(
    lived: pl.DataFrame, spells: pl.DataFrame, failures: pl.DataFrame
) -> pl.DataFrame:
    """Return the batches whose ages are known on both scales, with the event or without.

    Args:
        lived: ``failed_batches.batches_of_lives``.
        spells: ``lives.breakdown_spells``.
        failures: ``failed_batches.failure_spells``.

    Returns:
        One row per life, batch and event: the columns of ``LIFE``, ``event``, ``is_event``, ages at
        entry and exit on both scales. A breakdown counts with the batch before it, and a batch ends
        when it ends, broken or not: were it to end with the breakdown, hours would be longer where
        there is one.
    """
    ages = [name for pair in SCALES.values() for name in pair]
    broken = spells.filter(pl.col("ended_by") == BREAKDOWN).select(
        *LIFE, "exit_batches", is_event=pl.lit(value=True)
    )
    by_breakdown = (
        lived.join(broken, on=[*LIFE, "exit_batches"], how="left")
        .with_columns(pl.col("is_event").fill_null(value=False), event=pl.lit(BREAKDOWN))
        .select(*LIFE, "event", "is_event", *ages)
    )
    by_failure = failures.with_columns(event=FAILED_PREFIX + pl.col("outcome")).select(
        *LIFE, "event", "is_event", *ages
    )
    return pl.concat([by_breakdown, by_failure]).drop_nulls(ages)


def hours_per_batch(spells: pl.DataFrame) -> dict[tuple[str, str, str], float]:
    """Return the hours of life on record over its batches, by (equipment_class, origin, part)."""
    lasted = spells.group_by(*GROUP).agg(hours=HOURS_LASTED.sum(), batches=pl.col("batches").sum())
    return {
        (str(kind), str(origin), str(part)): hours / batches
        for kind, origin, part, hours, batches in lasted.iter_rows()
        if batches
    }


def _chosen(
    pair: Mapping[str, Stratum], known: set[str], rows: pl.DataFrame | None
) -> EvidenceScale:
    if not known:
        return EvidenceScale(BATCHES, 1, "Neither scale has a fit, so batches stand for time.")
    if len(known) == 1:
        (only,) = known
        other = HOURS if only == BATCHES else BATCHES
        reason = (
            f"Only in {only} are enough ages at the event on record "
            f"({pair[only].risk.events} against {pair[other].risk.events} in {other})."
        )
        return EvidenceScale(only, 1, reason)
    gain = _gain_in_hours(rows)
    if abs(gain) >= TOLD_APART:
        better = HOURS if gain > 0 else BATCHES
        reason = (
            f"Age in {better} tells better which batches end in the event (log-likelihood "
            f"{abs(gain):.1f} higher)."
        )
        return EvidenceScale(better, 2, reason)
    events = {scale: each.risk.events for scale, each in pair.items()}
    if events[HOURS] == events[BATCHES]:
        reason = "Batches and hours tell the events about equally well; batches stand."
        return EvidenceScale(BATCHES, 1, reason)
    more = max(events, key=lambda scale: events[scale])
    reason = (
        f"Batches and hours tell the events about equally well, but {more} know the age of more of "
        f"them ({events[more]} against {min(events.values())})."
    )
    return EvidenceScale(more, 1, reason)


def _gain_in_hours(rows: pl.DataFrame | None) -> float:
    """Log-likelihood of the best law in hours minus that of the best one in batches."""
    if rows is None or rows["is_event"].sum() < FEWEST_EVENTS:
        return 0.0
    found = dict(zip(SCALES, map(interval_log_likelihood, _both(rows)), strict=True))
    return found[HOURS] - found[BATCHES]


def _both(rows: pl.DataFrame) -> Iterator[Spells]:
    for entry, exit_ in SCALES.values():
        yield Spells(rows[entry].to_numpy(), rows[exit_].to_numpy(), rows["is_event"].to_numpy())
