"""What a finished run says on the terminal: records, verdicts, money, and where to look.

Every figure is read from the published warehouse; nothing is computed here.
"""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.pages.decision.ask import page_one
from reports.pages.facts import Facts
from reports.wording import PLANTED_WORTHS
from warehouse.paths import Home
from warehouse.published_copy.published import PublishedWarehouse, open_published

SAID_FIRST = (
    ("", "answer"),
    ("What to do: ", "todo"),
    ("Cost: ", "cost"),
    ("", "prices"),
    ("The ask: ", "ask"),
)
_VERDICTS = """
SELECT v.outcome, v.gate, v.verdict, v.reason, v.is_proxy
FROM model.verdicts AS v WHERE v.is_primary_gate ORDER BY v.outcome
"""
_RECORDS = """
SELECT table_name, received, accepted, quarantined
FROM evidence.ingestion WHERE received > 0 ORDER BY table_name
"""
_QUARANTINE = """
SELECT table_name, source_file, source_row, column_name, rule, value, reason
FROM quarantine.records ORDER BY ALL LIMIT 5
"""
_MISSING = """
SELECT table_name, files_named AS source_files, records, record_keys[:3] AS first_records FROM (
    SELECT table_name, string_agg(DISTINCT source_file, ', ') AS files_named, count(*) AS records,
        list(record_key ORDER BY record_key) AS record_keys
    FROM evidence.missing_records GROUP BY table_name
) ORDER BY table_name
"""
# What was read from databases and stores in this run, and what is kept of it since the first.
FETCHED = """
SELECT split_part(file, '@', 1) AS entry,
    CASE WHEN count(DISTINCT origin) = 1 THEN any_value(origin)
        ELSE count(*) || ' objects' END AS origin,
    sum(rows_read)::BIGINT AS rows_read, sum(rows)::BIGINT AS rows
FROM evidence.inputs WHERE origin IS NOT NULL GROUP BY entry ORDER BY entry
"""
_SAVINGS = """
SELECT p10, p50, p90, basis, note FROM economics.scenarios
WHERE scenario = 'base' AND lever = 'all' AND measure = 'annual_savings_usd'
"""
_CLOSED = """
SELECT count(*) AS suspects, count(*) FILTER (WHERE is_closed) AS closed
FROM economics.savings_upper_bounds HAVING count(*) > 0
"""
_POWER = """
SELECT d.title, p.worth, p.trials, p.found, p.ranked_first, p.reason FROM evidence.power AS p
JOIN core.outcome_definitions AS d USING (outcome)
ORDER BY p.outcome, p.is_headline DESC, p.worth_per_batch
"""


def _records(published: PublishedWarehouse, sql: str) -> list[dict[str, Any]]:
    return published.query(sql).to_dicts()


def summary(home: Path) -> dict[str, Any]:
    """Summarise the published warehouse and reports of a home."""
    where = Home(home)
    with open_published(where) as published:
        return {
            "report": str((where.reports_dir / "report.html").absolute()),
            "what_if": str((where.reports_dir / "what_if.html").absolute()),
            "data_docs": str((where.data_docs_dir / "index.html").absolute()),
            "warehouse": str(where.published_file.absolute()),
            "fetched": _records(published, FETCHED),
            "records": _records(published, _RECORDS),
            "quarantine_examples": _records(published, _QUARANTINE),
            "missing": _records(published, _MISSING),
            "verdicts": _records(published, _VERDICTS),
            "base_scenario_annual_savings_usd": _records(published, _SAVINGS),
            "closed": _records(published, _CLOSED),
            "page_one": page_one(Facts(published.query)),
        }


def print_summary(done: dict[str, Any], console: Console) -> None:
    """Print a run's summary for a person."""
    for row in done["fetched"]:
        rows = "row" if row["rows_read"] == 1 else "rows"
        read = f"{row['rows_read']:,} {rows} read, {row['rows']:,} in all, from {row['origin']}"
        console.print(f"{row['entry']}: {read}", markup=False, soft_wrap=True)
    received = sum(row["received"] for row in done["records"])
    refused = sum(row["quarantined"] for row in done["records"])
    console.print(f"Records received {received:,}, of which quarantined {refused:,}.")
    for row in done["quarantine_examples"]:
        place = f"{row['source_file']} row {row['source_row']}, {row['column_name']}"
        console.print(f"  {place}: {row['reason']} ({row['rule']})", markup=False)
    for row in done["missing"]:
        console.print(_missing_line(row), markup=False, soft_wrap=True)
    verdicts = Table("Outcome", "Verdict", "Why", box=None, pad_edge=False)
    for row in done["verdicts"]:
        name = f"{row['outcome']} (proxy)" if row["is_proxy"] else row["outcome"]
        verdicts.add_row(name, row["verdict"], Text(row["reason"]))
    console.print(verdicts)
    said = done["page_one"]
    for label, topic in SAID_FIRST:
        if topic in said:
            console.print(f"{label}{said[topic]}", markup=False)
    for row in done["closed"]:
        said_of = f"{row['closed']} of {row['suspects']} suspects can be closed"
        console.print(f"{said_of}: at most they cost less a year than looking further.")
    console.print(f"Warehouse: {done['warehouse']}", soft_wrap=True, markup=False)
    console.print(f"Data Docs: {done['data_docs']}", soft_wrap=True, markup=False)
    console.print(f"Report:    {done['report']}", soft_wrap=True, markup=False)
    console.print(f"What if:   {done['what_if']}", soft_wrap=True, markup=False)


def _missing_line(row: dict[str, Any]) -> str:
    """Say what no longer stands in a file delivered again; it was not deleted."""
    named = "; ".join(row["first_records"])
    more = "; ..." if row["records"] > len(row["first_records"]) else ""
    stands = "record no longer stands" if row["records"] == 1 else "records no longer stand"
    return (
        f"{row['records']:,} {stands} in {row['source_files']}, delivered again without: {named}"
        f"{more} (kept in {row['table_name']}; all in evidence.missing_records)"
    )


def power_lines(home: Path) -> list[str]:
    """Say what a self-test measured: one line per outcome and worth, or that nothing could be."""
    where = Home(home)
    with open_published(where) as published:
        lines = [_power_line(row) for row in _records(published, _POWER)]
    return [
        *(lines or ["No cause could be planted: no outcome has a margin and batches enough."]),
        f"Report:    {(where.reports_dir / 'report.html').absolute()}",
    ]


def _power_line(row: dict[str, Any]) -> str:
    worth = f"{row['title']}: a cause worth {PLANTED_WORTHS[row['worth']]}"
    if not row["trials"]:
        return f"{worth} could not be planted. {row['reason']}"
    return (
        f"{worth} would have been found in {row['found']} and ranked first in "
        f"{row['ranked_first']} of {row['trials']} trials on these records."
    )
