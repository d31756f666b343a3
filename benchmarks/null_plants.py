"""Plants without causes: does a model that knows every true parent find anything?

In a ``--null`` plant no path leads into any result. Three models get all declared parents of all
results, in their true form, known by the last gate before the results (gate 5), and are fitted
forward in time: least squares on the results with the failure probability it implies, penalised
logistic regression on the label, boosted trees on the label. Each one's AUC over the later batches
has a 95% interval by the campaign bootstrap. Wanted over 100 seeds: the interval covers 0.5 in at
least 89 for each model (the 99% binomial band). The same models on the same plants with causes show
that they would have found them.

The marginals: every variable but the results is the same number in both plants; the systematic
part of each result is the same set of numbers in another order; the recorded results are compared
by Kolmogorov and Smirnov's test, and the failures by the mean difference over plants. Plants
already in the CSV are not made again.

    python benchmarks/null_plants.py --plants 100
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.estimators.boosted_trees import fit_label_trees, predict
from assets.statistics.array_types import IntArray
from assets.statistics.prediction_quality.discrimination import auc, weighted_auc
from assets.statistics.regression.penalised_logistic import fit_logistic
from assets.statistics.resampling.cluster_bootstrap import cluster_weights, percentile_interval
from assets.statistics.resampling.folds import Fold, rolling_origin
from assets.virtual_plant.base.randomness import Floats
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.declaration.structure import term_effect
from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.production.batches import Batches, Settings, make_batches, record
from benchmarks.studies.record import StudyRecord

MODELS = ("true_form", "logistic", "trees")
RESAMPLES = 2000
FEWEST_COVERED = 89  # of 100: the 99% binomial band of a nominal 95%

Fitter = Callable[[IntArray, IntArray], Floats]


def true_parents(made: Batches) -> dict[str, Floats]:
    """Result to its parents in their true form, one column per declared term, product included.

    Each column is the declared effect of one term, so least squares with all coefficients at one
    is the truth where causes are planted. All of them are known by gate 5.
    """
    columns = {}
    for result in made.plant.results:
        terms = [t for t in result.terms if t.parent != "product"]
        effects = [term_effect(term, made.outcome.values) for term in terms]
        product = made.outcome.values["product"]
        effects += [(product == p.code).astype(float) for p in made.plant.products[1:]]
        columns[result.name] = np.column_stack(effects)
    return columns


def forward_scores(made: Batches, folds: list[Fold]) -> dict[str, Floats]:
    """Score of every later batch by each model; NaN before the first test block.

    Scores are ranked within their test block, so that refits do not shift against one another.
    """
    from scipy.stats import rankdata

    by_result = true_parents(made)
    everything = np.column_stack(list(by_result.values()))
    fitters: dict[str, Fitter] = {
        "true_form": lambda train, test: _implied_risk(made, by_result, train, test),
        "logistic": lambda train, test: fit_logistic(
            everything[train], made.is_failure[train].astype(float)
        ).log_odds(everything[test]),
        "trees": lambda train, test: _tree_risk(made, everything, train, test),
    }
    scores = {model: np.full(made.schedule.batches, np.nan) for model in MODELS}
    for fold in folds:
        for model, fitter in fitters.items():
            found = fitter(fold.train, fold.test)
            scores[model][fold.test] = (rankdata(found) - 0.5) / len(found)
    return scores


def _implied_risk(
    made: Batches, by_result: dict[str, Floats], train: IntArray, test: IntArray
) -> Floats:
    """Probability that any result is outside, from least squares on each and its residuals."""
    from scipy.special import ndtr

    passes = np.ones(len(test))
    for result in made.plant.results:
        target, low, high = _scaled(made, result)
        full = np.column_stack([np.ones(len(target)), by_result[result.name]])
        slopes = np.linalg.lstsq(full[train], target[train], rcond=None)[0]
        spread = float((target[train] - full[train] @ slopes).std(ddof=full.shape[1]))
        centre = full[test] @ slopes
        passes *= ndtr((high - centre) / spread) - ndtr((low - centre) / spread)
    return 1 - passes


def _scaled(made: Batches, result: Variable) -> tuple[Floats, float, float]:
    """Recorded result and its limits on the scale on which its effects add up."""
    value = record(result, made.outcome.values[result.name])
    low = -np.inf if result.spec_low is None else result.spec_low
    high = np.inf if result.spec_high is None else result.spec_high
    if result.distribution != "lognormal":
        return value, low, high
    return np.log(value), float(np.log(low)) if low > 0 else -np.inf, float(np.log(high))


def _tree_risk(made: Batches, columns: Floats, train: IntArray, test: IntArray) -> Floats:
    label = made.is_failure[train].astype(float)
    if not 0 < label.sum() < len(label):
        return np.zeros(len(test))
    return predict(fit_label_trees(columns[train], label, seed=1), columns[test])


def marginals(causes: Batches, null: Batches) -> dict[str, Any]:
    """How the marginals of the two plants of one seed compare."""
    from scipy.stats import ks_2samp

    results = {v.name for v in causes.plant.results}
    below = _descendants(causes.plant, results)
    kept = [n for n in causes.outcome.values if n not in below]
    row: dict[str, Any] = {
        "same_variables": sum(
            np.array_equal(causes.outcome.values[n], null.outcome.values[n]) for n in kept
        ),
        "variables": len(kept),
    }
    for result in causes.plant.results:
        one, other = (systematic(made, result) for made in (causes, null))
        row[f"{result.name}_same_causes"] = bool(np.allclose(np.sort(one), np.sort(other)))
        values = [record(result, m.outcome.values[result.name]) for m in (causes, null)]
        row[f"{result.name}_ks_p"] = round(float(ks_2samp(*values).pvalue), 4)
    return row


def systematic(made: Batches, result: Variable) -> Floats:
    """What process, product and lots add to a result; the calendar's drift left out."""
    years = made.outcome.values["years_from_middle"]
    drift = result.drift_per_year * made.settings.drift * years
    return np.asarray(made.outcome.centres[result.name] - drift)


