"""What may be read off the order of fetched rows: nothing, unless somebody gave them an order.

A file has an order; rows of a database have none, and may come otherwise in every run.
"""

import re
from typing import Final

from data_contracts.errors import ProfileError
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.mapping import READINGS, Mapping
from data_contracts.profile_schema.origins.databases import DatabaseRows

_ORDERED: Final = re.compile(r"\border\s+by\b", re.IGNORECASE)


def check_row_order(mapping: Mapping, described: SourceFile) -> None:
    """Check that a mapping of fetched rows does not count what has no order.

    Raises:
        ProfileError: Rows without an order are numbered, or rows that may be read again; or a key
            stands at readings, of which all are kept.
    """
    rows = described.origin
    if not isinstance(rows, DatabaseRows):
        return
    if rows.key and mapping.table == READINGS:
        raise ProfileError(
            f"{rows.where}: 'key' does not work for readings, which are all kept ({mapping.where})"
            "; remove it"
        )
    counted = [
        cell
        for cell in mapping.cells
        if cell.is_row_number or (cell.clock is not None and cell.column is None)
    ]
    if not counted:
        return
    if rows.key:
        raise ProfileError(
            f"{counted[0].where}: rows that are read again change their number; map a column to "
            f"'{counted[0].target}', or remove 'key' ({rows.where})"
        )
    if not rows.watermark and not _ORDERED.search(rows.query or ""):
        raise ProfileError(
            f"{counted[0].where}: rows of a database have no order to count; give 'watermark', or "
            f"a query with ORDER BY ({rows.where})"
        )
    if mapping.table == READINGS and not _ORDERED.search(rows.query or ""):
        raise ProfileError(
            f"{counted[0].where}: readings of a database have no order to count; give a query with "
            f"ORDER BY ({rows.where})"
        )
