"""Do models stop claiming before they are wrong? Fifty plants of each of five drifts, fifty steady.

A plant here is a year of what a night reads of one model, not a whole run: 200 batches in lots of
five, eight inputs of which two are of the lot, one margin that they move, fitted by lines on 400
batches before (as the product's models of margins are), tried on the last 200 of them by hundreds,
each by a fit on what came before it, then kept.
A batch fails where its margin is below zero (4%); results come a week after the score, nights look
at all that was said by then with the product's own functions. Five kinds of drift begin at a random
day of the first half year: a cause moves over 60 batches (``ramp``) or at once (``step``), varies
twice as much (``spread``), is read in another unit (``rescaled``), or what it does to the margin
grows over 120 batches with every input as it was (``relation``). Calibration is out of band when
the 95% interval of failures over those expected, as ``history.live_performance`` tells it of all
results so far, lies wholly above 2 or below 1/2. Wanted: not out of band before the model is
stopped in at least 45 of 50 of each; of 50 steady ones at most 5 stopped in the year. Beside it
stands when, by the truth nobody sees, the last 50 batches were out of that band.

    python benchmarks/model_age_study.py                  # seeds 1 to 50
    python benchmarks/model_age_study.py --first-seed 1000
"""

import argparse
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.alarms.alarm_thresholds import thresholds_by_past
from assets.failure_models.scoring.model_standing import stop_reason, watched
from assets.run_settings import ModelLimits
from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import CLUSTER_DEFLATION, garwood
from benchmarks.studies.record import RESULTS, StudyRecord

KINDS = ("steady", "ramp", "step", "spread", "rescaled", "relation")
INPUTS, OF_THE_LOT, LOT, HISTORY, A_YEAR = 8, 2, 5, 400, 200
TRIED, BLOCK = 200, 100
FAILURE_RATE, BUDGET, WINDOW, BAND = 0.04, 0.05, 50, 2.0
EFFECTS = np.array([0.8, 0.6, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0])  # of spreads of the noise
RESULT_DAYS, BATCH_DAYS = 7, 365 / A_YEAR
START = datetime.fromisoformat("2024-01-01")
LIMITS = ModelLimits()


@dataclass(frozen=True)
class Year:
    """A model's year: what it gave, what was true, what came, whether it flagged."""

    tried: pl.DataFrame
    given: FloatArray
    true: FloatArray
    failed: FloatArray
    alarm: FloatArray
    expected_margin: FloatArray
    margin: FloatArray


@dataclass(frozen=True)
class MadePlant:
    """A plant as it was made, history and year.

    Attributes:
        own: (batches, inputs) as they were.
        recorded: The same as read.
        level: What is expected of a batch whose inputs are all at their mean.
        expected: (batches,) the margin's true mean.
        margin: (batches,) the margin.
    """

    own: FloatArray
    recorded: FloatArray
    level: float
    expected: FloatArray
    margin: FloatArray


def made(kind: str, seed: int) -> MadePlant:
    """Make a plant."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    count = HISTORY + A_YEAR
    begins = HISTORY + int(rng.integers(10, A_YEAR // 2))
    own = rng.normal(size=(count, INPUTS))
    lots = rng.normal(size=(-(-count // LOT), INPUTS))
    own[:, :OF_THE_LOT] = np.repeat(lots, LOT, axis=0)[:count, :OF_THE_LOT]
    since = np.clip(np.arange(count) - begins, 0, None).astype(float)
    is_after = np.arange(count) >= begins
    recorded, effect = own.copy(), np.tile(EFFECTS, (count, 1))
    if kind == "ramp":
        own[:, 2] += 4.0 * np.minimum(since / 60, 1)
        own[:, 0] += 1.5 * np.minimum(since / 60, 1)
        recorded = own.copy()
    elif kind == "step":
        own[is_after, 0] += 1.5
        recorded = own.copy()
    elif kind == "spread":
        own[is_after, :3] *= 2.0
        recorded = own.copy()
    elif kind == "rescaled":
        recorded[is_after, 0] = own[is_after, 0] * 1.8 + 3.2
    elif kind == "relation":
        effect[:, 0] *= 1 + 1.5 * np.minimum(since / 120, 1)
    level = _level(own[:HISTORY] @ EFFECTS)
    expected = level - (own * effect).sum(axis=1)
    return MadePlant(own, recorded, level, expected, expected + rng.normal(size=count))


def year(kind: str, seed: int) -> Year:
    """Make a plant, fit its model and let it score a year."""
    plant, count = made(kind, seed), HISTORY + A_YEAR
    recorded, expected, margin = plant.recorded, plant.expected, plant.margin
    failed, true = (margin < 0).astype(float), _below(expected)
    before = slice(HISTORY - TRIED, HISTORY)
    foreseen = np.concatenate(
        [
            _expected(recorded, margin, first, slice(first, first + BLOCK))
            for first in range(HISTORY - TRIED, HISTORY, BLOCK)
        ]
    )
    tried = _below(foreseen)
    given = _given(recorded, margin, HISTORY, slice(HISTORY, count))
    both = np.concatenate([tried, given])
    limit = thresholds_by_past(both, BUDGET)[TRIED:]
    alarm = (given > limit).astype(float)
    return Year(
        pl.DataFrame(
            {
                "failure_prob": tried,
                "cluster": np.arange(TRIED) // LOT,
                "margin": margin[before],
                "expected_margin": foreseen,
            }
        ),
        given, true[HISTORY:], failed[HISTORY:], alarm,
        _expected(recorded, margin, HISTORY, slice(HISTORY, count)), margin[HISTORY:],
    )  # fmt: skip


def _below(expected: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    return np.asarray(ndtr(-expected))


def _level(score: FloatArray) -> float:
    """Where the rate is that of the study, by bisection."""
    low, high = 0.0, 15.0
    for _ in range(60):
        middle = (low + high) / 2
        is_high = _below(middle - score).mean() > FAILURE_RATE
        low, high = (middle, high) if is_high else (low, middle)
    return low


def _expected(inputs: FloatArray, margin: FloatArray, until: int, asked: slice) -> FloatArray:
    """Margins a line fitted on the batches until then expects, in spreads of its residuals."""
    design = np.column_stack([np.ones(until), inputs[:until]])
    slopes, *_ = np.linalg.lstsq(design, margin[:until], rcond=None)
    spread = float((margin[:until] - design @ slopes).std(ddof=design.shape[1]))
    return np.asarray((slopes[0] + inputs[asked] @ slopes[1:]) / spread)


def _given(inputs: FloatArray, margin: FloatArray, until: int, asked: slice) -> FloatArray:
    return _below(_expected(inputs, margin, until, asked))


def first_seen_out_of_band(seen: Year) -> int | None:
    """First batch whose night the score book's own interval is out of band."""
    delay = int(np.ceil(RESULT_DAYS / BATCH_DAYS))
    for last in range(A_YEAR - delay):
        expected = seen.given[: last + 1].sum() / CLUSTER_DEFLATION
        failures = seen.failed[: last + 1].sum() / CLUSTER_DEFLATION
        low, high = garwood(failures, expected)
        if low > BAND or high < 1 / BAND:
            return last + delay
    return None


