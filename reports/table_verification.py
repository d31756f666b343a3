"""Do the records still stand as the run left them? Hashes every raw and core table once more.

Claims are recomputed in ``verification``; a row that no claim rests on is noticed only here.
"""

from reports.claims import tables_present
from reports.verification import Mismatch
from warehouse.published_copy.published import PublishedWarehouse

HASHES = "evidence.table_hashes"


def verify_tables(published: PublishedWarehouse) -> list[Mismatch]:
    """Compare the records of a published warehouse with what its run kept of them.

    Args:
        published: The published warehouse; one made before hashes were kept has nothing to compare.

    Returns:
        Every table that has lost, gained or changed rows, by name.
    """
    if HASHES not in tables_present(published.query):
        return []
    kept = published.query(f"SELECT * FROM {HASHES} ORDER BY table_name")
    found = []
    for row in kept.iter_rows(named=True):
        name, rows = row["table_name"], row["row_count"]
        holds = published.holds(name)
        if holds.rows != rows:
            change = f"{abs(holds.rows - rows):,} {'missing' if holds.rows < rows else 'added'}"
            found.append(
                Mismatch(f"table {name}", f"held {rows:,} rows, now {holds.rows:,} ({change})")
            )
        elif holds.content_hash != row["content_hash"]:
            found.append(Mismatch(f"table {name}", f"rows were changed, {rows:,} as before"))
    return found
