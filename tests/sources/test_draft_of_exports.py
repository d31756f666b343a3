"""How much a person must change in a draft before it says what the built-in profile says.

Outcomes and availability are a person's to decide and are counted apart. Lines are counted as a
version control would: a line changed is one, a line added or taken away is one.
"""

from difflib import SequenceMatcher
from pathlib import Path

import pytest

from assets.sources.drafting.draft import draft_profile
from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import inspect_source, scratch_query
from assets.virtual_plant.simulate import simulate
from data_contracts.profile import load_profile
from pipelines.replay.outcome_preview import decided_outcomes

MOST_EDITED_LINES = 10
# What the published description says of the tabletting records and their columns do not.
TABLETTING_EDITS = {
    "# units: {tbl_speed_mean: , tbl_speed_change: , tbl_speed_0_duration: , total_waste: ,": (
        "units: {tbl_speed_mean: 1000 tablets/h, tbl_speed_change: changes per 100000 tablets, "
        "tbl_speed_0_duration: s per 100000 tablets, total_waste: tablets per 100000 tablets,"
    ),
    "#   startup_waste: , fom_mean: , fom_change: , tbl_speed: , fom: , produced: , waste: }": (
        "  startup_waste: tablets, fom_mean: rpm, fom_change: changes, tbl_speed: 1000 tablets/h, "
        "fom: rpm, produced: 1000 tablets, waste: tablets}"
    ),
    "resodual_solvent: {stage": "resodual_solvent: {name: residual_solvent, stage",
    "process_file_resodual_solvent": "process_file_residual_solvent",
}


def edited_lines(draft: str, edited: str) -> int:
    """Lines changed, added or taken away."""
    old, new = draft.splitlines(), edited.splitlines()
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for kind, a, b, c, d in changes if kind != "equal")


def draft_of(folder: Path, edits: dict[str, str]) -> tuple[str, str]:
    """A draft of all files of a folder, and the same after a person's edits."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    draft = edited = draft_profile("draft", files, folder)
    for old, new in edits.items():
        assert old in edited, "the draft has changed; see whether it needs fewer edits now"
        edited = edited.replace(old, new)
    return draft, edited


def read(profile: str | Path, folder: Path, scratch: Path) -> SourceRecords:
    return read_source(load_profile(profile), folder, scratch_query(scratch))


def assert_same_raw_tables(one: SourceRecords, other: SourceRecords, scratch: Path) -> None:
    """Every raw table holds the same records, readings included."""
    for table, admission in one.admissions.items():
        mine, yours = admission.accepted, other.admissions[table].accepted
        assert sorted(mine["content_hash"]) == sorted(yours["content_hash"]), table
    query = scratch_query(scratch)
    for a, b in ((one, other), (other, one)):
        surplus = f"(({a.readings.sql}) EXCEPT ALL ({b.readings.sql}))"
        assert query(f"SELECT count(*) FROM {surplus}").item() == 0


def test_the_draft_of_the_tabletting_exports(tabletting_data: Path, tmp_path: Path) -> None:
    draft, edited = draft_of(tabletting_data, TABLETTING_EDITS)
    file = tmp_path / "draft.yaml"
    assert edited_lines(draft, edited) == len(TABLETTING_EDITS) <= MOST_EDITED_LINES
    file.write_text(edited, encoding="utf-8")
    built_in = read("tabletting", tabletting_data, tmp_path)
    assert_same_raw_tables(built_in, read(file, tabletting_data, tmp_path), tmp_path)


@pytest.mark.parametrize("plant", ["tablets", "sterile_vials"])
def test_the_draft_of_a_virtual_plants_exports(plant: str, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    simulate(folder, plant=plant, batches=40, years=0.4, seed=3)
    draft, edited = draft_of(folder, {})
    assert edited == draft
    file = tmp_path / "draft.yaml"
    file.write_text(draft, encoding="utf-8")
    built_in = read("virtual_plant", folder, tmp_path)
    assert_same_raw_tables(built_in, read(file, folder, tmp_path), tmp_path)
    assert "mes_batches.csv, disposition: released" in draft


def test_check_accepts_a_draft_without_an_outcome_and_says_so(
    tabletting_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(draft_of(tabletting_data, {})[0], encoding="utf-8")
    report = inspect_source(load_profile(file), tabletting_data, decided_outcomes)
    assert report.is_acceptable
    assert "no_outcome" in {finding.code for finding in report.prospects.findings}


def test_outcomes_and_availability_are_a_persons_to_add(
    tabletting_data: Path, tmp_path: Path
) -> None:
    """Counted apart: the lines of the built-in profile's outcomes; stages needed no edit."""
    edited = draft_of(tabletting_data, TABLETTING_EDITS)[1]
    built_in = Path(load_profile("tabletting").file).read_text(encoding="utf-8")
    outcomes = built_in[built_in.index("outcomes:") :]
    whole = edited + outcomes
    file = tmp_path / "draft.yaml"
    file.write_text(whole, encoding="utf-8")
    report = inspect_source(load_profile(file), tabletting_data, decided_outcomes)
    assert {o.outcome: o.failed for o in report.prospects.outcomes} == {
        "dissolution_min_below_80": 50,
        "batch_yield_below_97": 113,
        "tablet_weight_rsd_above_2": 44,
    }
    assert edited_lines(edited, whole) == len(outcomes.splitlines()) == 25
