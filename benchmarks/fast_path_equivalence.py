"""Can a classifier tell the fast path from trajectories that went through the feature kernel?

A thousand batches of the fast path stand against a thousand whose tag histories were simulated
reading by reading, spoilt as in the archive, placed in their phases and summarised by the kernel of
the main job. Each side draws its batches from plants of its own seeds, a hundred from each, so that
what one plant happens to be like decides nothing; no campaign is split between training and test.
Wanted: cross-validated AUC of at most 0.55, with boosted trees and with logistic regression, on the
listed features: seven statistics of each of the 28 tags. Beside it, kernel against kernel shows
what the same classifiers make of no difference at all, and the features furthest apart are named.

Both ways give the same plant the same figures but for the last digits, which depend on the order of
summation: 49 readings outside a range are 0.1361 h or, added one by one, 2e-17 h more. A tree that
cuts between such twins tells the two programs apart (AUC 0.66), not the plants, so that figures are
compared to ten digits.

    python benchmarks/fast_path_equivalence.py
"""

import argparse
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.registry import KERNEL_COLUMNS
from assets.sensor_features.series_description import LIMITS, TO_CELSIUS, described_series
from assets.statistics.array_types import IntArray
from assets.statistics.prediction_quality.discrimination import auc
from assets.virtual_plant.base.randomness import Floats
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.exports.equipment_exports import tag_records
from assets.virtual_plant.fast_path.phase_statistics import STATISTICS, phase_statistics
from assets.virtual_plant.production.batch_frames import instants
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.sensors.archived_readings import archived_readings
from assets.virtual_plant.sensors.sensor_faults import BAD, TagFaults, tag_faults
from assets.virtual_plant.sensors.trajectories import Runs, tag_runs

MOST = 0.55
BATCHES_PER_PLANT = 100
FOLDS = 5
# significant digits compared; further ones hold the order of summation
DIGITS = 10


@dataclass(frozen=True)
class Sample:
    """Features of sampled batches: (batches, features) with names, and each batch's campaign."""

    values: Floats
    features: list[str]
    campaign: list[str]


def features_of(plant: Plant) -> list[str]:
    """The features compared, in the order of the columns."""
    return [f"{t.unit_procedure}.{t.tag}.{s}" for t in plant.trajectories for s in STATISTICS]


def sample(seeds: range, batches: int, *, is_fast: bool) -> Sample:
    """Draw batches from each seed's plant and summarise their tags one way or the other."""
    plant, parts, campaigns = load_plant(), [], []
    for seed in seeds:
        made = make_batches(plant, Settings(batches=batches, years=batches / 200, seed=seed))
        drawn = np.random.default_rng([seed, 7]).choice(
            batches, min(batches, BATCHES_PER_PLANT), replace=False
        )
        rows = np.sort(drawn).astype(np.int64)
        parts.append(fast_statistics(made)[rows] if is_fast else kernel_statistics(made, rows))
        campaigns += [f"{seed}.{c}" for c in made.schedule.campaign[rows]]
    return Sample(significant(np.vstack(parts)), features_of(plant), campaigns)


def significant(values: Floats) -> Floats:
    """Values to ``DIGITS`` significant digits; NaN and zero stay."""
    is_some = np.isfinite(values) & (values != 0)
    leading = np.floor(np.log10(np.abs(values, where=is_some, out=np.ones_like(values))))
    scale = 10.0 ** (DIGITS - 1 - leading)
    return np.where(is_some, np.round(values * scale) / scale, values)


def fast_statistics(made: Batches) -> Floats:
    """Statistics of every tag from the fast path; NaN where a tag never reached the archive."""
    columns = []
    for trajectory in made.plant.trajectories:
        found = phase_statistics(made, tag_runs(made, trajectory))
        columns += [found[name] for name in STATISTICS]
    return np.column_stack(columns)


def kernel_statistics(made: Batches, rows: IntArray) -> Floats:
    """The same statistics as the main job gets them: archived, placed, through the kernel."""
    wanted = [KERNEL_COLUMNS.index(name) for name in STATISTICS]
    return np.hstack([found[:, wanted] for found in _kernel_features(made, rows)])


def readings_left_out(made: Batches, rows: IntArray) -> Floats:
    """How many readings of each series the kernel takes for faults of the sensor: (rows, tags).

    The fast path knows of no such judgement: it says what those series were with all readings.
    """
    faulty = KERNEL_COLUMNS.index("faulty_readings")
    return np.column_stack([found[:, faulty] for found in _kernel_features(made, rows)])


def _kernel_features(made: Batches, rows: IntArray) -> list[Floats]:
    """All the kernel says of each tag, a row per batch; NaN where it never reached the archive."""
    tags, every = tag_records(made.plant), []
    for trajectory in made.plant.trajectories:
        runs = tag_runs(made, trajectory)
        found = np.full((len(rows), len(KERNEL_COLUMNS)), np.nan)
        faults = tag_faults(made, runs)
        is_recorded = faults.is_archived[rows]
        found[is_recorded] = _through_the_kernel(made, runs, faults, rows[is_recorded], tags)
        every.append(found)
    return every


