"""A drafted plan is a plan: it is read again and charts what the draft charted."""

import polars as pl

from assets.process_verification.plan.plan_text import plan_text
from data_contracts.verification_plan.reader import read_plan
from tests.process_verification.verified_records import batches, noise, plan_of, records, results


def test_a_draft_is_read_again_and_charts_the_same(tmp_path):
    driver = {
        "outcome": "failure",
        "gate": 5,
        "rank": 1,
        "is_named": True,
        "members": "material.api.d90_um,lab.assay_pct",
    }
    made = records(
        batches=batches(80),
        lab_results=[*results(noise(80)), *results(noise(80), "water: free, pct", high=105.0)],
    )
    draft = plan_of(made, drivers=[driver])
    text = plan_text(draft, "P1")
    assert "# Critical and not charted: material api.d90_um" in text
    assert "critical: true  # associated with failure (named driver)" in text
    file = tmp_path / "P1.yaml"
    file.write_text(text)
    plan = read_plan(file)
    assert plan.approved_by is None
    again = plan_of(made, drivers=[driver], plans=[plan])
    columns = ["chart_id", "chart", "baseline_points", "importance", "is_critical"]
    charted = pl.col("standing") == "charted"
    assert again.filter(charted)[columns].rows() == draft.filter(charted)[columns].rows()
    assert again["planned_by"][0] == "P1.yaml, owner to be named, not approved"


def test_names_of_odd_letters_are_read_again(tmp_path):
    product, test = "TB\nx: [1]", 'Löslichkeit 😀 "a: b" #1'
    made = records(batches=batches(80, product), lab_results=results(noise(80), test))
    text = plan_text(plan_of(made), product)
    assert "Löslichkeit 😀" in text
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    plan = read_plan(file)
    assert (plan.product, plan.charts[0].quantity) == (product, test)


def test_a_draft_leaves_out_what_other_products_lack():
    driver = {
        "outcome": "failure",
        "gate": 5,
        "rank": 1,
        "is_named": True,
        "members": "lab.assay_pct,material.api.d90_um",
    }
    made = records(
        batches=[*batches(60), *batches(60, "P2", 60)],
        lab_results=[*results(noise(60)), *results([100.0] * 60, first=60)],
    )
    draft = plan_of(made, drivers=[driver])
    assert "Critical and not charted: material" in plan_text(draft, "P1")
    assert "every batch has the same value" not in plan_text(draft, "P1")
    assert "every batch has the same value" in plan_text(draft, "P2")
