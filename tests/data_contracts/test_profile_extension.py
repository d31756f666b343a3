"""A profile that extends another says only what differs, and errors say which file is wrong."""

from pathlib import Path

import pytest

from data_contracts.errors import ProfileError
from data_contracts.profile import Profile, load_profile
from data_contracts.profile_schema.cells import Cell
from data_contracts.profile_schema.mapping import Mapping


def extending(folder: Path, text: str, base: str = "tabletting") -> Profile:
    file = folder / "mine.yaml"
    file.write_text(f"profile: mine\nextends: {base}\n{text}\n")
    return load_profile(file)


def mapping(profile: Profile, table: str, **constants: str) -> Mapping:
    """The mapping of a table whose cells have these constants."""
    (found,) = [
        m
        for m in (*profile.mappings, *profile.readings)
        if m.table == f"raw.{table}" and constants.items() <= constants_of(m).items()
    ]
    return found


def constants_of(m: Mapping) -> dict[str, str]:
    return {c.target: c.constant for c in m.cells if c.constant is not None}


def cell(m: Mapping, target: str) -> Cell:
    return next(c for c in m.cells if c.target == target)


def test_one_column_of_a_built_in_profile_takes_three_lines(tmp_path: Path) -> None:
    mine = extending(tmp_path, "tables: {batches: {columns: {strength: Staerke}}}")
    base = load_profile("tabletting")
    assert len((tmp_path / "mine.yaml").read_text().splitlines()) == 3
    changed = cell(mapping(mine, "batches"), "strength")
    assert (changed.column, changed.values) == (
        "Staerke",
        {"10M": "10MG", "20M": "20MG", "40M": "40MG"},
    )
    assert cell(mapping(mine, "batches"), "started_at").months[4] == "maj"
    assert [o.name for o in mine.outcomes] == [o.name for o in base.outcomes]
    assert mine.quantities == base.quantities


@pytest.mark.parametrize(
    ("text", "column", "values"),
    [
        ("columns: {disposition: Status}", "Status", None),
        ("columns: {disposition: {values: {R: rejected}}}", "disposition", {"R": "rejected"}),
        ("columns: {disposition: {column: S, values: {R: rejected}}}", "S", {"R": "rejected"}),
    ],
)
def test_a_column_of_the_same_name_is_filled_anew(
    tmp_path: Path, text: str, column: str, values: dict[str, str] | None
) -> None:
    mine = extending(tmp_path, f"tables: {{batches: {{{text}}}}}", "virtual_plant")
    batches = mapping(mine, "batches")
    assert [c.target for c in batches.cells].count("disposition") == 1
    changed = cell(batches, "disposition")
    assert (changed.column, changed.values) == (column, values)
    assert len(batches.cells) == len(mapping(load_profile("virtual_plant"), "batches").cells)


def test_a_constant_takes_the_place_of_a_column_and_the_reverse(tmp_path: Path) -> None:
    mine = extending(tmp_path, "tables: {batches: {constants: {site: NORTH}}}", "virtual_plant")
    assert cell(mapping(mine, "batches"), "site").constant == "NORTH"
    text = "tables: {phases: {columns: {equipment_id: press}}}"
    mine = extending(tmp_path, text)
    assert cell(mapping(mine, "phases"), "equipment_id").column == "press"
    assert constants_of(mapping(mine, "phases")) == {
        "stage": "4",
        "unit_procedure": "compression",
        "phase": "compression",
    }


def test_mappings_of_one_table_are_told_apart_by_file_and_constants(tmp_path: Path) -> None:
    text = """\
tables:
  material_attributes:
    file: laboratory
    constants: {material: starch}
    unpivot: {starch_ph: {unit: '1'}, starch_ash: pct}
  lab_results:
    file: process
    unpivot: {Impurity O: {reporting_limit: 0.03}}"""
    mine = extending(tmp_path, text)
    starch = {w.name: w for w in mapping(mine, "material_attributes", material="starch").unpivot}
    assert {name: w.constant("unit") for name, w in starch.items()} == {
        "ph": "1",
        "water": "pct",
        "starch_ash": "pct",
    }
    lactose = mapping(mine, "material_attributes", material="lactose")
    assert len(lactose.unpivot) == 4
    limits = {
        w.name: w.reporting_limit
        for m in mine.mappings
        if m.table == "raw.lab_results"
        for w in m.unpivot
    }
    assert (limits["process_file_impurity_o"], limits["impurity_o"]) == (0.03, 0.05)


