"""Which columns are asked about, and what becomes of them: without an answer, and with one."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from benchmarks.foreign_plants.kinds import foreign_table
from benchmarks.foreign_plants.sources import write_source
from benchmarks.studies.foreign_judgement import (
    EFFORT,
    core_tables,
    driver_marks,
    money_marks,
    names_of,
    verdict_marks,
)
from data_contracts.assumptions import load_run_assumptions
from data_contracts.profile import load_profile
from pipelines.replay.analysis import analysed, features_of

# A cause so clear that it might be a result; a result under an innocent name.
PHYSICS, COPY = "clear_physics", "copied_result"


def leak_marks(kind: str, seed: int) -> dict[str, Any]:
    """Return what is asked, named, shown and priced of one table.

    Args:
        kind: ``clear_physics``, which is judged again with its owner's answer, or
            ``copied_result``.
        seed: Of the table.
    """
    started = time.perf_counter()
    table = foreign_table(kind, seed)
    with TemporaryDirectory(prefix="leak-") as folder:
        profile = load_profile(str(write_source(table, Path(folder))))
        core = core_tables(profile, Path(folder))
        assumptions = load_run_assumptions(None, profile.assumptions, profile.file.parent)
    tables = features_of(core, profile.outcomes, profile.quantity_stages)
    found = analysed(tables, EFFORT, assumptions)
    asked = set(found["evidence.leak_questions"]["quantity"])
    own = table.causes if kind == PHYSICS else table.copies
    features = set(names_of(found, own))
    shown = found["finding.drivers"].filter(pl.col("driver").is_in(features))
    marks = {
        "kind": kind,
        "seed": seed,
        "oracle_auc": round(table.oracle_auc, 4),
        "asked": " ".join(sorted(asked)),
        "is_asked": bool(asked & set(own)),
        "verdict": verdict_marks(found)["verdict"],
        "is_named_anywhere": shown.height > 0,
        "is_priced": money_marks(found, table).get("priced") in own,
    }
    if kind == PHYSICS:
        answers = dict.fromkeys(asked, ("Head of QC", "It is set before the batch is made."))
        answered = analysed(tables, EFFORT, assumptions, answers)
        marks |= {
            "verdict_answered": verdict_marks(answered)["verdict"],
            "cause_leads_answered": driver_marks(answered, table)["cause_leads"],
            "priced_answered": money_marks(answered, table).get("priced"),
        }
    return marks | {"seconds": round(time.perf_counter() - started, 1)}
