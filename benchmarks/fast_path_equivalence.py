"""Can a classifier tell the fast path from trajectories that went through the feature kernel?

A thousand batches of the fast path stand against a thousand whose tag histories were simulated
reading by reading, spoilt as in the archive, and summarised by the kernel of the main job. Each side
draws its batches from plants of its own seeds, a hundred from each, so that what one plant happens
to be like decides nothing; no campaign is split between training and test. Wanted: cross-validated
AUC of at most 0.55, with boosted trees and with logistic regression, on the listed features: seven
statistics of each of the 28 tags. Beside it, kernel against kernel shows what the same
classifiers make of no difference at all, and the features that differ most are named.

    python benchmarks/fast_path_equivalence.py
"""

import argparse
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.sensor_features.kernel import series_features
from assets.sensor_features.registry import NAMES
from assets.sources.virtual_plant.batches import Batches, Settings, make_batches
from assets.sources.virtual_plant.phase_statistics import STATISTICS, phase_statistics
from assets.sources.virtual_plant.plant_file import load_plant
from assets.sources.virtual_plant.randomness import Floats
from assets.sources.virtual_plant.sensor_faults import BAD, GOOD, is_archived, spoil
from assets.sources.virtual_plant.trajectories import Runs, readings, tag_runs
from assets.statistics.array_types import IntArray
from assets.statistics.discrimination import auc

MOST = 0.55
BATCHES_PER_PLANT = 100
FOLDS = 5


@dataclass(frozen=True)
class Sample:
    """Features of sampled batches: (batches, features) with names, and each batch's campaign."""

    values: Floats
    features: list[str]
    campaign: list[str]


def sample(seeds: range, batches: int, *, is_fast: bool) -> Sample:
    """Draw batches from each seed's plant and summarise their tags one way or the other."""
    plant, parts, campaigns = load_plant(), [], []
    features = [
        f"{t.unit_procedure}.{t.tag}.{name}" for t in plant.trajectories for name in STATISTICS
    ]
    for seed in seeds:
        made = make_batches(plant, Settings(batches=batches, years=batches / 200, seed=seed))
        drawn = np.random.default_rng([seed, 7]).choice(
            batches, min(batches, BATCHES_PER_PLANT), replace=False
        )
        rows = np.sort(drawn).astype(np.int64)
        parts.append(fast_statistics(made)[rows] if is_fast else kernel_statistics(made, rows))
        campaigns += [f"{seed}.{c}" for c in made.schedule.campaign[rows]]
    return Sample(np.vstack(parts), features, campaigns)


def fast_statistics(made: Batches) -> Floats:
    """Statistics of every tag from the fast path; NaN where a tag never reached the archive."""
    interval, columns = made.plant.sampling_interval_s, []
    for trajectory in made.plant.trajectories:
        found = phase_statistics(tag_runs(made, trajectory), made.settings.seed, interval)
        is_there = is_archived(made, trajectory.tag)
        columns += [np.where(is_there, found[name], np.nan) for name in STATISTICS]
    return np.column_stack(columns)


def kernel_statistics(made: Batches, rows: IntArray) -> Floats:
    """The same statistics from simulated, spoilt readings through the feature kernel."""
    wanted = [NAMES.index(name) for name in STATISTICS]
    columns = []
    for trajectory in made.plant.trajectories:
        found = _through_kernel(made, tag_runs(made, trajectory), rows)[:, wanted]
        found[~is_archived(made, trajectory.tag)[rows]] = np.nan
        columns.append(found)
    return np.hstack(columns)


def _through_kernel(made: Batches, runs: Runs, rows: IntArray) -> Floats:
    interval = made.plant.sampling_interval_s
    values = readings(runs, rows, made.settings.seed, interval).astype(np.float64)
    values = np.asarray(np.round(values, runs.trajectory.decimals))
    steps = np.arange(values.shape[1])
    is_kept = steps < runs.counts[rows][:, None]
    quality = np.full(values.shape, GOOD, dtype=np.int8)
    spoil(made, runs, rows, values, quality, is_kept)
    values[quality == BAD] = np.nan
    time_us = (runs.starts[rows][:, None] + steps * interval) * 1_000_000
    offsets = np.concatenate([[0], np.cumsum(is_kept.sum(axis=1))]).astype(np.int64)
    low, high = (np.full(len(rows), float(end)) for end in runs.trajectory.normal_range)
    return series_features(time_us[is_kept], values[is_kept], offsets, low, high, threads=1)


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