def test_a_mapping_from_another_file_is_a_further_one(tmp_path: Path) -> None:
    text = """\
files: {stability: {path: s.csv}}
tables:
  lab_results:
    file: stability
    same_names: [batch_id, stage, test, value]"""
    mine = extending(tmp_path, text)
    assert sum(m.table == "raw.lab_results" for m in mine.mappings) == 3
    assert set(mine.files) == {"laboratory", "process", "press", "stability"}


def test_outcomes_and_margins_merge_by_name(tmp_path: Path) -> None:
    text = """\
outcomes:
  - name: batch_yield_below_97
    rule: batch_yield < 96
    margins: [{quantity: batch_yield, spec_low: 96}]
  - {name: hard, title: Hard, rule: tbl_av_hardness > 90, first_known_stage: 4}"""
    mine, base = extending(tmp_path, text), load_profile("tabletting")
    assert [o.name for o in mine.outcomes] == [*(o.name for o in base.outcomes), "hard"]
    changed = mine.outcome("batch_yield_below_97")
    assert changed.rule == "batch_yield < 96"
    assert [m.spec_low for m in changed.margins] == [96]
    assert changed.same_quantity == base.outcome("batch_yield_below_97").same_quantity


def test_replace_takes_the_place_of_what_is_merged_otherwise(tmp_path: Path) -> None:
    text = """\
outcomes:
  replace:
    - {name: hard, title: Hard, rule: tbl_av_hardness > 90, first_known_stage: 4}
tables:
  sensor_readings: {replace: }
  phases: {replace: }
  batches: {columns: {strength: {replace: Staerke}, campaign_id: {replace: }}}
files: {press: {replace: }}"""
    mine = extending(tmp_path, text)
    assert [o.name for o in mine.outcomes] == ["hard"]
    assert mine.readings == ()
    assert cell(mapping(mine, "batches"), "strength").values is None
    assert set(mine.files) == {"laboratory", "process"}


def test_one_item_of_a_list_can_be_replaced(tmp_path: Path) -> None:
    text = """\
outcomes:
  - name: tablet_weight_rsd_above_2
    replace: true
    title: Weight varies
    rule: tbl_rsd_weight > 3
    first_known_stage: 4"""
    changed = extending(tmp_path, text).outcome("tablet_weight_rsd_above_2")
    assert (changed.is_proxy, changed.margins, changed.same_quantity) == (False, (), ())


WIDE = """\
profile: wide
wide_table:
  path: batches.csv
  numeric: {3: [moisture, lod], 4: [force]}
  categorical: [press]
  label: {column: failed, failed: [yes]}
"""


def test_a_column_of_a_wide_table_moves_to_its_new_place(tmp_path: Path) -> None:
    (tmp_path / "wide.yaml").write_text(WIDE)
    text = "wide_table: {numeric: {4: [moisture]}, categorical: [lod]}"
    mine = extending(tmp_path, text, "wide.yaml")
    (parameters,) = [m for m in mine.mappings if m.table == "raw.parameters"]
    assert {w.name: (w.value_column, w.constant("stage")) for w in parameters.unpivot} == {
        "moisture": ("value", "4"),
        "force": ("value", "4"),
        "press": ("level", "4"),
        "lod": ("level", "4"),
    }
    mine = extending(tmp_path, "wide_table: {proxy: {rule: dissolution < 80}}", "wide.yaml")
    assert [o.is_proxy for o in mine.outcomes] == [True]


WRONG = {
    "an item that fits several": (
        "tables: {material_lots: {file: laboratory, columns: {lot: charge}}}",
        r"^mine\.yaml, line 3, tables\.material_lots: fits several mappings .*material smcc",
    ),
    "another form": (
        "wide_table: {numeric: [moisture]}",
        r"^mine\.yaml, line 3, wide_table\.numeric: lists columns in another form",
    ),
    "a wrong key of its own": (
        "tables:\n  batches:\n    columns:\n      strengt: Staerke",
        r"^mine\.yaml, line 6, tables\.batches\.columns\.strengt: .*no column 'strengt'",
    ),
    "what it makes of the other's text": (
        "files: {process: {ignored: {weekend: not needed}}}",
        r"^mine\.yaml, line 3, files\.process: mapped and ignored at once: weekend",
    ),
    "a rule it breaks in the other file": (
        "tables: {lab_results: {replace: }}",
        r"^tabletting\.yaml, line \d+, outcomes\[0\]: .*(called|does not exist)",
    ),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_errors_name_the_file_the_line_and_the_key(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "wide.yaml").write_text(WIDE)
    base = "wide.yaml" if text.startswith("wide_table") else "tabletting"
    with pytest.raises(ProfileError, match=told):
        extending(tmp_path, text, base)
