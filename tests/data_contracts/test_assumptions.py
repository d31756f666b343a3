"""Cost assumptions: what the built-in sets hold, and one clear error for each thing refused."""

from fractions import Fraction
from pathlib import Path

import pytest

from data_contracts.assumptions import (
    BUILT_IN_DIR,
    Assumptions,
    built_in_names,
    load_assumptions,
    load_built_in,
    with_overrides,
)
from data_contracts.errors import AssumptionError

SMALL = """
name: small
title: Small set
currency: USD
statement: Arithmetic on assumptions, not evidence.
basis:
  prices: real
  tax: before tax
  savings_view: run-rate
  cost_basis: avoidable cash
  baseline_period: none
  baseline_approved_by: nobody
assumptions:
  batches_per_year: {low: 100, base: 200, high: 300, unit: batches/year, distribution: triangular,
    owner: Planning, source: plan, as_of: 2026-11-01, kind: assumption, favourable: high,
    description: Batches a year.}
  failure_cost_usd_per_batch: {low: 1000.10, base: 2000, high: 3000, unit: USD/batch,
    distribution: uniform, owner: Finance, source: plan, as_of: 2026-11-01, kind: assumption,
    favourable: high, description: Loss per failed batch.}
  share: {low: 0, base: 0.5, high: 1, unit: share, distribution: pert, owner: MSAT, source: plan,
    as_of: 2026-11-01, kind: assumption, favourable: high, description: A share.}
  rescuable: {by_gate: {1: [0.5, 0.6, 0.7], 2: [0.5, 0.6, 0.7], 3: [0.5, 0.6, 0.7],
    4: [0.5, 0.6, 0.7], 5: [0.1, 0.2, 0.3], 6: [0, 0, 0.1], 7: [0, 0, 0]}, unit: share,
    distribution: triangular, owner: MSAT, source: plan, as_of: 2026-11-01, kind: assumption,
    favourable: high, description: A share by gate.}
levers:
  alert:
    title: Alert
    kind: alert
    tier: 1
    gate: 5
    planning_gate: 5
    uses: {addressable_share: share, sensitivity: share, rescuable_share: rescuable,
      effectiveness: share}
"""


# What follows the source of the first number.
FIRST = "as_of: 2026-11-01, kind: assumption, favourable: high,\n    description: B"


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "costs.yaml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def small(written) -> Assumptions:
    return load_assumptions(written(SMALL))


def test_numbers_are_exact(small):
    assert small["failure_cost_usd_per_batch"].low == Fraction(100010, 100)
    assert small["share"].base == Fraction(1, 2)


def test_by_gate_gives_one_assumption_per_gate(small):
    assert small.at_gate("rescuable", 5).base == Fraction(1, 5)
    assert small.at_gate("rescuable", 7).distribution == "fixed"
    assert small.at_gate("share", 3) is small["share"]


def test_built_in_sets_load_and_say_they_are_not_evidence():
    assert built_in_names() == [
        "biologics",
        "oral_capsules",
        "real_time_release",
        "sterile_injectable",
        "sterile_vials",
        "tablets",
    ]
    for name in built_in_names():
        loaded = load_built_in(name)
        assert loaded.name == name
        assert "arithmetic on assumptions, not evidence" in loaded.statement
        assert all(each.owner and each.source for each in loaded.parameters.values())


