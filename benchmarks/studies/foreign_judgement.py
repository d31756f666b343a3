"""What the product says of a foreign table, beside what is true of it.

A table is written as an export, read by the product's own importer, and judged by the functions a
run calls; only the warehouse between them is a temporary one.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from assets.core.as_of import END_OF_TIME
from assets.core.defs import COPIES, SQL
from assets.core.known_versions import BATCHES, known_versions_sql
from assets.core.lineage.known_genealogy import known_genealogy
from assets.failure_models.dataset.study_inputs import StudySettings
from assets.rules.target_search import RuleSettings
from assets.sources.importer import read_source
from assets.sources.inspection import scratch_query
from assets.sources.provenance import with_delivery
from benchmarks.foreign_plants.sources import write_source
from benchmarks.foreign_plants.table import ForeignTable
from data_contracts.assumptions import load_run_assumptions
from data_contracts.catalogue import contract
from data_contracts.codes.records import Verdict
from data_contracts.profile import Profile, load_profile
from pipelines.replay.analysis import ReplayEffort, Tables, analysed, features_of
from warehouse.paths import Home
from warehouse.store import Warehouse

GATES = 5
LEADING = 5
EFFORT = ReplayEffort(
    StudySettings(
        permutations=999, resamples=200, refits=10, threads=1,
        with_contrast=False, with_models=False,
    ),
    RuleSettings(permutations=199),
    draws=4_000,
    resamples=60,
)  # fmt: skip


def judged(table: ForeignTable, effort: ReplayEffort = EFFORT) -> dict[str, Any]:
    """Judge a table; returns one row of marks, in the order a reader asks for them."""
    started = time.perf_counter()
    with TemporaryDirectory(prefix="foreign-") as folder:
        profile = load_profile(str(write_source(table, Path(folder))))
        core = core_tables(profile, Path(folder))
    tables = features_of(core, profile.outcomes, profile.quantity_stages)
    assumptions = load_run_assumptions(None, profile.assumptions, profile.file.parent)
    found = analysed(tables, effort, assumptions, profile.measured_before_result)
    return {
        "kind": table.kind,
        "seed": table.seed,
        "batches": table.batches,
        "failures": int(table.rejected.sum()),
        "oracle_auc": round(table.oracle_auc, 4),
        **verdict_marks(found),
        **rule_marks(found, table),
        **driver_marks(found, table),
        **money_marks(found, table),
        "seconds": round(time.perf_counter() - started, 1),
    }


def core_tables(profile: Profile, folder: Path) -> Tables:
    """Read a source and return its core tables, as known at the end, by name without schema."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with TemporaryDirectory(prefix="foreign-home-") as home:
        records = read_source(profile, folder, scratch_query(Path(home)))
        warehouse = Warehouse(Home(Path(home)), "foreign")
        with warehouse.kept_open():
            for name, admission in records.admissions.items():
                frame = with_delivery(admission.accepted, {}, now, "study", now)
                warehouse.append_versions(name, frame)
            as_of = {"as_of": END_OF_TIME}
            made_of = known_genealogy(warehouse.query, END_OF_TIME)
            for name, frame in made_of.items():
                warehouse.write(name, frame)
            warehouse.build_from_sql(BATCHES, SQL / "batches.sql", as_of)
            for name in COPIES:
                warehouse.build_from_sql(name, known_versions_sql(name), as_of)
            names = (BATCHES, *COPIES, *made_of)
            return {contract(n).table: warehouse.read(n) for n in names}


def verdict_marks(found: Tables) -> dict[str, Any]:
    """The verdict at the primary gate, and whether any gate of any outcome has a signal."""
    verdicts = found["model.verdicts"]
    primary = verdicts.filter("is_primary_gate").row(0, named=True)
    signal = verdicts.filter(pl.col("verdict") == Verdict.PROCESS_SIGNAL)
    return {
        "verdict": primary["verdict"],
        "signal_gates": ",".join(str(gate) for gate in signal["gate"].sort()),
        "any_signal": signal.height > 0,
        "p_value": primary["p_value"],
        "auc": primary["auc"],
    }


