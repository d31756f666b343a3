"""Records that no longer stand in a file delivered again: told by name, never deleted.

An export is cut by a filter, by a limit of rows or on purpose; nobody can tell which from the file.
So the record stays as it was delivered last, and whoever exports is told.
"""

import polars as pl

from assets.sources.admission import Admission
from assets.sources.files.record_places import files_of
from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.store import Warehouse
from warehouse.versions import DIVIDED_BY, absent

MISSING = "evidence.missing_records"


def missing_records(
    warehouse: Warehouse, admissions: dict[str, Admission], files: pl.Series
) -> pl.DataFrame:
    """Find what the raw tables keep of files that were delivered again without it.

    Args:
        warehouse: Its raw tables hold this delivery already.
        admissions: What this delivery held, by ``raw.<table>``.
        files: Names of the files in this delivery.

    Returns:
        ``evidence.missing_records``. What was refused this time stands in the file, as far as its
        key can be read, and what another file has now is there: neither is missing.
    """
    found = [table(MISSING)]
    with warehouse.connection() as opened:
        for name, admission in admissions.items():
            gone = absent(opened, contract(name), admission.accepted)
            gone = gone.filter(
                files_of(gone["source_file"]).is_in(files.implode()),
                ~pl.col("record_key").is_in(_refused_keys(admission).implode()),
            )
            found.append(table(MISSING, gone.with_columns(table_name=pl.lit(name))))
    return pl.concat(found).sort(contract(MISSING).key)


def _refused_keys(admission: Admission) -> pl.Series:
    """Keys of refused records as the file spells them; a default stands where none was given."""
    described = contract(admission.table)
    key = [
        pl.col("record")
        .str.json_path_match(f"$.{column}")
        .fill_null(described.column(column).default or "")
        for column in described.key
    ]
    refused = admission.quarantined.select(pl.concat_str(key, separator=DIVIDED_BY))
    return refused.to_series()
