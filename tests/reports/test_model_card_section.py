"""The model card: kept models, undecided zones, attempts to break claims, cards, back-test."""

import re

import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.failure_models.investigation.card_inputs import CardInputs
from assets.failure_models.investigation.cause_backtest import cause_backtest
from assets.failure_models.investigation.investigation_cards import investigation_cards
from assets.failure_models.study import run_study
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty
from reports.claims import evaluate
from tests.failure_models.conftest import at_gates, planted_line
from tests.reports.whole_report import render

SECTIONS = ("model-card", "refutations", "investigations")
NOT_DELIVERED = ("batch_scores", "material_usage", "deviations", "rules", "rule_batches")


def words_of(html):
    found = [re.search(rf'<section id="{name}">.*?</section>', html, re.S) for name in SECTIONS]
    assert all(found)
    return " ".join(re.sub(r"<[^>]+>", " ", "".join(one[0] for one in found if one)).split())


def studied():
    """A small line studied, with one confirmed cause, in the tables of the section."""
    line = at_gates(planted_line(3), 5)
    settings = StudySettings(
        seed=1, permutations=499, resamples=100, refits=5, with_contrast=False, threads=1
    )
    tables = run_study(line, settings)
    failed = line.outcomes.filter(pl.col("is_failure"))["batch_id"][-1]
    deviation = {"deviation_id": "D1", "batch_id": failed, "confirmed_cause": "g03_0"}
    records = {
        name: getattr(line, name) for name in CardInputs.__annotations__ if hasattr(line, name)
    }
    schemas = ("model.batch_scores", "core.material_usage", "core.deviations")
    records |= {
        name: empty(contract(full))
        for name, full in zip(
            NOT_DELIVERED, (*schemas, "finding.rules", "finding.rule_batches"), strict=True
        )
    }
    records["deviations"] = conform(pl.DataFrame([deviation]), contract("core.deviations"))
    inputs = CardInputs(**records)
    found = investigation_cards(inputs) | cause_backtest(
        inputs, tables["model.attributions"], tables["model.good_contrasts"]
    )
    return tables | found


def test_the_card_says_what_is_kept_undecided_attacked_and_confirmed(signal_plant):
    for name, frame in studied().items():
        signal_plant.put(name, frame)
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    words = words_of(render(signal_plant))
    assert "trees/dissolution_min_pct" in words
    assert "lines_and_trees_on_margins-" in words
    assert "could not be ruled out at 90% coverage" in words
    assert "Later batches can be told from earlier ones" in words
    assert "4 of 4" in words
    assert "placebo label: survived" in words
    assert "contributions" in words
    assert "1 confirmed causes are recorded parameters" in words
    assert "earlier good batches of" in words


@pytest.mark.parametrize("plant", ["signal_plant", "bare_plant"])
def test_a_warehouse_without_these_tables_says_so(plant, request):
    words = words_of(render(request.getfixturevalue(plant)))
    assert "No model is kept for this source" in words
    assert "there is nothing to break" in words
    assert "to hold explanations against" in words
