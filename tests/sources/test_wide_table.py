"""One wide table, a row per batch and no dates, through a profile of some fifteen lines."""

from pathlib import Path

import polars as pl
import pytest

from assets.sources.importer import SourceRecords, read_source
from assets.sources.queries import Query
from data_contracts.errors import LotwiseError
from data_contracts.expressions import evaluate
from data_contracts.profile import load_profile

PROFILE = """\
profile: my_batches
wide_table:
  path: batches.csv
  separator: ";"
  decimal: ","
  numeric: {3: [moisture], 4: [main force, pre_force]}
  categorical: [press]
  derived:
    force_ratio: '"main force" / pre_force'
  OUTCOME
  ignored: {remark: free text}
"""
TABLE = """\
moisture;main force;pre_force;press;failed;dissolution;remark
2,1;10,5;2;A;no;85,5;fine
1.002,4;12;0;B;yes;79;-
;9;3;A;;;
"""


def read(folder: Path, query: Query, outcome: str) -> SourceRecords:
    (folder / "batches.csv").write_text(TABLE)
    (folder / "profile.yaml").write_text(PROFILE.replace("OUTCOME", outcome))
    return read_source(load_profile(folder / "profile.yaml"), folder, query)


def values(records: SourceRecords, table: str, name: str) -> dict[str, list[object]]:
    frame = records.admissions[f"raw.{table}"].accepted
    column = "test" if table == "lab_results" else "parameter"
    grouped = frame.group_by(column, maintain_order=True).agg(name)
    return dict(grouped.iter_rows())


def test_row_order_is_time_and_columns_are_parameters(tmp_path: Path, query: Query) -> None:
    records = read(tmp_path, query, "label: {column: failed, failed: [yes]}")
    batches = records.admissions["raw.batches"].accepted
    assert batches["batch_id"].to_list() == ["1", "2", "3"]
    assert batches["production_order"].to_list() == [1, 2, 3]
    assert batches["started_at_precision"].unique().to_list() == ["order"]
    assert values(records, "parameters", "value") == {
        "moisture": [2.1, 1002.4],
        "main force": [10.5, 12.0, 9.0],
        "pre_force": [2.0, 0.0, 3.0],
        "force_ratio": [5.25, 3.0],  # a division by zero is no value
        "press": [None, None, None],
    }
    assert values(records, "parameters", "level")["press"] == ["A", "B", "A"]
    stages = {name: set(found) for name, found in values(records, "parameters", "stage").items()}
    assert stages == {
        "moisture": {3},
        "main force": {4},
        "pre_force": {4},
        "force_ratio": {4},
        "press": {4},
    }
    assert records.quarantined().is_empty()


def test_a_label_column_is_an_outcome_and_no_proxy(tmp_path: Path, query: Query) -> None:
    records = read(tmp_path, query, "label: {column: failed, failed: [yes], stage: 5}")
    (outcome,) = load_profile(tmp_path / "profile.yaml").outcomes
    assert (outcome.name, outcome.is_proxy, outcome.last_gate_before) == ("failure", False, 4)
    results = records.admissions["raw.lab_results"].accepted
    assert results.select("batch_id", "test", "stage", "value").rows() == [
        ("1", "is_failure", 5, 0.0),
        ("2", "is_failure", 5, 1.0),
    ]  # the third batch has no label yet
    wide = results.pivot("test", index="batch_id", values="value")
    assert evaluate(wide, outcome.rule, "").to_list() == [False, True]


def test_a_proxy_expression_makes_its_columns_results(tmp_path: Path, query: Query) -> None:
    records = read(tmp_path, query, "proxy: {name: slow, rule: dissolution < 80}")
    (outcome,) = load_profile(tmp_path / "profile.yaml").outcomes
    assert (outcome.name, outcome.is_proxy, outcome.first_known_stage) == ("slow", True, 6)
    (margin,) = outcome.margins
    assert (margin.quantity, margin.spec_low, margin.spec_high) == ("dissolution", 80.0, None)
    assert outcome.defining_quantities == ("dissolution",)
    assert values(records, "lab_results", "value") == {"dissolution": [85.5, 79.0]}


def test_a_result_used_in_a_derived_column_makes_it_as_late(tmp_path: Path, query: Query) -> None:
    late = PROFILE.replace(
        "force_ratio: '\"main force\" / pre_force'", "adjusted: dissolution - moisture"
    )
    (tmp_path / "batches.csv").write_text(TABLE)
    (tmp_path / "p.yaml").write_text(late.replace("OUTCOME", "proxy: {rule: dissolution < 80}"))
    records = read_source(load_profile(tmp_path / "p.yaml"), tmp_path, query)
    assert set(values(records, "parameters", "stage")["adjusted"]) == {6}


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("moisture]", "moistur]", r"column 'moistur' is missing.*Did you mean 'moisture'"),
        ("/ pre_force'", "/ pre_farce'", r"column 'pre_farce' is missing"),
        ("/ pre_force'", "/ press'", r"derived\.force_ratio: .*does not fit its columns"),
        ("[press]", "[press, moisture]", r"named more than once: moisture"),
        ("numeric: {3:", "numeric: {9:", r"a stage from 1 to 7"),
        ("  numeric", "  numerics", r"unknown key 'numerics'; did you mean 'numeric'"),
        (
            "proxy: {rule",
            "label: {column: failed}\n  proxy: {rule",
            r"'label:' or 'proxy:', not both",
        ),
    ],
)
def test_mistakes_are_told(tmp_path: Path, query: Query, good: str, bad: str, told: str) -> None:
    text = PROFILE.replace("OUTCOME", "proxy: {rule: dissolution < 80}")
    assert good in text
    (tmp_path / "batches.csv").write_text(TABLE)
    (tmp_path / "profile.yaml").write_text(text.replace(good, bad, 1))
    with pytest.raises(LotwiseError, match=told):
        read_source(load_profile(tmp_path / "profile.yaml"), tmp_path, query)


def test_the_example_profile_works_as_shown(tmp_path: Path, query: Query) -> None:
    rows = pl.DataFrame(
        {
            "batch": ["A1", "A2"],
            "product": ["P", "P"],
            "granulation_time_min": [10, 12],
            "end_moisture_pct": [2.2, 2.4],
            "main_force_kn": [10.0, 12.0],
            "pre_force_kn": [2.0, 3.0],
            "binder_supplier": ["S1", "S2"],
            "press": ["A", "B"],
            "failed": ["0", "1"],
            "remarks": ["", "x"],
        }
    )
    rows.write_csv(tmp_path / "batches.csv")
    records = read_source(load_profile("example_wide_table"), tmp_path, query)
    assert records.report.notes == ()
    assert values(records, "parameters", "value")["force_ratio"] == [5.0, 4.0]
    assert values(records, "lab_results", "value") == {"is_failure": [0.0, 1.0]}
    assert records.admissions["raw.batches"].accepted["batch_id"].to_list() == ["A1", "A2"]
