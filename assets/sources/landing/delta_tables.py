"""Delta tables, read at their latest version into one file; an unchanged version is not read again.

The table's own log says which files count, so it is not believed: none may lie outside the table's
folder.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import polars as pl

from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landed_files import MOST_READINGS_CHECKED, LandedFile, cut_short
from assets.sources.landing.object_stores import endpoint_url, spoken_store_errors, store_of
from data_contracts.errors import SourceError, UsageError
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.origins.stores import DeltaRows
from data_contracts.untrusted.limits import MB, MOST_PARQUET_CELLS

_MOST_LOG_BYTES: Final = 256 * MB
_PATIENCE: Final = {
    "max_retries": "1",
    "retry_timeout": "5s",
    "connect_timeout": "3s",
    "timeout": "30s",
}


def land_delta(
    described: SourceFile,
    rows: DeltaRows,
    data_dir: Path,
    staging: Path,
    kept: KeptLandings,
    *,
    columns: int | None,
    is_check: bool,
) -> tuple[tuple[LandedFile, ...], list[str]]:
    """Read a Delta table, unless the last run read this version of it.

    Args:
        described: The entry.
        rows: Where the table lies.
        data_dir: The data folder, resolved.
        staging: Where its file is made.
        kept: What earlier runs read.
        columns: How many columns become a frame, which bounds the rows; None for readings.
        is_check: Whether readings are read only as far as a check needs them.

    Returns:
        The table's one file, none where an optional table is not there; and notes.

    Raises:
        UsageError: The library is not installed.
        SourceError: There is no such table, it is damaged, names files outside its folder, or has
            more rows than a frame takes.
    """
    if rows.stored is None and not _is_there(rows, data_dir, is_optional=described.is_optional):
        return (), []
    with _spoken(rows):
        table, options = _opened(rows, data_dir)
        origin = f"{rows.spoken}, version {table.version()}, table {table.metadata().id}"
        name = f"{Path(described.pattern).parent.name}/000001.parquet"
        before = kept.same(name, origin)
        if before is not None:
            return (before,), []
        _require_inside(rows, table, data_dir)
        _require_modest(rows, table, columns)
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        options = {name: value for name, value in options.items() if name not in _PATIENCE}
        place = str(data_dir / str(rows.path)) if rows.stored is None else rows.stored.spoken
        frame = pl.scan_delta(place, version=table.version(), storage_options=options or None)
        ignored = [column for column in described.ignored if column in frame.collect_schema()]
        zoned = pl.selectors.datetime(time_zone="*")
        naive = zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        frame = frame.drop(ignored).with_columns(naive)
        is_cut = is_check and columns is None
        (frame.head(MOST_READINGS_CHECKED) if is_cut else frame).sink_parquet(path)
    landed = (LandedFile(path, name, origin, None, None),)
    if is_cut and _rows_in(path) == MOST_READINGS_CHECKED:
        return landed, [cut_short(described.name, rows.spoken)]
    return landed, []


def _rows_in(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _is_there(rows: DeltaRows, data_dir: Path, *, is_optional: bool) -> bool:
    folder = data_dir / str(rows.path)
    log = folder / "_delta_log"
    if not log.is_dir():
        if is_optional and not folder.exists():
            return False
        raise SourceError(
            f"{rows.where}: {folder} is no Delta table (it has no _delta_log). Correct 'path:', or "
            "leave out 'format: delta' where it holds plain files."
        )
    if not log.resolve().is_relative_to(data_dir):
        raise SourceError(
            f"{rows.where}: {folder} is a link out of the data folder. Put the table itself into "
            "the folder."
        )
    size = sum(file.stat().st_size for file in log.iterdir() if file.is_file())
    if size > _MOST_LOG_BYTES:
        raise SourceError(
            f"{rows.where}: the log of {folder} has {size:,} bytes; at most {_MOST_LOG_BYTES:,} "
            "are read. Write a checkpoint and clean the log up."
        )
    return True


def _opened(rows: DeltaRows, data_dir: Path) -> tuple[Any, dict[str, str]]:
    try:
        from deltalake import DeltaTable
    except ImportError as error:
        raise UsageError(
            f"A Delta table is read by deltalake, which is not installed or does not load ({error})"
            ". Install lotwise with its extra 'lakehouse': pip install -e '.[lakehouse]'."
        ) from None
    if rows.stored is None:
        return DeltaTable(data_dir / str(rows.path)), {}
    stored, options = rows.stored, dict(_PATIENCE)
    with spoken_store_errors(stored):  # whoever does not answer, does not answer here
        place = f"{stored.bucket.partition('@')[0]}/{stored.pattern}/_delta_log"
        found = store_of(stored).get_file_info(place)
    if found.type.name == "NotFound":
        raise SourceError(
            f"{rows.where}: {stored.spoken} is no Delta table (it has no _delta_log). Correct "
            "'path:'."
        )
    if (endpoint := endpoint_url()) is not None:
        options |= {"AWS_ENDPOINT_URL": endpoint}
        options |= {"AWS_ALLOW_HTTP": "true"} if endpoint.startswith("http://") else {}
        options |= {"AWS_REGION": os.environ.get("AWS_REGION", "us-east-1")}
    return DeltaTable(stored.spoken, storage_options=options), options


@contextmanager
def _spoken(rows: DeltaRows) -> Iterator[None]:
    """Turn what the library raises into one sentence.

    Raises:
        SourceError: The table cannot be read.
    """
    try:
        yield
    except (SourceError, UsageError):
        raise
    except Exception as error:
        modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
        if not modules & {"_internal", "deltalake", "polars"} and not isinstance(
            error, (OSError, ValueError)
        ):
            raise
        plain = re.sub(r"\x1b\[\d+m|↳", "", str(error))
        said = " ".join(plain.split())[:200].rstrip(" .")
        raise SourceError(
            f"{rows.where}: {rows.spoken} cannot be read: {said}. Look whether its last write "
            "came to an end, and deliver it again."
        ) from None


def _require_inside(rows: DeltaRows, table: Any, data_dir: Path) -> None:
    for uri in table.file_uris():
        if rows.stored is not None:
            own = f"{rows.stored.spoken.rstrip('/')}/"
            is_inside = uri.startswith(own) and ".." not in unquote(uri[len(own) :]).split("/")
        else:
            folder = (data_dir / str(rows.path)).resolve()
            own = uri.removeprefix("file://")
            # A name may be spelt with codes for its letters, or have such codes as its letters.
            is_inside = all(
                Path(place).resolve().is_relative_to(folder) for place in (own, unquote(own))
            )
        if not is_inside:
            raise SourceError(
                f"{rows.where}: {rows.spoken} names a file outside its folder ({uri[:200]}). Look "
                "into what wrote it, and deliver it again."
            )


def _require_modest(rows: DeltaRows, table: Any, columns: int | None) -> None:
    if columns is None:
        return
    added = pl.DataFrame(table.get_add_actions(flatten=True))
    known = added["num_records"].sum() if "num_records" in added.columns else 0
    if known * max(1, columns) > MOST_PARQUET_CELLS:
        raise SourceError(
            f"{rows.where}: {rows.spoken} says it has {known:,} rows of {columns} columns that are "
            f"read; at most {MOST_PARQUET_CELLS:,} cells become one table. Deliver less of it."
        )
