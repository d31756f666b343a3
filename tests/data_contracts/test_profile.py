"""Source profiles: what they declare, and one precise error for each thing that is wrong."""

from pathlib import Path

import pytest

from data_contracts.errors import ProfileError
from data_contracts.profile import built_in_profiles, load_profile

GOOD = """\
profile: plant
files:
  mes: {path: mes.csv, separator: ";"}
  lab: {path: lab.csv}
tables:
  batches:
    file: mes
    columns: {batch_id: Charge, production_order: Nr}
  lab_results:
    file: lab
    columns: {batch_id: Charge}
    unpivot:
      Assay (%): {name: assay_pct, stage: 6, unit: pct, available_at_stage: 7}
      yes: {stage: 5, unit: pct}
outcomes:
  - name: low_assay
    title: Low assay (proxy)
    is_proxy: true
    rule: assay_pct < 95
    margins: [{quantity: assay_pct, spec_low: 95}]
    first_known_stage: 6
    defined_by: [assay_pct]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plant.yaml"


def test_what_a_profile_declares(file: Path) -> None:
    file.write_text(GOOD)
    profile = load_profile(file)
    assert profile.name == "plant"
    assert profile.files["mes"].separator == ";"
    assert profile.quantities == {"assay_pct", "yes"}
    assert profile.quantity_stages == {"assay_pct": 7}
    outcome = profile.outcome("low_assay")
    assert (outcome.is_proxy, outcome.last_gate_before) == (True, 5)
    assert outcome.defining_quantities == ("assay_pct",)
    assert set(profile.read_columns("lab")) == {"Charge", "Assay (%)", "yes"}
    with pytest.raises(ProfileError, match="declares no outcome 'x'; it declares: low_assay"):
        profile.outcome("x")


def test_a_profile_takes_over_what_it_does_not_say(file: Path, tmp_path: Path) -> None:
    file.write_text(GOOD)
    second = tmp_path / "second.yaml"
    outcomes = GOOD[GOOD.index("  - name") :].replace("low_assay", "weak").replace("95", "90")
    replacing = "outcomes:\n  replace:\n" + outcomes.replace("  ", "    ", 1).replace(
        "\n  ", "\n    "
    )
    second.write_text(f"profile: second\nextends: plant.yaml\n{replacing}")
    profile, base = load_profile(second), load_profile(file)
    assert (profile.name, profile.file) == ("second", second)
    assert [o.name for o in profile.outcomes] == ["weak"]
    assert profile.files.keys() == base.files.keys()
    assert profile.quantities == base.quantities
    third = tmp_path / "third.yaml"
    third.write_text("profile: third\nextends: second.yaml\n")
    with pytest.raises(ProfileError, match=r"third\.yaml, line 2, extends: .*extends another"):
        load_profile(third)
    third.write_text("profile: third\nextends: virtual_plan\n")
    with pytest.raises(ProfileError, match="Did you mean 'virtual_plant'"):
        load_profile(third)


def test_a_batch_column_may_be_known_late(file: Path) -> None:
    late = "production_order: Nr, line: {column: Line, available_at_stage: 5}"
    file.write_text(GOOD.replace("production_order: Nr", late))
    assert load_profile(file).quantity_stages == {"assay_pct": 7, "line": 5}


def test_an_answer_is_signed_and_about_a_column_or_its_quantity(file: Path) -> None:
    answers = "measured_before_result:\n  {}: {{who: A. Smith, why: weighed at the press}}\n"
    for name in ("assay_pct", '"Assay (%)"'):
        file.write_text(GOOD + answers.format(name))
        answered = load_profile(file).measured_before_result
        assert answered == {"assay_pct": ("A. Smith", "weighed at the press")}
    file.write_text(GOOD)
    assert load_profile(file).measured_before_result == {}


def test_events_can_define_an_outcome(file: Path) -> None:
    """Without a rule any of them is a failure; with one they only come before nothing of it."""
    deviations = "  deviations: {file: lab, columns: {deviation_id: Nr, category: Kind}}\noutcomes:"
    alone = (
        "  - {name: leaks, title: Leaks, first_known_stage: 5, defined_by_events: [deviation.leak]}"
    )
    file.write_text(GOOD.replace("outcomes:", f"{deviations}\n{alone}"))
    leaks = load_profile(file).outcome("leaks")
    assert (leaks.rule, leaks.defined_by_events) == ('"deviation.leak" > 0', ("deviation.leak",))
    assert leaks.defining_quantities == ("deviation.leak",)
    beside = "rule: assay_pct < 95\n    defined_by_events: [deviation.leak, hold.drying_to_milling]"
    file.write_text(GOOD.replace("outcomes:", deviations).replace("rule: assay_pct < 95", beside))
    low = load_profile(file).outcome("low_assay")
    assert low.rule == "assay_pct < 95"
    assert low.defined_by_events == ("deviation.leak", "hold.drying_to_milling")


def test_a_rule_reads_events_and_facts_and_says_how_grave_it_is(file: Path) -> None:
    more = """\
  - {name: late, title: Late, rule: release_h > 240, first_known_stage: 7, severity: late}
  - {name: trend, title: Out of trend, rule: '"out_of_trend.assay_pct" > 0', first_known_stage: 6,
     severity: out_of_trend}
