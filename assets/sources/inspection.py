"""What ``lotwise check`` asks: a source judged without a warehouse, leaving nothing behind."""

from pathlib import Path
from tempfile import TemporaryDirectory

from assets.sources.importer import read_source
from assets.sources.source_report import SourceReport
from data_contracts.profile import Profile
from warehouse.connection import connect


def inspect_source(profile: Profile, data_dir: Path) -> SourceReport:
    """Return what would be accepted, quarantined and refused of a source, and why.

    Args:
        profile: How the export maps onto the raw contracts.
        data_dir: Folder of the delivered files.

    Returns:
        The account of every raw table, with the first refused records of each. Whether a run would
        go on is ``is_acceptable``.

    Raises:
        SourceError: The source cannot be read as what it claims to be.
        ProfileError: An expression of the profile does not fit the delivered columns.
    """
    with TemporaryDirectory(prefix="lotwise-check-") as folder:
        scratch = Path(folder)
        with connect(scratch / "scratch.duckdb", scratch / "spill") as opened:
            return read_source(profile, data_dir, lambda sql: opened.sql(sql).pl()).report
