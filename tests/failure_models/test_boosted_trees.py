"""Boosted trees: their attributions, the same trees on any machine, bins shared by targets."""

import numpy as np
import pytest

from assets.failure_models.estimators import boosted_trees

# matplotlib announces a change when shap first imports it; neither is ours to mend.
SHAP_IMPORT = pytest.mark.filterwarnings("ignore:The set_:PendingDeprecationWarning")


def failures(rows: int = 400, columns: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(rows, columns))
    chance = 1 / (1 + np.exp(2.5 - 1.5 * values[:, 0]))
    return values, (rng.random(rows) < chance).astype(float)


@SHAP_IMPORT
def test_pred_contribs_are_the_shap_values_of_the_tree_explainer() -> None:
    import shap

    values, label = failures(rows=200)
    designs = boosted_trees.BinnedDesigns(values)
    for booster in (
        boosted_trees.fit_label_trees(values, label, seed=1),
        boosted_trees.fit_margin_trees(designs, np.arange(200), values[:, 0] ** 2, seed=1),
    ):
        expected = shap.TreeExplainer(booster).shap_values(values)
        assert boosted_trees.contributions(booster, values) == pytest.approx(expected, abs=1e-4)


def test_trees_are_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    values, label = failures()
    found = []
    for threads in (1, 2):
        monkeypatch.setitem(boosted_trees.SETTINGS, "nthread", threads)
        found.append(boosted_trees.fit_label_trees(values, label, seed=1).save_raw("json"))
    assert found[0] == found[1]


def test_binning_once_for_several_targets_gives_the_same_trees() -> None:
    import xgboost as xgb

    values, _ = failures(rows=200)
    shared, rows = boosted_trees.BinnedDesigns(values), np.arange(40, 200)
    for target in (values[rows, 0], values[rows, 1] ** 2):
        own = xgb.DMatrix(values[rows], target, nthread=1)
        settings = boosted_trees.SETTINGS | boosted_trees.MARGIN_SETTINGS
        settings |= {"seed": 1, "base_score": 0.0}
        alone = xgb.train(settings, own, boosted_trees.MARGIN_ROUNDS)
        again = boosted_trees.fit_margin_trees(shared, rows, target, seed=1)
        assert again.save_raw("json") == alone.save_raw("json")


def test_text_of_trees_names_their_columns_for_plain_xgboost(tmp_path) -> None:
    import xgboost as xgb

    values, label = failures(columns=3)
    booster = boosted_trees.fit_label_trees(values, label, seed=1)
    names = ["parameter.speed_rpm", "equipment.press.id=[A]", "lab.moisture_pct=<2"]
    text = boosted_trees.as_text(booster, names)
    assert booster.feature_names is None  # what is fitted on goes without names
    file = tmp_path / "trees.json"
    file.write_text(text, encoding="utf-8")
    loaded = xgb.Booster(model_file=file)
    assert loaded.feature_names == [
        "parameter.speed_rpm", "equipment.press.id=(A)", "lab.moisture_pct=‹2",
    ]  # fmt: skip
    assert max(loaded.get_score(importance_type="gain").items(), key=lambda one: one[1])[0] == (
        "parameter.speed_rpm"  # which failures follow
    )
    named = xgb.DMatrix(values, feature_names=loaded.feature_names)
    assert loaded.predict(named) == pytest.approx(boosted_trees.predict(booster, values), abs=0)
    again = boosted_trees.from_text(text)
    assert boosted_trees.predict(again, values) == pytest.approx(
        boosted_trees.predict(booster, values), abs=0
    )
    assert boosted_trees.contributions(again, values) == pytest.approx(
        boosted_trees.contributions(booster, values), abs=0
    )
