"""The plan: charts follow from the records, what is critical is named, errors say what to do."""

import polars as pl
import pytest

from data_contracts.errors import ProfileError
from data_contracts.verification_plan.reader import read_plan
from tests.process_verification.verified_records import (
    batches,
    noise,
    plan_of,
    records,
    results,
    tables_of,
)

PLAN = """
product: P1
owner: J. Berg
approved_by: A. Lind
approved_at: 2024-06-01
false_alarms_a_month: 0.5
charts:
  - {source: lab_result, quantity: assay_pct, critical: true, baseline_points: 30}
"""
CHANGED_SOON = """
charts: [{source: lab_result, quantity: a}]
changes: [{from_batch: B1, reason: r, decided_by: x, decided_at: soon}]
"""


def by_quantity(plan):
    return {row["quantity"]: row for row in plan.iter_rows(named=True)}


def test_the_chart_follows_from_the_nature_of_the_records():
    count = 60
    censored = ["left" if at % 2 else "none" for at in range(count)]
    mostly = ["none" if at % 10 == 0 else "left" for at in range(count)]
    two = [row | {"sample_no": no} for no in (1, 2) for row in results(noise(count), "hardness_n")]
    made = records(
        batches=batches(count),
        lab_results=[
            *results(noise(count)),
            *results(noise(count), "impurity_pct", censoring=censored),
            *results(noise(count), "impurity_o_pct", high=0.2, censoring=mostly),
            *results([5.0] * count, "set_pct"),
            *results([at % 9 + 2 for at in range(count)], "particles_count"),
            *two,
        ],
        inspections=[
            {
                "batch_id": f"B{at:04}",
                "defect_class": "chipped",
                "rejected": 20 + at % 7,
                "inspected": 1000 + at,
                "inspected_at": None,
                "stage": 5,
            }
            for at in range(count)
        ],
        deviations=[
            {"deviation_id": f"D{at}", "batch_id": f"B{6 * at:04}", "category": "weighing"}
            for at in range(9)
        ],
    )
    found = by_quantity(plan_of(made))
    assert {name: row["chart"] for name, row in found.items()} == {
        "assay_pct": "i_mr",
        "impurity_pct": "i_mr_censored",
        "impurity_o_pct": "g",
        "set_pct": None,
        "particles_count": "laney_u",
        "hardness_n": "three_way",
        "chipped": "laney_p",
        "weighing": "g",
    }
    assert found["set_pct"]["reason"] == "every batch has the same value: nothing to watch"
    gaps = found["impurity_o_pct"]
    assert gaps["baseline_points"] == found["weighing"]["baseline_points"] == 5
    assert (gaps["unit"], gaps["limit_high"], gaps["limit_kind"]) == ("batches", None, None)
    assert sum(row["alarms_a_month"] or 0 for row in found.values()) == pytest.approx(1.0)


def test_products_of_few_batches_share_one_chart():
    made = records(
        batches=[*batches(60), *batches(30, "P2", 60), *batches(25, "P3", 90)],
        lab_results=results(noise(115), high=110.0),
    )
    found = plan_of(made).sort("product")
    columns = ("product", "chart", "batches", "unit", "limit_high", "limit_kind")
    assert found.select(columns).rows() == [
        ("P1", "i_mr", 60, "%", 110.0, "specification"),
        ("other products", "short_run", 53, "1", None, None),
    ]


def test_what_is_critical_and_not_charted_is_named():
    driver = {
        "outcome": "failure",
        "gate": 5,
        "rank": 1,
        "is_named": True,
        "members": "material.api.d90_um,parameter.speed_rpm",
    }
    made = records(
        batches=batches(50),
        parameters=[
            {"batch_id": f"B{at:04}", "stage": 4, "parameter": name, "value": float(value)}
            for name in ("speed_rpm", "other_rpm")
            for at, value in enumerate(noise(50))
        ],
    )
    found = by_quantity(plan_of(made, drivers=[driver]))
    assert found["speed_rpm"]["standing"] == "charted"
    assert found["speed_rpm"]["criticality"] == "associated with failure (named driver)"
    assert found["speed_rpm"]["importance"] == 2.0
    assert found["other_rpm"]["standing"] == "not_charted"
    lots = found["api.d90_um"]
    assert (lots["standing"], lots["is_critical"]) == ("not_charted", True)
    assert lots["reason"] == "an attribute of lots: no value of its own a batch"


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ([0.5, 2.0, 3.0, None], "33.3% of margins are under 1 robust sd"),
        ([None, None], "no margin is known"),
    ],
)
def test_margins_nobody_knows_are_not_thought_wide(margins, said):
    rows = [
        {
            "batch_id": f"B{at:04}",
            "outcome": "failure",
            "quantity": "assay",
            "measured_quantity": "assay_pct",
            "limit": "low",
            "margin": margin,
            "is_censored": False,
        }
        for at, margin in enumerate(margins)
    ]
    made = records(batches=batches(60), lab_results=results(noise(60)))
    told = by_quantity(plan_of(made, margins=rows))["assay_pct"]["criticality"]
    assert told == f"its margin decides failure; {said}"


