"""Homes with a finished run in them, made once per session and shared by every test that reads."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]
REAL_DATA = ROOT.parent / "shared" / "data"

Lotwise = Callable[..., subprocess.CompletedProcess[str]]

# A long file begun last leaves one process waiting for the other.
LONGEST_FILES = (
    "tests/pipelines/test_main_job.py",
    "tests/pipelines/test_tabletting_run.py",
    "tests/pipelines/test_dagster.py",
    "tests/pipelines/test_nights.py",
    "tests/pipelines/test_monthly_replays.py",
    "tests/bad_inputs/test_bad_inputs.py",
    "tests/savings/test_price_shares.py",
    "tests/savings/test_price_standing.py",
    "tests/sensor_features/test_spark_executor.py",
    "tests/failure_models/test_real_tabletting.py",
    "tests/warehouse/test_publication.py",
    "tests/reports/test_report_in_browser.py",
    "tests/failure_models/test_study.py",
    "tests/failure_models/test_power.py",
    "tests/pipelines/test_bad_input.py",
)

# What costs more than about a second of processor time, or starts programs. Everything
# else is a unit test, unless it asks for a finished run or is marked by hand.
SLOW_FILES = (
    *LONGEST_FILES,
    "tests/bad_inputs/test_fuzz.py",
    "tests/process_verification/test_kept_nights.py",
    "tests/process_verification/test_verification_study.py",
    "tests/statistics/charts/test_tabled_widths.py",
    "tests/bad_inputs/test_inert_texts.py",
    "tests/core/test_as_of.py",
    "tests/data_contracts/test_expectations.py",
    "tests/data_contracts/test_expression_engines.py",
    "tests/data_docs/test_pages.py",
    "tests/data_docs/test_pages_in_browser.py",
    "tests/data_docs/test_suites.py",
    "tests/deviations/test_deviation_category_suggestions.py",
    "tests/deviations/test_deviation_recurrence.py",
    "tests/failure_models/test_batch_scores.py",
    "tests/failure_models/test_cause_study.py",
    "tests/failure_models/test_stopped_until_approved.py",
    "tests/failure_models/test_confirmed_rules.py",
    "tests/history/test_score_book_replay.py",
    "tests/failure_models/test_half_samples.py",
    "tests/failure_models/test_ranking_study.py",
    "tests/failure_models/test_virtual_plants.py",
    "tests/foreign_plants/test_foreign_tables.py",
    "tests/foreign_plants/test_study_smokes.py",
    "tests/gate_features/test_feature_assets.py",
    "tests/leak_questions/test_leak_questions.py",
    "tests/marts/test_finished_marts.py",
    "tests/marts/test_marts.py",
    "tests/marts/test_worked_questions.py",
    "tests/pipelines/test_chaos.py",
    "tests/pipelines/test_asked_renewal.py",
    "tests/pipelines/test_costs_on_record.py",
    "tests/pipelines/test_check_command.py",
    "tests/pipelines/test_contract_checks.py",
    "tests/pipelines/test_incremental.py",
    "tests/pipelines/test_kernels.py",
    "tests/pipelines/test_self_test_command.py",
    "tests/precursors/test_precursors.py",
    "tests/reports/test_claims.py",
    "tests/reports/test_event_findings.py",
    "tests/reports/test_leak_questions_section.py",
    "tests/reports/test_model_card_section.py",
    "tests/reports/test_morning_section.py",
    "tests/reports/test_money_once.py",
    "tests/reports/test_nothing_failed.py",
    "tests/reports/test_nothing_lost.py",
    "tests/reports/test_relevance_section.py",
    "tests/reports/test_report_page.py",
    "tests/reports/test_rules_section.py",
    "tests/reports/test_summary.py",
    "tests/reports/test_table_hashes.py",
    "tests/reports/test_time_to_failure_section.py",
    "tests/reports/test_upper_bounds_section.py",
    "tests/reports/test_verification.py",
    "tests/reports/test_what_if_in_browser.py",
    "tests/reports/test_what_if_page.py",
    "tests/reports/test_window_evidence_section.py",
    "tests/reports/test_workbook.py",
    "tests/rules/test_exhaustive_search.py",
    "tests/rules/test_rule_study.py",
    "tests/savings/test_margin_tracker_study.py",
    "tests/savings/test_negative_controls.py",
    "tests/savings/test_savings_assets.py",
    "tests/savings/test_savings_study.py",
    "tests/savings/test_savings_upper_bounds.py",
    "tests/savings/test_what_if.py",
    "tests/savings/test_what_if_study.py",
    "tests/savings/test_window_effect.py",
    "tests/sensor_features/test_awkward_series.py",
    "tests/sensor_features/test_incremental.py",
    "tests/sensor_features/test_phase_features.py",
    "tests/sensor_features/test_real_series.py",
    "tests/sensor_features/test_sensor_phase_features.py",
    "tests/sensor_features/test_sensor_readings.py",
    "tests/sources/landing/test_database_errors.py",
    "tests/sources/landing/test_database_rows.py",
    "tests/sources/landing/test_delta_tables.py",
    "tests/sources/landing/test_later_runs.py",
    "tests/sources/landing/test_object_stores.py",
    "tests/sources/test_changes.py",
    "tests/sources/test_clocks.py",
    "tests/sources/test_deliveries.py",
    "tests/sources/test_draft_of_exports.py",
    "tests/sources/test_fast_rows.py",
    "tests/sources/test_found_phases_on_record.py",
    "tests/sources/test_prospects.py",
    "tests/sources/test_quarantine.py",
    "tests/sources/test_real_workbooks.py",
    "tests/sources/test_reading_history.py",
    "tests/sources/test_refused_runs.py",
    "tests/sources/test_source_assets.py",
    "tests/sources/test_tabletting_source.py",
    "tests/sources/test_units.py",
    "tests/sources/test_workbooks.py",
    "tests/time_to_failure/test_evidence_scale.py",
    "tests/time_to_failure/test_findings.py",
    "tests/virtual_plant/test_exports.py",
    "tests/virtual_plant/test_failure_rate.py",
    "tests/virtual_plant/test_realism.py",
    "tests/virtual_plant/test_simulate.py",
    "tests/warehouse/test_question.py",
    "tests/warehouse/test_release.py",
    "tests/warehouse/test_store.py",
    "tests/warehouse/test_table_parts.py",
)
FINISHED_RUNS = {"lotwise", "plant_homes", "tabletting_home"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test as ``slow`` or ``unit``, and begin with the files that take longest."""
    for item in items:
        if file_of(item) in SLOW_FILES or FINISHED_RUNS & set(fixtures_of(item)):
            item.add_marker("slow")
        if not item.get_closest_marker("slow"):
            item.add_marker("unit")
    rank = {file: number for number, file in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: rank.get(file_of(item), len(rank)))


