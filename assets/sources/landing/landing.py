"""Landing, in order: what the profile fetches from elsewhere, written beside the delivered files.

Everything is fetched into a scratch folder first. Only a run that accepts the source moves it into
the home, so that a refused one leaves no trace.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from assets.sources.files.places import data_folder
from assets.sources.inputs import LANDED
from assets.sources.landing.connections import OpenDatabase, open_database
from assets.sources.landing.database_rows import land_rows
from assets.sources.landing.delta_tables import land_delta
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landed_files import Landed, LandedFile
from assets.sources.landing.stored_objects import land_objects
from data_contracts.profile import Profile
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.origins.databases import DatabaseRows
from data_contracts.profile_schema.origins.stores import DeltaRows, StoredObjects


def land(
    profile: Profile,
    data_dir: Path,
    scratch: Path,
    kept: KeptLandings,
    *,
    is_check: bool = False,
) -> Landed:
    """Fetch what a profile reads from elsewhere.

    Args:
        profile: What is read.
        data_dir: The data folder, in which Delta tables may lie.
        scratch: Where new files are made.
        kept: What earlier runs landed.
        is_check: Whether only so many readings are fetched as a check needs.

    Raises:
        UsageError: The environment does not say where a connection leads, or a driver is missing.
        SourceError: A database or store cannot be read, or a column is missing or loses something.
    """
    if not profile.fetches:
        return Landed()
    folder, staging = data_folder(data_dir), scratch / LANDED
    files, notes = dict[str, tuple[LandedFile, ...]](), list[str]()
    with ExitStack() as open_until_read:
        fetching = _Fetching(profile, folder, staging, kept, is_check, open_until_read)
        for name, described in profile.files.items():
            if described.is_landed:
                files[name], told = fetching.files_of(described)
                notes += told
    return Landed(files, tuple(notes), staging)


@dataclass(frozen=True)
class _Fetching:
    """One fetching of all entries, which share what is open."""

    profile: Profile
    data_dir: Path
    staging: Path
    kept: KeptLandings
    is_check: bool
    open_until_read: ExitStack
    sessions: dict[tuple[str, int, str | None], OpenDatabase] = field(default_factory=dict)

    def files_of(self, described: SourceFile) -> tuple[tuple[LandedFile, ...], list[str]]:
        """Fetch one entry; return its files and notes."""
        becomes_frame = described.name in self.profile.frames
        match described.origin:
            case StoredObjects() as stored:
                return land_objects(
                    *(described, stored, self.staging, self.kept),
                    becomes_frame=becomes_frame,
                    is_check=self.is_check,
                )
            case DeltaRows() as table:
                columns = len(self.profile.frame_columns(described.name))
                place = (self.data_dir, self.staging, self.kept)
                bound = columns if becomes_frame else None
                is_check = self.is_check
                return land_delta(described, table, *place, columns=bound, is_check=is_check)
            case DatabaseRows() as rows:
                opened = (self._session(rows), self.staging, self.kept)
                return land_rows(self.profile, described, rows, *opened, is_check=self.is_check)
        return (), []

    def _session(self, rows: DatabaseRows) -> OpenDatabase:
        session = (rows.connection, rows.timeout_s, rows.dialect)
        if session not in self.sessions:
            self.sessions[session] = self.open_until_read.enter_context(open_database(rows))
        return self.sessions[session]
