"""What a profile says about the delivered files: format, blanks, false zeros, derived columns.

Reading the files themselves belongs in ``assets.sources``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from data_contracts.expressions import columns_of
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.file_checks import (
    check_encoding,
    check_pattern,
    check_separator,
)
from data_contracts.profile_schema.origins.databases import (
    DATABASE_ONLY,
    DatabaseRows,
    is_database,
    read_database,
)
from data_contracts.profile_schema.origins.stores import (
    DELTA,
    DeltaRows,
    StoredObjects,
    is_stored,
    read_stored,
)

FILE_KEYS = [
    "path",
    "format",
    "separator",
    "decimal",
    "encoding",
    "sheet",
    "header_row",
    "null_tokens",
    "missing",
    "derived",
    "ignored",
    "optional",
    "renamed",
    *DATABASE_ONLY,
]


Origin = DatabaseRows | StoredObjects | DeltaRows
_BY_ENDING = {".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx"}
_OWN_KEYS = {
    "csv": ("separator", "decimal", "encoding"),
    "parquet": ("separator", "decimal", "encoding"),  # ignored there, as ever
    "xlsx": ("sheet", "header_row"),
}


@dataclass(frozen=True)
class MissingRule:
    """Cells that hold a value which is no measurement and are read as blank.

    Attributes:
        columns: Columns of the delivered file the rule is about.
        equals: Values that mean "missing", as numbers or texts; empty when ``when`` alone decides.
        when: Row-wise SQL condition over the delivered columns; None when ``equals`` decides.
        reason: Why such a value cannot be a measurement.
        where: Place in the profile.
    """

    columns: tuple[str, ...]
    equals: tuple[str, ...]
    when: str | None
    reason: str
    where: str


@dataclass(frozen=True)
class DerivedColumn:
    """A column computed from others of the same row.

    Attributes:
        name: Its name beside the delivered columns.
        expression: Row-wise SQL expression over delivered columns and derived ones before it.
        where: Place in the profile.
        reads_text: Whether the expression sees its columns as text even where they hold numbers.
    """

    name: str
    expression: str
    where: str
    reads_text: bool = False


@dataclass(frozen=True)
class SourceFile:
    """A delivered file, or several of the same shape.

    Attributes:
        name: How mappings refer to it.
        pattern: Path or glob below the data folder.
        format: ``csv``, ``parquet`` or ``xlsx``.
        separator: Column separator of a CSV file.
        decimal: Decimal mark of numbers in a CSV file.
        encoding: Text encoding of a CSV file.
        sheet: Sheet of a workbook; None where it has one visible sheet.
        header_row: Row of a workbook's sheet that names the columns, counted from 1.
        null_tokens: Texts that mean blank; empty cells and runs of spaces always do.
        missing: Cells that hold a value which is no measurement.
        derived: Columns computed from others of the same row.
        ignored: Delivered columns nobody maps, each with the reason.
        is_optional: Whether the source may do without the file.
        renamed: Columns by the name some files have, with the name the profile knows them by.
        origin: Where the rows are fetched from; None for files put into the data folder.
        where: Place in the profile.
    """

    name: str
    pattern: str
    format: str
    separator: str
    decimal: str
    encoding: str
    sheet: str | None
    header_row: int
    null_tokens: tuple[str, ...]
    missing: tuple[MissingRule, ...]
    derived: tuple[DerivedColumn, ...]
    ignored: Mapping[str, str]
    is_optional: bool
    where: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def is_landed(self) -> bool:
        """Whether its rows are fetched from elsewhere before they are read."""
        return self.origin is not None

    @property
    def is_local(self) -> bool:
        """Whether its rows stand in the data folder."""
        own = self.origin
        return own is None or (isinstance(own, DeltaRows) and own.stored is None)

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that name a row of which the last stands; empty where all rows stand."""
        return self.origin.key if isinstance(self.origin, DatabaseRows) else ()

    @property
    def places(self) -> tuple[str, ...]:
        """Columns that tell rows apart and in order, whether or not they are mapped."""
        own = self.origin
        return (*own.key, *own.watermark) if isinstance(own, DatabaseRows) else ()

    def known_names(self, header: Iterable[str]) -> list[str]:
        """Return the columns of a file by the names the profile knows them by."""
        return [self.renamed.get(name, name) for name in header]

    @property
    def derived_names(self) -> frozenset[str]:
        """Names of the columns the profile adds to the delivered ones."""
        return frozenset(column.name for column in self.derived)


