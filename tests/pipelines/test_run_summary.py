"""What a run says at its end of the rows it fetched."""

from rich.console import Console

from pipelines.run_summary import print_summary


def test_a_run_says_what_it_read_from_elsewhere() -> None:
    origin = "connection plant, table mes.batches, watermark id"
    done = {
        "fetched": [
            {"entry": "batches", "rows_read": 1, "rows": 1001, "origin": origin},
            {"entry": "results", "rows_read": 2002, "rows": 2002, "origin": "3 objects"},
        ],
        "records": [{"received": 3003, "quarantined": 0}],
        "quarantine_examples": [],
        "verdicts": [],
        "page_one": {"cost": "Much.", "prices": "These are not yours.", "ask": "None yet."},
        "warehouse": "w",
        "data_docs": "d",
        "report": "r",
    }
    console = Console(record=True, width=200, quiet=False)
    with console.capture() as said:
        print_summary(done, console)
    lines = said.get().splitlines()
    assert lines[0] == f"batches: 1 row read, 1,001 in all, from {origin}"
    assert {"Cost: Much.", "These are not yours.", "The ask: None yet."} <= set(lines)
    assert lines[1] == "results: 2,002 rows read, 2,002 in all, from 3 objects"
