"""From a cause read in another unit to claims again: stop, refit, both shown, approval by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.scoring.batch_scores import score_tables
from assets.failure_models.scoring.model_standing import MODEL_STANDING, model_standing
from assets.failure_models.study import run_study
from assets.history.score_book import new_entries
from assets.history.score_chain import SCORE_BOOK
from assets.run_settings import ModelLimits
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.silenced_models import silenced_models
from data_contracts.tables import table
from pipelines.command_line import app
from reports.pages.today.morning import _STANDING_SQL
from tests.failure_models.test_batch_scores import made_until
from tests.history.test_score_tampering import KEY, RUNS, a_run
from warehouse.noted.approvals import approvals
from warehouse.paths import Home
from warehouse.published_copy.published import open_published
from warehouse.store import Warehouse

Line = Callable[..., StudyInputs]
Tables = dict[str, pl.DataFrame]
GATE, FITTED_ON = 5, 400
NIGHT = datetime.fromisoformat("2026-01-01")
PRICES = table(
    "economics.alarm_prices",
    [
        {"gate": gate, "lever": "alert", "alarm_budget": 0.05, "break_even_prob": 0.0}
        | {"caught_failure_usd": 20_000.0, "false_alarm_usd": 0.0, "least_prob": 0.0}
        for gate in range(1, 8)
    ],
)


@pytest.fixture(scope="module")
def mended(line: Line, gates: Line) -> StudyInputs:
    """A line whose cause is read in one unit throughout."""
    return gates(line(seed=3), GATE)


@pytest.fixture(scope="module")
def moved(mended: StudyInputs) -> StudyInputs:
    """The same while its cause is read in another unit from the batch on that follows the fit."""
    made = mended
    is_late = pl.col("batch_id").str.slice(1).cast(pl.Int64) >= FITTED_ON
    is_cause = pl.col("feature").str.starts_with("parameter.g03") & is_late
    value = pl.when(is_cause).then(pl.col("value") * 1.8 + 32).otherwise("value").alias("value")
    return replace(made, gate_values=made.gate_values.with_columns(value))


def scores(fitted: Tables, inputs: StudyInputs, standing: pl.DataFrame | None) -> pl.DataFrame:
    features = (inputs.gate_values, inputs.dictionary, inputs.batch_gates)
    definitions = inputs.outcome_definitions.with_columns(severity=pl.lit("lost"))
    boosters = fitted["model.boosters"]
    return score_tables(boosters, PRICES, *features, definitions, standing)["model.batch_scores"]


def judged(
    fitted: Tables, inputs: StudyInputs, book: pl.DataFrame, before: pl.DataFrame, **by: str
) -> pl.DataFrame:
    """What a night says of the kept models."""
    batches = inputs.batch_gates.filter(gate=GATE).select(
        "batch_id", "production_order", "cluster_id"
    )
    read = {name: fitted[f"model.{name}"] for name in ("boosters", "predictions")}
    read |= {"outcomes": inputs.outcomes, "batches": batches, "batch_gates": inputs.batch_gates}
    approved = {version: who for who, version in by.items()}
    return model_standing(read, book, before, approved, NIGHT, ModelLimits(oldest_days=1e6), NIGHT)


def refusal(fitted: Tables, standing: pl.DataFrame) -> Any:
    """Why an alert at the gate saves nothing; None where it may be priced."""
    evidence = AlarmEvidence.from_tables(
        fitted["model.verdicts"], fitted["model.alarm_counts"], PRICES, silenced_models(standing)
    )
    return evidence.at("failure", GATE).refusal


def test_a_stopped_model_claims_nothing_until_its_refit_is_approved_by_name(
    mended: StudyInputs,
    moved: StudyInputs,
    quick: StudySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A model in force raises alarms, and its alert may be priced.
    first = run_study(made_until(moved, FITTED_ON), quick)
    none = table(MODEL_STANDING)
    fresh = judged(first, moved, table(SCORE_BOOK), none)
    assert fresh["state"].to_list() == ["in_force"]
    assert refusal(first, fresh) is None
    said = scores(first, moved, fresh)
    assert said["is_alarm"].null_count() == 0

    # The book of what it said before the results says that its scores are not as tried: it stops.
    pending = moved.outcomes.with_columns(status=pl.lit("pending"))
    run = {"run_id": "r1", "as_of": NIGHT, "is_look_back": False}
    book = new_entries(table(SCORE_BOOK), said, pending, PRICES, run, NIGHT)
    assert book.height == moved.outcomes.height - FITTED_ON
    stopped = judged(first, moved, book, fresh)
    (row,) = stopped.to_dicts()
    assert row["state"] == "stopped"
    assert "its inputs give other scores" in row["reason"]
    assert scores(first, moved, stopped)["is_alarm"].null_count() == said.height
    assert refusal(first, stopped).code == "model_stopped"
    assert row["reason"] in str(refusal(first, stopped))

    # The unit is put right and a refit makes a new version, which waits; both are on record and on
    # the morning page.
    second = run_study(made_until(mended, FITTED_ON + 80), quick)
    waiting = judged(second, mended, book, stopped)
    by_state = {each["state"]: each for each in waiting.to_dicts()}
    new, old = by_state["awaits_approval"], by_state["stopped"]
    assert new["model_version"] != old["model_version"] == row["model_version"]
    assert (new["is_current"], old["is_current"]) == (True, False)
    assert scores(second, mended, waiting)["is_alarm"].null_count() > 0
    assert refusal(second, waiting).code == "model_stopped"
    tables = (MODEL_STANDING, RUNS)
    monkeypatch.setattr("warehouse.published_copy.publication.contract_names", lambda: tables)
    warehouse = Warehouse(Home(tmp_path / "home"), KEY)
    warehouse.write(MODEL_STANDING, waiting)
    warehouse.write(RUNS, a_run(1))
    warehouse.publish()
    with open_published(warehouse.home) as published:
        shown = published.query(_STANDING_SQL)["model_version"].to_list()
    assert shown == [new["model_version"], old["model_version"]]

    # Approved by name it claims again.
    asked = [
        "approve",
        new["model_version"],
        "--by",
        "Ana Díaz",
        "--home",
        str(warehouse.home.root),
    ]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    (who,) = approvals(warehouse.home, KEY).values()
    again = judged(second, mended, book, waiting, **{who: new["model_version"]})
    assert again.select("state", "approved_by", "replaces").rows() == [
        ("in_force", "Ana Díaz", old["model_version"])
    ]
    assert scores(second, mended, again)["is_alarm"].null_count() == 0
    assert refusal(second, again) is None
