"""What must be known of delivered readings before their SQL can be written.

Here belong their headers, whether the columns of expressions hold numbers or texts, and the small
files joined to them: look-ups in other files and the starts of clocks. Only these few rows pass
through frames.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from assets.sources.files.bounds.parquet_bounds import (
    columns_of_instants,
    columns_of_numbers,
    require_modest_readings,
)
from assets.sources.files.csv_rows import read_csv_header
from assets.sources.files.delivered_files import require_header, require_parquet
from assets.sources.files.kept_files import KeptFiles
from assets.sources.files.record_places import sheet_place
from assets.sources.files.sheet_rows import read_sheet_rows
from assets.sources.inputs import delivered_name
from assets.sources.mapping.clock_values import made_starts
from assets.sources.readings.arrived_csv import Files, arrived, typed_columns
from assets.sources.readings.reading_cells import NUMBER, START, Joined, ReadingCells
from assets.sources.readings.reading_columns import ReadingColumns
from assets.sources.readings.reading_sql import Feeding, rows_sql
from assets.sources.readings.scans import (
    SHEET_ROW,
    Scan,
    Scans,
    all_columns,
    instant_columns,
    numeric_columns,
    scan_sql,
)
from assets.sources.readings.sql_text import quoted
from data_contracts.expression_language.tree import Kind
from data_contracts.expressions import columns_of, read_number_sql
from data_contracts.profile import Profile
from data_contracts.profile_schema.cells import Cell, Lookup
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.mapping import Mapping as ProfileMapping

Query = Callable[[str], pl.DataFrame]


@dataclass(frozen=True)
class Preparation:
    """What the parts of a source are prepared with.

    Attributes:
        profile: How the files feed ``raw.sensor_readings``.
        cleaned: The files that are frames, by name, for look-ups.
        query: Runs SQL in DuckDB.
        kept: Where small files are made.
        notes: What a reader should know of the files, one sentence each; added to on the way.
    """

    profile: Profile
    cleaned: Mapping[str, pl.DataFrame]
    query: Query
    kept: KeptFiles
    notes: list[str] = field(default_factory=list)

    def quick_feeding(
        self, mapping: ProfileMapping, scans: Scans, query: Files, *, is_typed: bool = True
    ) -> Feeding:
        """Return a mapping over CSV files that were made Parquet on arrival, where they can be.

        Args:
            mapping: The mapping.
            scans: Its files as delivered.
            query: Keeps what was made of files that have not changed.
            is_typed: Whether plain cells are numbers and instants, quick to read; else every cell
                is the text that was delivered.

        Raises:
            ProfileError: An expression does not fit the delivered columns.
            SourceError: A file cannot be read.
        """
        described = self.profile.files[mapping.file]
        if described.format != "csv" or described.decimal != "." or _needs_order(mapping):
            return self.feeding(mapping, scans)
        typed = typed_columns(self.profile, described) if is_typed else {}
        made = {path: arrived(path, described, typed, query) for path in scans}
        files = {path: file for path, file in made.items() if file is not None}
        if len(files) < len(made):
            return self.feeding(mapping, scans)
        arrivals = {
            path: replace(
                scan,
                numeric=columns_of_numbers(files[path]),
                instants=columns_of_instants(files[path]),
                kept=files[path],
            )
            for path, scan in scans.items()
        }
        return self.feeding(mapping, arrivals, replace(described, format="parquet"))

    def feeding(
        self, mapping: ProfileMapping, scans: Scans, described: SourceFile | None = None
    ) -> Feeding:
        """Return a mapping with all that is known of its files.

        Args:
            mapping: The mapping.
            scans: How each of its files is read.
            described: What is to be known of the files; by default what the profile says.

        Raises:
            ProfileError: An expression does not fit the delivered columns.
            SourceError: A file cannot be read as SQL.
        """
        described = described or self.profile.files[mapping.file]
        names, numeric = all_columns(scans), numeric_columns(scans)
        columns = ReadingColumns(described, names, numeric, instant_columns(scans))
        columns = self._with_delivered_kinds(columns, scans)
        columns = self._with_kinds(columns, mapping, scans)
        kinds = self._kinds_of_records(columns, mapping, scans)
        cells = ReadingCells(mapping, columns, self._lookups(mapping, columns), kinds)
        feeding = Feeding(mapping, scans, cells)
        start = self._made(feeding)
        if start is None:
            return feeding
        return replace(feeding, cells=replace(cells, joins={**cells.joins, START: start}))

    def scans(self, described: SourceFile, files: Sequence[Path], data_dir: Path) -> Scans:
        """Return how every file is read, having checked that each has what is read of it.

        Raises:
            SourceError: A file is empty, damaged, or lacks a column the profile reads.
        """
        reads = self.profile.read_columns(described.name)
        mappings = [m for m in self.profile.readings if m.file == described.name]
        wanted = {column for m in mappings for column, _, _ in m.delivered_columns()}
        scans = {}
        for path in files:
            scan = self._scan(path, described, data_dir, {*reads, *wanted})
            require_header(path, scan.header, reads)
            scans[path] = scan
        return scans

    def _scan(
        self, path: Path, described: SourceFile, data_dir: Path, wanted: Collection[str]
    ) -> Scan:
        if described.format == "parquet":
            require_modest_readings(path)
            header = require_parquet(path)
            typed = columns_of_numbers(path), columns_of_instants(path)
            return Scan(tuple(header), delivered_name(path, data_dir), *typed)
        if described.format == "xlsx":
            rows = read_sheet_rows(path, described, wanted)
            frame = pl.DataFrame([*rows.columns.values(), rows.rows.alias(SHEET_ROW)])
            self.notes.extend(rows.notes)
            place = sheet_place(delivered_name(path, data_dir), rows.sheet)
            return Scan(tuple(rows.header), place, kept=self.kept.keep(frame))
        return Scan(tuple(read_csv_header(path, described)), delivered_name(path, data_dir))

    def _with_delivered_kinds(self, columns: ReadingColumns, scans: Scans) -> ReadingColumns:
        rules = columns.described.missing
        reads = {c for rule in rules if rule.when for c in columns_of(rule.when, rule.where)}
        texts = {
            name: (columns.delivered_words(name), columns.delivered_double(name))
            for name in sorted(reads)
        }
        rows = scan_sql(columns.described, scans, with_rows=False)
        return replace(columns, as_delivered=self._kinds(columns, texts, rows))

    def _with_kinds(
        self, columns: ReadingColumns, mapping: ProfileMapping, scans: Scans
    ) -> ReadingColumns:
        """Count what the columns of expressions hold; of derived ones, those that give texts."""
        derived = columns.described.derived
        reads = {c for column in derived for c in columns_of(column.expression, column.where)}
        if mapping.condition is not None:
            reads |= set(columns_of(mapping.condition, mapping.where))
        reads |= _read_by_cells(mapping)
        names = columns.described.derived_names
        texts = {
            name: (columns.words(name), columns.double(name)) for name in sorted(reads - names)
        }
        rows = scan_sql(columns.described, scans, with_rows=False)
        columns = replace(columns, kinds=self._kinds(columns, texts, rows))
        bare = replace(mapping, condition=None)
        for place, column in enumerate(derived):
            if column.name in reads and columns.kind(column.name) == "text":
                until = replace(columns.described, derived=derived[: place + 1])
                cells = ReadingCells(bare, replace(columns, described=until))
                rows = rows_sql(Feeding(bare, scans, cells), with_rows=False)
                text = quoted(column.name)
                asked = {column.name: (text, read_number_sql(text))}
                kind = self._kinds(columns, asked, rows)
                columns = replace(columns, kinds={**columns.kinds, **kind})
        return columns

    def _kinds_of_records(
        self, columns: ReadingColumns, mapping: ProfileMapping, scans: Scans
    ) -> dict[str, Kind]:
        """Count what cells read once more among the rows a condition leaves."""
        reads = sorted(_read_by_cells(mapping)) if mapping.condition is not None else []
        texts = {name: (columns.words(name), columns.double(name)) for name in reads}
        plain = replace(mapping, cells=())
        rows = rows_sql(Feeding(plain, scans, ReadingCells(plain, columns)), with_rows=False)
        return self._kinds(columns, texts, rows)

    def _kinds(
        self, columns: ReadingColumns, texts: Mapping[str, tuple[str, str]], rows: str
    ) -> dict[str, Kind]:
        """A column holds numbers where at least half of its non-blank cells are numbers."""
        asked = [name for name in texts if name not in columns.numeric]
        if not asked:
            return {}
        counts = ", ".join(f"count({sql})" for name in asked for sql in texts[name])
        row = self.query(f"SELECT {counts} FROM ({rows})").row(0)
        pairs = zip(asked, row[::2], row[1::2], strict=True)
        return {name: "number" if 2 * read >= given else "text" for name, given, read in pairs}

    def _lookups(self, mapping: ProfileMapping, columns: ReadingColumns) -> dict[str, Joined]:
        pairs = [pair for cell in mapping.cells for pair in cell.looked_up()]
        return {cell.target: self._lookup(cell, lookup, columns) for cell, lookup in pairs}

    def _lookup(self, cell: Cell, lookup: Lookup, columns: ReadingColumns) -> Joined:
        """The first value the other file gives for each key."""
        other = self.cleaned[lookup.file].select(
            pl.col(lookup.other).alias("key0"), pl.col(str(cell.column)).alias("given")
        )
        known = other.drop_nulls().unique("key0", keep="first", maintain_order=True)
        return Joined(self.kept.keep(known), (columns.words(lookup.own),))

    def _made(self, feeding: Feeding) -> Joined | None:
        """Where a clock has no known start: its series, laid one after the other."""
        cell = feeding.cells.clock_cell
        if cell is None or cell.clock is None or cell.since is not None:
            return None
        clock, cells = cell.clock, feeding.cells
        if cell.column is not None:  # every mapping of the file has the same made starts
            feeding = replace(feeding, mapping=replace(feeding.mapping, condition=None))
        keys = [cells.columns.words(name) for name in clock.of]
        named = [f'{key} AS "key{place}"' for place, key in enumerate(keys)]
        us = f"round({cells.count(cell)} * {clock.seconds * 1e6!r}::DOUBLE)"
        rows = f"SELECT {', '.join([*named, f'{us} AS us', NUMBER])} FROM ({_rows(feeding)})"
        by = ", ".join(f'"key{place}"' for place in range(len(keys)))
        series = self.query(
            f"SELECT {by + ', ' if by else ''}min(us) AS first_us, max(us) AS last_us, "
            f"min({NUMBER}) AS first FROM ({rows}) {f'GROUP BY {by}' if by else ''} ORDER BY first"
        )
        starts = made_starts(series).drop("first_us", "last_us", "first")
        return Joined(self.kept.keep(starts.rename({"start": "given"})), tuple(keys))


def _needs_order(mapping: ProfileMapping) -> bool:
    """Whether the order of the rows gives any cell."""
    return any(
        cell.is_row_number or (cell.clock is not None and cell.since is None)
        for cell in mapping.cells
    )


def _read_by_cells(mapping: ProfileMapping) -> set[str]:
    """Return the columns that expressions of cells read."""
    cells = [each for cell in mapping.cells for each in (cell, cell.since) if each is not None]
    return {
        column
        for cell in cells
        if cell.expression is not None
        for column in columns_of(cell.expression, cell.where)
    }


def _rows(feeding: Feeding) -> str:
    return rows_sql(feeding, with_rows=False)
