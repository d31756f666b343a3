"""Planted rules in one wide table described by a profile alone: the whole product, no Python.

Each plant of the rule study is written as a CSV with a row per batch and a profile of a dozen
lines, and ``lotwise run --quick`` does the rest; the published rules are marked as in
``rule_study``, by the same bars; whether the report shows the rule is kept beside it, since a
rule is stated under a process signal alone. A run takes a minute or two, so plants are few.

    nice -n 10 python benchmarks/rule_study_wide_table.py --kind two --plants 3
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from benchmarks.rule_study import ENOUGH, jaccard
from benchmarks.studies.record import StudyRecord
from benchmarks.studies.rule_plants import CONDITIONS, RulePlant, rule_plant
from warehouse.paths import Home
from warehouse.published_copy.published import open_published

MEMBERS_SQL = """
SELECT b.rule, b.batch_id FROM finding.rule_batches AS b JOIN finding.rules AS r
USING (outcome, target, rule) WHERE r.target = 'failure' AND r.status = 'confirmed'
AND b.is_in_re_estimated
"""
SHOWN_SQL = """
SELECT rule, is_shown FROM finding.rules
WHERE target = 'failure' AND status = 'confirmed'
"""
COLUMNS_SQL = """
SELECT rule, feature, made_of FROM finding.rule_conditions
WHERE target = 'failure' AND estimate = 're_estimated'
"""


def write_source(plant: RulePlant, folder: Path) -> Path:
    """Write a plant as a wide table; returns its profile."""
    plant.frame.with_columns(pl.col("failed").cast(pl.Int64)).write_csv(folder / "batches.csv")
    described = {
        "profile": "wide_plant",
        "title": "One wide table with a planted rule",
        "wide_table": {
            "path": "batches.csv",
            "batch_id": "batch_id",
            "batches": {"product": "product", "campaign_id": "campaign"},
            "numeric": {4: plant.numbers},
            "categorical": dict.fromkeys(plant.categories, 4),
            "label": {"column": "failed", "failed": ["1"], "stage": 5},
        },
    }
    profile = folder / "profile.yaml"
    profile.write_text(yaml.safe_dump(described, sort_keys=False))
    return profile


def study_plant(kind: str, seed: int) -> dict[str, Any]:
    """Make one plant, run the product on its files, and mark what it published."""
    plant = rule_plant(kind, seed)
    folder = Path(tempfile.mkdtemp(prefix="wide-table-"))
    started = time.perf_counter()
    try:
        command = [sys.executable, "-c", "from pipelines.command_line import main; main()"]
        command += [
            "run",
            "--quick",
            "--source",
            str(write_source(plant, folder)),
            "--data",
            str(folder),
        ]
        done = subprocess.run(
            [*command, "--home", str(folder / "home")], capture_output=True, text=True, check=False
        )
        marks = _marks(plant, folder / "home") if done.returncode == 0 else {"is_recovered": False}
    finally:
        shutil.rmtree(folder)
    row = {"kind": kind, "seed": seed, "planted": plant.text, "exit_code": done.returncode}
    return row | marks | {"run_s": round(time.perf_counter() - started, 1)}


def _marks(plant: RulePlant, home: Path) -> dict[str, Any]:
    published = open_published(Home(home))
    members, columns = published.query(MEMBERS_SQL), published.query(COLUMNS_SQL)
    ids = plant.frame["batch_id"]
    overlap = {
        rule: jaccard(ids.is_in(part["batch_id"].implode()).to_numpy(), plant.covers)
        for (rule,), part in members.group_by("rule")
    }
    best = max(overlap, key=lambda rule: overlap[rule], default=None)
    own = columns.filter(pl.col("rule") == best) if best is not None else columns.clear()
    found = {part for row in own.iter_rows(named=True)
             for part in (row["made_of"] or row["feature"]).split(",")}  # fmt: skip
    words = plant.features[0].split() if len(plant.features) == 1 else []
    parts = (words[0], words[2]) if len(words) == 3 else plant.features
    is_same = bool(parts) and found == {f"parameter.{part}" for part in parts}
    covered = max(overlap.values(), default=0.0)
    shown = {row["rule"]: row for row in published.query(SHOWN_SQL).iter_rows(named=True)}
    return {
        "confirmed": len(overlap),
        "jaccard": float(np.round(covered, 3)),
        "same_columns": is_same,
        "is_recovered": is_same and covered >= ENOUGH,
        "is_shown": best is not None and shown[best]["is_shown"],
    }


def main() -> None:
    """Make the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(CONDITIONS), action="append")
    parser.add_argument("--plants", type=int, default=3, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    record = StudyRecord("rule_study_wide_table", key=("kind", "seed"))
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    kinds = asked.kind or sorted(CONDITIONS)
    for kind, seed in record.missing([(kind, seed) for seed in seeds for kind in kinds]):
        record.append(study_plant(kind, seed))
    for (kind,), part in record.rows().group_by("kind", maintain_order=True):
        print(f"{kind}: recovered {part['is_recovered'].sum()} of {part.height}")


if __name__ == "__main__":
    main()
