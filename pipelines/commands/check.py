"""``lotwise check``: what of a source would be refused, and what a run would make of the rest."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from data_contracts.errors import DATA_OR_CHECKS_FAILED
from pipelines.commands.options import DataOption, JsonOption, SourceOption
from pipelines.terminal.console import terminal

if TYPE_CHECKING:
    from assets.sources.earlier_delivery import EarlierDelivery
    from assets.sources.reporting.source_findings import SourceFinding
    from assets.sources.reporting.source_report import SourceReport
    from data_contracts.profile import Profile

FOUND = 80  # characters shown of a refused value


def command(
    source: SourceOption = None,
    data: DataOption = None,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Compare with what this home has taken in of the source."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a source, and say what a run would make of it; nothing is written anywhere."""
    from assets.run_settings import data_folder_of
    from assets.sources.inspection import inspect_source
    from data_contracts.profile import load_profile
    from pipelines.replay.outcome_preview import decided_outcomes
    from pipelines.site.asked import asked, find_site
    from warehouse.paths import Home, source_key

    if find_site(home) is not None:
        request = asked(source, data=data, home=home, assumptions=None, seed=None)
        source, data, home = request.source, request.data, request.home
    profile = load_profile(source or "tabletting")
    folder = data_folder_of(profile, data)
    earlier = _earlier(home, profile, folder)
    landed = None if home is None else Home(home).landed_dir(source_key(profile.name, folder))
    report = inspect_source(profile, folder, decided_outcomes, earlier, landed)
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2, default=str))
    else:
        print_report(report, terminal())
    if not report.is_acceptable:
        raise typer.Exit(DATA_OR_CHECKS_FAILED)


def _earlier(home: Path | None, profile: "Profile", folder: Path) -> "EarlierDelivery | None":
    """What the home has taken in of the source before, where a home is named."""
    if home is None:
        return None
    from assets.sources.earlier_delivery import earlier_delivery
    from warehouse.paths import Home, source_key
    from warehouse.store import Warehouse

    return earlier_delivery(Warehouse(Home(home), source_key(profile.name, folder)))


def _as_json(report: "SourceReport") -> dict[str, Any]:
    return {
        "profile": report.profile,
        "data_dir": str(report.data_dir),
        "is_acceptable": report.is_acceptable,
        "tables": report.ingestion().to_dicts(),
        "refused": [row for table in report.tables for row in table.examples.to_dicts()],
        "notes": list(report.notes),
        "outcomes": [asdict(outcome) for outcome in report.prospects.outcomes],
        "findings": [_finding_as_json(finding) for finding in report.prospects.findings],
    }


def _finding_as_json(finding: "SourceFinding") -> dict[str, Any]:
    severity = "error" if finding.is_error else "warning"
    return {"severity": severity, **asdict(finding), "message": finding.sentence}


def print_report(report: "SourceReport", console: Console) -> None:
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
    _print_prospects(report, console)
    verdict = "A run would go on." if report.is_acceptable else "A run would be refused."
    console.print(verdict)


def _print_prospects(report: "SourceReport", console: Console) -> None:
    """Print the batches of every outcome, then what was found, errors first."""
    if report.prospects.outcomes:
        table = Table("Outcome", box=None, pad_edge=False)
        for heading in ("Failed", "Good", "Pending", "Not measured"):
            table.add_column(heading, justify="right")
        for o in report.prospects.outcomes:
            counts = (o.failed, o.good, o.pending, o.not_measured)
            table.add_row(o.outcome, *(f"{count:,}" for count in counts))
        console.print(table)
    for finding in report.prospects.findings:
        severity = "Error" if finding.is_error else "Warning"
        told = f"{severity} ({finding.code}): {finding.sentence}"
        console.print(told, markup=False, soft_wrap=True)
