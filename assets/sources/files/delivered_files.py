"""Finding and opening what a source delivered, refusing what is not what its profile says.

Here belongs everything that can be wrong with a file as a whole. Single bad records are not judged
here; they go through the contracts and, if refused, to quarantine.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from assets.sources.files.bounds.csv_bounds import require_modest_csv
from assets.sources.files.bounds.parquet_bounds import (
    parquet_columns,
    read_parquet_columns,
    require_modest_parquet,
    require_whole,
)
from assets.sources.files.csv_rows import read_csv_rows
from assets.sources.files.delivered_sheet import open_sheet
from assets.sources.files.places import (
    data_folder,
    files_below,
    matching_files,
)
from assets.sources.files.record_places import (
    FILE_COLUMN,
    ROW_COLUMN,
    files_of,
    no_rows_set_aside,
    set_aside,
)
from assets.sources.files.renamed_columns import as_delivered, by_known_names
from assets.sources.files.wanted_columns import wanted_columns
from assets.sources.inputs import delivered_name
from data_contracts.errors import SourceError
from data_contracts.profile import Profile
from data_contracts.profile_schema.files import SourceFile
from data_contracts.untrusted.calendar_dates import in_calendar

MISSHAPEN_RULE = "row_shape"
_MISSHAPEN = "the row has more or fewer cells than the header"


@dataclass(frozen=True)
class Delivered:
    """One entry of a profile's ``files``, as delivered.

    Attributes:
        described: What the profile says about it.
        paths: The files found, sorted by name.
        frame: One row per record: the delivered columns that feed tables, as text, and where it
            stood (``__source_file`` relative to the data folder, ``__source_row`` the line in it).
        header: Every column delivered, read or not.
        misshapen: Rows that cannot become records: their number of cells does not fit the header,
            or a text is an Excel error.
        notes: What a reader should know of the files, one sentence each.
    """

    described: SourceFile
    paths: tuple[Path, ...]
    frame: pl.DataFrame
    header: tuple[str, ...]
    misshapen: pl.DataFrame
    notes: tuple[str, ...] = ()

    def records_by_file(self) -> dict[str, int]:
        """Count the rows of every file, by its path below the data folder."""
        places = pl.concat([self.frame[FILE_COLUMN], self.misshapen["source_file"]])
        is_sheet = self.described.format == "xlsx"
        return dict((files_of(places) if is_sheet else places).value_counts().iter_rows())


def find_files(profile: Profile, data_dir: Path) -> dict[str, tuple[Path, ...]]:
    """Find the delivered files of every entry of ``files`` that is not fetched from elsewhere.

    Returns:
        Paths by entry, sorted; an optional entry may have none.

    Raises:
        SourceError: The data folder or a file is not there.
    """
    data_dir = data_folder(data_dir)
    return {
        name: _matching(described, data_dir)
        for name, described in profile.files.items()
        if not described.is_landed
    }


def _matching(described: SourceFile, data_dir: Path) -> tuple[Path, ...]:
    paths = matching_files(described, data_dir)
    if not paths and not described.is_optional:
        present = sorted(str(path.relative_to(data_dir)) for path in files_below(data_dir))
        near = get_close_matches(described.pattern, present, n=1, cutoff=0.6)
        hint = f" Is it '{near[0]}'?" if near else ""
        raise SourceError(
            f"{data_dir}: no file '{described.pattern}' ({described.where}).{hint} The folder "
            f"holds: {', '.join(present[:12]) or 'nothing'}. Put the file there, or correct "
            "'path:' in the profile."
        )
    return paths


def open_files(
    profile: Profile, described: SourceFile, paths: Iterable[Path], data_dir: Path
) -> Delivered:
    """Read every file of one entry as text.

    Raises:
        SourceError: A file is empty, damaged, has another separator, or lacks a column the profile
            reads.
    """
    reads = profile.read_columns(described.name)
    parts, misshapen, header, notes = [], [], dict[str, None](), list[str]()
    wanted = wanted_columns(profile, described.name)
    for path in paths:
        name, sought = delivered_name(path, data_dir), as_delivered(described, wanted)
        if described.format == "xlsx":
            texts = as_delivered(described, profile.text_columns(described.name))
            frame, odd, sheet = open_sheet(path, name, described, sought, texts)
            delivered, notes = sheet.header, [*notes, *sheet.notes]
        else:
            frame, odd, delivered = _open(path, name, described, sought)
        frame, delivered = by_known_names(path, described, frame, delivered)
        require_header(path, delivered, reads)
        header.update(dict.fromkeys(delivered))
        parts.append(frame)
        misshapen.append(odd)
    frame = pl.concat(parts, how="diagonal") if parts else _nothing(reads)
    if described.key:  # a row read again stands in the place of its earlier self
        frame = frame.unique(described.key, keep="last", maintain_order=True)
    odd = pl.concat([no_rows_set_aside(), *misshapen])
    return Delivered(described, tuple(paths), frame, tuple(header), odd, tuple(notes))


def require_header(path: Path | str, header: Iterable[str], reads: dict[str, str]) -> None:
    """Check that a file has every column its profile reads.

    Raises:
        SourceError: A column is missing; the nearest name in the file is suggested.
    """
    names = list(header)
    for column, where in reads.items():
        if column not in names:
            near = get_close_matches(column, names, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise SourceError(
                f"{path}: the column '{column}' is missing ({where}).{hint} The file has: "
                f"{', '.join(names[:40])}. Export the column, or correct its name in the profile."
            )


def _open(
    path: Path, name: str, described: SourceFile, wanted: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Return a file's rows, its misshapen rows and its whole header."""
    if described.format == "parquet":
        header = require_parquet(path)
        columns = [column for column in header if column in wanted]
        require_modest_parquet(path, columns)
        return _open_parquet(path, name, columns), no_rows_set_aside(), header
    require_modest_csv(path, described)
    rows = read_csv_rows(path, described, wanted)
    texts = [text.alias(column) for column, text in rows.columns.items()]
    frame = pl.DataFrame([*texts, rows.lines.alias(ROW_COLUMN)])
    frame = frame.with_columns(pl.lit(name).alias(FILE_COLUMN))
    joined = [(line, described.separator.join(cells)) for line, cells in rows.misshapen]
    odd = [(name, line, text, None, MISSHAPEN_RULE, text, _MISSHAPEN) for line, text in joined]
    return frame, set_aside(odd), rows.header


