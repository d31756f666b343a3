"""Rows of one entry of a profile, fetched from its database: all of them, or those that are new."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assets.sources.files.delivered_files import require_header
from assets.sources.landing.connections import OpenDatabase
from assets.sources.landing.database_errors import spoken_errors
from assets.sources.landing.database_queries import casts_of, probe_sql, rows_sql
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landed_files import MOST_READINGS_CHECKED, LandedFile, cut_short
from assets.sources.landing.segments import Bounds, write_segment
from data_contracts.errors import SourceError
from data_contracts.profile import Profile
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.origins.databases import DatabaseRows

if TYPE_CHECKING:
    import pyarrow as pa


def land_rows(
    profile: Profile,
    described: SourceFile,
    rows: DatabaseRows,
    database: OpenDatabase,
    staging: Path,
    kept: KeptLandings,
    *,
    is_check: bool,
) -> tuple[tuple[LandedFile, ...], list[str]]:
    """Fetch the rows of one entry.

    Args:
        profile: What is read of them.
        described: The entry.
        rows: What it says of a database.
        database: Its open connection.
        staging: Where a new file is made.
        kept: What earlier runs landed.
        is_check: Whether readings are fetched only as far as a check needs them.

    Returns:
        The entry's files, those of earlier runs first, and notes.

    Raises:
        SourceError: The rows cannot be read, a column is missing, or one loses something.
    """
    reads, origin = profile.read_columns(described.name), _origin(rows)
    folder = Path(described.pattern).parent.name
    files, after = kept.continued(rows, folder, origin, reads)
    bounds = _bounds(profile, described, is_check=is_check)
    with spoken_errors(rows, database.secrets):
        schema = database.select(probe_sql(rows)).schema
        _require_columns(described, rows, schema, reads)
        names = [column for column in schema.names if column not in described.ignored]
        casts = casts_of(rows, schema, names)
        is_ordered = bounds.becomes_frame
        sql = rows_sql(rows, names, casts, database.dialect, after, is_ordered=is_ordered)
        name = f"{folder}/{len(files) + 1:06d}.parquet"
        found = write_segment(
            *(database.select(sql), staging / name, rows.watermark, bounds, casts),
            where=f"{rows.where}: {rows.spoken}",
        )
    if found.rows or not files:
        mark = None if found.last is None else found.last.as_json(rows.watermark)
        files = (*files, LandedFile(found.file, name, origin, mark, found.rows))
    notes = [] if found.is_whole else [cut_short(described.name, rows.spoken)]
    if rows.watermark and after is None and kept.had_watermark(folder):
        notes.append(_read_anew(described, rows))
    return files, notes


def _origin(rows: DatabaseRows) -> str:
    """Where rows come from and what is asked of them: with another origin all is read anew."""
    mark = f", watermark {', '.join(rows.watermark)}" if rows.watermark else ""
    casts = ", ".join(f"{name} as {cast}" for name, cast in rows.casts.items())
    return f"{rows.spoken}{mark}{f', {casts}' if casts else ''}"


def _bounds(profile: Profile, described: SourceFile, *, is_check: bool) -> Bounds:
    columns = profile.frame_columns(described.name)
    becomes_frame = described.name in profile.frames
    cut = MOST_READINGS_CHECKED if is_check and not becomes_frame else None
    return Bounds(becomes_frame, len(columns), cut)


def _require_columns(
    described: SourceFile, rows: DatabaseRows, schema: "pa.Schema", reads: Mapping[str, str]
) -> None:
    """Check that a query gives every column that is read, named here or by a mapping.

    Raises:
        SourceError: A column is missing, or two have one name.
    """
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise SourceError(
            f"{rows.where}: {rows.spoken} names '{twice[0]}' more than once; give each column a "
            "name of its own in a query (AS)."
        )
    own = {f"'{key}'": getattr(rows, key) for key in ("watermark", "key", "casts")}
    said = {name: f"{rows.where}, {key}" for key, names in own.items() for name in names}
    known = described.known_names(schema.names)
    require_header(rows.spoken, [*schema.names, *known], {**said, **reads})


def _read_anew(described: SourceFile, rows: DatabaseRows) -> str:
    return (
        f"{described.name}: all rows of {rows.spoken} were read anew, because what is asked "
        "changed since the last run, or the files it kept are not there."
    )