def first_out_of_band(seen: Year) -> int | None:
    """First batch after which calibration is out of band by the truth."""
    for last in range(WINDOW, A_YEAR + 1):
        window = slice(last - WINDOW, last)
        ratio = seen.true[window].sum() / seen.given[window].sum()
        if not 1 / BAND <= ratio <= BAND:
            return last - 1
    return None


def stopped_at(seen: Year, limits: ModelLimits) -> tuple[int | None, str]:
    """First batch whose night stops the model, and why; nights look every batch."""
    at = [START + timedelta(days=BATCH_DAYS * i) for i in range(A_YEAR)]
    results = [one + timedelta(days=RESULT_DAYS) for one in at]
    book = pl.DataFrame(
        {
            "entry": np.arange(A_YEAR),
            "cluster": np.arange(A_YEAR) // LOT,
            "failure_prob": seen.given,
            "is_alarm": seen.alarm == 1,
            "alarm_budget": BUDGET,
            "is_failure": seen.failed == 1,
            "margin": seen.margin,
            "expected_margin": seen.expected_margin,
            "known_at": results,
        }
    )
    # Evidence is a running maximum, so the night of the stop is found by halving.
    low, high = 0, A_YEAR
    reason = _reason(book, results, at, A_YEAR - 1, seen, limits)
    if reason is None:
        return None, ""
    while low < high - 1:
        middle = (low + high) // 2
        found = _reason(book, results, at, middle, seen, limits)
        low, high = (middle, high) if found is None else (low, middle)
    return high, _reason(book, results, at, high, seen, limits) or reason


def _reason(
    book: pl.DataFrame, results: list[datetime], at: list[datetime], last: int, seen: Year,
    limits: ModelLimits,
) -> str | None:  # fmt: skip
    last = min(last, A_YEAR - 1)
    is_known = pl.col("known_at") <= at[last]
    said = book.head(last + 1).with_columns(
        is_failure=pl.when(is_known).then("is_failure"), known_at=pl.when(is_known).then("known_at")
    )
    evidence = watched(said, seen.tried, limits, 1)
    return stop_reason(evidence, last * BATCH_DAYS, limits)


def plant_row(kind: str, seed: int) -> dict[str, Any]:
    """What became of one plant."""
    seen = year(kind, seed)
    out, (stop, reason) = first_seen_out_of_band(seen), stopped_at(seen, LIMITS)
    return {
        "kind": kind,
        "seed": seed,
        "out_of_band_at": out,
        "truly_out_at": first_out_of_band(seen),
        "stopped_at": stop,
        "reason": reason.rsplit("(", 1)[-1].split(":")[0],
        "failures": int(seen.failed.sum()),
        "is_in_time": out is None or (stop is not None and stop <= out),
    }


def main() -> None:
    """Make the plants that are missing from the CSV, then count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the rows")
    asked = parser.parse_args()
    record = StudyRecord("model_age_study", ("kind", "seed"), asked.results)
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for kind, seed in record.missing([(kind, seed) for kind in KINDS for seed in seeds]):
        record.append(plant_row(kind, seed))
    rows = record.rows().filter(pl.col("seed").is_in(list(seeds)))
    print(
        rows.group_by("kind", maintain_order=True).agg(
            plants=pl.len(),
            stopped=pl.col("stopped_at").is_not_null().sum(),
            out_of_band=pl.col("out_of_band_at").is_not_null().sum(),
            in_time=pl.col("is_in_time").sum(),
            # What never goes out of band is in time whatever is done: this is the harder count.
            out_and_in_time=(pl.col("is_in_time") & pl.col("out_of_band_at").is_not_null()).sum(),
            truly_out=pl.col("truly_out_at").is_not_null().sum(),
            before_truly_out=(pl.col("stopped_at") <= pl.col("truly_out_at")).sum(),
        )
    )


if __name__ == "__main__":
    main()
