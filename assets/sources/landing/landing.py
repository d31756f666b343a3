"""Landing, in order: what the profile fetches from elsewhere, written beside the delivered files.

Everything is fetched into a scratch folder first. Only a run that accepts the source moves it into
the home, so that a refused one leaves no trace.
"""

from contextlib import ExitStack
from pathlib import Path

from assets.sources.inputs import LANDED
from assets.sources.landing.connections import OpenDatabase, open_database
from assets.sources.landing.database_rows import land_rows
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landed_files import Landed, LandedFile
from data_contracts.profile import Profile


def land(profile: Profile, scratch: Path, kept: KeptLandings, *, is_check: bool = False) -> Landed:
    """Fetch what a profile reads from elsewhere.

    Args:
        profile: What is read.
        scratch: Where new files are made.
        kept: What earlier runs landed.
        is_check: Whether only so many readings are fetched as a check needs.

    Raises:
        UsageError: The environment does not say where a connection leads, or a driver is missing.
        SourceError: A database cannot be read, or a column is missing or loses something.
    """
    staging = scratch / LANDED
    files, notes = dict[str, tuple[LandedFile, ...]](), list[str]()
    with ExitStack() as open_until_read:
        sessions: dict[tuple[str, int, str | None], OpenDatabase] = {}
        for name, described in profile.files.items():
            rows = described.database
            if rows is None:
                continue
            session = (rows.connection, rows.timeout_s, rows.dialect)
            if session not in sessions:
                sessions[session] = open_until_read.enter_context(open_database(rows))
            open_now = sessions[session]
            files[name], told = land_rows(
                profile, described, rows, open_now, staging, kept, is_check=is_check
            )
            notes += told
    return Landed(files, tuple(notes), staging)
