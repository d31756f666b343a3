"""Finding and opening what a source delivered, refusing what is not what its profile says.

Here belongs everything that can be wrong with a file as a whole. Single bad records are not judged
here; they go through the contracts and, if refused, to quarantine.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from assets.sources.files.csv_rows import read_csv_rows
from assets.sources.files.renamed_columns import as_delivered, by_known_names
from data_contracts.errors import SourceError
from data_contracts.profile import Profile
from data_contracts.profile_schema.files import SourceFile

FILE_COLUMN, ROW_COLUMN = "__source_file", "__source_row"
_MISSHAPEN = {"source_file": pl.String, "source_row": pl.Int64, "record": pl.String}


@dataclass(frozen=True)
class Delivered:
    """One entry of a profile's ``files``, as delivered.

    Attributes:
        described: What the profile says about it.
        paths: The files found, sorted by name.
        frame: One row per record: the delivered columns that feed tables, as text, and where it
            stood (``__source_file`` relative to the data folder, ``__source_row`` the line in it).
        header: Every column delivered, read or not.
        misshapen: Rows whose number of cells does not fit their header (source_file, source_row,
            record).
    """

    described: SourceFile
    paths: tuple[Path, ...]
    frame: pl.DataFrame
    header: tuple[str, ...]
    misshapen: pl.DataFrame


def no_misshapen_rows() -> pl.DataFrame:
    """Return no misshapen rows, in their columns."""
    return pl.DataFrame(schema=_MISSHAPEN)


def find_files(profile: Profile, data_dir: Path) -> dict[str, tuple[Path, ...]]:
    """Find the delivered files of every entry of ``files``.

    Returns:
        Paths by entry, sorted; an optional entry may have none.

    Raises:
        SourceError: The data folder or a file is not there.
    """
    if not data_dir.is_dir():
        raise SourceError(
            f"The data folder {data_dir} does not exist; give the folder of the delivered files "
            "with --data DIR."
        )
    return {name: _matching(described, data_dir) for name, described in profile.files.items()}


def _matching(described: SourceFile, data_dir: Path) -> tuple[Path, ...]:
    paths = tuple(sorted(path for path in data_dir.glob(described.pattern) if path.is_file()))
    if not paths and not described.is_optional:
        present = sorted(str(path.relative_to(data_dir)) for path in data_dir.rglob("*.*"))
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
    parts, misshapen, header = [], [], dict[str, None]()
    wanted = profile.frame_columns(described.name)
    for path in paths:
        frame, odd, delivered = _open(path, described, data_dir, as_delivered(described, wanted))
        frame, delivered = by_known_names(path, described, frame, delivered)
        require_header(path, delivered, reads)
        header.update(dict.fromkeys(delivered))
        parts.append(frame)
        misshapen.append(odd)
    frame = pl.concat(parts, how="diagonal") if parts else _nothing(reads)
    odd = pl.concat([no_misshapen_rows(), *misshapen])
    return Delivered(described, tuple(paths), frame, tuple(header), odd)


def require_header(path: Path, header: Iterable[str], reads: dict[str, str]) -> None:
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
    path: Path, described: SourceFile, data_dir: Path, wanted: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Return a file's rows, its misshapen rows and its whole header."""
    name = str(path.relative_to(data_dir))
    if described.format == "parquet":
        header = require_parquet(path)
        return (
            _open_parquet(path, name, [c for c in header if c in wanted]),
            no_misshapen_rows(),
            header,
        )
    rows = read_csv_rows(path, described, wanted)
    frame = pl.DataFrame(
        [pl.Series(column, texts, dtype=pl.String) for column, texts in rows.columns.items()]
        + [pl.Series(ROW_COLUMN, rows.lines, dtype=pl.Int64)]
    ).with_columns(pl.lit(name).alias(FILE_COLUMN))
    odd = [(name, line, described.separator.join(cells)) for line, cells in rows.misshapen]
    return frame, pl.DataFrame(odd, schema=_MISSHAPEN, orient="row"), rows.header


def _open_parquet(path: Path, name: str, columns: list[str]) -> pl.DataFrame:
    frame = pl.read_parquet(path, columns=columns)
    return frame.select(pl.all().cast(pl.String)).with_columns(
        pl.lit(name).alias(FILE_COLUMN),
        pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(ROW_COLUMN),
    )


def require_parquet(path: Path) -> list[str]:
    """Check that a file is whole Parquet and return its column names.

    Raises:
        SourceError: The file is empty, truncated or no Parquet at all.
    """
    try:
        return list(pl.read_parquet_schema(path))
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            f"{path} is not a complete Parquet file ({reason}); it may be truncated. Deliver it "
            "again."
        ) from error


def rows_in_parquet(path: Path) -> int | None:
    """Return the rows a Parquet file says it has; None for a file of another kind."""
    if path.suffix != ".parquet":
        return None
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _nothing(reads: dict[str, str]) -> pl.DataFrame:
    texts = dict.fromkeys(reads, pl.String)
    return pl.DataFrame(schema={**texts, FILE_COLUMN: pl.String, ROW_COLUMN: pl.Int64})