def test_the_plan_of_the_plant_is_heard(tmp_path):
    file = tmp_path / "p1.yaml"
    file.write_text(PLAN)
    made = records(
        batches=batches(60), lab_results=[*results(noise(60)), *results(noise(60), "water_pct")]
    )
    found = by_quantity(plan_of(made, plans=[read_plan(file)]))
    assert found["assay_pct"]["baseline_points"] == 30
    assert found["assay_pct"]["alarms_a_month"] == 0.5
    assert found["assay_pct"]["responsible"] == "J. Berg"
    assert found["assay_pct"]["planned_by"] == "p1.yaml, approved by A. Lind on 2024-06-01"
    assert found["water_pct"]["reason"] == "the plan does not chart it"


def test_a_plan_of_what_is_not_recorded_is_refused(tmp_path):
    file = tmp_path / "p1.yaml"
    file.write_text(PLAN.replace("assay_pct", "asay_pct"))
    made = records(batches=batches(60), lab_results=results(noise(60)))
    with pytest.raises(ProfileError, match=r"charts lab_result 'asay_pct'.*assay_pct"):
        plan_of(made, plans=[read_plan(file)])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("charts:\n  - {source: lab, quantity: a}", "expected one of lab_result"),
        ("charts:\n  - {source: lab_result}", "'quantity' is missing"),
        ("charts:\n  - {source: sensor, quantity: a.b.c, chart: g}", "no chart of kind 'g'"),
        (
            "charts:\n  - {source: lab_result, quantity: a, limit_low: 3, limit_high: 2}",
            "not below",
        ),
        ("charts:\n  - {source: lab_result, quantity: a, baseline_points: 5}", "from 20 to 200"),
        ("charts: []", "'charts' is missing"),
        ("chart:\n  - {source: lab_result, quantity: a}", "did you mean 'charts'"),
        (
            "charts:\n  - {source: lab_result, quantity: a}\n  - {source: lab_result, quantity: a}",
            "stands twice",
        ),
        (
            CHANGED_SOON,
            "'soon' is no date",
        ),
    ],
)
def test_a_plan_that_is_wrong_says_where_and_what(tmp_path, wrong, said):
    file = tmp_path / "plan.yaml"
    file.write_text(f"product: P1\nowner: J. Berg\nfalse_alarms_a_month: 1\n{wrong}\n")
    with pytest.raises(ProfileError, match=said) as refused:
        read_plan(file)
    assert "plan.yaml, line" in str(refused.value)


def test_a_plan_needs_its_promise(tmp_path):
    file = tmp_path / "plan.yaml"
    text = "product: P1\nowner: J\nfalse_alarms_a_month: 0\n"
    file.write_text(text + "charts: [{source: failure, quantity: f}]")
    with pytest.raises(ProfileError, match="above 0 and at most 100"):
        read_plan(file)


def test_every_line_has_a_name_of_its_own():
    made = records(batches=batches(50), lab_results=results(noise(50)))
    plan = plan_of(made)
    assert plan["chart_id"].to_list() == ["P1 / lab_result / 6 / assay_pct"]
    assert plan.filter(pl.col("chart_id").is_duplicated()).is_empty()


def test_a_draft_is_the_same_night_after_night_and_says_where_it_is_not():
    """A draft is made anew each night: its limits move once, at 75 batches, and say so."""
    values = noise(90)
    seen: dict[tuple[object, ...], dict[tuple[object, ...], list[int]]] = {}
    for count in range(60, 91, 5):
        made = records(batches=batches(count), lab_results=results(values[:count]))
        plan = plan_of(made)
        (row,) = plan.to_dicts()
        first = tables_of(made, plan)["finding.chart_limits"].row(0, named=True)
        named = (row["chart_id"], row["chart"], row["limit_low"], row["alarms_a_month"])
        limits = (first["fixed_place"], first["lower"], first["upper"], first["reason"])
        seen.setdefault(named, {}).setdefault(limits, []).append(count)
    (by_limits,) = seen.values()
    assert list(by_limits.values()) == [[60, 65, 70], [75, 80, 85, 90]]
    short, long = by_limits
    assert (short[0], long[0]) == (20, 50)
    assert short[3] == "the first limits of the chart"
    assert "since 75 batches are known: until then the draft fixed them from 20" in long[3]


def test_limits_of_a_written_plan_never_move_by_themselves(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN, encoding="utf-8")
    own, values, seen = read_plan(file), noise(90), set()
    for count in range(60, 91, 10):
        made = records(batches=batches(count), lab_results=results(values[:count]))
        limits = tables_of(made, plan_of(made, plans=[own]), plans=[own])["finding.chart_limits"]
        seen.add(limits.select("fixed_place", "lower", "upper", "reason").row(0))
    assert len(seen) == 1
