"""The page of batches watched whole: who is beyond and by what, the charts, the models."""

import pytest

from reports.claims import evaluate
from tests.reports.conftest import _shaped
from tests.reports.whole_report import render

MODEL, COURSE = "A | stage 4 | trajectories", "A | stage 4 | coating, spray | evolution"


def models() -> list[dict]:
    fitted = {"product": "A", "gate": 4, "fit_state": "fitted", "batches": 60,
              "excluded_batches": 2, "columns": 128, "components": 2, "explained_share": 0.6,
              "missing_share": 0.01, "false_alarm_prob": 0.01, "held_out_beyond_share": 0.02,
              "content": "{}", "sha256": "0"}  # fmt: skip
    return [
        fitted | {"model": MODEL, "kind": "trajectories"},
        fitted | {"model": COURSE, "kind": "evolution", "phase": "coating, spray"},
        {"model": "B | stage 4 | trajectories", "product": "B", "gate": 4, "kind": "trajectories",
         "fit_state": "refused", "reason": "Too few of B.", "batches": 3},
    ]  # fmt: skip


def scores(batches: list[str]) -> list[dict]:
    about = {"product": "A", "gate": 4, "missing_share": 0.0, "membership": "later"}
    far = {"spe": 40.0, "t2": 15.0}
    rows = [
        about | {"batch_id": batch, "model": MODEL, "kind": "trajectories", "limit": 10.0,
                 "chart_statistic": measure, "value": 5.0 if place else far[measure],
                 "is_beyond": place == 0, "score_1": 1.0 * place, "score_2": -1.0 * place}
        for place, batch in enumerate(batches)
        for measure in ("spe", "t2")
    ]  # fmt: skip
    rows[-1] |= {"membership": "excluded", "excluded_because": "far"}
    rows[-2] |= {"membership": "excluded", "excluded_because": "far"}
    course = about | {"batch_id": batches[0], "model": COURSE, "kind": "evolution", "limit": 4.0,
                      "chart_statistic": "evolution", "value": 6.0, "is_beyond": True}  # fmt: skip
    return [*rows, course]


@pytest.fixture
def batches(signal_plant) -> list[str]:
    found = signal_plant.query("SELECT batch_id FROM core.batches ORDER BY production_order DESC")
    return found["batch_id"].to_list()[:6]


def test_who_is_beyond_stands_with_what_leads_it(signal_plant, batches) -> None:
    led = [{"batch_id": batches[0], "model": MODEL, "chart_statistic": "spe", "rank": 1,
            "unit_procedure": "coating", "phase": "spray", "tag": "inlet_c", "detail": "step_20",
            "share": 0.8, "spreads": 6.0}]  # fmt: skip
    course = [{"batch_id": batches[0], "model": COURSE, "chart_statistic": "distance",
               "step": step, "progress": (step - 0.5) / 4, "value": 5.0 * step, "centre": 3.0,
               "low": 0.0, "high": 12.0, "is_beyond": step > 2}
              for step in range(1, 5)]  # fmt: skip
    vip = [{"model": MODEL, "rank": 1, "unit_procedure": "coating", "phase": "spray",
            "tag": "exhaust_c", "detail": "noise_sd", "importance": 2.4,
            "slope": -0.3}]  # fmt: skip
    for name, rows in (
        ("model.multivariate_models", models()),
        ("finding.multivariate_importance", vip),
        ("finding.multivariate_scores", scores(batches)),
        ("finding.multivariate_contributions", led),
        ("finding.batch_evolution", course),
    ):
        signal_plant.put(name, _shaped(name, rows))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert f'data-claim="multivariate.times_limit[{batches[0]}/{MODEL}/spe]"' in html
    assert "inlet_c, spray" in html
    assert "exhaust_c, noise sd, spray" in html
    assert f'data-claim="multivariate.importance[{MODEL}/1]"' in html
    assert "Too few of B." in html
    assert batches[5] in html.split("Good batches that phase I left out")[1]
    for chart in (f"batch_scores[{MODEL}]", f"batch_contributions[{batches[0]}/{MODEL}]",
                  f"batch_course[{COURSE}]"):  # fmt: skip
        assert html.count(f'"{chart}"') >= 1, chart


def test_without_models_that_is_said(signal_plant) -> None:
    html = render(signal_plant)
    assert "No product has enough good batches with sensor records" in html
