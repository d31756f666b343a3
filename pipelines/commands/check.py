"""``lotwise check``: contracts only; what would be accepted, quarantined, refused, and why."""

import json
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from data_contracts.errors import DATA_OR_CHECKS_FAILED, UsageError
from pipelines.commands.options import DataOption, JsonOption, SourceOption
from pipelines.terminal.console import terminal

if TYPE_CHECKING:
    from assets.sources.reporting.source_report import SourceReport

FOUND = 80  # characters shown of a refused value


def command(
    source: SourceOption = "tabletting", data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Judge a source against the raw contracts; nothing is written anywhere."""
    from assets.sources.inspection import inspect_source
    from data_contracts.profile import load_profile

    profile = load_profile(source)
    folder = data or profile.data_dir
    if folder is None:
        raise UsageError(
            f"The profile '{profile.name}' does not say where its files are; add --data DIR."
        )
    report = inspect_source(profile, folder)
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2, default=str))
    else:
        _print(report, terminal())
    if not report.is_acceptable:
        raise typer.Exit(DATA_OR_CHECKS_FAILED)


def _as_json(report: "SourceReport") -> dict[str, Any]:
    return {
        "profile": report.profile,
        "data_dir": str(report.data_dir),
        "is_acceptable": report.is_acceptable,
        "tables": report.ingestion().to_dicts(),
        "refused": [row for table in report.tables for row in table.examples.to_dicts()],
        "notes": list(report.notes),
    }


def _print(report: "SourceReport", console: Console) -> None:
    """Print the account: a line per delivered table, then examples, then notes."""
    table = Table("Table", box=None, pad_edge=False)
    for heading in ("Received", "Accepted", "Quarantined", "May be refused"):
        table.add_column(heading, justify="right")
    for account in report.tables:
        if account.received:
            share = account.max_quarantine_share
            table.add_row(
                account.table if account.is_within_share else f"{account.table}: REFUSED",
                f"{account.received:,}",
                f"{account.accepted:,}",
                f"{account.quarantined:,}",
                "" if share is None else f"{share:.1%}",
            )
    console.print(table)
    for account in report.tables:
        for row in account.examples.iter_rows(named=True):
            place = f"{row['source_file']}, line {row['source_row']}, {row['column_name']}"
            found = f" (found {row['value'][:FOUND]!r})" if row["value"] else ""
            console.print(f"  {place}: {row['reason']}{found}", markup=False, soft_wrap=True)
    for note in report.notes:
        console.print(f"Note: {note}", markup=False, soft_wrap=True)
    verdict = "A run would go on." if report.is_acceptable else "A run would be refused."
    console.print(verdict)
