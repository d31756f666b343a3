"""Do a90 and a90/95 hold what they say where the curve of detection is known?

Each kind plants a curve and draws 200 tables of trials from it. Counted: tables whose a90/95 lies
at or above the planted a90 (nominal 95%: 181 to 197 of 200), whose two-sided 95% interval of a90
holds it (the same band; of hits and misses only), whose a90 lies above it (nominal one half: 82 to
118), and those without a finite bound. A table without a curve counts as not excluding the truth,
and is counted apart. The other bound is the profile's for hits and misses, Wald's for signals. Rows
already in the CSV are not made again.

    python benchmarks/detection_study.py --first-seed 1
"""

from collections.abc import Callable
from math import inf, isnan, nan

import numpy as np
from scipy.special import ndtri

from assets.statistics.detection.hit_miss import fit_hit_miss
from assets.statistics.detection.links import LINKS
from assets.statistics.detection.signal_response import fit_signal_response
from benchmarks.studies.record import record_kinds

TABLES = 200
SIX = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
Table = Callable[[np.random.Generator], dict[str, float | str]]


def _hits(
    size: np.ndarray, trials: int, slope: float, middle: float, link: str, *, log_size: bool
) -> Table:
    truth = (LINKS[link].height(0.9) / slope) + (np.log(middle) if log_size else middle)
    truth = float(np.exp(truth)) if log_size else float(truth)

    def table(rng: np.random.Generator) -> dict[str, float | str]:
        at = np.log(size / middle) if log_size else size - middle
        tried = np.full(size.size, trials)
        found = rng.binomial(tried, LINKS[link].share(slope * at))
        fit = fit_hit_miss(size, found, tried, link=link, log_size=log_size)
        low, high = fit.size_interval()
        return {
            "verdict": fit.verdict,
            "truth": truth,
            "a90": fit.size_at(),
            "bound": fit.size_bound(),
            "other": fit.size_bound(bound="profile"),
            "low": low,
            "high": high,
        }

    return table


def _signals(trials: int, decision: float, floor: float, *, log_size: bool) -> Table:
    intercept, slope, sigma = 0.5, 1.2, 0.6
    place = (decision + float(ndtri(0.9)) * sigma - intercept) / slope
    truth = float(np.exp(place)) if log_size else place

    def table(rng: np.random.Generator) -> dict[str, float | str]:
        at = np.linspace(0.2, 5.0, trials)
        signal = intercept + slope * at + rng.normal(0, sigma, trials)
        size = np.exp(at) if log_size else at
        fit = fit_signal_response(size, signal, decision, log_size=log_size, floor=floor)
        return {
            "verdict": fit.verdict,
            "truth": truth,
            "a90": fit.size_at(),
            "bound": fit.size_bound(),
            "other": fit.size_bound(wald=True),
            "low": nan,
            "high": nan,
        }

    return table


KINDS: dict[str, Table] = {
    "6 sizes x 29, gentle": _hits(SIX, 29, 2.5, 1.4, "logit", log_size=False),
    "6 sizes x 29, steep": _hits(SIX, 29, 8.0, 1.6, "logit", log_size=False),
    "6 sizes x 29, steepest": _hits(SIX, 29, 20.0, 1.6, "logit", log_size=False),
    "6 sizes x 29, late": _hits(SIX, 29, 2.5, 2.4, "logit", log_size=False),
    "6 sizes x 29, log size": _hits(SIX, 29, 4.0, 1.4, "logit", log_size=True),
    "6 sizes x 29, probit": _hits(SIX, 29, 1.5, 1.4, "probit", log_size=False),
    "60 sizes x 1": _hits(np.linspace(0.1, 3.0, 60), 1, 4.0, 1.4, "logit", log_size=False),
    "6 sizes x 10": _hits(SIX, 10, 3.0, 1.4, "logit", log_size=False),
    "40 signals": _signals(40, 3.0, -inf, log_size=False),
    "40 signals, a third below the floor": _signals(40, 3.0, 2.2, log_size=False),
    "20 signals, log size": _signals(20, 3.0, -inf, log_size=True),
}


def detection_row(kind: str, first_seed: int, tables: int = TABLES) -> dict[str, object]:
    """Counts over the tables of one kind, seeded one by one."""
    rows = [KINDS[kind](np.random.default_rng([first_seed, i])) for i in range(tables)]
    truth = float(rows[0]["truth"])
    curves = [row for row in rows if not isnan(float(row["a90"]))]

    def held(bound: str) -> int:
        return sum(float(row[bound]) >= truth for row in curves) + len(rows) - len(curves)

    inside = sum(float(row["low"]) <= truth <= float(row["high"]) for row in curves)
    return {
        "kind": kind,
        "first_seed": first_seed,
        "tables": len(rows),
        "a90_true": round(truth, 4),
        "a90_median": round(float(np.median([float(row["a90"]) for row in curves])), 4),
        "a90_above_truth": sum(float(row["a90"]) > truth for row in curves),
        "bound_holds": held("bound"),
        "other_bound_holds": held("other"),
        "interval_holds": inside + len(rows) - len(curves)
        if curves and not isnan(float(curves[0]["low"]))
        else "",
        "bound_infinite": sum(float(row["bound"]) == inf for row in curves),
        "separated": sum(row["verdict"] == "separated" for row in rows),
        "no_curve": len(rows) - len(curves),
        "median_bound": round(float(np.median([float(row["bound"]) for row in curves])), 4),
    }


if __name__ == "__main__":
    record_kinds("detection_study", KINDS, detection_row, __doc__)
