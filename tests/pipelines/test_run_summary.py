"""What a run says at its end of the rows it fetched."""

from rich.console import Console

from pipelines.run_summary import print_summary
from pipelines.terminal.console import InertConsole

DONE = {
    "fetched": [], "records": [], "quarantine_examples": [], "missing": [], "verdicts": [],
    "page_one": {}, "closed": [], "warehouse": "w", "data_docs": "d", "report": "r",
    "what_if": "w",
}  # fmt: skip


def test_a_run_says_what_no_longer_stands_in_a_file_delivered_again() -> None:
    row = {
        "table_name": "raw.lab_results",
        "source_files": "results.csv",
        "records": 4,
        "first_records": ["B001 / 6 / assay\x1b[2J", "B002 / 6 / assay", "B003 / 6 / assay"],
    }
    one = {**row, "table_name": "raw.batches", "records": 1, "first_records": ["B009"]}
    console = InertConsole(width=200)
    with console.capture() as said:
        print_summary({**DONE, "missing": [one, row]}, console)
    again, where = "results.csv, delivered again without:", "all in evidence.missing_records"
    named = "B001 / 6 / assay\\x1b[2J; B002 / 6 / assay; B003 / 6 / assay; ..."
    assert said.get().splitlines()[1:3] == [
        f"1 record no longer stands in {again} B009 (kept in raw.batches; {where})",
        f"4 records no longer stand in {again} {named} (kept in raw.lab_results; {where})",
    ]


def test_a_run_says_what_it_read_from_elsewhere() -> None:
    origin = "connection plant, table mes.batches, watermark id"
    done = {
        **DONE,
        "fetched": [
            {"entry": "batches", "rows_read": 1, "rows": 1001, "origin": origin},
            {"entry": "results", "rows_read": 2002, "rows": 2002, "origin": "3 objects"},
        ],
        "records": [{"received": 3003, "quarantined": 0}],
        "page_one": {"cost": "Much.", "prices": "These are not yours.", "ask": "None yet."},
    }
    console = Console(record=True, width=200, quiet=False)
    with console.capture() as said:
        print_summary(done, console)
    lines = said.get().splitlines()
    assert lines[0] == f"batches: 1 row read, 1,001 in all, from {origin}"
    assert {"Cost: Much.", "These are not yours.", "The ask: None yet."} <= set(lines)
    assert lines[1] == "results: 2,002 rows read, 2,002 in all, from 3 objects"