def test_default_is_tablets_and_every_number_in_it_is_used():
    tablets = load_assumptions()
    assert tablets.name == "tablets"
    used = {term for category in tablets.ledger for term in category.terms}
    for lever in tablets.levers:
        for name in lever.uses.values():
            used |= {tablets.name_at_gate(name, gate) for gate in range(1, 8)}
    named = {
        "batches_per_year",
        "failure_rate",
        "discount_rate",
        "horizon_years",
        "slot_value_usd_per_batch",
        "unmeasured_confounding_ratio",
    }
    of_quality = {  # economics.quality_costs
        "minor_deviation_usd",
        "major_deviation_usd",
        "critical_deviation_usd",
        "rework_usd_per_batch",
        "line_under_investigation_usd_per_day",
        "laboratory_result_usd",
        "inspection_usd_per_batch",
        "prevention_usd_per_year",
    }
    assert set(tablets.parameters) - used == named | of_quality


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("low: 100, base", "low: -100, base", "negative"),
        ("low: 100, base", "low: 400, base", "low 400 is above high 300"),
        ("base: 200, high", "base: 700, high", "base 700 lies outside"),
        ("base: 0.5, high: 1,", "base: 0.5, high: 1.5,", "1.5 is above 1"),
        ("base: 0.5, high: 1,", "base: 0.5, high: 1e9,", "not a number"),
        ("base: 0.5, high: 1,", "base: 0.5, high: .nan,", "not a number"),
        ("base: 0.5, high: 1,", "base: 0.5, high: [1],", "not a number"),
        ("low: 100, base: 200, high: 300", "low: 100, base: 200", "'high' is missing"),
        ("owner: Planning, ", "", "'owner' is missing"),
        ("owner: Planning", "owner: ''", "'owner' is missing"),
        (
            "source: plan, " + FIRST,
            FIRST,
            "'source' is missing",
        ),
        ("currency: USD", "currency: DOGE", "currency 'DOGE' is unknown"),
        ("unit: batches/year", "unit: barrels/year", "unit 'barrels/year' is unknown"),
        ("unit: batches/year", "unit: USD/year", "must be 'batches/year'"),
        ("distribution: uniform", "distribution: normal", "distribution 'normal' is unknown"),
        ("distribution: uniform", "distribution: fixed", "'fixed'"),
        (
            "kind: assumption, favourable: high,\n    description: B",
            "kind: guess, favourable: high,\n    description: B",
            "kind 'guess' is unknown",
        ),
        (
            "as_of: 2026-11-01, kind: assumption, favourable: high,\n    description: B",
            "as_of: last week, kind: assumption, favourable: high,\n    description: B",
            "is not a date",
        ),
        ("low: 100,", "lo: 100,", "'lo' is not a known entry"),
        ("levers:", "leavers:", "'leavers' is not a known entry"),
        ("effectiveness: share", "effectiveness: sharre", "no assumption named 'sharre'"),
        ("effectiveness: share", "efectiveness: share", "'efectiveness' is not a known entry"),
        ("effectiveness: share", "effectiveness: batches_per_year", "must be in 'share'"),
        ("kind: alert", "kind: magic", "kind 'magic' is unknown"),
        ("tier: 1", "tier: 4", "from 1 to 3"),
        ("gate: 5\n    planning", "gate: 9\n    planning", "from 1 to 7"),
        ("  failure_cost_usd_per_batch:", "  batch_loss:", "what a failed batch costs"),
        ("  share: {low", "  Share: {low", "lower case"),
        ("  share: {low", "  batches_per_year: {low", "written twice"),
        ("  tax: before tax\n", "", "'tax' is missing"),
        ("5: [0.1, 0.2, 0.3], ", "", "'5' is missing"),
        ("5: [0.1, 0.2, 0.3], ", "5: [0.1, 0.2], ", "three numbers"),
        ("name: small", "name: [", "not valid YAML"),
    ],
)
def test_each_fault_gets_one_clear_error(written, old, new, message):
    assert old in SMALL
    path = written(SMALL.replace(old, new, 1))
    with pytest.raises(AssumptionError, match=message.replace("[", "\\[")) as caught:
        load_assumptions(path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 2


TABLETS = (BUILT_IN_DIR / "tablets.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4: [0.7, 0.8, 0.9]", "4: [0.4, 0.8, 0.9]", "_gate_4' is below 'sunk_cost_share_gate_3'"),
        ("      7: [1, 1, 1]", "      7: [0.9, 1, 1]", "'sunk_cost_share_gate_7' is below"),
        ("6: [0, 0.05, 0.1]\n      7: [0, 0, 0]", "6: [0, 0.05, 0.1]\n      7: [0, 0, 0.1]",
         "neither be rescued nor stopped"),
        ("validation_usd_tier_1", "validation_usd_tier_3", "name that of its own tier"),
        ("effectiveness: rescue_effectiveness", "effectiveness: rescuable_share",
         "no assumption named 'rescuable_share'"),
        ("ramp_time: ramp_months", "", "'ramp_time' is missing"),
    ],
)  # fmt: skip
def test_faults_of_a_full_programme(written, old, new, message):
    assert old in TABLETS
    with pytest.raises(AssumptionError, match=message):
        load_assumptions(written(TABLETS.replace(old, new, 1)))


