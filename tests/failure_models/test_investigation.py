"""Cards say where to look first; the back-test says how often that was right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs
from assets.failure_models.investigation.card_inputs import CardInputs
from assets.failure_models.investigation.cause_backtest import cause_backtest
from assets.failure_models.investigation.investigation_cards import investigation_cards
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import polars_schema

Line = Callable[..., StudyInputs]
CAUSE, ODD_BATCH = "parameter.g03_0", "B0210"


def empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=polars_schema(contract(name)))


def card_inputs(line: StudyInputs, **tables: pl.DataFrame) -> CardInputs:
    return CardInputs(
        gate_values=line.gate_values,
        dictionary=line.dictionary,
        batch_gates=line.batch_gates,
        outcomes=line.outcomes,
        outcome_definitions=line.outcome_definitions,
        withheld_features=line.withheld_features,
        batch_scores=tables.get("batch_scores", empty("model.batch_scores")),
        material_usage=tables.get("material_usage", empty("core.material_usage")),
        deviations=tables.get("deviations", empty("core.deviations")),
        rules=tables.get("rules", empty("finding.rules")),
        rule_batches=tables.get("rule_batches", empty("finding.rule_batches")),
    )


@pytest.fixture(scope="module")
def plant(line: Line) -> StudyInputs:
    """A line on which one failed batch was far out in the cause, and only there."""
    made = line(batches=300)
    is_odd = (pl.col("batch_id") == ODD_BATCH) & pl.col("feature").str.starts_with("parameter.g03")
    values = made.gate_values.with_columns(value=pl.when(is_odd).then(8.0).otherwise("value"))
    failed = pl.col("is_failure") | (pl.col("batch_id") == ODD_BATCH)
    return replace(made, gate_values=values, outcomes=made.outcomes.with_columns(is_failure=failed))


def deviation(batch: str, cause: str | None, opened: object, number: int = 1) -> pl.DataFrame:
    row = {
        "deviation_id": f"DEV-{number}",
        "batch_id": batch,
        "category": "moisture",
        "severity": "major",
        "opened_at": opened,
        "confirmed_cause": cause,
    }
    return pl.DataFrame([row], schema=polars_schema(contract("core.deviations")))


def test_investigation_cards_carry_the_records_of_an_unusual_batch(plant: StudyInputs) -> None:
    gate_at = dict(
        plant.batch_gates.filter(pl.col("gate") == 5).select("batch_id", "gate_at").rows()
    )
    usage = {"batch_id": ODD_BATCH, "material": "api", "supplier": "S1", "lot": "A7"}
    early = deviation(ODD_BATCH, None, gate_at[ODD_BATCH] - timedelta(hours=2))
    late = deviation(ODD_BATCH, "g03_0", gate_at[ODD_BATCH] + timedelta(days=9), 2)
    found = investigation_cards(
        card_inputs(
            plant,
            material_usage=pl.DataFrame(
                [usage], schema=polars_schema(contract("core.material_usage"))
            ),
            deviations=pl.concat([early, late]),
        )
    )
    (card,) = found["finding.investigation_cards"].filter(batch_id=ODD_BATCH).to_dicts()
    assert card["is_unusual"]
    assert card["reason"] == "failed"
    assert card["lots"] == "api S1/A7"
    assert card["prior_deviations"] == "DEV-1 (moisture, major)"
    assert "was unusual at gate 5" in card["statement"]


def test_card_features_lead_with_what_was_unusual(plant: StudyInputs) -> None:
    found = investigation_cards(card_inputs(plant))["finding.card_features"]
    features = found.filter(batch_id=ODD_BATCH).sort("rank").to_dicts()
    assert {f["feature"] for f in features[:2]} == {CAUSE, "parameter.g03_1"}
    assert features[0]["value"] > features[0]["nearest_high"]


def test_a_card_says_how_long_ago_equipment_was_cleaned(plant: StudyInputs) -> None:
    name = "equipment.compression.hours_since_cleaning"
    own = plant.gate_values.filter(pl.col("feature") == CAUSE)
    hours = own.with_columns(feature=pl.lit(name), value=pl.int_range(pl.len()).cast(pl.Float64))
    described = plant.dictionary.head(1).with_columns(
        feature=pl.lit(name),
        kind=pl.lit("equipment"),
        quantity=pl.lit("compression.hours_since_cleaning"),
    )
    used = replace(
        plant,
        gate_values=pl.concat([plant.gate_values, hours]),
        dictionary=pl.concat([plant.dictionary, described]),
    )
    card = next(one for one in cards_of(used) if one["batch_id"] == ODD_BATCH)
    assert card["equipment_age"] == "compression: 210 hours since cleaning"


def cards_of(plant: StudyInputs) -> list[dict[str, Any]]:
    return investigation_cards(card_inputs(plant))["finding.investigation_cards"].to_dicts()


def test_good_batches_made_later_or_not_known_yet_take_no_part(plant: StudyInputs) -> None:
    position = int(ODD_BATCH[1:])
    until = plant.batch_gates.filter(pl.col("production_order") <= position + 1)
    alone = investigation_cards(card_inputs(replace(plant, batch_gates=until)))[
        "finding.investigation_cards"
    ].to_dicts()
    among = cards_of(plant)
    pick = [next(c for c in own if c["batch_id"] == ODD_BATCH) for own in (alone, among)]
    assert pick[0] == pick[1]
    # The same batches, the nearest of them good only by a result that came after the gate.
    near = pick[0]["nearest_good"].split(", ")
    late = pl.when(pl.col("batch_id").is_in(near)).then(pl.col("known_at") + timedelta(days=400))
    waiting = plant.outcomes.with_columns(known_at=late.otherwise("known_at"))
    later = investigation_cards(card_inputs(replace(plant, outcomes=waiting)))[
        "finding.investigation_cards"
    ].to_dicts()
    card = next(one for one in later if one["batch_id"] == ODD_BATCH)
    assert not set(card["nearest_good"].split(", ")) & set(near)


def test_a_flagged_batch_has_a_card_and_a_pattern_that_covers_it(plant: StudyInputs) -> None:
    score = {"outcome": "failure", "gate": 5, "batch_id": "B0290", "is_alarm": True}
    rule = {"outcome": "failure", "target": "failure", "rule": 1}
    covered = {**rule, "batch_id": "B0290", "is_in_discovered": True}
    stated = {**rule, "text": "coarse lots on press 2", "is_shown": True}
    good = plant.outcomes.with_columns(
        is_failure=pl.when(pl.col("batch_id") != "B0290").then("is_failure")
    )
    found = investigation_cards(
        card_inputs(
            replace(plant, outcomes=good),
            batch_scores=pl.DataFrame(
                [score], schema=polars_schema(contract("model.batch_scores"))
            ),
            rules=pl.DataFrame([stated], schema=polars_schema(contract("finding.rules"))),
            rule_batches=pl.DataFrame(
                [covered], schema=polars_schema(contract("finding.rule_batches"))
            ),
        )
    )["finding.investigation_cards"].to_dicts()
    card = next(one for one in found if one["batch_id"] == "B0290")
    assert card["reason"] == "alarm"
    assert card["patterns"] == "coarse lots on press 2"


@pytest.fixture(scope="module")
def tested(plant: StudyInputs) -> dict[str, pl.DataFrame]:
    """One failed batch with a cause that is recorded and one that is not."""
    at = plant.batch_gates["gate_at"].max()
    attributions = pl.DataFrame(
        [
            {
                "outcome": "failure",
                "gate": 5,
                "batch_id": ODD_BATCH,
                "feature": name,
                "contribution": c,
            }
            for name, c in ((CAUSE, 0.2), ("parameter.g05_0", 0.3), ("parameter.g07_0", -0.5))
        ],
        schema=polars_schema(contract("model.attributions")),
    )
    deviations = pl.concat(
        [deviation(ODD_BATCH, "g03_0", at), deviation(ODD_BATCH, "operator_error", at, 2)]
    )
    lines = [
        {"outcome": "failure", "gate": 5, "batch_id": ODD_BATCH, "rank": rank}
        | {"feature": features[0], "features": ", ".join(features), "contribution": c}
        for rank, features, c in (
            (1, ["parameter.g05_0"], 0.3),
            (2, ["parameter.g07_0", CAUSE], 0.2),
            (3, [CAUSE], -0.1),
        )
    ]
    contrasts = pl.DataFrame(lines, schema=polars_schema(contract("model.good_contrasts")))
    return cause_backtest(card_inputs(plant, deviations=deviations), attributions, contrasts)


def test_explained_causes_place_the_confirmed_cause(tested: dict[str, pl.DataFrame]) -> None:
    cases = tested["finding.explained_causes"]
    ranks = dict(cases.filter(confirmed_cause="g03_0").select("method", "rank").iter_rows())
    assert ranks["model"] == 2
    assert ranks["contrast"] == 2  # the first line towards failure that holds it
    assert ranks["unusual"] in {1, 2}
    assert cases.filter(confirmed_cause="operator_error")["is_recorded"].any() is False


def test_explanation_backtest_counts_hits_beside_chance(tested: dict[str, pl.DataFrame]) -> None:
    by_method = {row["method"]: row for row in tested["finding.explanation_backtest"].to_dicts()}
    assert by_method["model"]["cases"] == 1
    assert by_method["model"]["causes_not_recorded"] == 1
    assert by_method["model"]["hit_at_1"] == 0.0
    assert by_method["model"]["hit_at_3"] == 1.0
    assert by_method["model"]["mean_reciprocal_rank"] == 0.5
    assert by_method["chance"]["hit_at_3"] == pytest.approx(3 / 24)
    harmonic = sum(1 / place for place in range(1, 25))
    assert by_method["chance"]["mean_reciprocal_rank"] == pytest.approx(harmonic / 24)


def test_without_confirmed_causes_there_is_no_backtest(plant: StudyInputs) -> None:
    nothing = empty("model.attributions"), empty("model.good_contrasts")
    found = cause_backtest(card_inputs(plant), *nothing)
    assert [name for name, frame in found.items() if frame.is_empty()] == list(found)
