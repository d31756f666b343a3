"""Does the product keep its promised false alarms, and find a change soon and where it began?

All through the product's own tables. ``budget``: plants of 300 quantities on which nothing happens,
with memory from 0 to 0.7 and skewed values, drafted, charted and watched for a year after fifty
batches; signals of level and spread together over one promised a month, Nelson's eight rules
unadjusted beside them. ``power``: on 100 plants a step, a drift and another spread are planted,
each on a chart with the share it would have among 300; delay of the first signal, and whether the
interval of its onset holds the batch it began with. Beside it the textbook's charts, widened to the
same false alarms, of which the best is taken kind by kind.

    python benchmarks/verification_study.py --plants 100 --first-seed 1
"""

import argparse

import numpy as np
import polars as pl

from assets.process_verification.charting.chart_points import chart_points
from assets.process_verification.charting.drawn_chart import draw
from assets.process_verification.plan.series import Series
from assets.process_verification.signals.chart_signals import signals_of
from assets.process_verification.verification import drawn_charts
from assets.statistics.charts.run_length.alarm_budget import promised_band
from assets.statistics.charts.sequential.onset import onset
from benchmarks.studies.chart_plants import BASELINE, CHARTS, MONTHS, RATE, in_control
from benchmarks.studies.record import StudyRecord
from benchmarks.studies.textbook_charts import NAMES, alarms_at, standardised, width_for
from benchmarks.studies.verified_plants import (
    APART,
    PLANTED,
    START,
    plan_of,
    planted,
    records_of,
    rule_of,
)

CALIBRATED = 1_500  # charts in control a textbook chart's width is found on


def budget_row(seed: int) -> dict[str, object]:
    """Signals of a plant on which nothing happens, over the year after the baseline."""
    records = records_of(in_control("skewed", np.random.default_rng([7, seed])))
    plan = plan_of(records)
    points = chart_points(drawn_charts(records, plan)).filter(pl.col("phase") == "II")
    return {
        "seed": seed,
        "charts": plan.filter(pl.col("standing") == "charted").height,
        "promised": MONTHS,
        "level": points.filter(pl.col("signal").str.contains("level")).height,
        "spread": points.filter(pl.col("signal").str.contains("spread")).height,
        "nelson": points.filter(pl.col("rules").is_not_null()).height,
        "points": points.height,
    }


def series_of(values: np.ndarray) -> Series:
    """One chart's series, a batch every two days or so."""
    points = values.size
    known = np.array([START + at * APART for at in range(points)], dtype="datetime64[us]")
    batch = np.array([f"B{at:05}" for at in range(points)], dtype=object)
    spread = np.abs(np.diff(values, prepend=np.nan))
    nothing = np.zeros(points, dtype=np.int64)
    return Series("P / q", "i_mr", batch, known, values, nothing, spread, np.ones(points))


def power_row(kind: str, seed: int) -> dict[str, object]:
    """When a planted change is signalled, and what is said of its beginning."""
    values, begin = planted(kind, seed)
    chart = draw(series_of(values), rule_of(CHARTS))
    after = [one for one in signals_of(chart) if one.place >= begin]
    row: dict[str, object] = {
        "kind": kind,
        "seed": seed,
        "begin": begin,
        "left": values.size - begin,
    }
    if not after:
        return row | {"delay": None, "low": None, "high": None, "is_held": None, "said": None}
    first = after[0]
    version = first.version[1]
    cut = slice(version.baseline_first, first.place + 1)
    known = (version.fixed or 0) + 1 - version.baseline_first
    found = onset(values[cut], known)
    assert found is not None
    low, high = (version.baseline_first + at for at in (found.low, found.high))
    return row | {
        "delay": first.place - begin + 1,
        "low": low,
        "high": high,
        "is_held": low <= begin <= high,
        "said": found.kind,
    }


def textbook_rows(seeds: range) -> list[dict[str, object]]:
    """Median delay of each textbook chart at the product's rate of false alarms, kind by kind."""
    z = standardised(in_control("skewed", np.random.default_rng([9, 1]), CALIBRATED))
    rows = []
    for name in NAMES:
        width = width_for(name, z, RATE)
        for kind in PLANTED:
            delays = []
            for seed in seeds:
                values, begin = planted(kind, seed)
                out = alarms_at(name, standardised(values[None]), width)[0]
                later = np.flatnonzero(out[begin - BASELINE :])
                delays.append(int(later[0]) + 1 if later.size else values.size - begin + 1)
            rows.append(
                {
                    "chart": name,
                    "kind": kind,
                    "first_seed": seeds.start,
                    "width": round(width, 3),
                    "median_delay": float(np.median(delays)),
                }
            )
    return rows


def main() -> None:
    """Make the rows that are missing and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    power = StudyRecord("verification_power", ("kind", "seed"))
    for kind, seed in power.missing([(kind, seed) for kind in PLANTED for seed in seeds]):
        power.append(power_row(kind, seed))
    textbook = StudyRecord("verification_textbook", ("chart", "kind", "first_seed"))
    if textbook.missing([(name, kind, seeds.start) for name in NAMES for kind in PLANTED]):
        for row in textbook_rows(seeds):
            textbook.append(row)
    report_power(power, textbook, seeds)
    budget = StudyRecord("verification_budget", ("seed",))
    for (seed,) in budget.missing([(seed,) for seed in seeds]):
        budget.append(budget_row(seed))
    report_budget(budget, seeds)


def report_power(power: StudyRecord, textbook: StudyRecord, seeds: range) -> None:
    """Coverage of the onset, and delay beside the best textbook chart."""
    own = power.rows().filter(pl.col("seed").is_in(list(seeds)))
    books = textbook.rows().filter(pl.col("first_seed") == seeds.start)
    for kind in PLANTED:
        rows = own.filter(pl.col("kind") == kind)
        found = rows.filter(pl.col("delay").is_not_null())
        delay = rows.select(pl.coalesce("delay", pl.col("left") + 1).median()).item()
        best = books.filter(pl.col("kind") == kind).sort("median_delay").row(0, named=True)
        print(
            f"{kind}: found {found.height} of {rows.height}, onset held {found['is_held'].sum()}, "
            f"median delay {delay:g}, best textbook {best['chart']} {best['median_delay']:g}, "
            f"ratio {delay / best['median_delay']:.2f}"
        )


def report_budget(budget: StudyRecord, seeds: range) -> None:
    """Signals over the promise, with the band that keeps it."""
    rows = budget.rows().filter(pl.col("seed").is_in(list(seeds)))
    promised = float(rows["promised"].sum())
    low, high = promised_band(promised)
    total = int(rows["level"].sum() + rows["spread"].sum())
    print(f"promised {promised:.0f}, band {low:.0f} to {high:.0f}: {total} signals")
    print(f"Nelson unadjusted: {int(rows['nelson'].sum())} points")


if __name__ == "__main__":
    main()