def rule_marks(found: Tables, table: ForeignTable) -> dict[str, Any]:
    """Rules confirmed on later batches, and whether one is about a cause."""
    rules = found["finding.rules"].filter(pl.col("status") == "confirmed")
    conditions = found["finding.rule_conditions"].join(
        rules.select("outcome", "target", "rule", "is_shown"), on=["outcome", "target", "rule"]
    )
    about = conditions.filter(pl.col("feature").is_in(names_of(found, table.causes)))
    return {
        "rules": rules.height,
        "rules_shown": rules.filter("is_shown").height,
        "rule_of_cause": about.height > 0,
        "rule_of_cause_shown": about.filter("is_shown").height > 0,
        "rule_of_copy": conditions.filter(
            pl.col("feature").is_in(names_of(found, table.copies))
        ).height
        > 0,
    }


def names_of(found: Tables, columns: tuple[str, ...]) -> list[str]:
    """The features that are about some of the delivered columns."""
    dictionary = found["feature.dictionary"]
    return dictionary.filter(pl.col("quantity").is_in(list(columns)))["feature"].to_list()


def driver_marks(found: Tables, table: ForeignTable) -> dict[str, Any]:
    """Where the causes stand among the drivers of the primary gate, and what was named wrongly."""
    primary = found["model.verdicts"].filter("is_primary_gate")["gate"].item(0)
    drivers = found["finding.drivers"]
    own = drivers.filter(pl.col("gate") == primary).sort("rank")
    members = [set(str(row or "").split(",")) for row in own["members"]]
    causes = names_of(found, table.causes)
    places = {c: next((i + 1 for i, m in enumerate(members) if c in m), 99) for c in causes}
    wrong = set(names_of(found, table.inert + table.copies))
    named = drivers.filter("is_named")
    return {
        "worst_place": max(places.values(), default=99),
        "cause_leads": bool(places) and max(places.values()) <= LEADING,
        "named": ",".join(sorted(set(named["driver"]))),
        "cause_named": bool(set(causes) & set(named["driver"])),
        "wrong_named": bool(wrong & set(named["driver"])),
    }


def money_marks(found: Tables, table: ForeignTable) -> dict[str, Any]:
    """What was priced, and whether its intervals hold the truth."""
    effects = found["economics.window_effects"].filter("is_usable")
    scenarios = found["economics.scenarios"].filter(
        (pl.col("scenario") == "base") & (pl.col("measure") == "npv_positive_prob")
    )
    pays = scenarios.filter(pl.col("lever") == "all")
    marks: dict[str, Any] = {
        "npv_positive_prob": _first(pays, "p50"),
        "windows": effects["lever"].n_unique(),
        "controls": found["economics.negative_controls"].height,
        "controls_claimed": found["economics.negative_controls"]["is_claimed"].sum(),
    }
    expected = effects.filter(target="expected", estimator="g_computation")
    if not expected.height:
        return marks | {"priced": "", "is_true_window": False}
    row = expected.row(0, named=True)
    feature = found["feature.dictionary"].filter(feature=row["feature"])["quantity"].item()
    low = -np.inf if row["window_low"] is None else row["window_low"]
    high = np.inf if row["window_high"] is None else row["window_high"]
    truth, here = table.prevented(feature, low, high), table.prevented_here(feature, low, high)
    ledger = effects.filter(lever=row["lever"], target="ledger").row(0, named=True)
    return marks | {
        "priced": feature,
        "is_true_window": feature in table.causes,
        "is_inert_priced": feature in table.inert or feature in table.copies,
        "window_low": row["window_low"],
        "window_high": row["window_high"],
        "true_per_batch": truth,
        **_estimate("priced", row),
        "covers": row["prevented_low"] <= truth <= row["prevented_high"],
        "true_here": here,
        "here_low": ledger["prevented_low"],
        "here_high": ledger["prevented_high"],
        "covers_here": ledger["prevented_low"] <= here <= ledger["prevented_high"],
    }


def _estimate(name: str, row: Mapping[str, Any]) -> dict[str, float]:
    return {f"{name}_{end}": row[f"prevented_{end}"] for end in ("per_batch", "low", "high")}


def _first(frame: pl.DataFrame, column: str) -> float | None:
    return frame[column].item(0) if frame.height else None
