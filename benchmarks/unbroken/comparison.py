"""What must hold after every accident: the same tables, and no record lost."""

from pathlib import Path

from data_contracts.catalogue import contract, contract_names, is_of_runs
from warehouse.paths import Home
from warehouse.published_copy.published import open_published

CLAIMS = "evidence.claims"
# What changed since the run before is another thing in every run.
_CLAIMS = f"""
SELECT CAST(sum(hash(claim_id, statement, value_text, value, interval_low, interval_high))
  AS VARCHAR) FROM {CLAIMS} WHERE claim_id NOT LIKE 'changed.%'
"""
RESULTS = "evidence.contract_results"
_RESULTS = f"""
SELECT CAST(sum(hash(table_name, rule, column_name, checked, failed, is_passed)) AS VARCHAR)
FROM {RESULTS} WHERE NOT list_contains($of_runs, table_name)
"""


def table_hashes(home: Path) -> dict[str, str]:
    """Return the content hash of every published table, provenance apart, and history apart."""
    with open_published(Home(home)) as published:
        names = [
            name for name in contract_names() if contract(name).is_table and not is_of_runs(name)
        ]
        hashes = {name: published.holds(name).content_hash for name in names}
        of_runs = [name for name in contract_names() if is_of_runs(name) or name == CLAIMS]
        listed = "[" + ", ".join(f"'{name}'" for name in of_runs) + "]"
        results = published.query(_RESULTS.replace("$of_runs", listed)).item()
        return hashes | {CLAIMS: str(published.query(_CLAIMS).item()), RESULTS: str(results)}


def differing(home: Path, undisturbed: dict[str, str]) -> list[str]:
    """Return the tables that are not those of an undisturbed run."""
    found = table_hashes(home)
    return sorted(name for name in undisturbed if found[name] != undisturbed[name])


def is_balanced(home: Path) -> bool:
    """Tell whether every record received was accepted or quarantined, in every table."""
    with open_published(Home(home)) as published:
        account = published.query(
            "SELECT count(*) AS tables, "
            "count(*) FILTER (received <> accepted + quarantined) AS unbalanced, "
            "sum(received) AS received FROM evidence.ingestion"
        ).row(0, named=True)
    return bool(account["tables"] and account["received"] and not account["unbalanced"])
