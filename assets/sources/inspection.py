"""What ``lotwise check`` asks: a source judged without a warehouse, leaving nothing behind."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from assets.sources.earlier_delivery import EarlierDelivery
from assets.sources.importer import Query, read_source
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landing import land
from assets.sources.prospects.judgement import Decide
from assets.sources.reporting.source_report import SourceReport
from data_contracts.profile import Profile
from warehouse.connection import connect_in_memory


def inspect_source(
    profile: Profile,
    data_dir: Path,
    decide: Decide | None = None,
    earlier: EarlierDelivery | None = None,
    landed_dir: Path | None = None,
) -> SourceReport:
    """Return what would be accepted, quarantined and refused of a source, and why.

    Args:
        profile: How the export maps onto the raw contracts.
        data_dir: Folder of the delivered files.
        decide: Decides outcomes as a run does; None leaves out what is told about them.
        earlier: What was delivered before; None where nobody asks.
        landed_dir: What earlier runs fetched from elsewhere; None where nobody asks.

    Returns:
        The account of every raw table, with the first refused records of each. Whether a run would
        go on is ``is_acceptable``.

    Raises:
        SourceError: The source cannot be read as what it claims to be.
        ProfileError: An expression of the profile does not fit the delivered columns.
    """
    with TemporaryDirectory(prefix="lotwise-check-") as folder:
        scratch = Path(folder)
        inputs = None if earlier is None else earlier.inputs
        kept = KeptLandings(landed_dir or scratch / "kept", inputs if landed_dir else None)
        landed = land(profile, data_dir, scratch, kept, is_check=True)
        query = scratch_query(scratch)
        return read_source(profile, data_dir, query, decide, earlier, landed).report


@dataclass(frozen=True)
class ScratchQuery:
    """Runs SQL over delivered files without a database file.

    Attributes:
        folder: Where what spills from memory, and what is made for DuckDB, may lie.
    """

    folder: Path

    def __call__(self, sql: str) -> pl.DataFrame:
        """Run one SELECT and return its rows."""
        with connect_in_memory(self.folder / "spill") as opened:
            return opened.sql(sql).pl()


def scratch_query(folder: Path) -> Query:
    """Return what runs SQL over delivered files without a database file.

    Args:
        folder: Where what spills from memory may lie.
    """
    return ScratchQuery(folder)
