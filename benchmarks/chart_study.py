"""Do charts run as long as theory says, and is a promised number of false alarms kept?

``run_lengths``: charts run until they alarm, 20,000 times each, beside exact run lengths; each must
lie within 3%. ``laney``: shares of samples outside p' and u' limits where samples scatter 1, 2 and
5 times as much as chance; 0.27% within four standard errors. ``budget``: plants of 300 charts on
which nothing happens, limits from 50 batches, one false alarm a month promised for all charts
together over a year; over 100 plants the alarms must lie within the two-sided 99% band about the
promise, with Nelson's eight rules unadjusted beside them. ``power``: median batches until a step is
found, beside an EWMA that knows centre, sigma and memory and has the same false alarms. Rows
already in the CSV are not made again.

    python benchmarks/chart_study.py --plants 100 --first-seed 4101
"""

import argparse
from collections.abc import Callable

import numpy as np

from assets.statistics.charts.attributes import p_chart, u_chart
from assets.statistics.charts.distribution_free import restarted_ewma, watched_scores
from assets.statistics.charts.memory import cusum_path, ewma_path
from assets.statistics.charts.run_length.alarm_budget import promised_band
from assets.statistics.charts.run_length.distribution_free_limits import distribution_free_width
from assets.statistics.charts.run_length.integral_equations import (
    cusum_run_length,
    ewma_run_length,
    ewma_width,
)
from assets.statistics.charts.run_length.run_rule_chain import (
    NELSON_NINE,
    WESTERN_ELECTRIC_RULES,
    RunRule,
    run_rule_run_length,
)
from assets.statistics.charts.run_rules import WESTERN_ELECTRIC, fires
from benchmarks.studies.chart_plants import (
    BASELINE,
    BATCHES,
    KINDS,
    MONTHS,
    RATE,
    Chart,
    alarms,
    in_control,
    remembered,
)
from benchmarks.studies.record import StudyRecord

SHIFTS = (0.0, 0.5, 1.0, 2.0)
RUNS, AT_ONCE, REACH = 20_000, 250, 12
PROMISED: tuple[Chart, ...] = (("level", 1, 0.05), ("level", 3, 0.05), ("spread", 1, 0.05))
Alarm = Callable[[np.ndarray], np.ndarray]


def _any(rules: tuple[str, ...]) -> Alarm:
    return lambda z: np.logical_or.reduce([fires(rule, z) for rule in rules])


STEADY = float(np.sqrt(0.1 / 1.9))
CHARTS: dict[str, tuple[Alarm, Callable[[float], float]]] = {
    "ewma 0.1, 2.814": (
        lambda z: np.abs(ewma_path(z, 0.1)) > 2.814 * STEADY,
        lambda shift: ewma_run_length(0.1, 2.814, shift),
    ),
    "cusum 0.5, 5": (
        lambda z: np.maximum(cusum_path(z, 0.5), cusum_path(-z, 0.5)) > 5.0,
        lambda shift: cusum_run_length(0.5, 5.0, shift),
    ),
    "three sigma": (
        _any(("we1",)),
        lambda shift: float(run_rule_run_length([RunRule(1, 1, 3)], shift)[0]),
    ),
    "western electric": (
        _any(WESTERN_ELECTRIC),
        lambda shift: float(run_rule_run_length(WESTERN_ELECTRIC_RULES, shift)[0]),
    ),
    "nelson 1 and 2": (
        _any(("nelson1", "nelson2")),
        lambda shift: float(run_rule_run_length([RunRule(1, 1, 3), NELSON_NINE], shift)[0]),
    ),
}


