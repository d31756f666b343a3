"""Did a corrective action help: its category's deviations before it was opened and once in force.

The time between opening and effect belongs to neither side. An action is opened after a run of
deviations, and runs end by themselves (regression to the mean): so the ratio is given again without
the last 90 days before the opening, and a decrease is stated only if it stands in both.
"""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.regression.interrupted_series import CountSeries, RateChange, rate_change
from data_contracts.codes.records import CapaVerdict
from data_contracts.tables import table

PERIOD = timedelta(days=30)
RUN_UP_PERIODS = 3  # 90 days


def capa_effectiveness(
    capas: pl.DataFrame, deviations: pl.DataFrame, batches: pl.DataFrame
) -> pl.DataFrame:
    """Compare deviations before and after every corrective action.

    Args:
        capas: ``core.capas``.
        deviations: ``core.deviations``; those naming an action say which category it answers.
        batches: ``core.batches``, whose starts are the exposure.

    Returns:
        ``finding.capa_effectiveness``: one row per action.
    """
    answered = (
        deviations.drop_nulls(["capa_id", "category"])
        .group_by("capa_id", "category")
        .len()
        .sort(["capa_id", "len", "category"], descending=[False, True, False])
        .unique("capa_id", keep="first", maintain_order=True)
    )
    named = capas.join(answered.select("capa_id", "category"), on="capa_id", how="left")
    starts = batches["started_at"].drop_nulls().sort().to_list()
    opened: dict[str, list[datetime]] = {}
    for category, at in (
        deviations.drop_nulls(["category", "opened_at"])
        .select("category", "opened_at")
        .sort("opened_at")
        .rows()
    ):
        opened.setdefault(category, []).append(at)
    in_force = named.drop_nulls(["category", "effective_at"])
    others = {
        category: part["effective_at"].to_list()
        for (category,), part in in_force.group_by("category")
    }
    rows = [
        _row(capa, opened.get(capa["category"], []), starts, others.get(capa["category"], []))
        for capa in named.sort("capa_id").iter_rows(named=True)
    ]
    return table("finding.capa_effectiveness", rows)


def _row(
    capa: dict[str, Any], opened: list[datetime], starts: list[datetime], others: list[datetime]
) -> dict[str, Any]:
    row = {name: capa[name] for name in ("capa_id", "title", "category", "effective_at")}
    blank = {"method": "none", "overdispersion": 1.0}
    if capa["category"] is None:
        return row | blank | {
            "verdict": CapaVerdict.TOO_SHORT,
            "reason": "No deviation with a category names this action, so it is not known what it "
            "should reduce.",
        }  # fmt: skip
    if capa["effective_at"] is None or not starts:
        return row | blank | {
            "verdict": CapaVerdict.NOT_IN_FORCE,
            "reason": "The action is not yet in force, or the batches have no dates to compare by.",
        }  # fmt: skip
    # An action may be filed after it took effect; no month then stands on both sides.
    since = min(capa["opened_at"] or capa["effective_at"], capa["effective_at"])
    series = _series(since, capa["effective_at"], opened, starts)
    change = rate_change(series)
    calm = rate_change(_without_run_up(series))
    after = series.is_after
    row |= {
        "deviations_before": int(series.count[~after].sum()),
        "batches_before": int(series.exposure[~after].sum()),
        "deviations_after": int(series.count[after].sum()),
        "batches_after": int(series.exposure[after].sum()),
        "months_before": int((~after).sum()),
        "months_after": int(after.sum()),
        "ratio": change.ratio,
        "ratio_low": change.low,
        "ratio_high": change.high,
        "ratio_without_run_up": calm.ratio,
        "overdispersion": change.overdispersion,
        "method": change.method,
    }
    is_alone = sum(capa["effective_at"] < other for other in others) == 0
    return row | _judged(change, calm, is_alone)


def _series(
    since: datetime, effective: datetime, opened: list[datetime], starts: list[datetime]
) -> CountSeries:
    """Count whole periods backwards from the opening and forwards from the effect."""
    last = max([*starts, *opened])
    before = int((since - starts[0]) / PERIOD)
    after = max(0, int((last - effective) / PERIOD))
    edges = [since - PERIOD * (k + 1) for k in reversed(range(before))]
    edges += [effective + PERIOD * k for k in range(after)]
    period = np.concatenate([np.arange(-before, 0), np.arange(after)]).astype(np.float64)
    first = np.array(edges, dtype="datetime64[us]")
    ends = first + np.timedelta64(PERIOD)

    def within(instants: list[datetime]) -> np.typing.NDArray[np.float64]:
        at = np.array(instants, dtype="datetime64[us]")
        return (np.searchsorted(at, ends) - np.searchsorted(at, first)).astype(np.float64)

    count, exposure = within(opened), within(starts)
    made = exposure > 0
    return CountSeries(period[made], count[made], exposure[made])


def _without_run_up(series: CountSeries) -> CountSeries:
    kept = series.is_after | (series.period < -RUN_UP_PERIODS)
    return CountSeries(series.period[kept], series.count[kept], series.exposure[kept])


def _judged(change: RateChange, calm: RateChange, is_alone: bool) -> dict[str, str]:
    if change.method == "none":
        return {
            "verdict": CapaVerdict.TOO_SHORT,
            "reason": "Fewer than three months with batches on one side, or no deviation at all: "
            "nothing can be compared.",
        }
    shared = "" if is_alone else " Later actions on the same category share in what came after."
    run_up = (
        " Without the 90 days before it was opened no ratio could be computed, so regression to "
        "the mean cannot be told apart."
        if calm.ratio is None
        else f" Without the 90 days before it was opened the ratio is {calm.ratio:.2g}: the "
        "difference is what regression to the mean may explain."
    )
    is_less = change.high is not None and change.high < 1
    if is_less and calm.high is not None and calm.high < 1:
        verdict, words = (
            CapaVerdict.FEWER_AFTER,
            "Fewer deviations of the category followed than preceded it",
        )
    elif is_less:
        verdict = CapaVerdict.NO_CHANGE_SHOWN
        words = "The decrease does not stand without the run of deviations that led to the action"
    elif change.low is not None and change.low > 1:
        verdict, words = (
            CapaVerdict.MORE_AFTER,
            "More deviations of the category followed than preceded it",
        )
    else:
        verdict, words = CapaVerdict.NO_CHANGE_SHOWN, "The interval of the ratio includes one"
    return {"verdict": verdict, "reason": f"{words}.{run_up}{shared}"}
