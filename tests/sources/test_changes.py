"""What changed between two deliveries is named: batches, columns, units and words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assets.sources.earlier_delivery import EarlierDelivery, earlier_delivery
from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import scratch_query
from assets.sources.provenance import delivered_at, with_delivery
from assets.sources.queries import Query
from data_contracts.errors import LotwiseError
from data_contracts.profile import load_profile
from pipelines.replay.outcome_preview import decided_outcomes
from warehouse.paths import Home
from warehouse.store import Warehouse

PROFILE = """\
profile: made
files:
  mes: {path: "mes_*.csv"}
  lims: {path: "lims_*.csv"}
tables:
  batches:
    file: mes
    same_names: [batch_id, production_order, product]
    columns: {line: {column: line, optional: true}}
  lab_results:
    file: lims
    same_names: [batch_id, test, value, unit]
    constants: {stage: 6}
  parameters:
    file: mes
    columns: {batch_id: batch_id}
    unpivot: {press: {stage: 4, is_text: true}}
"""
MES = ["batch_id,production_order,product,press,remark"]
MES += [f"B{n},{n},P1,A,x" for n in range(20)]
LIMS = ["batch_id,test,value,unit", *(f"B{n},assay,{95 + n % 5},pct" for n in range(20))]
MORE = ["batch_id,test,value,unit", *(f"B{n},assay,{95 + n % 5},pct" for n in range(5))]


def deliver(folder: Path, **files: list[str]) -> None:
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


def read(
    folder: Path, query: Query, earlier: EarlierDelivery | None, profile: str = PROFILE
) -> SourceRecords:
    (folder / "made.yaml").write_text(profile)
    return read_source(load_profile(folder / "made.yaml"), folder, query, decided_outcomes, earlier)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> EarlierDelivery:
    """What a working warehouse remembers of the first delivery."""
    root = tmp_path_factory.mktemp("first")
    deliver(root, mes_1=MES, lims_1=LIMS)
    records = read(root, scratch_query(root / "scratch"), None)
    warehouse = Warehouse(Home(root / "home"), "made-0")
    assert earlier_delivery(warehouse) is None
    received = {name: delivered_at(root / name) for name in records.inputs["file"]}
    now = next(iter(received.values()))
    with warehouse.kept_open():
        for table, admission in records.admissions.items():
            frame = with_delivery(admission.accepted, received, now, "run-1", now)
            warehouse.append_versions(table, frame)
        warehouse.write("evidence.inputs", records.inputs)
        found = earlier_delivery(warehouse)
    assert found is not None
    return found


@pytest.fixture
def again(
    tmp_path: Path, query: Query, earlier: EarlierDelivery
) -> Callable[..., dict[str, list[str]]]:
    """Deliver once more, and say what was found: sentences by code."""

    def deliver_again(profile: str = PROFILE, **files: list[str]) -> dict[str, list[str]]:
        deliver(tmp_path, **files)
        told: dict[str, list[str]] = {}
        for finding in read(tmp_path, query, earlier, profile).report.prospects.findings:
            told.setdefault(finding.code, []).append(finding.sentence)
        assert told.pop("no_outcome")
        return told

    return deliver_again


def test_the_same_delivery_again_changes_nothing(again) -> None:
    assert again(mes_1=MES, lims_1=LIMS) == {}


def test_batches_that_vanish_from_a_redelivery(again) -> None:
    assert again(mes_1=MES[:-3], lims_1=LIMS[:-3]) == {
        "batches_vanished": [
            (
                "mes_1.csv, batch_id = 'B17': 3 of 20 batches delivered before are missing from "
                "this delivery of the same file; they stay as they were delivered last"
            )
        ]
    }


def test_batches_of_a_further_file_are_no_loss(again) -> None:
    further = [MES[0], "B20,20,P1,A,x"]
    assert again(mes_2=further, lims_2=[LIMS[0], "B20,assay,97,pct"]) == {}


def test_a_new_optional_column(again) -> None:
    told = again(mes_1=[MES[0] + ",line", *(f"{row},L1" for row in MES[1:])], lims_1=LIMS)
    assert told == {
        "column_new": [
            "mes_*.csv, line: this column was in no earlier delivery; the profile reads it"
        ]
    }


def test_a_new_column_nobody_reads_and_one_that_went(again) -> None:
    told = again(
        mes_1=[row.rpartition(",")[0] for row in MES],
        lims_1=[LIMS[0] + ",analyst", *(f"{row},AS" for row in LIMS[1:])],
    )
    assert told["column_new"] == [
        "lims_*.csv, analyst: this column was in no earlier delivery; nobody reads it"
    ]
    assert told["column_gone"] == [
        (
            "mes_*.csv, remark: this column of earlier deliveries is not delivered any more; "
            "nobody read it"
        )
    ]


def test_a_renamed_column(again) -> None:
    told = again(mes_1=[MES[0].replace("remark", "remarks"), *MES[1:]], lims_1=LIMS)
    assert told == {
        "column_renamed": [
            (
                "mes_*.csv, remarks: this column is new and 'remark' of earlier deliveries is "
                "gone; if it was renamed, say 'renamed: {remarks: remark}' at made.yaml, line 3, "
                "files.mes"
            )
        ]
    }


def test_a_renamed_column_that_is_read(again) -> None:
    renamed = [LIMS[0].replace("value", "result"), *LIMS[1:]]
    with pytest.raises(LotwiseError, match=r"lims_1\.csv: the column 'value' is missing"):
        again(mes_1=MES, lims_1=renamed)
    profile = PROFILE.replace('"lims_*.csv"', '"lims_*.csv", renamed: {result: value}')
    assert again(profile, mes_1=MES, lims_1=renamed) == {}
    # Old and new files side by side are read alike; one file with both columns is refused.
    assert again(profile, mes_1=MES, lims_1=LIMS, lims_2=[renamed[0], "B3,water,2,pct"]).keys() <= {
        "new_word"
    }
    both = [LIMS[0] + ",result", *(f"{row},1" for row in LIMS[1:])]
    with pytest.raises(LotwiseError, match=r"'value' by its old name and by a new one"):
        again(profile, mes_1=MES, lims_1=both)


def test_a_changed_unit_beside_older_records_is_refused(again) -> None:
    shares = [LIMS[0], *(f"B{n},assay,0.9{n % 5},share" for n in range(20))]
    told = again(mes_1=MES, lims_2=shares)
    assert told == {
        "unit_changed": [
            (
                "lims_2.csv, line 2, unit = 'share': 'assay' was in pct in earlier deliveries; "
                "records of earlier files keep the old one, so that one quantity would have two; "
                "say 'units: {assay: pct}' to have the new ones converted"
            )
        ]
    }
    assert again(PROFILE + "units: {assay: pct}\n", mes_1=MES, lims_2=shares) == {}


def test_a_changed_unit_of_all_records_is_told(
    again, tmp_path: Path, query: Query, earlier
) -> None:
    shares = [LIMS[0], *(f"B{n},assay,0.9{n % 5},share" for n in range(20))]
    told = again(mes_1=MES, lims_1=shares)
    assert told.keys() == {"unit_changed"}
    assert read(tmp_path, query, earlier).report.is_acceptable


def test_a_changed_category(again) -> None:
    told = again(mes_1=[row.replace(",A,", ",Press A,") for row in MES], lims_1=LIMS)
    assert told == {
        "new_word": [
            "mes_1.csv, line 2, press = 'Press A': no earlier delivery has it as level of press"
        ]
    }


def test_a_changed_vocabulary(again) -> None:
    told = again(
        mes_1=[row.replace("P1", "P-1") for row in MES],
        lims_1=[*LIMS, "B3,assay_hplc,97,pct"],
    )
    assert told == {
        "new_word": [
            (
                "mes_1.csv, line 2, product = 'P-1': no earlier delivery has it as product; did "
                "'P1' change its name?"
            ),
            (
                "lims_1.csv, line 22, test = 'assay_hplc': no earlier delivery has it as test; did "
                "'assay' change its name?"
            ),
        ]
    }