def _open_parquet(path: Path, name: str, columns: list[str]) -> pl.DataFrame:
    frame = read_parquet_columns(path, columns)
    try:
        texts = frame.select(_as_text(column) for column in frame)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            f"{path}: a column holds bytes that are no text ({reason}). Deliver it again."
        ) from error
    return texts.with_columns(
        pl.lit(name).alias(FILE_COLUMN),
        pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(ROW_COLUMN),
    )


def _as_text(column: pl.Series) -> pl.Series:
    """Write a column as text; a date that no calendar has as the number behind it."""
    if not isinstance(column.dtype, (pl.Date, pl.Datetime)):
        return column.cast(pl.String)
    is_date = in_calendar(column).fill_null(value=True)
    dates = column.set(~is_date, None).cast(pl.String)
    return dates.zip_with(is_date, column.to_physical().cast(pl.String) + " since 1970")


def require_parquet(path: Path) -> list[str]:
    """Check that a file is whole Parquet and return its column names.

    Raises:
        SourceError: The file is empty, truncated or no Parquet at all.
    """
    return parquet_columns(path)


def rows_in_parquet(path: Path) -> int | None:
    """Return the rows a Parquet file says it has; None for a file of another kind."""
    if path.suffix != ".parquet":
        return None
    return int(require_whole(path).num_rows)


def _nothing(reads: dict[str, str]) -> pl.DataFrame:
    texts = dict.fromkeys(reads, pl.String)
    return pl.DataFrame(schema={**texts, FILE_COLUMN: pl.String, ROW_COLUMN: pl.Int64})