failure_modes: {low_assay: 3}
"""
    file.write_text(GOOD + more)
    profile = load_profile(file)
    assert [outcome.severity for outcome in profile.outcomes] == ["lost", "late", "out_of_trend"]
    assert profile.outcome("trend").defining_quantities == ("out_of_trend.assay_pct", "assay_pct")
    assert dict(profile.failure_modes) == {"low_assay": 3}

    grave = GOOD.replace("rule: assay_pct < 95", """rule: '"deviation_class.critical" > 0'""")
    file.write_text(grave.replace("{path: lab.csv}", "{path: lab.csv}\n  qms: {path: qms.csv}"))
    with pytest.raises(ProfileError, match=r"'deviation_class.critical' needs records"):
        load_profile(file)


def test_every_built_in_profile_loads() -> None:
    assert {"tabletting", "virtual_plant", "sterile_vials", "example_wide_table"} <= set(
        built_in_profiles()
    )
    for name in built_in_profiles():
        profile = load_profile(name)
        assert profile.name == name
        assert profile.title


def test_the_virtual_plants_outcomes() -> None:
    profile = load_profile("virtual_plant")
    assert [outcome.name for outcome in profile.outcomes] == [
        "failure",
        "blend_non_uniformity",
        "coating_temperature_excursion",
        "compression_fill_variability",
    ]
    assert {outcome.last_gate_before for outcome in profile.outcomes} == {5}
    assert not any(outcome.is_proxy for outcome in profile.outcomes)


READINGS = "  sensor_readings: {file: lab, same_names: [equipment_id, tag, recorded_at, value]}\n"
WRONG = {
    "an unknown key": (
        "profile: plant",
        "profle: plant",
        r"line 1, profle: unknown key.*'profile'",
    ),
    "an unknown table": ("lab_results:", "lab_result:", r"line 9.*unknown key 'lab_result'"),
    "an unknown target": ("{batch_id: Charge}", "{batch: Charge}", r"line 11.*no column 'batch'"),
    "an unlisted file": ("file: lab", "file: lims", r"line 9.*file 'lims' is not listed"),
    "a required column left out": (", production_order: Nr", "", r"needs production_order"),
    "a stage of nine": (
        "stage: 6, unit",
        "stage: 6, available_at_stage: 9, unit",
        r"twice|already",
    ),
    "a key given twice": (
        "profile: plant",
        "profile: plant\nprofile: b",
        r"line 2.*already.*line 1",
    ),
    "an outcome without its stage": (
        "    first_known_stage: 6\n",
        "",
        r"'first_known_stage' is miss",
    ),
    "an unknown quantity": ("assay_pct < 95", "asay_pct < 95", r"did you mean 'assay_pct'"),
    "an unknown defining quantity": ("defined_by: [assay_pct]", "defined_by: [x]", r"called 'x'"),
    "a broken rule": ("assay_pct < 95", "assay_pct <", r"line 19.*cannot be read as one SQL"),
    "a margin without limit": (", spec_low: 95", "", r"give spec_low, spec_high or both"),
    "a long separator": ('separator: ";"', 'separator: ";;"', r"a separator is one character"),
    "a path that leaves the folder": (
        "path: lab.csv",
        "path: ../lab.csv",
        r"below the data folder",
    ),
    "a file nobody reads": (
        "lab: {path: lab.csv}",
        "lab: {path: lab.csv}\n  x: {path: x.csv}",
        r"line 5, files\.x: nothing reads this file",
    ),
    "an unknown format": (
        "path: lab.csv",
        "path: lab.csv, format: json",
        r"one of csv, parquet, xlsx",
    ),
    "mapped and ignored": (
        "path: lab.csv",
        "path: lab.csv, ignored: {Charge: no}",
        r"mapped and ignored at once: Charge",
    ),
    "a text for a list": ("margins: [{quantity", "margins: [quantity, {quantity", r"a mapping"),
    "no batches": (
        "  batches:\n    file: mes\n    columns: {batch_id: Charge, production_order: Nr}\n",
        "",
        r"nothing feeds 'batches'",
    ),
    "two sources of one value": (
        "{batch_id: Charge}",
        "{batch_id: {column: Charge, constant: x}}",
        r"exactly one of column, constant",
    ),
    "an availability where records have stages": (
        "columns: {batch_id: Charge}",
        "columns: {batch_id: Charge, unit: {column: u, available_at_stage: 5}}",
        r"'available_at_stage' is for columns of batches",
    ),
    "an unknown zone": (
        "production_order: Nr",
        "production_order: Nr, started_at: {column: t, timezone: Ljubljana}",
        r"'Ljubljana' is no time zone",
    ),
    "an answer about nothing read": (
        "outcomes:",
        "measured_before_result: {asay_pct: {who: A. Smith, why: at line}}\noutcomes:",
        r"line 15.*asay_pct.*did you mean 'assay_pct'",
    ),
    "an unsigned answer": (
        "outcomes:",
        "measured_before_result: {assay_pct: {why: at line}}\noutcomes:",
        r"'who' is missing.*who knows that it is measured before the result",
    ),
    "an answer without a reason": (
        "outcomes:",
        "measured_before_result: {assay_pct: {who: A. Smith, why: ''}}\noutcomes:",
        r"why.*how it is measured, and when",
    ),
    "an answer that says more": (
        "outcomes:",
        "measured_before_result: {assay_pct: {who: A, why: b, when: c}}\noutcomes:",
        r"unknown key 'when'",
    ),
    "an event of no kind": (
        "rule: assay_pct < 95",
        "defined_by_events: [leak]",
        r"'leak' names no kind of event; write deviation\.<category>",
    ),
    "no event of equipment": (
        "rule: assay_pct < 95",
        "defined_by_events: [equipment.explosion]",
        r"'equipment\.explosion' is no event of equipment; there are: maintenance",
    ),
    "a hold that decides alone": (
        "rule: assay_pct < 95",
        "defined_by_events: [hold.drying_to_milling]",
        r"cannot decide an outcome alone; give a 'rule' too",
    ),
    "events nobody delivers": (
        "rule: assay_pct < 95",
        "defined_by_events: [equipment.breakdown]",
        r"'equipment\.breakdown' needs records; map a file to raw\.equipment_events",
    ),
    "neither rule nor events": (
        "    rule: assay_pct < 95\n",
        "",
        r"'rule' is missing: a condition, true for a failed batch \(or 'defined_by_events'\)",
    ),
    "readings without a value": (
        "outcomes:",
        "  sensor_readings: {file: lab, same_names: [equipment_id, tag, recorded_at]}\noutcomes:",
        r"tables\.sensor_\w+: no column is mapped to 'value'",
    ),
    "renamed columns of readings": (
        "{path: lab.csv}\n",
        "{path: lab.csv, renamed: {a: Charge}}\n",
        r"files\.lab: 'renamed' does not work for files of readings",
    ),
    "another meaning of other": (
        "production_order: Nr",
        "production_order: Nr, line: {column: L, other: x}",
        r"'other' goes with 'values'",
    ),
    "a mistake nobody can accept": (
        "outcomes:",
        "accepted: {label_not_listed: {who: A. Smith, why: it is so}}\noutcomes:",
        r"line 15, accepted\.label_not_listed: unknown key",
    ),
    "an acceptance nobody signed": (
        "outcomes:",
        "accepted: {nothing_decided: {why: it is so}}\noutcomes:",
        r"'who' is missing: who knows that it is right",
    ),
    "eleven months": (
        "production_order: Nr",
        "production_order: Nr, started_at: {column: t, format: '%b.%y', months: [jan, feb]}",
        r"twelve month names",
    ),
}


@pytest.mark.parametrize(("good", "bad", "told"), WRONG.values(), ids=WRONG)
def test_each_mistake_has_one_precise_error(file: Path, good: str, bad: str, told: str) -> None:
    assert good in GOOD
    text = GOOD.replace(good, bad, 1)
    if "readings" in told:
        text = text.replace("outcomes:", f"{READINGS}outcomes:")
    file.write_text(text)
    with pytest.raises(ProfileError, match=told) as refusal:
        load_profile(file)
    assert "plant.yaml" in str(refusal.value)
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1,\nb: 2", r"plant\.yaml, line \d: this is not valid YAML"),
        ("- a\n- b", "the profile is a mapping"),
        ("", "the profile is a mapping"),
        ("profile: x", "declares no delivered files"),
    ],
)
def test_broken_documents(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(ProfileError, match=told):
        load_profile(file)


def test_an_unknown_name_lists_the_built_in_ones() -> None:
    with pytest.raises(
        ProfileError, match=r"Did you mean 'tabletting'\?.*Built in: .*virtual_plant"
    ):
        load_profile("tableting")