def run_length_row(chart: str, shift: float, runs: int = RUNS) -> dict[str, object]:
    """Mean points until the first alarm, simulated and exact; a run that lasts on counts as far."""
    alarm, exact = CHARTS[chart]
    theory = exact(shift)
    longest = int(REACH * theory) + 20
    rng = np.random.default_rng(int(1_000 * shift) + 7)
    lengths = []
    for _ in range(runs // AT_ONCE):
        out = alarm(rng.normal(shift, 1.0, (AT_ONCE, longest)))
        lengths.append(np.where(out.any(axis=1), out.argmax(axis=1) + 1, longest))
    every = np.concatenate(lengths)
    return {
        "chart": chart,
        "shift": shift,
        "runs": runs,
        "simulated": round(float(every.mean()), 4),
        "standard_error": round(float(every.std() / np.sqrt(every.size)), 4),
        "theory": round(theory, 4),
        "ratio": round(float(every.mean()) / theory, 4),
    }


def laney_row(chart: str, overdispersion: float, samples: int = 200_000) -> dict[str, object]:
    """Share of samples outside Laney's limits, and outside the plain ones."""
    rng = np.random.default_rng(int(10 * overdispersion))
    sizes = rng.integers(4_000, 8_000, samples).astype(float)
    centre = 0.05
    variance = centre * (1 - centre) if chart == "p" else centre
    level = rng.normal(centre, np.sqrt((overdispersion - 1) * variance / sizes))
    level = np.clip(level, 0.0, 1.0)
    counts = rng.binomial(sizes.astype(int), level) if chart == "p" else rng.poisson(sizes * level)
    draw = p_chart if chart == "p" else u_chart
    outside = {
        laney: draw(counts.astype(float), sizes, laney=laney).signals["we1"].size / samples
        for laney in (True, False)
    }
    return {
        "chart": f"{chart}'",
        "overdispersion": overdispersion,
        "samples": samples,
        "outside_pct": round(100 * outside[True], 4),
        "outside_plain_pct": round(100 * outside[False], 4),
    }


def budget_row(kind: str, seed: int, widths: dict[Chart, float]) -> dict[str, object]:
    """Alarms of one plant in a year on which nothing happens."""
    values = in_control(kind, np.random.default_rng([KINDS.index(kind), seed]))
    return {"kind": kind, "seed": seed, "promised": MONTHS, **alarms(values, widths)}


def power_row(
    memory: float, step: float, widths: dict[Chart, float], charts: int = 400
) -> dict[str, object]:
    """Median batches until a step, a hundred batches after the baseline, is found."""
    rng = np.random.default_rng([int(100 * memory), int(10 * step)])
    size = (charts, BASELINE + BATCHES + 60)
    values = remembered(rng.normal(size=size), np.full(charts, memory))
    begin = 100
    values[:, BASELINE + begin :] += step
    row: dict[str, object] = {"memory": memory, "step_sigma": step, "charts": charts}
    for (watch, order, weight), width in widths.items():
        followed = watched_scores(values, BASELINE, order=order, watch=watch)
        out = restarted_ewma(followed, weight, width)[1]
        row[f"delay_{watch}_{order}_{weight}"] = _median_delay(out, begin)
    known = (values[:, BASELINE:] - memory * values[:, BASELINE - 1 : -1]) / np.sqrt(1 - memory**2)
    for weight in (0.05, 0.1, 0.2):
        oracle = restarted_ewma(known, weight, ewma_width(weight, 1 / RATE))[1]
        row[f"delay_all_known_{weight}"] = _median_delay(oracle, begin)
    return row


def _median_delay(out: np.ndarray, begin: int) -> float:
    later = out[:, begin:]
    return float(np.median(np.where(later.any(axis=1), later.argmax(axis=1) + 1, later.shape[1])))


def main() -> None:
    """Make the rows that are missing and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    runs = StudyRecord("chart_run_lengths", ("chart", "shift"))
    for chart, shift in runs.missing([(chart, shift) for chart in CHARTS for shift in SHIFTS]):
        runs.append(run_length_row(chart, shift))
    print(runs.rows())
    laney = StudyRecord("chart_laney", ("chart", "overdispersion"))
    for chart, over in laney.missing([(f"{c}'", o) for c in "pu" for o in (1.0, 2.0, 5.0)]):
        laney.append(laney_row(chart[0], over))
    print(laney.rows())
    widths = {
        (watch, order, weight): distribution_free_width(
            BASELINE, RATE, order=order, watch=watch, weight=weight
        )
        for watch, order, weight in PROMISED
    }
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    budget = StudyRecord("chart_budget", ("kind", "seed"))
    for kind, seed in budget.missing([(KINDS[0], seed) for seed in seeds]):
        budget.append(budget_row(kind, seed, widths))
    power = StudyRecord("chart_power", ("memory", "step_sigma"))
    for memory, step in power.missing([(m, s) for m in (0.0, 0.35, 0.7) for s in (1.0, 2.0, 3.0)]):
        power.append(power_row(memory, step, widths))
    print(power.rows())
    for kind, seed in budget.missing([(kind, seed) for kind in KINDS[1:] for seed in seeds]):
        budget.append(budget_row(kind, seed, widths))
    report(budget, seeds)


def report(budget: StudyRecord, seeds: range) -> None:
    """Alarms over the promise per kind of plant, with the band that keeps it."""
    rows = budget.rows().filter(budget.rows()["seed"].is_in(list(seeds)))
    for kind in KINDS:
        own = rows.filter(rows["kind"] == kind)
        promised = float(own["promised"].sum())
        low, high = promised_band(promised)
        print(f"{kind}: promised {promised:.0f}, band {low:.0f} to {high:.0f}")
        for name in own.columns:
            if name.startswith("alarms_") and own[name].null_count() < own.height:
                total = int(own[name].sum())
                spread = float(own[name].var()) / max(float(own[name].mean()), 1e-9)  # type: ignore[arg-type]
                print(f"  {name:22} {total:8}  {total / promised:7.2f}  variance/mean {spread:.2f}")


if __name__ == "__main__":
    main()