LEDGER = """
ledger:
  direct_material: {terms: [failure_cost_usd_per_batch, share], paf: internal_failure,
    is_avoidable: true, accrues_along_stages: true, description: Material.}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("share]", "shar]", "no assumption named 'shar'"),
        ("share]", "batches_per_year]", "not in USD/batch"),
        ("direct_material", "lunch", "'lunch' is not a known entry"),
        ("internal_failure", "bad_luck", "paf 'bad_luck' is unknown"),
        ("is_avoidable: true", "is_avoidable: maybe", "is_avoidable 'maybe' is unknown"),
        ("terms: [failure_cost_usd_per_batch, share]", "terms: []", "at least one"),
    ],
)
def test_ledger_faults(written, old, new, message):
    assert load_assumptions(written(SMALL + LEDGER)).ledger[0].terms[1] == "share"
    with pytest.raises(AssumptionError, match=message):
        load_assumptions(written(SMALL + LEDGER.replace(old, new, 1)))


def test_missing_file_and_unknown_preset(tmp_path):
    with pytest.raises(AssumptionError, match="cannot be read"):
        load_assumptions(tmp_path / "none.yaml")
    with pytest.raises(AssumptionError, match="sterile_injectable"):
        load_assumptions(preset="sterile")
    with pytest.raises(AssumptionError, match="one of the two"):
        load_assumptions(tmp_path / "none.yaml", preset="tablets")


def test_empty_file(written):
    with pytest.raises(AssumptionError, match="named entries"):
        load_assumptions(written(""))


def test_set_one_value_or_three(small):
    changed = with_overrides(small, ["share=2/3", "batches_per_year=150, 160,170"])
    assert changed["share"].low == changed["share"].high == Fraction(2, 3)
    assert changed["share"].distribution == "fixed"
    assert changed["share"].source == "set by hand (--set share=2/3)"
    assert changed["batches_per_year"].base == 160
    assert changed["batches_per_year"].distribution == "triangular"
    assert small["share"].base == Fraction(1, 2)
    again = with_overrides(changed, ["share=0.1,0.2,0.3"])
    assert again["share"].distribution == "triangular"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("shares=0.5", "did you mean share"),
        ("share", "name=value"),
        ("=3", "name=value"),
        ("share=0.1,0.2", "one value, or three"),
        ("share=much", "not a number"),
        ("share=1.2", "above 1"),
        ("share=-0.2", "negative"),
        ("share=0.3,0.2,0.1", "low 0.3 is above high 0.1"),
    ],
)
def test_set_faults(small, setting, message):
    with pytest.raises(AssumptionError, match=message):
        with_overrides(small, [setting])


PROMISE = """
promise: {started_on: 2027-01-01, failure_prob_before: 0.03, failure_prob_promised: 0.01,
  owner: Head of production}
"""


def test_a_promise_is_read_as_it_stands(written):
    promise = load_assumptions(written(SMALL + PROMISE)).promise
    assert promise is not None
    assert (promise.failure_prob_before, promise.failure_prob_promised) == (
        Fraction(3, 100),
        Fraction(1, 100),
    )
    assert promise.started_on.isoformat() == "2027-01-01"
    assert load_assumptions(written(SMALL)).promise is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("promised: 0.01", "promised: 0.04", "must lie above 0 and below"),
        ("promised: 0.01", "promised: 0", "must lie above 0 and below"),
        ("2027-01-01", "soon", "started_on 'soon' is not a date"),
        ("owner: Head of production", "owner: ''", "owner"),
    ],
)
def test_a_promise_that_cannot_be_followed_is_refused(written, old, new, said):
    with pytest.raises(AssumptionError, match=said):
        load_assumptions(written(SMALL + PROMISE.replace(old, new)))


FROZEN = PROMISE.replace(
    "production}", "production, record_before: {failures: 12, batches: 400, design_effect: 1.3}}"
)


def test_a_promise_may_freeze_the_record_it_is_measured_against(written):
    promise = load_assumptions(written(SMALL + FROZEN)).promise
    assert promise is not None
    assert promise.record_before == (12, 400, 1.3)
    plain = load_assumptions(written(SMALL + PROMISE)).promise
    assert plain is not None
    assert plain.record_before is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("failures: 12", "failures: 400", "fewer failures than batches"),
        ("failures: 12", "failures: 12.5", "needs whole numbers"),
        ("design_effect: 1.3", "design_effect: 0.9", "a design_effect of at least 1"),
        ("batches: 400, ", "", "record_before"),
    ],
)
def test_a_record_that_was_never_counted_is_refused(written, old, new, said):
    with pytest.raises(AssumptionError, match=said):
        load_assumptions(written(SMALL + FROZEN.replace(old, new)))
