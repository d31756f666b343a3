"""What would be accepted, quarantined and refused of a source, and why.

The report is what ``lotwise check`` prints and what a run counts in ``evidence.ingestion``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assets.sources.admission import Admission
from assets.sources.mapping.cleaning import BlankedCells
from assets.sources.reporting.source_findings import Prospects

EXAMPLES = 3


@dataclass(frozen=True)
class TableReport:
    """The account of one raw table.

    Attributes:
        table: ``raw.<table>``.
        received: Records received; accepted + quarantined.
        accepted: Records that keep the contract.
        quarantined: Records that do not.
        duplicates_identical: Quarantined records that only repeat an earlier one exactly.
        max_quarantine_share: Share (0 to 1) that may be refused, exact copies apart.
        is_within_share: Whether a run may go on.
        examples: The first refused records, in the columns of ``quarantine.records``.
    """

    table: str
    received: int
    accepted: int
    quarantined: int
    duplicates_identical: int
    max_quarantine_share: float | None
    is_within_share: bool
    examples: pl.DataFrame


@dataclass(frozen=True)
class SourceReport:
    """The account of a source.

    Attributes:
        profile: Name of the profile.
        data_dir: Folder of the delivered files.
        tables: One account per raw table of the contracts, empty ones included.
        blanked: Delivered values read as blank, with the profile's reasons.
        notes: What a reader should know, one sentence each: columns nobody maps, lots that
            contradict themselves, an order that contradicts the dates.
        prospects: What a run would make of it.
    """

    profile: str
    data_dir: Path
    tables: tuple[TableReport, ...]
    blanked: tuple[BlankedCells, ...]
    notes: tuple[str, ...]
    prospects: Prospects = field(default_factory=Prospects)

    @property
    def is_acceptable(self) -> bool:
        """Whether a run on this source would go on."""
        is_within = all(table.is_within_share for table in self.tables)
        return is_within and not self.prospects.errors

    def table(self, name: str) -> TableReport:
        """Return the account of one raw table, by ``raw.<table>``."""
        return next(table for table in self.tables if table.table == name)

    def ingestion(self) -> pl.DataFrame:
        """Return the account in the columns of ``evidence.ingestion``, one row per table."""
        columns = {
            "table_name": pl.String,
            "received": pl.Int64,
            "accepted": pl.Int64,
            "quarantined": pl.Int64,
            "duplicates_identical": pl.Int64,
            "max_quarantine_share": pl.Float64,
        }
        rows = [
            (
                t.table,
                t.received,
                t.accepted,
                t.quarantined,
                t.duplicates_identical,
                t.max_quarantine_share,
            )
            for t in self.tables
        ]
        return pl.DataFrame(rows, schema=columns, orient="row").sort("table_name")


def table_report(admission: Admission) -> TableReport:
    """Return the account of an admission."""
    return TableReport(
        table=admission.table,
        received=admission.received,
        accepted=admission.accepted.height,
        quarantined=admission.quarantined.height,
        duplicates_identical=admission.duplicates_identical,
        max_quarantine_share=admission.max_quarantine_share,
        is_within_share=admission.is_within_share,
        examples=admission.quarantined.head(EXAMPLES),
    )


def excess(tables: Sequence[TableReport]) -> str:
    """Return, in words, which tables refuse more than their contract allows, with an example."""
    parts = []
    for table in tables:
        if not table.is_within_share:
            refused = table.quarantined - table.duplicates_identical
            share = 100 * refused / table.received
            allowed = 100 * (table.max_quarantine_share or 0)
            first = table.examples.row(0, named=True)
            parts.append(
                f"{table.table}: {refused} of {table.received} records ({share:.1f} %) break their "
                f"contract, {allowed:.1f} % may; the first is {first['source_file']}, line "
                f"{first['source_row']}: {first['reason']} (found {first['value']!r})"
            )
    return "; ".join(parts)
