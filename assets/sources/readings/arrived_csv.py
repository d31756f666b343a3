"""CSV files of readings made Parquet on arrival: parsed once, however often they are asked.

A value and an instant that are plain throughout become numbers and instants; every other cell stays
the text it is, trimmed, null where it is blank. What Arrow's reader might read otherwise than
DuckDB's (marks amid a cell, lone carriage returns, lines of another shape) is not made: those files
are read as text wherever they are asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from assets.sources.files.csv_rows import read_csv_header
from assets.sources.files.fast_rows import has_sound_rows
from assets.sources.inputs import hash_file
from data_contracts.errors import SourceError
from data_contracts.expressions import columns_of
from data_contracts.profile import Profile
from data_contracts.profile_schema.cells import Cell
from data_contracts.profile_schema.files import SourceFile

# Raised when files are made otherwise: those kept are then made anew.
VERSION: Final = "CSV of readings as Parquet 1"
NUMBER, INSTANT = "number", "instant"
BLOCK_BYTES: Final = 1 << 23  # some 150 thousand readings, a row group
_BY_ITSELF = ("target", "where", "column", "is_optional", "available_at_stage", "timezone")


class Files(Protocol):
    """Keeps Parquet files made of delivered ones."""

    def file(self, question: str, content: str, ask: Callable[[Path], None]) -> Path:
        """Return the file, having made it where none is kept."""


class _UnsoundError(Exception):
    """A file that two readers might read differently."""


def typed_columns(profile: Profile, described: SourceFile) -> dict[str, str]:
    """Return the columns that may be numbers or instants, and which: read as these and only so.

    Args:
        profile: How the files feed ``raw.sensor_readings``.
        described: One of its CSV files.
    """
    if described.decimal != "." or described.name in profile.frames:
        return {}
    mappings = [m for m in profile.readings if m.file == described.name]
    cells = [cell for m in mappings for cell in m.cells]
    roles = {wide.column: NUMBER for m in mappings for wide in m.unpivot}
    for cell in cells:
        if cell.column is not None and _is_by_itself(cell):
            kind = _role(cell)
            if kind is not None:
                roles.setdefault(cell.column, kind)
    read_otherwise = {
        column
        for cell in cells
        if not (_is_by_itself(cell) and roles.get(str(cell.column)) == _role(cell))
        for column in cell.delivered_columns()
    }
    expressions = [(each.expression, each.where) for each in described.derived]
    expressions += [(rule.when, rule.where) for rule in described.missing if rule.when is not None]
    expressions += [(m.condition, m.where) for m in mappings if m.condition is not None]
    read_otherwise |= {name for text, where in expressions for name in columns_of(text, where)}
    read_otherwise |= set(described.derived_names)
    return {name: kind for name, kind in roles.items() if name not in read_otherwise}


def arrived(
    path: Path, described: SourceFile, typed: Mapping[str, str], kept: Files
) -> Path | None:
    """Return the Parquet file of a CSV file, making it unless it was made before.

    Args:
        path: The CSV file.
        described: What the profile says about it.
        typed: Its columns that may be numbers or instants.
        kept: Keeps what was made of files that have not changed.

    Returns:
        None where the file must be read as it is.

    Raises:
        SourceError: It is no text in the encoding the profile states.
    """
    told = (described.separator, described.encoding, described.null_tokens, sorted(typed.items()))
    try:
        return kept.file(f"{VERSION} {told}", hash_file(path), lambda part: _make(
            path, described, typed, part))  # fmt: skip
    except _UnsoundError:
        return None


def _role(cell: Cell) -> str | None:
    return {"value": NUMBER, "recorded_at": INSTANT}.get(cell.target)


def _is_by_itself(cell: Cell) -> bool:
    """Whether a cell is a column as delivered; its time zone may be said."""
    plain = Cell(**{name: getattr(cell, name) for name in _BY_ITSELF})
    return cell.column is not None and cell == plain


def _make(path: Path, described: SourceFile, typed: Mapping[str, str], part: Path) -> None:
    """Write the Parquet file with as many typed columns as the cells allow.

    Raises:
        _UnsoundError: Readers might differ.
        SourceError: The file is no text in the stated encoding.
    """
    import pyarrow as pa

    header = read_csv_header(path, described)
    above = _require_sound(path, described, header)
    naive, zoned = pa.timestamp("us"), pa.timestamp("us", "UTC")
    for instant in (naive, zoned, None):
        kinds = {
            name: pa.float64() if kind == NUMBER else instant
            for name, kind in typed.items()
            if instant is not None and name in header
        }
        try:
            _write(path, described, (header, above), kinds, part)
            return
        except UnicodeDecodeError as error:
            found = f"0x{error.object[error.start]:02x}, {error.reason}"
            raise SourceError(
                f"{path}: not text in {described.encoding} ({found}); state the encoding under "
                f"'encoding:' of {described.where}, such as cp1250 or latin-1."
            ) from error
        except pa.ArrowInvalid:
            part.unlink(missing_ok=True)
    raise _UnsoundError


def _require_sound(path: Path, described: SourceFile, header: Sequence[str]) -> int:
    """Return how many lines the header takes, with blank ones above it."""
    if len(described.separator.encode()) != 1 or len(set(header)) < len(header):
        raise _UnsoundError
    above = 0
    with path.open("rb") as stream:
        for line in stream:
            above += 1
            if line.strip(b"\xef\xbb\xbf \t\r\n" + described.separator.encode()):
                break
        for block in _blocks(stream):
            if b"\0" in block:
                raise _UnsoundError
            if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
                raise _UnsoundError
            if b'"' in block and not has_sound_rows(block, described.separator, len(header)):
                raise _UnsoundError
    return above


def _blocks(stream: Any) -> Iterator[bytes]:
    """Yield the rest of a file in whole lines."""
    while block := stream.read(BLOCK_BYTES):
        yield block + stream.readline()


def _write(
    path: Path,
    described: SourceFile,
    heading: tuple[Sequence[str], int],
    kinds: Mapping[str, Any],
    part: Path,
) -> None:
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    header, above = heading
    text = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema({name: kinds.get(name, text) for name in header})
    reader = pc.open_csv(
        path,
        pc.ReadOptions(
            column_names=list(header),
            skip_rows=above,
            block_size=BLOCK_BYTES,
            encoding=described.encoding,
        ),
        pc.ParseOptions(delimiter=described.separator),
        pc.ConvertOptions(
            column_types=schema,
            null_values=["", *described.null_tokens],
            strings_can_be_null=True,
            timestamp_parsers=[pc.ISO8601],
        ),
    )
    texts = [name for name in header if name not in kinds]
    with pq.ParquetWriter(
        part,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[*texts, *(name for name, kind in kinds.items() if kind == pa.float64())],
        column_encoding={
            name: "DELTA_BINARY_PACKED" for name, kind in kinds.items() if kind != pa.float64()
        },
        store_schema=False,
    ) as writer:
        for batch in reader:
            columns = {name: batch.column(name) for name in header}
            for name in texts:
                columns[name] = _trimmed(columns[name], described.null_tokens)
            writer.write_table(pa.table(columns, schema=schema))


def _trimmed(column: Any, null_tokens: Sequence[str]) -> Any:
    """Take spaces off a column of texts, and make null what is blank without them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = column.dictionary
    bare = pc.utf8_trim(words, " ")
    if bare.equals(words):
        return column
    is_blank = pc.is_in(bare, pa.array(["", *null_tokens], pa.string()))
    cells = pc.if_else(is_blank, pa.scalar(None, pa.string()), bare).take(column.indices)
    return cells.dictionary_encode()