def _descendants(plant: Plant, names: set[str]) -> set[str]:
    found = set(names)
    for variable in plant.variables:
        if found & {term.parent for term in variable.terms}:
            found.add(variable.name)
    return found


def study_plant(seed: int, batches: int, resamples: int) -> dict[str, Any]:
    """One seed: the plant with causes and the one without, scored forward in time."""
    plant = load_plant()
    size = {"batches": batches, "years": batches / 200, "seed": seed}
    causes, null = (make_batches(plant, Settings(**size, cut=cut)) for cut in ("none", "null"))  # type: ignore[arg-type]
    row: dict[str, Any] = {
        "seed": seed,
        "batches": batches,
        "failures": int(null.is_failure.sum()),
        "failures_with_causes": int(causes.is_failure.sum()),
    }
    for made, suffix in ((null, ""), (causes, "_with_causes")):
        row |= _aucs(made, seed, resamples, suffix)
    return row | marginals(causes, null)


def _aucs(made: Batches, seed: int, resamples: int, suffix: str) -> dict[str, Any]:
    ended = made.ended_s.astype(float)
    folds = rolling_origin(
        ~made.is_pending,
        made.schedule.campaign,
        known_at=made.dispositioned_s.astype(float),
        predicted_at=ended,
    )
    scores = forward_scores(made, folds)
    tested = np.concatenate([fold.test for fold in folds])
    label = made.is_failure[tested]
    weights = cluster_weights(
        made.schedule.campaign[tested], resamples, np.random.default_rng([seed, 3])
    )
    row: dict[str, Any] = {f"failures_tested{suffix}": int(label.sum())}
    for model in MODELS:
        score = scores[model][tested]
        row[f"{model}_auc{suffix}"] = round(auc(score, label), 4)
        if not suffix:
            low, high = percentile_interval(weighted_auc(score, label, weights))
            row |= {
                f"{model}_low": round(low, 4),
                f"{model}_high": round(high, 4),
                f"{model}_covers": bool(low <= 0.5 <= high),
            }
    return row


def report(rows: pl.DataFrame) -> None:
    """Print what was wanted and what was found."""
    plants = rows.height
    for model in MODELS:
        covered = int(rows[f"{model}_covers"].sum())
        error = rows[f"{model}_auc"].std() / plants**0.5
        print(
            f"{model:10s} covers 0.5 in {covered} of {plants} (wanted {FEWEST_COVERED} of 100); "
            f"mean AUC {rows[f'{model}_auc'].mean():.3f} +/- {1.96 * error:.3f}, "
            f"with causes {rows[f'{model}_auc_with_causes'].mean():.3f}"
        )
    same = bool((rows["same_variables"] == rows["variables"]).all())
    print(f"every variable but the results the same number: {same}")
    for name in [c.removesuffix("_ks_p") for c in rows.columns if c.endswith("_ks_p")]:
        rejected = int((rows[f"{name}_ks_p"] <= 0.05).sum())
        print(
            f"{name}: same causes in another order {bool(rows[f'{name}_same_causes'].all())}; "
            f"Kolmogorov-Smirnov p <= 0.05 in {rejected} of {plants}"
        )
    difference = rows["failures"] - rows["failures_with_causes"]
    error = 1.96 * difference.std() / plants**0.5
    print(
        f"failures per plant {rows['failures'].mean():.1f}, with causes "
        f"{rows['failures_with_causes'].mean():.1f}, difference {difference.mean():.2f} "
        f"+/- {error:.2f}"
    )


def main() -> None:
    """Make the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=100, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=1000)
    asked = parser.parse_args()
    kept = StudyRecord("null_plants")
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for (seed,) in kept.missing([(seed,) for seed in seeds]):
        kept.append(study_plant(seed, asked.batches, RESAMPLES))
    report(kept.rows().filter(pl.col("seed").is_in(list(seeds))))


if __name__ == "__main__":
    main()
