"""The first page of the Data Docs: every table in the order data flow, what broke on top."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from data_contracts.catalogue import SCHEMAS, contract_names
from data_contracts.data_docs.pages import suite_page
from data_contracts.data_docs.refused import BY_REFUSALS, RECEIVED
from data_contracts.quality.expectations import BY_COUNTS, BY_ROWS

TITLES = {
    RECEIVED: "As delivered: records before they are accepted",
    "raw": "raw: records accepted",
    "quarantine": "quarantine: records refused",
    "core": "core: clean, joined, timed",
    "feature": "feature: what is known of a batch, gate by gate",
    "model": "model: predictions and verdicts",
    "finding": "finding: drivers, rules, precursors, lives",
    "economics": "economics: what failures cost",
    "history": "history: what every run has said",
    "mart": "mart: in the words of those who ask",
    "evidence": "evidence: what made this run",
}
JUDGED_BY = {BY_ROWS: "rows", BY_COUNTS: "counts", BY_REFUSALS: "refused records"}


@dataclass(frozen=True)
class About:
    """What the first page says of the run.

    Attributes:
        source: The source's name.
        run_id: The run that judged last.
        project: Folder of the great_expectations project, from the home.
        rows_judged: Most rows a table may have to be judged row by row.
    """

    source: str
    run_id: str
    project: str
    rows_judged: int


def index_page(
    suites: Mapping[str, int], pages: Sequence[Mapping[str, Any]], about: About
) -> dict[str, Any]:
    """Return what the first page shows.

    Args:
        suites: Number of rules by suite.
        pages: What each result's page shows, with its ``link``.
        about: What is said of the run.
    """
    judged = {page["name"]: page for page in pages}
    names = sorted(suites, key=_in_flow)
    rows = [_row(name, suites[name], judged.get(name)) for name in names]
    grouped = [
        {"title": title, "rows": [row for row in rows if row["name"].startswith(f"{schema}.")]}
        for schema, title in TITLES.items()
    ]
    failed = [
        {"name": name, "link": judged[name]["link"], **rule}
        for name in names
        if name in judged
        for rule in judged[name]["failed"]
    ]
    broken = [
        name
        for name in names
        if name in judged and judged[name]["failed"] and not name.startswith(f"{RECEIVED}.")
    ]
    return {
        "template": "index.html.j2",
        "to_root": "",
        "about": asdict(about),
        "links": {page["name"]: page["link"] for page in pages},
        "broken_tables": broken,
        "received": sum(page["meta"].get("received", 0) for page in pages),
        "refused": sum(page["meta"].get("quarantined", 0) for page in pages),
        "failed": failed,
        "groups": [group for group in grouped if group["rows"]],
    }


def _in_flow(name: str) -> tuple[int, int, str]:
    schema = name.partition(".")[0]
    known = contract_names()
    place = known.index(name) if name in known else 0
    return (SCHEMAS.index(schema) + 1 if schema in SCHEMAS else 0, place, name)


def _row(name: str, rules: int, page: Mapping[str, Any] | None) -> dict[str, Any]:
    row = {"name": name, "rules": rules, "suite": suite_page(name), "rows": None, "link": None}
    if page is None:
        return {**row, "mark": "open", "verdict": "not judged", "judged_by": ""}
    meta, failed = page["meta"], len(page["failed"])
    told = {
        "rows": meta["received"] if meta["judged_by"] == BY_REFUSALS else meta["rows"],
        "link": page["link"],
        "judged_by": JUDGED_BY[meta["judged_by"]],
        "mark": "broken" if failed else "kept",
        "verdict": f"{failed} broken" if failed else "kept",
    }
    return {**row, **told}
