"""Is the audit trail still what was sealed? Entries against their seals, the copy against the file.

The file beside the warehouses is what counts, and may have grown since; what was published of it
must be its beginning.
"""

import polars as pl

from reports.claims import tables_present
from reports.verification import Mismatch
from warehouse.noted.audit_trail import AUDIT_TRAIL, CHAIN
from warehouse.noted.sealed_chain import ENTRY, HASH
from warehouse.published_copy.published import PublishedWarehouse

WHERE = "audit trail"


def verify_trail(published: PublishedWarehouse, noted: pl.DataFrame) -> list[Mismatch]:
    """Hold the published trail and the file against their seals, and against each other.

    Args:
        published: The published warehouse; one made before there was evidence has no trail.
        noted: ``evidence.audit_trail`` as the file beside the warehouses has it.
    """
    found = [Mismatch(WHERE, f"in the file {each}") for each in CHAIN.breaks(noted)]
    if AUDIT_TRAIL not in tables_present(published.query):
        return found
    copy = published.query(f"FROM {AUDIT_TRAIL} ORDER BY {ENTRY}")
    found += [Mismatch(WHERE, each) for each in CHAIN.breaks(copy)]
    seals = dict(noted.select(ENTRY, HASH).iter_rows())
    sealed = copy.select(ENTRY, HASH).iter_rows()
    lost = [entry for entry, seal in sealed if seals.get(entry) != seal]
    if lost:
        said = f"entry {lost[0]} was published and is not in the file beside the warehouses"
        found.append(Mismatch(WHERE, said))
    return found