def read_file(section: Section, name: str) -> SourceFile:
    """Read one entry of ``files``.

    Raises:
        ProfileError: A key is unknown, missing or of the wrong kind.
    """
    origin = _origin(section)
    section.only(FILE_KEYS)
    pattern = _pattern(section, name, origin)
    suffix = next((s for ending, s in _BY_ENDING.items() if pattern.endswith(ending)), "csv")
    is_table = isinstance(origin, (DatabaseRows, DeltaRows))
    file = SourceFile(
        name=name,
        pattern=pattern if origin is None else f"{name}@{_landed_from(origin)}/*",
        format="parquet" if is_table else section.choice("format", tuple(_OWN_KEYS), suffix),
        separator=section.text("separator") or ",",
        decimal=section.choice("decimal", (".", ","), "."),
        encoding=section.text("encoding") or "utf-8",
        sheet=section.text("sheet"),
        header_row=_header_row(section),
        null_tokens=section.texts("null_tokens"),
        missing=tuple(_missing(item) for item in section.sections("missing")),
        derived=read_derived(section.section("derived")),
        ignored=_ignored(section.section("ignored")),
        is_optional=section.flag("optional"),
        where=section.where(),
        renamed=_renamed(section.section("renamed")),
        origin=origin,
    )
    for key in sorted({key for keys in _OWN_KEYS.values() for key in keys}):
        if key in section.values and key not in _OWN_KEYS[file.format]:
            section.fail(
                key, f"a {file.format} file has no '{key}'; remove it, or correct 'format'"
            )
    for column in (name for name in file.places if name in file.ignored):
        section.fail("ignored", f"'{column}' tells rows apart or in order; it cannot be ignored")
    check_separator(section, file.separator)
    check_encoding(section, file.encoding)
    for column in sorted({c for rule in file.missing for c in rule.columns} & file.derived_names):
        section.fail(
            "missing", f"'{column}' is derived; name the delivered columns it is derived from"
        )
    if file.separator == file.decimal and file.format == "csv":
        section.fail("decimal", f"'{file.decimal}' cannot be both decimal mark and separator")
    return file


def _origin(section: Section) -> Origin | None:
    if is_database(section):
        return read_database(section)
    return read_stored(section) if is_stored(section) else None


def _landed_from(origin: Origin) -> str:
    """What fetched files are named after, beside their entry."""
    if isinstance(origin, DatabaseRows):
        return origin.connection
    return DELTA if isinstance(origin, DeltaRows) else origin.scheme


def _pattern(section: Section, name: str, origin: Origin | None) -> str:
    """The path or glob of an entry; empty for rows of a connection."""
    if origin is not None:
        section.require_name(name)  # it becomes a folder
    if isinstance(origin, DatabaseRows):
        if "format" in section.values:
            section.fail("format", "rows of a connection have no format; remove it")
        return ""
    for key in DATABASE_ONLY:
        if key in section.values:
            section.fail(key, f"'{key}' belongs to rows of a connection; remove it")
    if origin is not None:
        return origin.spoken
    pattern = section.required_text("path", "the file's path below the data folder, or a glob")
    check_pattern(section, pattern)
    return pattern


def _header_row(section: Section) -> int:
    number = section.number("header_row")
    if number is not None and (number < 1 or number != int(number)):
        section.fail("header_row", f"rows are counted from 1, found {number:g}")
    return 1 if number is None else int(number)


def read_derived(section: Section) -> tuple[DerivedColumn, ...]:
    """Read a mapping of derived columns, name to expression.

    Raises:
        ProfileError: An expression does not parse.
    """
    derived = []
    for name in section.values:
        text = section.required_text(name, "an expression over columns of the same file")
        columns_of(text, section.where(name))
        derived.append(DerivedColumn(name, text, section.where(name)))
    return tuple(derived)


def _renamed(section: Section) -> dict[str, str]:
    return {
        name: section.required_text(name, "the name the profile knows the column by")
        for name in section.values
    }


def _ignored(section: Section) -> dict[str, str]:
    return {
        name: section.required_text(name, "the reason why nobody maps this column")
        for name in section.values
    }


def _missing(section: Section) -> MissingRule:
    section.only(("columns", "equals", "when", "reason"))
    rule = MissingRule(
        columns=section.texts("columns"),
        equals=section.texts("equals"),
        when=section.text("when"),
        reason=section.required_text("reason", "why such a value is no measurement"),
        where=section.where(),
    )
    if not rule.columns:
        section.fail(None, "'columns' is missing: name the columns the rule is about")
    if not rule.equals and rule.when is None:
        section.fail(None, "say 'equals:' (values) or 'when:' (a condition), or both")
    if rule.when is not None:
        columns_of(rule.when, section.where("when"))
    return rule
