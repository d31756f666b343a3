"""Planted rules: are they found, with their columns and ends, and is nothing found on null plants?

A planted rule is recovered when a rule that was discovered on the earlier batches and confirmed on
the later ones has the same columns and, fitted again on all batches, covers the planted rule's
batches with a Jaccard overlap of at least 0.8. Bars: 90 of 100 for one and two conditions, 75 for
three; at most 11 of 100 null plants report any rule. Plants already in the CSV are not made again.

    nice -n 10 python benchmarks/rule_study.py --kind three --plants 50
"""

import argparse
import time
from typing import Any

import numpy as np

from assets.rules.study import RuleStudy, run_rule_study
from assets.rules.target_search import RuleSettings
from benchmarks.studies.record import StudyRecord
from benchmarks.studies.rule_plants import CONDITIONS, RulePlant, rule_inputs, rule_plant
from data_contracts.codes.records import RuleStatus

ENOUGH = 0.8


def study_plant(kind: str, seed: int, settings: RuleSettings) -> dict[str, Any]:
    """Make one plant, search it, and mark the answer against what was planted."""
    plant = rule_plant(kind, seed)
    started = time.perf_counter()
    study = run_rule_study(rule_inputs(plant), settings)
    return {
        "kind": kind,
        "seed": seed,
        "planted": plant.text,
        "failures": int(plant.frame["failed"].sum()),
        "matching": int(plant.frame["failed"].to_numpy()[plant.covers].sum()),
        "permutations": settings.permutations or 0,
        **rule_marks(study, plant),
        "study_s": round(time.perf_counter() - started, 1),
    }


def rule_marks(study: RuleStudy, plant: RulePlant) -> dict[str, Any]:
    """The rule nearest to the planted one, and how many were reported."""
    confirmed = [rule for rule in study.rules if rule.status == RuleStatus.CONFIRMED]
    planted = {f"parameter.{name}" for name in plant.features}
    if len(plant.features) == 1 and len(plant.features[0].split()) == 3:
        left, _, right = plant.features[0].split()
        planted = {f"parameter.{left}", f"parameter.{right}"}
    nearest = max(
        confirmed, key=lambda rule: jaccard(rule.refit.covers, plant.covers), default=None
    )
    overlap = jaccard(nearest.refit.covers, plant.covers) if nearest else 0.0
    columns: set[str] = set()
    for part in nearest.refit.conditions if nearest else ():
        columns |= set(part.column.parts or (part.column.feature,))
    is_same = bool(planted) and columns == planted
    return {
        "discovered": len(study.rules),
        "confirmed": len(confirmed),
        "found": nearest.refit.text if nearest else "",
        "p_value": nearest.p_value if nearest else float("nan"),
        "p_later": nearest.p_later if nearest else float("nan"),
        "jaccard": round(overlap, 3),
        "same_columns": is_same,
        "is_recovered": is_same and overlap >= ENOUGH,
    }


def jaccard(one: np.ndarray, other: np.ndarray) -> float:
    """Overlap of two sets of batches, 0 to 1."""
    either = int((one | other).sum())
    return float((one & other).sum() / either) if either else 0.0


def main() -> None:
    """Make the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(CONDITIONS), action="append")
    parser.add_argument("--plants", type=int, default=50, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--permutations", type=int, default=300)
    asked = parser.parse_args()
    for kind in asked.kind or sorted(CONDITIONS):
        record = StudyRecord(f"rule_study_{kind}")
        seeds = range(asked.first_seed, asked.first_seed + asked.plants)
        for (seed,) in record.missing([(seed,) for seed in seeds]):
            settings = RuleSettings(seed=seed, permutations=asked.permutations)
            row = study_plant(kind, seed, settings)
            record.append(row)
            print(kind, seed, row["is_recovered"], row["jaccard"], row["study_s"], flush=True)
        rows = record.rows()
        reported = rows.filter(rows["confirmed"] > 0).height
        print(
            f"{kind}: recovered {rows['is_recovered'].sum()} of {rows.height}; "
            f"any rule reported in {reported}; discovered but not confirmed "
            f"{(rows['discovered'] - rows['confirmed']).sum()}"
        )


if __name__ == "__main__":
    main()
