"""Do switchbacks have the power they state, and do margins prove as soon as is said?

    python benchmarks/switchback_study.py                 # 200 plants
    python benchmarks/switchback_study.py --plants 3 --results FOLDER

Each plant is drawn anew: size of its lots, what a lot, a batch and the days before do to a margin,
a slow drift, the length of its record, and the shift that a window promises. A trial is designed
from the record alone and then made many times on fresh batches. Beside it: how long the same
promise takes to prove on failures. Rows: ``benchmarks/results/switchback_study.csv``.
"""

import argparse
from math import ceil
from pathlib import Path

import numpy as np
from scipy.stats import norm
from scipy.stats import t as t_law

from assets.savings.programme.detectability import ALPHA, batches_needed
from assets.savings.proof.switchback import Switchback, switchback
from assets.statistics.anytime_valid import shift_e_value
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from benchmarks.studies.record import RESULTS, StudyRecord

TRIALS, POWER = 300, 0.8
BATCHES_PER_YEAR = 200.0


class MarginPlant:
    """A made plant: margins that share a lot's luck, carry over, and drift."""

    def __init__(self, seed: int) -> None:
        """Draw the plant."""
        self.rng = np.random.default_rng([seed, 4711])
        self.lot_batches = int(self.rng.integers(1, 9))
        self.lot_spread = float(self.rng.uniform(0, 0.8))
        self.carry = float(self.rng.uniform(0, 0.4))
        self.drift = float(self.rng.uniform(0, 0.5))  # spreads over the record
        self.batches = int(self.rng.integers(250, 800))
        self.shift = float(self.rng.uniform(0.3, 1.2))

    def made(self, batches: int) -> tuple[FloatArray, IntArray]:
        """Return margins (mean near 0, spread of a batch 1) and lots of consecutive batches."""
        lot = np.arange(batches) // self.lot_batches
        own, carried = self.rng.normal(size=batches), np.zeros(batches)
        for at in range(1, batches):
            carried[at] = self.carry * (carried[at - 1] + own[at - 1])
        slow = self.drift * np.sin(2 * np.pi * np.arange(batches) / self.batches)
        shared = self.rng.normal(0, self.lot_spread, int(lot[-1]) + 1)[lot]
        return own + carried + slow + shared, lot

    def pairs(self, design: Switchback, pairs: int) -> FloatArray:
        """Make a trial: differences of its pairs, held less as usual."""
        size = ceil(design.block_batches / self.lot_batches - 1e-9) * self.lot_batches
        margin, _ = self.made(2 * pairs * size)
        means = margin.reshape(pairs, 2, size).mean(axis=2)
        order = np.resize(np.where(design.order, 1.0, -1.0), pairs)
        return np.asarray(order * (means[:, 0] - means[:, 1]) + self.shift)


def marks(seed: int) -> dict[str, object]:
    """Design from one record, then make the trial many times."""
    plant = MarginPlant(seed)
    margin, lot = plant.made(plant.batches)
    design = switchback(margin - margin.mean(), lot, plant.shift, seed=seed)
    row: dict[str, object] = {
        "lot_batches": plant.lot_batches,
        "record_batches": plant.batches,
        "shift": round(plant.shift, 3),
        "is_designed": design is not None,
    }
    if design is None:
        return row
    longest = 3 * design.pairs
    trials = np.stack([plant.pairs(design, longest) for _ in range(TRIALS)])
    shown = _shown_by_pairs(trials)
    looks = [shift_e_value(each, plant.shift / design.pair_spread) for each in trials]
    stops = [_first(each >= 1 / ALPHA) for each in looks]
    before, after = _failure_probs(plant)
    return row | {
        "pairs": design.pairs,
        "months": round(design.batches / BATCHES_PER_YEAR * 12, 2),
        "power_stated": round(design.power, 4),
        "power_simulated": round(float(shown[design.pairs - 1]), 4),
        "pairs_simulated": _first(shown >= POWER),
        "sequential_pairs": design.sequential_pairs,
        "sequential_simulated": _quantile(stops),
        "failure_batches": batches_needed(before, after, ALPHA),
        "failure_power_simulated": _failure_power(plant.rng, before, after),
    }


def _shown_by_pairs(trials: FloatArray) -> FloatArray:
    """Return, per number of pairs, the share of trials whose paired t-test shows the shift."""
    number = np.arange(1, trials.shape[1] + 1)
    mean = trials.cumsum(axis=1) / number
    squares = (trials**2).cumsum(axis=1) - number * mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = mean * np.sqrt(number) / np.sqrt(squares / (number - 1))
    shown = np.nan_to_num(statistic) > np.r_[np.inf, t_law.isf(ALPHA, number[1:] - 1)]
    return np.asarray(shown.mean(axis=0))


def _first(is_shown: BoolArray) -> int | None:
    places = np.flatnonzero(is_shown)
    return int(places[0]) + 1 if places.size else None


def _quantile(stops: list[int | None]) -> float | None:
    found = np.quantile(
        [np.inf if each is None else each for each in stops], POWER, method="higher"
    )
    return float(found) if np.isfinite(found) else None


def _failure_probs(plant: MarginPlant) -> tuple[float, float]:
    """Return the rate of batches beyond a limit that 4% pass, and the rate with the shift."""
    spread = float(np.sqrt(1 + plant.lot_spread**2))
    limit = norm.isf(0.04) * spread
    return 0.04, float(norm.sf((limit + plant.shift) / spread))


def _failure_power(rng: np.random.Generator, before: float, after: float) -> float | None:
    """Return how often Fisher's test shows the fall at the size stated for 80%."""
    from scipy.stats import hypergeom

    batches = batches_needed(before, after, ALPHA)
    if batches is None:
        return None
    worse, better = (rng.binomial(batches, rate, TRIALS) for rate in (before, after))
    p_value = hypergeom.cdf(better, 2 * batches, worse + better, batches)
    return round(float((p_value <= ALPHA).mean()), 4)


def main() -> None:
    """Run the study; plants on record are not made again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    record = StudyRecord("switchback_study", folder=asked.results)
    seeds = [(asked.first_seed + number,) for number in range(asked.plants)]
    for (seed,) in record.missing(seeds):
        found = marks(seed)
        record.append({"seed": seed} | found)
        print(seed, found, flush=True)


if __name__ == "__main__":
    main()
