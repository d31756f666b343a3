"""The importer: everything a source delivers, read and judged before anything is written.

Here belongs the order of the steps. Each step is a module of its own; writing the outcome into the
warehouse is the business of ``defs``.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from assets.sources.admission import Admission, admit, nothing_admitted
from assets.sources.cross_checks.checks import TOLD_ALREADY, cross_checks
from assets.sources.cross_checks.cross_check import CrossCheck
from assets.sources.delivered_readings import DeliveredReadings, judge_readings
from assets.sources.earlier_delivery import EarlierDelivery
from assets.sources.files.delivered_columns import columns_of_files
from assets.sources.files.delivered_files import (
    Delivered,
    find_files,
    open_files,
    rows_in_parquet,
)
from assets.sources.files.kept_files import KeptFiles
from assets.sources.files.places import data_folder
from assets.sources.files.record_places import no_rows_set_aside
from assets.sources.genealogy_circles import GENEALOGY, without_circles
from assets.sources.inputs import delivered_name, input_hashes
from assets.sources.landing.landed_files import Landed
from assets.sources.mapping.cleaning import BlankedCells, clean
from assets.sources.mapping.record_mapping import Mapped, map_tables
from assets.sources.mapping.unit_conversion import convert_units
from assets.sources.prospects.changes import change_findings
from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.prospects.judgement import Decide, prospects
from assets.sources.provenance import delivered_at
from assets.sources.queries import Query
from assets.sources.reporting.source_findings import errors_in_words
from assets.sources.reporting.source_notes import files_nobody_reads, source_notes
from assets.sources.reporting.source_report import SourceReport, excess, table_report
from data_contracts.catalogue import contract_names
from data_contracts.errors import SourceError
from data_contracts.profile import Profile


@dataclass(frozen=True)
class SourceRecords:
    """Everything a source delivers, judged.

    Attributes:
        admissions: Accepted and refused records of every raw table, sensor readings apart.
        readings: Sensor readings, where they lie.
        inputs: One row per delivered file, in the columns of ``evidence.inputs``.
        report: The account of it all.
        received: When each file was delivered, UTC, by its name.
        landed: What was fetched from elsewhere.
        cross_checks: What was checked across tables.
    """

    admissions: dict[str, Admission]
    readings: DeliveredReadings
    inputs: pl.DataFrame
    report: SourceReport
    received: Mapping[str, datetime]
    landed: Landed
    cross_checks: list[CrossCheck]

    def quarantined(self) -> pl.DataFrame:
        """Return all refused records in the columns of ``quarantine.records``."""
        refused = [admission.quarantined for admission in self.admissions.values()]
        return pl.concat([*refused, self.readings.quarantined]).sort(
            "table_name", "source_file", "source_row", "column_name", maintain_order=True
        )


def read_source(
    profile: Profile,
    data_dir: Path,
    query: Query,
    decide: Decide | None = None,
    earlier: EarlierDelivery | None = None,
    landed: Landed | None = None,
) -> SourceRecords:
    """Read and judge everything a source delivers; nothing is written.

    Args:
        profile: How the export maps onto the raw contracts.
        data_dir: Folder of the delivered files.
        query: Runs SQL in DuckDB; used for sensor readings only.
        decide: Decides outcomes as a run does; None leaves out what is told about them.
        earlier: What was delivered before; None for a first delivery.
        landed: What was fetched from elsewhere, where the profile fetches anything.

    Returns:
        Accepted and refused records of every raw table, and the account. Whether too many records
        were refused is in the account and raises nothing here.

    Raises:
        SourceError: A file is missing, empty, damaged, in another format, or lacks a column.
        ProfileError: An expression of the profile does not fit the delivered columns.
    """
    data_dir = data_folder(data_dir)
    landed = landed or Landed()
    paths = find_files(profile, data_dir) | landed.paths()
    delivered = {
        name: open_files(profile, profile.files[name], paths[name], data_dir)
        for name in _files_read(profile)
    }
    cleaned, blanked = {}, list[BlankedCells]()
    for name, file in delivered.items():
        cleaned[name], cells = clean(file)
        blanked += cells
    kept = KeptFiles(query.folder / "kept")
    readings = judge_readings(profile, paths, data_dir, cleaned, query, kept)
    mapped = map_tables(profile, cleaned)
    records, converted = convert_units(mapped.records, profile.units)
    mapped = Mapped(records, mapped.conflicting_keys)
    admissions = _admissions(profile, mapped, delivered)
    if admissions["raw.batches"].received == 0:
        raise SourceError(
            f"{data_dir}: the source delivers no batches; check that the files of 'tables.batches' "
            f"in {profile.file.name} have rows below their header."
        )
    counted = {path: rows_in_parquet(path) for found in paths.values() for path in found}
    counted |= _records_by_file(delivered.values(), data_dir)
    accepted = {table: admission.accepted for table, admission in admissions.items()}
    decided = None if decide is None else decide(profile.outcomes, accepted)
    source = JudgedSource(profile, cleaned, admissions, decided)
    inputs = input_hashes(counted, columns_of_files(profile, paths), data_dir)
    inputs = landed.with_origins(inputs)
    changes = () if earlier is None else change_findings(source, inputs, earlier)
    crossed = cross_checks(accepted)
    across = [one for each in crossed if each.check != TOLD_ALREADY for one in each.findings()]
    received = {delivered_name(path, data_dir): delivered_at(path) for path in counted}
    report = SourceReport(
        profile=profile.name,
        data_dir=data_dir,
        tables=(*(table_report(a) for a in admissions.values()), readings.report),
        blanked=tuple(blanked),
        notes=(
            *landed.notes,
            *dict.fromkeys((*_sheet_notes(delivered), *readings.notes)),
            *files_nobody_reads(profile, counted, data_dir),
            *source_notes(profile, delivered, mapped, admissions),
            *(one.note for one in converted),
        ),
        prospects=prospects(source, readings.pieces, received, query, (*changes, *across)),
    )
    return SourceRecords(admissions, readings, inputs, report, received, landed, crossed)


def _sheet_notes(delivered: dict[str, Delivered]) -> list[str]:
    return [note for file in delivered.values() for note in file.notes]


def require_acceptable(report: SourceReport) -> None:
    """Stop a run whose source would mislead it, or breaks its contracts too often.

    Raises:
        SourceError: Something found is an error, or more records are refused than a contract
            allows.
    """
    if report.prospects.errors:
        raise SourceError(errors_in_words(report.prospects.errors))
    if not report.is_acceptable:
        raise SourceError(
            "Too many records are refused, so nothing was written. "
            f"{excess(report.tables)}. Correct "
            f"the export or the profile; 'lotwise check --source {report.profile}' lists them."
        )


def _files_read(profile: Profile) -> list[str]:
    return [name for name in profile.files if name in profile.frames]


def _admissions(
    profile: Profile, mapped: Mapped, delivered: dict[str, Delivered]
) -> dict[str, Admission]:
    admissions = {}
    for table in contract_names("raw"):
        records = mapped.records.get(table)
        if records is None:
            admissions[table] = nothing_admitted(table)
            continue
        feeding = sorted({m.file for m in profile.mappings if m.table == table})
        misshapen = [delivered[name].misshapen for name in feeding]
        admissions[table] = admit(table, records, pl.concat([no_rows_set_aside(), *misshapen]))
    admissions[GENEALOGY] = without_circles(admissions[GENEALOGY])
    return admissions


def _records_by_file(delivered: Collection[Delivered], data_dir: Path) -> dict[Path, int | None]:
    """Count the records of every file whose rows became frames."""
    names = Counter[str]()
    for file in delivered:
        names.update(file.records_by_file())
    return {
        path: names[delivered_name(path, data_dir)] for file in delivered for path in file.paths
    }