def _through_the_kernel(
    made: Batches, runs: Runs, faults: TagFaults, rows: IntArray, tags: pl.DataFrame
) -> Floats:
    """Features of the archived readings of one tag that lie in its phase, a series per batch."""
    found = archived_readings(made, runs, faults, rows)
    starts = runs.starts[rows][:, None]
    is_there = found.is_kept & (found.time_s >= starts)
    is_there &= found.time_s < starts + runs.durations_s[rows][:, None]
    value = np.where(found.quality == BAD, np.nan, found.value)
    law = runs.trajectory
    lines = made.outcome.values["line"][rows]
    equipment = [made.plant.lines[name][law.unit_procedure] for name in lines]
    described = described_series(pl.DataFrame({"tag": law.tag, "equipment_id": equipment}), tags)
    nothing = (float("nan"), float("nan"))
    return series_features(
        instants(made.plant, found.time_s[is_there]).to_physical().to_numpy(),
        value[is_there],
        np.concatenate([[0], np.cumsum(is_there.sum(axis=1))]).astype(np.int64),
        np.ascontiguousarray(described.select(LIMITS).to_numpy().astype(np.float64)),
        np.array([TO_CELSIUS.get(unit, nothing) for unit in described["unit"]]).reshape(-1, 2),
    )


def cross_validated(one: Sample, other: Sample) -> dict[str, float]:
    """AUC with which each classifier tells the samples apart, campaigns kept whole."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer

    values = np.vstack([one.values, other.values])
    filled = np.where(np.isfinite(values), values, np.nanmedian(values, axis=0))
    label = np.repeat([0, 1], [len(one.values), len(other.values)])
    groups = np.array([*one.campaign, *(f"other.{c}" for c in other.campaign)])
    models = {
        "boosted trees": (
            HistGradientBoostingClassifier(max_iter=150, learning_rate=0.06, random_state=1),
            values,
        ),
        "logistic": (
            make_pipeline(
                QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=1),
                LogisticRegression(C=0.05, max_iter=500),
            ),
            filled,
        ),
    }
    folds = GroupKFold(FOLDS, shuffle=True, random_state=1)
    found = {}
    for name, (model, columns) in models.items():
        score = cross_val_predict(
            model, columns, label, groups=groups, cv=folds, method="predict_proba"
        )
        found[name] = auc(score[:, 1], label == 1)
    return found


def largest_difference(fast: Floats, kernel: Floats) -> float:
    """Largest difference of one plant's features made both ways, relative to 1 + their size.

    Infinite where a feature is defined one way only.
    """
    if not np.array_equal(np.isfinite(fast), np.isfinite(kernel)):
        return float("inf")
    return float(np.nanmax(np.abs(fast - kernel) / (1 + np.abs(kernel))))


def differences(one: Sample, other: Sample) -> pl.DataFrame:
    """Every feature with the distance of its two distributions, the furthest apart first."""
    from scipy.stats import ks_2samp

    rows = []
    for k, feature in enumerate(one.features):
        a, b = (s.values[np.isfinite(s.values[:, k]), k] for s in (one, other))
        test = ks_2samp(a, b)
        rows.append((feature, test.statistic, test.pvalue, a.mean(), b.mean(), a.std(), b.std()))
    names = ["feature", "distance", "p", "mean", "mean_other", "sd", "sd_other"]
    return pl.DataFrame(rows, schema=names, orient="row").sort("distance", descending=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--plants", type=int, default=10, help="plants on each side")
    parser.add_argument("--batches", type=int, default=1000, help="batches of a plant")
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    first, size = asked.first_seed, asked.plants
    made = make_batches(load_plant(), Settings(batches=200, years=1.0, seed=first))
    rows = np.arange(200)
    furthest = largest_difference(fast_statistics(made), kernel_statistics(made, rows))
    print(f"same plant both ways: largest relative difference {furthest:.1e}")
    fast = sample(range(first, first + size), asked.batches, is_fast=True)
    kernel, twin = (
        sample(range(first + k * size, first + (k + 1) * size), asked.batches, is_fast=False)
        for k in (1, 2)
    )
    print(f"{len(fast.features)} features: {', '.join(STATISTICS)} of the tags")
    print(", ".join(dict.fromkeys(f.rsplit(".", 1)[0] for f in fast.features)))
    apart = differences(fast, kernel)
    with pl.Config(tbl_rows=30, fmt_str_lengths=60, tbl_width_chars=140):
        print(apart.head(25))
    print(f"features with p <= 0.01: {apart.filter(pl.col('p') <= 0.01).height}")
    for title, pair in (("fast path, kernel", (fast, kernel)), ("kernel, kernel", (twin, kernel))):
        for name, found in cross_validated(*pair).items():
            wanted = f" (wanted at most {MOST})" if pair[0] is fast else ""
            print(f"{title}, {name}: AUC {found:.3f}{wanted}")


if __name__ == "__main__":
    main()
