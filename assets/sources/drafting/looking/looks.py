"""How delivered files are written and what they hold, found by looking at the first rows."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from assets.sources.drafting.looking.names import snake_case
from data_contracts.errors import SourceError

ROWS_LOOKED_AT: Final = 50_000  # of each file
_SEPARATORS: Final = (";", "\t", "|", ",")
_BLANK_TOKENS: Final = (
    "#N/A",
    "N/A",
    "n/a",
    "NA",
    "n.a.",
    "NULL",
    "null",
    "NaN",
    "nan",
    "-",
    "?",
    "--",
)
_COMMA_NUMBER: Final = re.compile(r"[+-]?\d{1,3}(\.\d{3})*,\d+|[+-]?\d+,\d+")
_POINT_NUMBER: Final = re.compile(r"[+-]?\d+\.\d+")
_LETTERS: Final = {"cp1250": "šŠžŽčČćĆđĐőűľťďňřáéíóúăţşłńśźż", "cp1252": "äöüÄÖÜßéèêàâçñøåæµ°±"}


@dataclass(frozen=True)
class FileLook:
    """One delivered file, or several of the same shape.

    Attributes:
        name: How a profile would call it.
        pattern: Its path below the data folder, or a glob.
        format: ``csv`` or ``parquet``.
        encoding: Of a CSV file.
        separator: Of a CSV file.
        decimal: Of a CSV file.
        null_tokens: Texts found that mean blank.
        header: Columns in the order delivered.
        frame: The first rows as text, trimmed, blanks as null, numbers with a decimal point.
    """

    name: str
    pattern: str
    format: str
    encoding: str
    separator: str
    decimal: str
    null_tokens: tuple[str, ...]
    header: tuple[str, ...]
    frame: pl.DataFrame

    def numbers(self, column: str) -> pl.Series:
        """Return a column as numbers; null where a cell is none."""
        return self.frame[column].cast(pl.Float64, strict=False)

    def is_numeric(self, column: str) -> bool:
        """Tell whether every cell that is filled is a number, and some are."""
        filled = self.frame[column].count()
        return filled > 0 and self.numbers(column).count() == filled


def look_at(files: Iterable[Path], root: Path) -> tuple[list[FileLook], dict[str, str]]:
    """Look at delivered files.

    Args:
        files: The files.
        root: Folder they lie below.

    Returns:
        One look per file or group of files of the same shape in one folder; and the files that are
        no tables, with the reason.

    Raises:
        SourceError: A file is empty, or is no table although its name says so.
    """
    shapes: dict[tuple[Path, tuple[str, ...]], list[Path]] = {}
    no_tables: dict[str, str] = {}
    for path in sorted(files):
        if path.suffix.lower() not in {".csv", ".txt", ".tsv", ".parquet"}:
            no_tables[str(path.relative_to(root))] = "no table that can be read"
            continue
        shapes.setdefault((path.parent, _header(path)), []).append(path)
    looks: list[FileLook] = []
    # A file of its own keeps its name; a group beside it takes another.
    for (_, header), paths in sorted(shapes.items(), key=lambda shape: len(shape[1]) > 1):
        pattern = _pattern(paths, root)
        taken = {look.name for look in looks}
        looks.append(_look(paths, header, pattern, _name(pattern, taken)))
    return looks, no_tables


def _header(path: Path) -> tuple[str, ...]:
    if path.suffix == ".parquet":
        try:
            return tuple(pl.read_parquet_schema(path))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise SourceError(
                f"{path} is not a complete Parquet file; deliver it again."
            ) from error
    text = _beginning(path)[0]
    first = next((line for line in text.splitlines() if line.strip()), "")
    return tuple(name.strip() for name in next(csv.reader([first], delimiter=_separator(text)), []))


def _beginning(path: Path) -> tuple[str, str]:
    """The first part of a file as text, and its encoding."""
    with path.open("rb") as stream:
        data = stream.read(200_000)
    if not data.strip():
        raise SourceError(f"{path} is empty; export it again.")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data[: len(data) // 2 * 2].decode("utf-16", errors="replace"), "utf-16"
    whole = data[: data.rfind(b"\n") + 1] or data
    try:
        return whole.decode("utf-8").removeprefix("\ufeff"), "utf-8"
    except UnicodeDecodeError:
        pass
    texts = {name: whole.decode(name, errors="replace") for name in _LETTERS}
    best = max(texts, key=lambda name: sum(map(texts[name].count, _LETTERS[name])))
    return texts[best], best


def _separator(text: str) -> str:
    """The separator that cuts the first lines into the same number of cells, and the most."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]

    def cells(separator: str) -> tuple[bool, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        return len(set(counts)) == 1 and counts[0] > 1, counts[0] if counts else 0

    return max(_SEPARATORS, key=cells) if lines else ","


def _look(paths: Sequence[Path], header: tuple[str, ...], pattern: str, name: str) -> FileLook:
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise SourceError(f"{paths[0]}: the header names '{twice[0]}' more than once.")
    if paths[0].suffix == ".parquet":
        parts = [pl.read_parquet(path, n_rows=ROWS_LOOKED_AT) for path in paths]
        frame = pl.concat([part.select(pl.all().cast(pl.String)) for part in parts])
        tokens, usable = _usable(frame, ".")
        return FileLook(name, pattern, "parquet", "utf-8", ",", ".", tokens, header, usable)
    text, encoding = _beginning(paths[0])
    separator = _separator(text)
    decimal = _decimal(text, separator)
    frame = pl.concat([_rows(path, header, separator, encoding) for path in paths])
    tokens, usable = _usable(frame, decimal)
    return FileLook(name, pattern, "csv", encoding, separator, decimal, tokens, header, usable)


def _rows(path: Path, header: tuple[str, ...], separator: str, encoding: str) -> pl.DataFrame:
    source: Path | bytes = path
    if encoding != "utf-8":
        source = path.read_bytes().decode(encoding, errors="replace").encode()
    try:
        frame = pl.read_csv(
            source,
            separator=separator,
            infer_schema=False,
            n_rows=ROWS_LOOKED_AT,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise SourceError(f"{path} cannot be read as a table ({reason}).") from error
    return frame.rename(dict(zip(frame.columns, header, strict=True)))


def _decimal(text: str, separator: str) -> str:
    cells = [cell.strip() for line in text.splitlines()[1:200] for cell in line.split(separator)]
    commas = sum(bool(_COMMA_NUMBER.fullmatch(cell)) for cell in cells)
    points = sum(bool(_POINT_NUMBER.fullmatch(cell)) for cell in cells)
    return "," if separator != "," and commas > points else "."


def _usable(frame: pl.DataFrame, decimal: str) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Trimmed texts with blanks as null, and which tokens stood for a blank."""
    texts = frame.select(pl.all().str.strip_chars())
    found = {token for name in texts.columns for token in _tokens(texts[name])}
    texts = texts.select(
        pl.when(pl.all().is_in(["", *found])).then(None).otherwise(pl.all()).name.keep()
    )
    if decimal == ",":
        texts = texts.with_columns(_with_points(texts[name]) for name in texts.columns)
    return tuple(sorted(found)), texts


def _tokens(text: pl.Series) -> list[str]:
    """Blank tokens of a column that has several of them: one may be a slip of the pen."""
    counts = text.filter(text.is_in(_BLANK_TOKENS)).value_counts()
    few = max(3, 0.005 * text.len())
    return [token for token, count in counts.iter_rows() if count >= few]


def _with_points(text: pl.Series) -> pl.Series:
    is_number = text.str.contains(r"^[+-]?[\d.]+(,\d+)?$").fill_null(value=False)
    if 2 * is_number.sum() < text.count():
        return text
    plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return plain.zip_with(is_number, text)


def _pattern(paths: Sequence[Path], root: Path) -> str:
    """A path, or the glob of files that differ in the middle of their name."""
    names = [str(path.relative_to(root)) for path in paths]
    if len(names) == 1:
        return names[0]
    folder, suffix = paths[0].parent, paths[0].suffix
    others = [path for path in folder.glob(f"*{suffix}") if path not in paths]
    stems = [path.stem for path in paths]
    start = _common(stems) if others else ""
    below = folder.relative_to(root)
    return str(below / f"{start}*{suffix}")


def _common(stems: Sequence[str]) -> str:
    shortest = min(stems, key=len)
    length = next(
        (n for n, letter in enumerate(shortest) if any(stem[n] != letter for stem in stems)),
        len(shortest),
    )
    return re.sub(r"\d+$", "", shortest[:length])


def _name(pattern: str, taken: set[str]) -> str:
    path = Path(pattern)
    own = snake_case(path.stem.replace("*", "")) or snake_case(path.parent.name) or "file"
    names = [own, f"{own}_series", *(f"{own}_{number}" for number in range(2, 100))]
    return next(name for name in names if name not in taken)
