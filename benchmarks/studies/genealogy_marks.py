"""Where the planted attribute of grandparent lots stands among the drivers of one plant."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from assets.failure_models.dataset.study_inputs import StudySettings
from benchmarks.studies.foreign_judgement import core_tables, names_of, verdict_marks
from benchmarks.studies.genealogy_plants import genealogy_plant, write_plant
from data_contracts.profile import load_profile
from pipelines.replay.analysis import ReplayEffort, Tables, analysed, features_of

EFFORT = ReplayEffort(
    StudySettings(
        permutations=999, resamples=200, refits=10, threads=1,
        with_contrast=False, with_models=False,
    )
)  # fmt: skip


def genealogy_marks(seed: int, effort: ReplayEffort = EFFORT) -> dict[str, Any]:
    """Judge one plant; ``leads`` is whether the cause is the first driver of the primary gate."""
    started = time.perf_counter()
    plant = genealogy_plant(seed)
    with TemporaryDirectory(prefix="genealogy-") as folder:
        profile = load_profile(str(write_plant(plant, Path(folder))))
        core = core_tables(profile, Path(folder))
    tables = features_of(core, profile.outcomes, profile.quantity_stages)
    found = analysed(tables, effort)
    verdict = verdict_marks(found)
    place, first = _place(found, plant.cause)
    return {
        "seed": seed,
        "cause": plant.cause,
        "batches": core["batches"].height,
        "failures": plant.failures,
        "cause_share": round(plant.cause_share, 3),
        "clusters": core["batches"]["cluster_id"].n_unique(),
        "edges": core["genealogy_edges"].height,
        **verdict,
        "place": place,
        "leads": verdict["verdict"] == "process_signal" and place == 1,
        "first_driver": first,
        "named": ",".join(sorted(set(found["finding.drivers"].filter("is_named")["driver"]))),
        "seconds": round(time.perf_counter() - started, 1),
    }


def _place(found: Tables, cause: str) -> tuple[int, str]:
    """Place of the cause among the drivers of the primary gate (99 for none), and the first."""
    primary = found["model.verdicts"].filter("is_primary_gate")["gate"].item(0)
    own = found["finding.drivers"].filter(pl.col("gate") == primary).sort("rank")
    names = set(names_of(found, (cause,)))
    for place, members in enumerate(own["members"], start=1):
        if names & set(str(members or "").split(",")):
            return place, own["driver"][0]
    return 99, own["driver"][0] if own.height else ""