def file_of(item: pytest.Item) -> str:
    """The test's file, from the root of the project."""
    return item.nodeid.partition("::")[0]


def fixtures_of(item: pytest.Item) -> tuple[str, ...]:
    """The names of the fixtures a test asks for, those of its fixtures included."""
    return tuple(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def lotwise() -> Lotwise:
    """Run the command as a person would, in a process of its own."""

    def run(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.command_line", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def tabletting_data() -> Path:
    """Folder of the real tabletting records."""
    folder = REAL_DATA / "tabletting"
    if not folder.is_dir():
        pytest.skip(f"the real tabletting records are not at {folder}")
    return folder


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """Return a folder of the session that the first worker to ask has filled, and no other."""
    own = tmp_path_factory.getbasetemp()
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    folder = (own.parent if is_worker else own) / name
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "made").exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="session")
def plant_homes(tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise) -> Path:
    """A folder with a home after a quick run on the virtual plant, and one to read only."""

    def make(folder: Path) -> None:
        lotwise("run", "--quick", "--home", folder / "home")
        shutil.copytree(folder / "home", folder / "read_only", symlinks=True)
        lotwise("publish", "--home", folder / "read_only")

    return made_once(tmp_path_factory, "plant", make)


@pytest.fixture(scope="session")
def plant_home(plant_homes: Path) -> Path:
    """A home after a quick run on the built-in virtual plant; every worker reads it."""
    return plant_homes / "read_only"


@pytest.fixture(scope="session")
def tabletting_home(
    tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise, tabletting_data: Path
) -> Path:
    """A home after a quick run on the real tabletting records; every worker reads it."""

    def make(folder: Path) -> None:
        source = ("--source", "tabletting", "--data", tabletting_data)
        lotwise("run", "--quick", *source, "--home", folder / "home")

    return made_once(tmp_path_factory, "tabletting", make) / "home"
