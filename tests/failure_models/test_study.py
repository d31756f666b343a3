"""The study as a whole: right answers on lines whose answer is known, sentences on odd ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.study import run_study
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from tests.failure_models.conftest import questioned

Line = Callable[..., StudyInputs]


def verdict(tables: dict[str, pl.DataFrame], gate: int = 5) -> dict[str, Any]:
    return tables["model.verdicts"].filter(pl.col("gate") == gate).row(0, named=True)


@pytest.fixture(scope="module")
def planted(line: Line, quick: StudySettings) -> dict[str, pl.DataFrame]:
    return run_study(line(seed=3), replace(quick, with_contrast=True))


def test_verdicts_call_a_planted_cause_a_process_signal_from_its_gate_on(
    planted: dict[str, pl.DataFrame],
) -> None:
    found = dict(planted["model.verdicts"].select("gate", "verdict").rows())
    assert found == {
        1: "no_signal",
        2: "no_signal",
        3: "no_signal",
        4: "process_signal",
        5: "process_signal",
        6: "not_applicable",
        7: "not_applicable",
    }
    primary = verdict(planted)
    assert primary["is_primary_gate"]
    assert primary["p_value"] <= 0.01
    assert 0 < primary["gain_low"] < primary["gain"] < primary["gain_high"]
    assert primary["auc"] > 0.65 > primary["auc_product"]
    assert "process features explain" in primary["reason"]


def test_only_the_cause_is_named(planted: dict[str, pl.DataFrame]) -> None:
    named = planted["finding.drivers"].filter("is_named")
    assert set(named["gate"]) == {4, 5}
    for row in named.iter_rows(named=True):
        assert row["driver"].startswith("parameter.g03")
        assert set(row["members"].split(",")) == {"parameter.g03_0", "parameter.g03_1"}
        assert row["direction"] == "higher"
        assert row["adjusted_high"] < 0
        assert row["rank"] == 1
        assert not row["is_simpson_flagged"]
        assert row["e_value"] > row["e_value_low"] > 1
        assert row["refutations_survived"] == row["refutations_tried"] >= 3
        assert row["is_window_open_low"]
        assert not row["is_window_open_high"]
        assert row["window_low"] < row["window_high"]


def test_every_table_satisfies_its_contract_columns(planted: dict[str, pl.DataFrame]) -> None:
    for name, frame in planted.items():
        described = contract(name)
        assert conform(frame, described).equals(frame)
        assert frame.select(described.key).is_duplicated().sum() == 0
        assert frame.equals(frame.sort(described.key))


def test_validations_are_of_the_full_ladder_at_the_primary_gate(
    planted: dict[str, pl.DataFrame],
) -> None:
    rungs = planted["model.validations"].filter(pl.col("gate") == 5)
    assert set(rungs.select("model", "validation").rows()) == {
        ("base_rate", "rolling_origin"),
        ("product_only", "rolling_origin"),
        ("best_single_parameter", "rolling_origin"),
        ("penalised_logistic", "rolling_origin"),
        ("boosted_trees", "rolling_origin"),
        ("boosted_trees", "random_cross_validation"),
        ("lines_on_margins", "rolling_origin"),
        ("lines_and_trees_on_margins", "rolling_origin"),
    }
    reference = rungs.filter("is_reference_only")
    assert reference["validation"].to_list() == ["random_cross_validation"]


def test_folds_go_forward_in_time_without_shared_lots(planted: dict[str, pl.DataFrame]) -> None:
    folds = planted["model.folds"].filter(pl.col("gate") == 5)
    assert folds["fold"].to_list() == [1, 2, 3, 4, 5, 6]
    assert folds["test_batches"].sum() == 300
    for row in folds.iter_rows(named=True):
        # What a fold trained on was made before its test, less what was not known or shares a lot.
        assert row["train_batches"] + row["purged_batches"] == row["test_from_order"] - 1
    assert folds["purged_batches"].min() > 0


def test_predictions_are_of_every_later_batch_by_every_rung(
    planted: dict[str, pl.DataFrame],
) -> None:
    primary = planted["model.predictions"].filter(pl.col("gate") == 5)
    forward = primary.filter(pl.col("validation") == "rolling_origin")
    counts = forward.group_by("model").agg(pl.col("batch_id").n_unique(), pl.len())
    assert counts.drop("model").unique().rows() == [(300, 300)]
    with_margin = forward.drop_nulls("expected_margin")["model"].unique()
    assert sorted(with_margin) == [
        "lines_and_trees_on_margins",
        "lines_on_margins",
    ]


def test_permutation_nulls_hold_each_gain_against_its_draws(
    planted: dict[str, pl.DataFrame],
) -> None:
    own = planted["model.permutation_nulls"].filter(pl.col("gate") == 5)
    by_name = {row["statistic"]: row for row in own.iter_rows(named=True)}
    # Blocks of ten batches and more leave some thousand arrangements, the one observed among them.
    for statistic in ("margin_gain_over_product", "log_score_gain_over_product"):
        gain = by_name[statistic]
        assert gain["observed"] > gain["null_p99"] > gain["null_p95"] > gain["null_p50"]
        assert 200 <= gain["arrangements"] < 10_000
        assert 1 / (999 + 1) <= gain["p_value"] <= 0.005
        assert gain["p_value_family"] >= gain["p_value"]
    assert by_name["product_gain_over_base_rate"]["p_value"] > 0.05


def test_calibration_splits_the_brier_score_of_every_forward_rung(
    planted: dict[str, pl.DataFrame],
) -> None:
    scores = planted["model.calibration"].join(
        planted["model.validations"].filter(~pl.col("is_reference_only")),
        on=["outcome", "gate", "model"],
        suffix="_validated",
    )
    assert scores.height == planted["model.calibration"].height > 0
    assert scores["brier"].to_list() == pytest.approx(scores["brier_validated"].to_list())
    base = scores.filter(model="base_rate", gate=5).row(0, named=True)
    assert base["brier_uncertainty"] == pytest.approx(
        base["failures"] / 300 * (1 - base["failures"] / 300)
    )


def test_subgroups_are_of_product_strength_and_year(planted: dict[str, pl.DataFrame]) -> None:
    groups = planted["model.subgroups"]
    by_kind = groups.group_by("subgroup").agg(pl.col("batches", "failures").sum())
    assert sorted(by_kind["subgroup"]) == ["product", "strength", "year"]
    failures = planted["model.verdicts"].filter(pl.col("gate") == 5)["failures"].item()
    assert by_kind.filter(subgroup="product").row(0)[1:] == (300, failures)
    rates = groups["failures"] / groups["batches"]
    assert groups["failure_rate"].to_list() == rates.to_list()


def test_noise_is_no_signal_and_names_nothing(line: Line, quick: StudySettings) -> None:
    tables = run_study(line(seed=2, effect=0.0), quick)
    assert set(tables["model.verdicts"]["verdict"]) == {"no_signal", "not_applicable"}
    assert tables["finding.drivers"].is_empty()
    assert tables["finding.driver_curves"].is_empty()
    assert tables["model.attributions"].is_empty()
    assert "does either (gain" in verdict(tables)["reason"]


def test_products_that_differ_are_product_mix_only(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    tables = run_study(gates(line(seed=3, effect=0.0, product_effect=0.8), 5), quick)
    found = verdict(tables)
    assert found["verdict"] == "product_mix_only"
    assert "knowing the product" in found["reason"]


def test_without_margins_the_label_is_tested(line: Line, gates: Line, quick: StudySettings) -> None:
    inputs = line(effect=2.5, failure_rate=0.12, with_margins=False)
    tables = run_study(gates(inputs, 5), quick)
    found = verdict(tables)
    assert found["verdict"] == "process_signal"
    assert found["model_used"] == "penalised_logistic"
    assert tables["finding.drivers"]["driver"][0].startswith("parameter.g03")


def with_column(inputs: StudyInputs, feature: str, value: pl.Expr) -> StudyInputs:
    """The line with one more numeric column from gate 3 on, computed from its outcomes."""
    cells = inputs.outcomes.select(
        "batch_id",
        pl.lit(feature).alias("feature"),
        pl.lit(3, pl.Int64).alias("gate"),
        value=value,
        level=pl.lit(None, pl.String),
    )
    row = inputs.dictionary.head(1).with_columns(
        feature=pl.lit(feature), quantity=pl.lit(feature.split(".")[1]), title=pl.lit(feature)
    )
    return replace(
        inputs,
        gate_values=pl.concat([inputs.gate_values, cells.select(inputs.gate_values.columns)]),
        dictionary=pl.concat([inputs.dictionary, row]),
    )


def test_a_result_among_the_features_is_asked_about_and_used_nowhere(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    leaking = with_column(gates(line(), 4, 5), "parameter.copy", pl.col("margin") * 7 + 1)
    open_one = run_study(questioned(leaking), quick)
    for gate in (4, 5):
        found = verdict(open_one, gate)
        assert (found["verdict"], found["route"]) == ("leak_suspected", None)
        assert "parameter.copy alone foretells 100%" in found["reason"]
        assert "measured_before_result: {copy: {who: ..., why: ...}}" in found["reason"]
    assert open_one["finding.drivers"].is_empty()
    assert open_one["model.attributions"].filter(feature="parameter.copy").is_empty()

    answered = questioned(leaking, {"copy": ("A. Smith", "weighed before")})
    known = verdict(run_study(answered, quick))
    assert (known["verdict"], known["route"]) == ("process_signal", "margin_model")
    assert known["gain"] > 0.9

    refused = pl.DataFrame({"outcome": ["failure"], "feature": ["parameter.copy"]})
    guarded = run_study(replace(leaking, withheld_features=refused), quick)
    assert verdict(guarded)["verdict"] == "process_signal"
    assert guarded["finding.drivers"].filter(pl.col("members").str.contains("copy")).is_empty()


def test_a_canary_forced_past_the_firewall_is_asked_about(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    """The label plus noise; stamped late, as it would be, the firewall refuses it."""
    inputs = gates(line(with_margins=False, failure_rate=0.1), 5)
    noise = np.random.default_rng(8).normal(scale=0.2, size=inputs.outcomes.height)
    canary = pl.col("is_failure").cast(pl.Float64) + pl.Series(noise)
    leaking = questioned(with_column(inputs, "parameter.canary", canary))
    assert leaking.leak_questions["likeness"].to_list() == ["ranks_failures"]
    assert verdict(run_study(leaking, quick))["verdict"] == "leak_suspected"


def test_the_answer_does_not_depend_on_threads(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    inputs = gates(line(batches=250), 4, 5)
    # A mode beside the failure, with its margin: whoever comes first makes the fits of both.
    mode = {
        name: pl.concat([own, own.with_columns(outcome=pl.lit("mode"))])
        for name in ("outcomes", "outcome_definitions", "outcome_margins", "acceptance_criteria")
        for own in (getattr(inputs, name),)
    }
    inputs, settings = replace(inputs, **mode), replace(quick, with_contrast=True)
    one, two = (run_study(inputs, replace(settings, threads=threads)) for threads in (1, 2))
    assert one["model.verdicts"]["outcome"].n_unique() == 2
    assert all(one[name].equals(two[name]) for name in one)


def pending(inputs: StudyInputs) -> StudyInputs:
    unknown = inputs.outcomes.with_columns(is_failure=pl.lit(None, pl.Boolean))
    return replace(inputs, outcomes=unknown)


def never_failed(inputs: StudyInputs) -> StudyInputs:
    return replace(inputs, outcomes=inputs.outcomes.with_columns(is_failure=pl.lit(False)))


def always_failed(inputs: StudyInputs) -> StudyInputs:
    return replace(inputs, outcomes=inputs.outcomes.with_columns(is_failure=pl.lit(True)))


def two_failures(inputs: StudyInputs) -> StudyInputs:
    is_one = pl.col("batch_id").is_in(["B0100", "B0250"])
    return replace(inputs, outcomes=inputs.outcomes.with_columns(is_failure=is_one))


def constant_features(inputs: StudyInputs) -> StudyInputs:
    return replace(inputs, gate_values=inputs.gate_values.with_columns(value=pl.lit(1.0)))


def empty_features(inputs: StudyInputs) -> StudyInputs:
    nothing = inputs.gate_values.with_columns(value=pl.lit(None, pl.Float64))
    return replace(inputs, gate_values=nothing)


def no_features(inputs: StudyInputs) -> StudyInputs:
    return replace(inputs, gate_values=inputs.gate_values.head(0))


def half_missing(inputs: StudyInputs) -> StudyInputs:
    gap = pl.when(pl.col("value") > 0).then(None).otherwise(pl.col("value"))
    return replace(inputs, gate_values=inputs.gate_values.with_columns(value=gap))


def gap_of_a_year(inputs: StudyInputs) -> StudyInputs:
    late = pl.when(pl.col("production_order") > 250).then(timedelta(days=400))
    gates = inputs.batch_gates.with_columns(
        gate_at=pl.col("gate_at") + late.otherwise(timedelta(0))
    )
    return replace(inputs, batch_gates=gates)


def no_instants(inputs: StudyInputs) -> StudyInputs:
    return replace(
        inputs,
        batch_gates=inputs.batch_gates.with_columns(gate_at=pl.lit(None, pl.Datetime("us"))),
        outcomes=inputs.outcomes.with_columns(known_at=pl.lit(None, pl.Datetime("us"))),
    )


def few_batches(inputs: StudyInputs) -> StudyInputs:
    return replace(inputs, batch_gates=inputs.batch_gates.filter(pl.col("production_order") <= 25))


def one_lot(inputs: StudyInputs) -> StudyInputs:
    return replace(inputs, batch_gates=inputs.batch_gates.with_columns(cluster_id=pl.lit("L")))


def no_product(inputs: StudyInputs) -> StudyInputs:
    nothing = pl.lit(None, pl.String)
    return replace(
        inputs, batch_gates=inputs.batch_gates.with_columns(product=nothing, strength=nothing)
    )


def margins_at_the_limit(inputs: StudyInputs) -> StudyInputs:
    at_limit = inputs.outcome_margins.with_columns(is_censored=pl.lit(True))
    return replace(inputs, outcome_margins=at_limit)


@pytest.mark.parametrize("with_margins", [True, False], ids=["margins", "labels"])
@pytest.mark.parametrize(
    ("bend", "expected"),
    [
        (pending, {"too_few_failures"}),
        (never_failed, {"process_signal", "too_few_failures"}),
        (always_failed, {"process_signal", "too_few_failures"}),
        (two_failures, {"process_signal", "too_few_failures"}),
        (constant_features, {"no_signal", "too_few_failures"}),
        (empty_features, {"no_signal", "too_few_failures"}),
        (no_features, {"no_signal", "too_few_failures"}),
        (half_missing, {"process_signal", "no_signal", "too_few_failures"}),
        (gap_of_a_year, {"process_signal", "no_signal", "too_few_failures"}),
        (no_instants, {"process_signal", "no_signal", "too_few_failures"}),
        (few_batches, {"too_few_failures"}),
        (one_lot, {"too_few_failures"}),
        (no_product, {"process_signal", "no_signal", "too_few_failures"}),
        (margins_at_the_limit, {"process_signal", "no_signal", "too_few_failures"}),
    ],
)
def test_odd_records_get_a_verdict_and_a_sentence(
    bend: Callable[[StudyInputs], StudyInputs],
    expected: set[str],
    with_margins: bool,
    line: Line,
    gates: Line,
    quick: StudySettings,
) -> None:
    tables = run_study(bend(gates(line(with_margins=with_margins), 5)), quick)
    found = verdict(tables)
    assert found["verdict"] in expected
    assert not found["reason"][0].islower()
    assert found["reason"].endswith(".")
    assert "nan" not in found["reason"]
    if found["verdict"] != "process_signal":
        assert tables["finding.drivers"].is_empty()


def test_one_product_is_said_to_be_one(line: Line, gates: Line, quick: StudySettings) -> None:
    found = verdict(run_study(gates(line(products=1, effect=0.0, seed=4), 5), quick))
    assert found["verdict"] == "no_signal"
    assert "only one" in found["reason"]


def test_trends_hold_a_drift_shared_by_feature_and_margin_which_is_no_signal(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    inputs = gates(line(effect=0.0, seed=6), 5)
    drift = pl.col("batch_id").str.slice(1).cast(pl.Float64) / 100
    margins = inputs.outcome_margins.with_columns(margin=pl.col("margin") - drift)
    lowest = float(np.quantile(margins["margin"].to_numpy(), 0.04))
    margins = margins.with_columns(margin=pl.col("margin") - lowest)
    drifting = replace(
        inputs,
        gate_values=inputs.gate_values.with_columns(
            value=pl.when(pl.col("feature").str.ends_with("_0"))
            .then(pl.col("value") + drift)
            .otherwise("value")
        ),
        outcome_margins=margins,
        outcomes=inputs.outcomes.drop("is_failure").join(
            margins.select("batch_id", is_failure=pl.col("margin") < 0), on="batch_id"
        ),
    )
    tables = run_study(drifting, quick)
    assert verdict(tables)["verdict"] != "process_signal"
    trend = tables["finding.trends"].row(0, named=True)
    assert trend["high"] < 0
    assert "left out of every process claim" in trend["note"]
