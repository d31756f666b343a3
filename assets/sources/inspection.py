"""What ``lotwise check`` asks: a source judged without a warehouse, leaving nothing behind."""

from pathlib import Path
from tempfile import TemporaryDirectory

from assets.sources.earlier_delivery import EarlierDelivery
from assets.sources.importer import read_source
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landing import land
from assets.sources.prospects.judgement import Decide
from assets.sources.queries import Query, ScratchQuery
from assets.sources.reporting.source_report import SourceReport
from data_contracts.profile import Profile
from warehouse.kept_answers import KeptAnswers


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


def scratch_query(folder: Path, kept: Path | None = None) -> Query:
    """Return what runs SQL over delivered files without a database file.

    Args:
        folder: Where what spills from memory may lie.
        kept: Where answers are kept from run to run; None where nothing may be.
    """
    return ScratchQuery(folder, None if kept is None else KeptAnswers(kept))
